#include "poll/schedule.hpp"

#include <algorithm>
#include <cstdint>

namespace zke {

namespace {

/// FNV-1a: spreads short names well, and is the same on every machine.
std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325U;
  for (const char c : text) {
    value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  return value;
}

}  // namespace

Schedule::Schedule(std::string_view name, Clock::duration interval, Clock::time_point start,
                   std::size_t index, std::size_t count)
    : interval_(interval),
      offset_((interval * static_cast<std::int64_t>(hash(name) % 1000) / 1000 +
               interval * static_cast<std::int64_t>(index) / static_cast<std::int64_t>(count)) %
              interval),
      start_(start) {}

Schedule::Clock::time_point Schedule::next(Clock::time_point now, Clock::time_point last) const {
  const auto grid = start_ + offset_;
  const auto earliest = std::max(now, last + interval_ / 10);
  if (earliest < grid) {
    return grid;
  }
  return grid + ((earliest - grid) / interval_ + 1) * interval_;
}

}  // namespace zke

#include "fourletter/limits.hpp"

#include <cmath>

#include "base/text.hpp"

namespace zke {

namespace {

constexpr std::size_t kLongest = 40;  // bytes of a number

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  return text.size() > kLongest ? std::nullopt : parse_double(text);
}

std::optional<std::int64_t> parse_count(std::string_view text, std::int64_t max, std::int64_t min) {
  auto count = text.size() > kLongest ? std::nullopt : parse_int(text);
  if (!count) {
    const auto number = parse_number(text);
    const bool is_whole = number && std::abs(*number) <= static_cast<double>(kMaxCount) &&
                          *number == std::floor(*number);
    count = is_whole ? std::optional(std::llround(*number)) : std::nullopt;
  }
  return count && *count >= min && *count <= max ? count : std::nullopt;
}

std::optional<double> parse_latency(std::string_view text) {
  const auto number = parse_number(text);
  const bool is_latency = number && *number >= 0 && *number <= static_cast<double>(kMaxLatency);
  return is_latency ? number : std::nullopt;
}

}  // namespace zke

#include "base/duration.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.hpp"

namespace zke {

namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  milliseconds length;
};

// Larger units first: they must be written in this order.
constexpr auto kUnits = std::to_array<Unit>({{"d", std::chrono::days(1)},
                                             {"h", std::chrono::hours(1)},
                                             {"m", std::chrono::minutes(1)},
                                             {"s", std::chrono::seconds(1)},
                                             {"ms", milliseconds(1)}});

// A clock in nanoseconds overflows after 292 years; this leaves room to add and to double.
constexpr milliseconds kLongest = std::chrono::days(3650);

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  constexpr std::size_t kMaxDigits = 9;  // no sum of these overflows
  if (text.empty()) {
    return std::nullopt;
  }
  milliseconds total(0);
  const auto* next = kUnits.begin();
  while (!text.empty()) {
    const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
    text.remove_prefix(digits.size());
    const auto name = text.substr(0, text.find_first_of("0123456789"));
    text.remove_prefix(name.size());
    const auto* unit = std::find_if(next, kUnits.end(), [&](auto& u) { return u.name == name; });
    if (unit == kUnits.end() || digits.empty() || digits.size() > kMaxDigits) {
      return std::nullopt;
    }
    total += *parse_int(digits) * unit->length;
    if (total > kLongest) {
      return std::nullopt;
    }
    next = unit + 1;
  }
  return total;
}

std::string to_string(milliseconds duration) {
  std::string text;
  for (const auto& unit : kUnits) {
    const auto count = duration / unit.length;
    if (count != 0) {
      text += std::to_string(count);
      text += unit.name;
      duration -= count * unit.length;
    }
  }
  return text.empty() ? "0s" : text;
}

}  // namespace zke

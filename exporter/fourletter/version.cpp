#include "fourletter/version.hpp"

#include <utility>

#include "base/text.hpp"

namespace zke {

namespace {

constexpr std::size_t kMaxText = 100;  // becomes a label value

}  // namespace

ServerVersion parse_version(std::string_view text) {
  text = trim(text);
  ServerVersion version;
  constexpr std::string_view kBuilt = ", built on ";
  if (const auto at = text.find(kBuilt); at != std::string_view::npos) {
    version.built = printable(text.substr(at + kBuilt.size()), kMaxText);
    text = text.substr(0, at);
  }
  const auto number =
      text.substr(0, text.find_first_not_of("0123456789.", text.starts_with('v') ? 1 : 0));
  if (number.empty()) {
    version.number = printable(text, kMaxText);
    return version;
  }
  version.number = printable(number, kMaxText);
  text.remove_prefix(number.size());
  const auto dash = text.rfind('-');
  if (dash != std::string_view::npos && text.find("${") == std::string_view::npos) {
    version.revision = printable(text.substr(dash + 1), kMaxText);
  }
  // A word between the number and the revision belongs to the number: 3.10.0-SNAPSHOT-<revision>.
  if (dash != std::string_view::npos && dash > 0) {
    version.number += printable(text.substr(0, dash), kMaxText);
  }
  return version;
}

bool is_at_least(const ServerVersion& version, int major, int minor) {
  std::string_view rest = version.number;
  const auto first = parse_int(take_until(rest, '.'));
  const auto second = parse_int(take_until(rest, '.'));
  return first && second &&
         std::pair(*first, *second) >= std::pair<std::int64_t, std::int64_t>(major, minor);
}

}  // namespace zke

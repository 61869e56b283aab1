#include "fourletter/version.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace zke {

namespace {

constexpr std::size_t kMaxText = 100;  // becomes a label value
constexpr std::string_view kUnfilled = "${";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// `alpha`, `SNAPSHOT`: no revision, which is a hash or a number.
bool is_word(std::string_view part) {
  constexpr std::string_view kHashDigits = "abcdefABCDEF";
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return std::ranges::all_of(part, is_letter) &&
         part.find_first_not_of(kHashDigits) != std::string_view::npos;
}

/// One line without blanks or dashes at its ends, even where it is cut.
std::string label(std::string_view text) {
  auto line = printable(text, kMaxText);
  const auto end = line.find_last_not_of(" -");
  line.resize(end == std::string::npos ? 0 : end + 1);
  return line.substr(std::min(line.find_first_not_of(" -"), line.size()));
}

/// The parts between dashes, without empty ones and without what Maven left unfilled.
std::vector<std::string_view> parts_of(std::string_view text) {
  auto parts = split(text, '-');
  for (auto& part : parts) {
    part = trim(part);
  }
  std::erase_if(parts, [](auto part) { return part.empty() || part.find(kUnfilled) == 0; });
  return parts;
}

std::string join(const std::vector<std::string_view>& parts) {
  std::string joined;
  for (const auto part : parts) {
    joined += (joined.empty() ? "" : "-") + std::string(part);
  }
  return label(joined);
}

}  // namespace

ServerVersion parse_version(std::string_view text) {
  constexpr std::size_t kMaxRead = 10'000;
  text = trim(text.substr(0, kMaxRead));
  ServerVersion version;
  constexpr std::string_view kBuilt = ", built on ";
  if (const auto at = text.find(kBuilt); at != std::string_view::npos) {
    version.built = printable(text.substr(at + kBuilt.size()), kMaxText);
    text = text.substr(0, at);
  }
  constexpr std::string_view kUnknown = "--1";  // ZooKeeper's revision -1
  const bool is_minus_one = text.ends_with(kUnknown);
  text.remove_suffix(is_minus_one ? kUnknown.size() : 0);
  const bool is_told = !is_minus_one && text.find(kUnfilled) == std::string_view::npos;
  auto parts = parts_of(text);
  const auto first = parts.empty() ? std::string_view() : parts.front();
  const auto digit = first.starts_with('v') ? 1U : 0U;
  if (first.size() <= digit || !is_digit(first[digit]) || parts.size() < 2) {
    version.number = join(parts);
    return version;
  }
  if (is_told && !is_word(parts.back())) {
    version.revision = label(parts.back());
    parts.pop_back();
  }
  // A word between the number and the revision belongs to the number: 3.10.0-SNAPSHOT-<revision>.
  version.number = join(parts);
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

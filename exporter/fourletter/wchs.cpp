#include "fourletter/wchs.hpp"

#include "base/text.hpp"
#include "fourletter/limits.hpp"

namespace zke {

namespace {

/// Also one that can't be true.
bool is_number(std::string_view text) { return is_digits(text) || parse_double(text); }

}  // namespace

std::optional<Wchs> parse_wchs(std::string_view reply) {
  const auto words = split(take_line(reply), ' ');
  auto total = take_line(reply);
  const auto label = take_until(total, ':');
  if (words.size() != 5 || words[1] != "connections" || words[4] != "paths" ||
      label != "Total watches") {
    return std::nullopt;
  }
  if (!is_number(words[0]) || !is_number(words[3]) || !is_number(trim(total))) {
    return std::nullopt;
  }
  Wchs wchs;
  wchs.connections = parse_count(words[0], kMaxCount);
  wchs.paths = parse_count(words[3], kMaxCount);
  wchs.watches = parse_count(trim(total), kMaxCount);
  wchs.unparsed_lines = (wchs.connections && wchs.paths ? 0 : 1) + (wchs.watches ? 0 : 1);
  return wchs;
}

bool is_wchs(std::string_view reply) {
  constexpr std::string_view kRest = " connections watching ";
  const auto number = reply.substr(0, reply.find_first_not_of("0123456789"));
  const auto rest = reply.substr(number.size());
  return reply.empty() || (!number.empty() && (rest.starts_with(kRest) || kRest.starts_with(rest)));
}

bool is_whole_wchs(std::string_view reply) {
  return reply.ends_with('\n') && parse_wchs(reply).has_value();
}

}  // namespace zke

#include "fourletter/wchs.hpp"

#include "base/text.hpp"

namespace zke {

std::optional<Wchs> parse_wchs(std::string_view reply) {
  const auto words = split(take_line(reply), ' ');
  auto total = take_line(reply);
  const auto label = take_until(total, ':');
  if (words.size() != 5 || words[1] != "connections" || words[4] != "paths" ||
      label != "Total watches") {
    return std::nullopt;
  }
  const auto connections = parse_int(words[0]);
  const auto paths = parse_int(words[3]);
  const auto watches = parse_int(trim(total));
  if (!connections || !paths || !watches) {
    return std::nullopt;
  }
  return Wchs{*connections, *paths, *watches};
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

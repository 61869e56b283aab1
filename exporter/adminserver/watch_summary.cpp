#include "adminserver/watch_summary.hpp"

#include <cstdint>

#include "adminserver/json.hpp"
#include "fourletter/limits.hpp"

namespace zke {

std::optional<Wchs> parse_watch_summary(std::string_view json) {
  Wchs wchs;
  int told = 0;
  const auto take = [&](const JsonValue& value, std::optional<std::int64_t>& into) {
    ++told;
    into = parse_count(value.text, kMaxCount);
    wchs.unparsed_lines += into ? 0 : 1;
  };
  const auto mistake = read_json(json, [&](const JsonValue& value) {
    if (value.is("num_connections")) {
      take(value, wchs.connections);
    } else if (value.is("num_paths")) {
      take(value, wchs.paths);
    } else if (value.is("num_total_watches")) {
      take(value, wchs.watches);
    }
  });
  return mistake || told == 0 ? std::nullopt : std::optional(wchs);
}

}  // namespace zke

#pragma once

#include <optional>
#include <string_view>

#include "fourletter/wchs.hpp"

namespace zke {

/// The answer to `watch_summary`, which is that to `wchs`.
///   {"num_connections" : 3, "num_paths" : 10, "num_total_watches" : 24, …}
std::optional<Wchs> parse_watch_summary(std::string_view json);

}  // namespace zke

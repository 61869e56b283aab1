#pragma once

#include <vector>

#include "config/draft.hpp"
#include "config/section.hpp"
#include "poll/settings.hpp"

namespace zke {

/// Reads `[{name: orders, members: [zk-0.zk:2181], observers: [zk-3.zk:2181]}]`, and throws a
/// ConfigError for what is wrong in it.
std::vector<EnsembleSettings> read_ensembles(const FileValue& list, EnsemblePlaces& places);

}  // namespace zke

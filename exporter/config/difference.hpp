#pragma once

#include <string>
#include <vector>

#include "config/settings.hpp"

namespace zke {

/// What differs, one short line of text a change: `poll.interval 10s -> 5s`, `ensemble orders:
/// zk-3.zk:2181 added`. Empty exactly when the settings are equal. Of many changes it names the
/// first ones, and the last text says how many more there are.
std::vector<std::string> find_changes(const Settings& before, const Settings& now);

}  // namespace zke

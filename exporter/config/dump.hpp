#pragma once

#include <string>

#include "config/settings.hpp"

namespace zke {

/// The settings as a configuration file with every key, those of defaults and flags too:
/// read_config_text gives the same settings back.
std::string to_yaml(const Settings& settings);

}  // namespace zke

#pragma once

#include <string>

#include "config/settings.hpp"

namespace zke {

/// Reads the YAML file at `path` over the defaults. Strict: unknown or doubled keys, wrong types
/// and bad values throw a ConfigError "FILE:LINE: what is wrong; what to do".
Settings read_config_file(const std::string& path);

/// The same for a text; `name` stands for the file in messages.
Settings read_config_text(const std::string& name, const std::string& text);

}  // namespace zke

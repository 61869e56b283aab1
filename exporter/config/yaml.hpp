#pragma once

#include <string>

#include "config/draft.hpp"

namespace zke {

/// Reads a YAML text over the defaults; `name` stands for the file in messages. Strict: unknown or
/// doubled keys, wrong types and bad values throw a ConfigError "FILE:LINE: what is wrong; what to
/// do".
Draft read_config_text(const std::string& name, const std::string& text);

}  // namespace zke

#pragma once

#include <string>

#include "config/draft.hpp"

namespace zke {

/// Reads the YAML file at `path` over the defaults: a regular one of at most 1 MiB, or a link to
/// one. Throws a ConfigError for a file that can't be read, and for mistakes in it.
Draft read_config_file(const std::string& path);

}  // namespace zke

#pragma once

#include <string>

namespace zke {

/// The text of the file at `path`: a regular one of at most 1 MiB, or a link to one. Throws a
/// ConfigError for a file that can't be read.
std::string read_config_file(const std::string& path);

}  // namespace zke

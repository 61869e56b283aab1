#pragma once

#include <string>

namespace zke {

/// Copies the running program to `path` (or into the directory `path`), executable, in one step:
/// who looks sees no part of it, and any number may do so at once. A link at `path` is replaced,
/// never followed. Returns what failed, or nothing.
std::string install_self(const std::string& path);

}  // namespace zke

#pragma once

#include <string>

namespace zke {

/// Copies the running program to `path` (or into the directory `path`), executable, in one step:
/// who looks sees no part of it. Says on stderr what failed. Returns the exit status.
int install_self(const std::string& path);

}  // namespace zke

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "http/router.hpp"

namespace zke {

/// One thing that /livez or /readyz looks at.
struct Check {
  std::string name;
  std::function<std::string()> find_fault;  ///< empty: all is well
};

/// Adds `path` and `path/<check>`: 200 when all checks pass, else 503 and the reasons. Like the
/// Kubernetes API server's: `?verbose` lists them all, `?exclude=<check>` leaves one out.
void add_checks(Router& router, const std::string& path, const std::string& what,
                std::vector<Check> checks);

}  // namespace zke

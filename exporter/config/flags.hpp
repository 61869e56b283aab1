#pragma once

#include <span>
#include <string>

#include "config/settings.hpp"

namespace zke {

/// What the command line asks for.
struct Invocation {
  enum class What { kRun, kCheckConfig, kShowHelp, kShowVersion };
  What what = What::kRun;
  Settings settings;  ///< the file's and the flags', which win
};

/// Reads the arguments (without the program's name) and the file that they name. Throws
/// ConfigError.
Invocation read_flags(const std::vector<std::string>& arguments);

/// The text of --help.
std::string help_text();

}  // namespace zke

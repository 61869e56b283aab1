#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/source.hpp"
#include "http/url.hpp"

namespace zke {

/// What the command line asks for.
struct Invocation {
  enum class What { kRun, kCheckConfig, kCleanUpCanary, kShowHelp, kShowVersion };
  What what = What::kRun;
  ConfigSource source;
  Configuration config;                 ///< what `source` said at the start
  bool is_watched = false;              ///< its file, for changes
  bool has_lifecycle = false;           ///< POST /-/reload is allowed
  std::optional<HttpUrl> against = {};  ///< a running exporter that a check compares with
};

/// Reads the arguments (without the program's name) and the file that they name. Throws
/// ConfigError.
Invocation read_flags(const std::vector<std::string>& arguments);

/// The text of --help.
std::string help_text();

}  // namespace zke

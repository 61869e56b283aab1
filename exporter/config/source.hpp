#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/command_line.hpp"
#include "config/settings.hpp"

namespace zke {

/// Settings, and what they were read from.
struct Configuration {
  Settings settings;
  std::string sha256 = {};  ///< of the file's text, in hex; empty without a file
  std::map<std::string, std::string> secrets = {};  ///< by the file that holds it
  bool is_file_empty = false;                       ///< there is a file, in which no setting stands
  std::vector<std::string> overridden = {};         ///< keys of the file whose place a flag takes
};

/// Where the settings come from: the flags and, if they name one, a file. It can be read again and
/// again; the flags win each time.
class ConfigSource {
 public:
  explicit ConfigSource(GivenFlags flags = {});

  /// The path; empty when there is no file.
  const std::string& file() const { return file_; }

  /// The file's text now; empty without a file. Takes as long as the file system does. Throws a
  /// ConfigError for a file that can't be read.
  std::string read_text() const;

  /// The settings by this text of the file and the flags; all is checked. Throws a ConfigError.
  Configuration parse(const std::string& text) const;

  Configuration read() const { return parse(read_text()); }

 private:
  GivenFlags flags_;
  std::string file_;
};

/// As sha256sum prints it.
std::string sha256_of(const std::string& text);

}  // namespace zke

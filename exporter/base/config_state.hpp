#pragma once

#include <chrono>
#include <string>

namespace zke {

/// What the exporter tells of its own configuration.
struct ConfigState {
  std::string file = {};     ///< its path; empty when the flags say all
  std::string sha256 = {};   ///< of the file's text that is in use, in hex; empty without a file
  std::string mistake = {};  ///< why the newest reload was refused: one line; empty when it was not
  std::chrono::system_clock::time_point taken = {};  ///< the last time that all was well with it
};

}  // namespace zke

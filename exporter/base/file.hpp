#pragma once

#include <cstddef>
#include <string>

#include "base/result.hpp"

namespace zke {

struct FileText {
  std::string text;
  bool is_for_all = false;  ///< users other than its owner and its group may read it
};

/// All of a regular file of at most `limit` bytes; it may block for as long as the file system
/// does. The error goes on after the file's name: "cannot be read: No such file or directory"
/// (local_error), "is a directory, not a regular file" (malformed), "is larger than 1 MiB"
/// (too_large).
Result<FileText> read_file(const std::string& path, std::size_t limit);

/// A path as messages show it: printable, and not longer than they can take.
std::string shown_path(const std::string& path);

}  // namespace zke

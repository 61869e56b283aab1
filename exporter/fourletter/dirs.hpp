#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace zke {

/// The reply to `dirs`, in bytes; a figure that can't be true is empty. Both may be one directory.
///   datadir_size: 67109538
///   logdir_size: 67109538
struct Dirs {
  std::optional<std::int64_t> data_size;
  std::optional<std::int64_t> log_size;
  int unparsed_lines = 0;

  bool operator==(const Dirs&) const = default;
};

Dirs parse_dirs(std::string_view reply);

bool is_dirs(std::string_view reply);
bool is_whole_dirs(std::string_view reply);

}  // namespace zke

#pragma once

#include <cstdint>

namespace zke {

/// What the kernel says about this process. A figure that it did not say is 0.
struct ProcessFigures {
  double cpu_seconds = 0;
  double start_time_seconds = 0;  ///< Unix time
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_fds = 0;
  std::uint64_t max_fds = 0;
};

/// Reads /proc/self, getrusage and getrlimit.
ProcessFigures read_process_figures();

}  // namespace zke

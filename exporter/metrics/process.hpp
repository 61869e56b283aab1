#pragma once

#include <cstdint>

namespace zke {

/// What the kernel says about this process. A figure that it did not say is 0.
struct ProcessFigures {
  double cpu_seconds = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_fds = 0;
  std::uint64_t max_fds = 0;
};

/// Reads /proc/self, getrusage and getrlimit.
ProcessFigures read_process_figures();

/// When this process was started, in Unix time by the clock of now: to be read at the start, since
/// a clock that is set later would move it. 0 when the kernel does not say it.
double read_process_start();

}  // namespace zke

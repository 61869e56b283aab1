#pragma once

#include <cstdint>
#include <optional>

namespace zke {

/// What the kernel says about this process. What is below /proc can't be read without a descriptor
/// left.
struct ProcessFigures {
  double start = 0;  ///< read_process_start() at the start
  double cpu_seconds = 0;
  std::uint64_t max_fds = 0;
  std::optional<std::uint64_t> resident_bytes;
  std::optional<std::uint64_t> virtual_bytes;
  std::optional<std::uint64_t> open_fds;
};

/// Reads /proc/self, getrusage and getrlimit; all but the start.
ProcessFigures read_process_figures();

/// When this process was started, in Unix time by the clock of now: to be read at the start, since
/// a clock that is set later would move it. 0 when the kernel does not say it.
double read_process_start();

}  // namespace zke

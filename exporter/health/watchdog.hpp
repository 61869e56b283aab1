#pragma once

#include <chrono>

namespace zke {

/// Ends the process with `status`, and a line on stderr, when it still runs after `time`.
void limit_run_time(std::chrono::milliseconds time, int status);

}  // namespace zke

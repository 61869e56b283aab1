#pragma once

#include <string>

#include "health/checks.hpp"
#include "health/options.hpp"

namespace zke {

/// One line of less than 1 KiB, without the line end, in the format that was asked for.
std::string format_report(const HealthReport& report, const HealthOptions& options);

/// The process's exit status: the ExitCode, or Nagios' own.
int exit_status(const HealthReport& report, const HealthOptions& options);

/// The same when there is no report, or nobody can be told of it: unknown.
int own_failure_status(const HealthOptions& options);

}  // namespace zke

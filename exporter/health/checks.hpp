#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "health/options.hpp"
#include "judge/probe.hpp"
#include "judge/verdict.hpp"

namespace zke {

/// What a check found.
struct HealthReport {
  bool passed = false;
  bool is_warning = false;
  ExitCode exit_code = ExitCode::kUnknown;
  std::string verdict;  ///< "ready", "safe", "healthy", …
  std::string reason;   ///< for machines
  std::string text;     ///< for people
  std::chrono::duration<double> took{};
  std::optional<EnsembleVerdict> ensemble;  ///< of the checks that ask several servers
};

/// Asks the servers, all at the same time, and judges their answers as the daemon does. Returns by
/// the options' timeout. The error is a file of TLS that can't be used; startup and liveness are
/// told without it: a restart of the server would not mend it.
Result<HealthReport> run_check(const HealthOptions& options);

}  // namespace zke

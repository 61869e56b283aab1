#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "judge/member_sample.hpp"

namespace zke {

/// What one look at a member showed: its answer to `srvr`, or why there is none.
struct Observation {
  MemberState state = MemberState::kUnreachable;
  Reason reason = Reason::kNone;  ///< why it is unreachable
  std::string detail;
};

Observation observe(const Result<Reply>& srvr);

/// What a probe asks of one process.
enum class ProbeKind {
  kStartup,    ///< has it opened its port, and does it speak?
  kLiveness,   ///< would a restart of this process help? Never about the quorum; doubt means "live"
  kReadiness,  ///< can a client be served here now? Doubt means "not ready"
};

std::optional<ProbeKind> parse_probe_kind(std::string_view text);

/// Exit codes of zk-health.
enum class ExitCode {
  kHealthy = 0,
  kUsage = 1,
  kNoConnection = 2,  ///< refused, or no answer in time
  kProtocol = 3,      ///< closed without an answer, TLS, or no ZooKeeper
  kUnhealthy = 4,
  kCommandRefused = 5,  ///< a command is not in the server's whitelist
  kUnknown = 6,         ///< the prober's own failure
};

struct ProbeVerdict {
  bool passed = false;
  bool is_warning = false;  ///< passed, though something is wrong
  ExitCode exit_code = ExitCode::kUnknown;
  std::string_view verdict;  ///< "live", "dead", "ready", "not_ready", "started", "not_started"
  std::string_view reason;   ///< "serving", "not_serving", "timeout", …
  std::string text;          ///< one line for people
};

/// The verdict table of docs/health.md. Liveness fails only for a process that refuses connections
/// or does not answer: those that a restart can help. One that speaks TLS where we do not, or a TLS
/// that we do not accept, has started and lives.
ProbeVerdict judge_probe(ProbeKind kind, const Observation& seen, bool allow_read_only);

}  // namespace zke

#include "judge/probe.hpp"

#include "base/text.hpp"
#include "judge/read_reply.hpp"

namespace zke {

namespace {

struct Names {
  std::string_view passed;
  std::string_view failed;
};

Names names_of(ProbeKind kind) {
  switch (kind) {
    case ProbeKind::kStartup:
      return {"started", "not_started"};
    case ProbeKind::kLiveness:
      return {"live", "dead"};
    case ProbeKind::kReadiness:
      break;
  }
  return {"ready", "not_ready"};
}

bool answered(const Observation& seen) {
  return seen.state != MemberState::kUnreachable || seen.reason == Reason::kCommandRefused;
}

ExitCode failure_code(const Observation& seen) {
  switch (seen.reason) {
    case Reason::kTimeout:
    case Reason::kNoConnection:
    case Reason::kRefused:
    case Reason::kNoRoute:
      return ExitCode::kNoConnection;
    case Reason::kCommandRefused:
      return ExitCode::kCommandRefused;
    case Reason::kDns:
    case Reason::kLocalError:
      return ExitCode::kUnknown;
    case Reason::kNone:
      return ExitCode::kUnhealthy;
    default:
      return ExitCode::kProtocol;
  }
}

bool passes(ProbeKind kind, const Observation& seen, bool allow_read_only) {
  switch (kind) {
    case ProbeKind::kStartup:
      return answered(seen) || seen.reason == Reason::kTls;  // its port is open, and speaks
    case ProbeKind::kLiveness:
      return answered(seen) || failure_code(seen) != ExitCode::kNoConnection;
    case ProbeKind::kReadiness:
      break;
  }
  return is_serving(seen.state) || (allow_read_only && seen.state == MemberState::kReadOnly);
}

std::string_view reason_of(const Observation& seen) {
  if (is_serving(seen.state)) {
    return "serving";
  }
  if (seen.state != MemberState::kUnreachable) {
    return to_string(seen.state);
  }
  return to_string(seen.reason);
}

std::string text_of(const Observation& seen) {
  return seen.state == MemberState::kUnreachable ? seen.detail : describe(seen.state);
}

}  // namespace

Observation observe(const Result<Reply>& srvr) {
  constexpr std::size_t kMaxDetail = 300;
  Observation seen;
  if (!srvr) {
    seen.reason = srvr.error().reason();
    seen.detail = printable(srvr.error().detail(), kMaxDetail);
    return seen;
  }
  if (srvr->kind == Reply::Kind::kNotServing) {
    seen.state = MemberState::kNotServing;
    return seen;
  }
  if (srvr->kind == Reply::Kind::kNotAllowed) {
    seen.reason = Reason::kCommandRefused;
    seen.detail = "srvr is not in the server's whitelist, which no ZooKeeper can do";
    return seen;
  }
  const auto mode = read_srvr(*srvr).mode;
  if (!mode) {
    seen.reason = Reason::kMalformed;
    seen.detail = "srvr: its answer has no mode that is known";
    return seen;
  }
  seen.state = state_of(*mode);
  return seen;
}

std::optional<ProbeKind> parse_probe_kind(std::string_view text) {
  if (text == "startup") {
    return ProbeKind::kStartup;
  }
  if (text == "liveness") {
    return ProbeKind::kLiveness;
  }
  if (text == "readiness") {
    return ProbeKind::kReadiness;
  }
  return std::nullopt;
}

ProbeVerdict judge_probe(ProbeKind kind, const Observation& seen, bool allow_read_only) {
  const auto names = names_of(kind);
  ProbeVerdict verdict;
  verdict.passed = passes(kind, seen, allow_read_only);
  verdict.verdict = verdict.passed ? names.passed : names.failed;
  verdict.is_warning = verdict.passed && !answered(seen);
  verdict.exit_code = verdict.passed ? ExitCode::kHealthy : failure_code(seen);
  verdict.reason = reason_of(seen);
  verdict.text = text_of(seen);
  return verdict;
}

}  // namespace zke

#include "health/checks.hpp"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "fourletter/ask_all.hpp"
#include "health/tls.hpp"
#include "judge/judge_ensemble.hpp"
#include "judge/judge_member.hpp"

namespace zke {

namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

/// Asks every server for the commands in `due`, over TLS where there is a context for it.
std::vector<PollRecord> ask_servers(const HealthOptions& options, const TlsContext::Ptr& tls,
                                    Commands due) {
  asio::io_context loop(1);
  std::vector<PollRecord> records(options.servers.size());
  const auto began = steady_clock::now();
  const auto deadline = began + options.timeout;
  const auto ask_one = [&](std::size_t i) -> asio::awaitable<void> {
    const auto& server = options.servers[i];
    const Target target{server.name, {server.endpoint}, tls_peer(tls, options, server)};
    auto all = co_await ask_all(target, due, deadline);
    records[i].replies = std::move(all.replies);
    records[i].clock = steady_clock::now();
    records[i].took = records[i].clock - began;
    records[i].finished = std::chrono::system_clock::now();
  };
  for (std::size_t i = 0; i < records.size(); ++i) {
    asio::co_spawn(loop, ask_one(i), [](const std::exception_ptr& bug) {
      if (bug) {
        std::rethrow_exception(bug);
      }
    });
  }
  loop.run();
  return records;
}

HealthReport report_probe(const HealthOptions& options, const Observation& seen) {
  const auto verdict = judge_probe(*options.probe, seen, options.allow_read_only);
  HealthReport report;
  report.passed = verdict.passed;
  report.is_warning = verdict.is_warning;
  report.exit_code = verdict.exit_code;
  report.verdict = verdict.verdict;
  report.reason = verdict.reason;
  report.text = options.servers[0].name + " " + verdict.text;
  return report;
}

HealthReport check_probe(const HealthOptions& options, const TlsContext::Ptr& tls) {
  const auto records = ask_servers(options, tls, {Command::kSrvr});
  return report_probe(options, observe(*records[0].replies[Command::kSrvr]));
}

/// Why an ensemble's check failed, as an exit code.
ExitCode failure_code(const HealthOptions& options, const Snapshot& view) {
  bool is_refused = false;
  bool is_any_up = false;
  bool is_tls = false;
  bool is_own_failure = false;
  for (const auto& member : view.members) {
    is_any_up = is_any_up || member.sample->is_up();
    is_tls = is_tls || member.sample->reason == Reason::kTls;
    is_own_failure = is_own_failure || member.sample->reason == Reason::kLocalError;
    is_refused = is_refused || member.sample->reason == Reason::kCommandRefused;
  }
  if (is_own_failure) {
    return ExitCode::kUnknown;
  }
  if (!is_any_up) {
    return is_tls ? ExitCode::kProtocol : ExitCode::kNoConnection;
  }
  const bool is_reason = options.is_safe_to_stop && has_quorum(view.verdict.level);
  return is_refused && is_reason ? ExitCode::kCommandRefused : ExitCode::kUnhealthy;
}

Snapshot judge_servers(const HealthOptions& options, const TlsContext::Ptr& tls) {
  auto records = ask_servers(options, tls, {Command::kSrvr, Command::kMntr, Command::kConf});
  Snapshot view;
  for (std::size_t i = 0; i < records.size(); ++i) {
    MemberMemory memory;
    auto sample = std::make_shared<const MemberSample>(memory.judge(records[i]));
    const auto& server = options.servers[i];
    view.members.push_back({server.name, std::move(sample), server.is_observer});
  }
  EnsembleMemory memory;
  view.verdict = judge_ensemble(view, memory, steady_clock::now(), options.timeout * 2);
  return view;
}

void report_ensemble(const HealthOptions& options, const Snapshot& view, HealthReport& report) {
  report.passed = meets(view.verdict, options.require);
  report.is_warning = report.passed && view.verdict.level != Level::kHealthy;
  report.verdict = to_string(view.verdict.level);
  report.reason = view.verdict.findings.empty() ? "none" : to_string(view.verdict.findings[0].code);
  report.text = view.verdict.summary;
}

void report_stop(const HealthOptions& options, const Snapshot& view, HealthReport& report) {
  const auto& member = *view.verdict.find(options.member);
  auto reasons = member.unsafe_to_stop;
  if (options.leader_last && member.is_leader) {
    reasons.emplace_back("it leads: stop the others first");
  }
  report.passed = reasons.empty();
  report.verdict = report.passed ? "safe" : "not_safe";
  report.reason = report.passed ? "none" : to_string(view.verdict.level);
  report.text = options.member + (report.passed ? " may be stopped" : " must not be stopped now: ");
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    report.text += (i == 0 ? "" : "; ") + reasons[i];
  }
}

HealthReport check_ensemble(const HealthOptions& options, const TlsContext::Ptr& tls) {
  HealthReport report;
  const auto view = judge_servers(options, tls);
  if (options.is_safe_to_stop) {
    report_stop(options, view, report);
  } else {
    report_ensemble(options, view, report);
  }
  report.exit_code = report.passed ? ExitCode::kHealthy : failure_code(options, view);
  report.ensemble = view.verdict;
  return report;
}

/// We could not even ask: no file descriptors, say. That is nobody else's fault.
HealthReport report_own_failure(const HealthOptions& options, const std::string& what) {
  Observation nothing;
  nothing.reason = Reason::kLocalError;
  nothing.detail = "could not be asked: " + what;
  if (options.probe) {
    return report_probe(options, nothing);
  }
  HealthReport report;
  report.verdict = options.is_safe_to_stop ? "not_safe" : to_string(Level::kUnknown);
  report.reason = to_string(nothing.reason);
  report.text = "the servers " + nothing.detail;
  return report;
}

/// Without the files, which can't be used: a server that greets us at all has started and lives.
HealthReport check_without_files(HealthOptions options, const std::string& why) {
  options.tls = TlsSettings();
  options.tls->verify = false;
  auto report = check_probe(options, *TlsContext::load(*options.tls));
  report.is_warning = report.passed;
  report.text = name_flags(report.text);
  report.text += "; asked without the files of TLS: " + why;
  return report;
}

Result<HealthReport> check(const HealthOptions& options) {
  const auto tls = load_tls(options);
  if (!tls) {
    const bool is_about_restart = options.probe && *options.probe != ProbeKind::kReadiness;
    return is_about_restart ? Result(check_without_files(options, tls.error().detail()))
                            : Result<HealthReport>(tls.error());
  }
  auto report = options.probe ? check_probe(options, *tls) : check_ensemble(options, *tls);
  report.text = name_flags(report.text);
  return report;
}

}  // namespace

Result<HealthReport> run_check(const HealthOptions& options) {
  const auto began = steady_clock::now();
  auto report = Result(HealthReport());
  try {
    report = check(options);
  } catch (const std::exception& failure) {
    report = report_own_failure(options, failure.what());
  }
  if (report) {
    report->took = steady_clock::now() - began;
  }
  return report;
}

}  // namespace zke

#include "judge/probe.hpp"

#include <catch2/catch.hpp>

#include "support/captures.hpp"

using namespace zke;
using namespace zke::test;

namespace {

/// One column of one row of the verdict table.
struct Answer {
  bool passed;
  int exit_code;
  bool is_warning = false;
  bool operator==(const Answer&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Answer& answer) {
  return out << (answer.passed ? "passed" : "failed") << " exit " << answer.exit_code
             << (answer.is_warning ? " warning" : "");
}

struct Row {
  std::string seen;
  Result<Reply> srvr;
  std::string reason;
  Answer startup;
  Answer liveness;
  Answer readiness;
  Answer with_read_only;  ///< readiness, --allow-read-only
};

Result<Reply> mode(const std::string& mode) {
  return Reply{Reply::Kind::kAnswer,
               "Zookeeper version: 3.9.3\nMode: " + mode + "\nNode count: 5\n"};
}

Result<Reply> refusal(Reply::Kind kind) { return Reply{kind, "This ZooKeeper…"}; }

Result<Reply> failure(Reason reason) { return Error(reason, "what happened"); }

constexpr Answer kYes{true, 0};
constexpr Answer kDoubt{true, 0, true};
constexpr Answer kGone{false, 2};      // refused, or no answer in time
constexpr Answer kProtocol{false, 3};  // something else answers, or nothing at all
constexpr Answer kNo{false, 4};
constexpr Answer kDenied{false, 5};
constexpr Answer kOurs{false, 6};

std::vector<Row> table() {
  using Kind = Reply::Kind;
  // clang-format off
  //                                                    startup     liveness readiness   read-only
  return {
      {"leader", mode("leader"), "serving",               kYes,      kYes,   kYes,       kYes},
      {"follower", mode("follower"), "serving",           kYes,      kYes,   kYes,       kYes},
      {"observer", mode("observer"), "serving",           kYes,      kYes,   kYes,       kYes},
      {"standalone", mode("standalone"), "serving",       kYes,      kYes,   kYes,       kYes},
      {"read-only", mode("read-only"), "read_only",       kYes,      kYes,   kNo,        kYes},
      {"not serving", refusal(Kind::kNotServing), "not_serving",
                                                          kYes,      kYes,   kNo,        kNo},
      {"frozen", failure(Reason::kTimeout), "timeout",    kGone,     kGone,  kGone,      kGone},
      {"refused", failure(Reason::kRefused), "refused",   kGone,     kGone,  kGone,      kGone},
      {"no route", failure(Reason::kNoRoute), "refused",  kGone,     kGone,  kGone,      kGone},
      {"closed", failure(Reason::kClosedWithoutAnswer), "closed_without_answer",
                                                          kProtocol, kDoubt, kProtocol,  kProtocol},
      {"srvr refused", refusal(Kind::kNotAllowed), "command_refused",
                                                          kYes,      kYes,   kDenied,    kDenied},
      {"TLS", failure(Reason::kTls), "tls",               kDoubt,    kDoubt, kProtocol,  kProtocol},
      {"garbage", failure(Reason::kMalformed), "malformed",
                                                          kProtocol, kDoubt, kProtocol,  kProtocol},
      {"cut short", failure(Reason::kTruncated), "truncated",
                                                          kProtocol, kDoubt, kProtocol,  kProtocol},
      {"too long", failure(Reason::kTooLarge), "too_large",
                                                          kProtocol, kDoubt, kProtocol,  kProtocol},
      {"strange mode", mode("dictator"), "malformed",     kProtocol, kDoubt, kProtocol,  kProtocol},
      {"our own failure", failure(Reason::kLocalError), "local_error",
                                                          kOurs,     kDoubt, kOurs,      kOurs},
      {"bad name", failure(Reason::kDns), "dns",          kOurs,     kDoubt, kOurs,      kOurs},
  };
  // clang-format on
}

Answer ask(ProbeKind kind, const Row& row, bool allow_read_only = false) {
  const auto verdict = judge_probe(kind, observe(row.srvr), allow_read_only);
  CHECK(verdict.reason == row.reason);
  CHECK_FALSE(verdict.text.empty());
  CHECK(verdict.passed == (verdict.exit_code == ExitCode::kHealthy));
  return {verdict.passed, static_cast<int>(verdict.exit_code), verdict.is_warning};
}

}  // namespace

TEST_CASE("every observation has its verdict for every probe", "[judge]") {
  for (const auto& row : table()) {
    INFO(row.seen);
    CHECK(ask(ProbeKind::kStartup, row) == row.startup);
    CHECK(ask(ProbeKind::kLiveness, row) == row.liveness);
    CHECK(ask(ProbeKind::kLiveness, row, true) == row.liveness);
    CHECK(ask(ProbeKind::kReadiness, row) == row.readiness);
    CHECK(ask(ProbeKind::kReadiness, row, true) == row.with_read_only);
  }
}

TEST_CASE("liveness fails only for what a restart can help", "[judge]") {
  for (const auto reason : kReasons) {
    Observation seen;
    seen.reason = reason;
    const auto verdict = judge_probe(ProbeKind::kLiveness, seen, false);
    const bool helps = reason == Reason::kTimeout || reason == Reason::kRefused;
    CAPTURE(to_string(reason));
    CHECK(verdict.passed != helps);
    CHECK(verdict.exit_code == (helps ? ExitCode::kNoConnection : ExitCode::kHealthy));
  }
}

TEST_CASE("the verdict has a word for each probe", "[judge]") {
  const auto word = [](ProbeKind kind, const Result<Reply>& srvr) {
    return std::string(judge_probe(kind, observe(srvr), false).verdict);
  };
  const auto silent = failure(Reason::kTimeout);

  CHECK(word(ProbeKind::kStartup, mode("leader")) == "started");
  CHECK(word(ProbeKind::kStartup, silent) == "not_started");
  CHECK(word(ProbeKind::kLiveness, mode("leader")) == "live");
  CHECK(word(ProbeKind::kLiveness, silent) == "dead");
  CHECK(word(ProbeKind::kReadiness, mode("leader")) == "ready");
  CHECK(word(ProbeKind::kReadiness, silent) == "not_ready");
}

TEST_CASE("a probe's text is for people", "[judge]") {
  const auto text = [](const Result<Reply>& srvr) {
    return judge_probe(ProbeKind::kReadiness, observe(srvr), false).text;
  };

  CHECK(text(mode("follower")) == "serves as follower");
  CHECK(text(refusal(Reply::Kind::kNotServing)) ==
        "answers, but serves nobody: it sees no quorum, or is still loading data");
  CHECK(text(mode("read-only")) ==
        "serves read-only clients only: it is cut off from the other voters");
  CHECK(text(Error(Reason::kTimeout, "no answer\nat all")) == "no answer at all");
}

TEST_CASE("a probe judges every captured reply as its role says", "[judge]") {
  for (const auto& capture : captures()) {
    CAPTURE(capture);
    const auto seen = observe(captured_reply(capture, Command::kSrvr));
    const bool serves = judge_probe(ProbeKind::kReadiness, seen, false).passed;
    const bool refuses = capture.find("not-serving") != std::string::npos ||
                         capture.find("leaderServes-no") != std::string::npos ||
                         capture.find("read-only") != std::string::npos;
    CHECK(judge_probe(ProbeKind::kLiveness, seen, false).passed);
    CHECK(judge_probe(ProbeKind::kStartup, seen, false).passed);
    CHECK(serves != refuses);
  }
}

TEST_CASE("probes are known by their names", "[judge]") {
  CHECK(parse_probe_kind("startup") == ProbeKind::kStartup);
  CHECK(parse_probe_kind("liveness") == ProbeKind::kLiveness);
  CHECK(parse_probe_kind("readiness") == ProbeKind::kReadiness);
  CHECK_FALSE(parse_probe_kind("Liveness"));
  CHECK_FALSE(parse_probe_kind(""));
}

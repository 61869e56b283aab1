#include "pages/probes.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <boost/json/object.hpp>

#include "base/duration.hpp"
#include "http/refusal.hpp"
#include "pages/answer.hpp"
#include "pages/stuck.hpp"

namespace zke {

namespace {

namespace asio = boost::asio;

struct Probing {
  LiveCheck check;
  LookLimit limit;
};

struct Target {
  SnapshotPtr ensemble;
  std::string member;
};

/// The member that is asked for; without ?member= the only one.
std::optional<Target> find_target(const Snapshots& snapshots, const Request& request) {
  const auto* wanted = request.parameter("member");
  const bool is_only = snapshots.size() == 1 && snapshots[0]->members.size() == 1;
  for (const auto& ensemble : snapshots) {
    for (const auto& member : ensemble->members) {
      if (wanted == nullptr ? is_only : member.name == *wanted) {
        return Target{ensemble, member.name};
      }
    }
  }
  return std::nullopt;
}

Response no_such_member(const Snapshots& snapshots, const Request& request) {
  std::vector<std::string> known;
  for (const auto& ensemble : snapshots) {
    for (const auto& member : ensemble->members) {
      known.push_back(member.name);
    }
  }
  return unknown_value(request, request.parameter("member") == nullptr ? 400 : 404, "member",
                       known);
}

std::string verbose_text(const Target& target, const Observation& seen) {
  return "ensemble: " + target.ensemble->name + "\nstate: " + std::string(to_string(seen.state)) +
         "\nensemble level: " + std::string(to_string(target.ensemble->verdict.level)) + "\n" +
         target.ensemble->verdict.summary + "\n";
}

Response respond(const Request& request, const Target& target, const Observation& seen,
                 const ProbeVerdict& verdict) {
  auto text = std::string(verdict.verdict) + ": " + target.member + " " + verdict.text +
              (verdict.is_warning ? " (warning)" : "") + "\n";
  if (is_set(request, "verbose")) {
    text += verbose_text(target, seen);
  }
  const auto state = verdict.reason == kBusyReason ? "unknown" : to_string(seen.state);
  const boost::json::object json{{"member", target.member},
                                 {"ensemble", target.ensemble->name},
                                 {"verdict", verdict.verdict},
                                 {"reason", verdict.reason},
                                 {"passed", verdict.passed},
                                 {"warning", verdict.is_warning},
                                 {"state", state},
                                 {"text", verdict.text}};
  auto response = health_response(request, verdict.passed, text, json);
  response.headers.emplace_back("X-ZK-Verdict", std::string(verdict.verdict));
  response.headers.emplace_back("X-ZK-Reason", std::string(verdict.reason));
  return response;
}

std::string find_mistake(ProbeKind kind, const Request& request) {
  const auto* depth = request.parameter("depth");
  if (depth != nullptr && *depth != "4lw") {
    return "?depth= must be 4lw";
  }
  const auto* policy = request.parameter("policy");
  if (policy != nullptr &&
      (kind != ProbeKind::kLiveness || (*policy != "strict" && *policy != "stuck"))) {
    return "?policy= must be strict or stuck, and belongs to /probe/liveness";
  }
  const auto* after = request.parameter("stuck_after");
  const auto parsed = after == nullptr ? std::nullopt : parse_duration(*after);
  if (after != nullptr && (!parsed || *parsed > std::chrono::days(365))) {
    return "?stuck_after= must be a duration such as 10m, at most 365d";
  }
  return {};
}

/// The verdict on a member that could not be looked at because of our own limit: liveness passes on
/// doubt, the others fail.
ProbeVerdict judge_busy(ProbeKind kind, Observation& seen) {
  seen.reason = Reason::kLocalError;
  seen.detail = kBusyText;
  auto verdict = judge_probe(kind, seen, false);
  verdict.reason = kBusyReason;
  return verdict;
}

asio::awaitable<Response> probe(ProbeKind kind, const Board& board, const Probing& probing,
                                StuckMembers& stuck, const Request& request) {
  if (auto mistake = find_unknown_parameter(
          request, {"member", "verbose", "allow_read_only", "depth", "policy", "stuck_after"})) {
    co_return std::move(*mistake);
  }
  if (auto mistake = find_mistake(kind, request); !mistake.empty()) {
    co_return refuse(request.wants_json(), 400, mistake);
  }
  auto target = find_target(board.snapshots(), request);
  if (!target) {
    co_return no_such_member(board.snapshots(), request);
  }
  auto limit = probing.limit;
  const auto place = limit.enter(target->ensemble->name, {target->member});
  if (place == nullptr) {
    Observation unseen;
    const auto verdict = judge_busy(kind, unseen);
    co_return respond(request, *target, unseen, verdict);
  }
  const auto seen = co_await probing.check(target->ensemble->name, target->member);
  auto verdict = judge_probe(kind, seen, is_set(request, "allow_read_only"));
  const auto* policy = request.parameter("policy");
  if (policy != nullptr && *policy == "stuck" && verdict.passed) {
    constexpr auto kStuckAfter = std::chrono::minutes(10);
    const auto* after = request.parameter("stuck_after");
    const std::chrono::milliseconds patience =
        after == nullptr ? kStuckAfter : parse_duration(*after).value_or(kStuckAfter);
    if (const auto now = board.find(target->ensemble->name)) {  // it has news by now
      stuck.judge(**now, target->member, patience, StuckMembers::Clock::now(), verdict);
    }
  }
  co_return respond(request, *target, seen, verdict);
}

}  // namespace

void add_probe_pages(Router& router, const Board& board, LiveCheck check, LookLimit limit) {
  const auto probing = std::make_shared<const Probing>(Probing{std::move(check), std::move(limit)});
  const auto stuck = std::make_shared<StuckMembers>();
  const auto add = [&](const std::string& path, const std::string& what, ProbeKind kind) {
    router.add(
        path, what,
        [=, &board](const Request& request) {
          return probe(kind, board, *probing, *stuck, request);
        },
        "?member=HOST:PORT");
  };
  add("/probe/startup", "whether a member speaks", ProbeKind::kStartup);
  add("/probe/liveness", "whether a restart of a member would help", ProbeKind::kLiveness);
  add("/probe/readiness", "whether a client can be served by a member", ProbeKind::kReadiness);
}

}  // namespace zke

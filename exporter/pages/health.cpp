#include "pages/health.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "ensemble/require.hpp"
#include "pages/answer.hpp"

namespace zke {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using Views = std::vector<std::shared_ptr<const EnsembleView>>;

double age_of(const MemberSample& sample) {
  const std::chrono::duration<double> age = std::chrono::steady_clock::now() - sample.clock;
  return age.count();
}

json::object member_json(const EnsembleView::Member& member, const MemberVerdict& verdict) {
  json::object object{{"member", member.name},
                      {"voter", verdict.is_voter},
                      {"serves", verdict.serves},
                      {"leader", verdict.is_leader},
                      {"safe_to_stop", verdict.unsafe_to_stop.empty()}};
  if (verdict.id) {
    object["server_id"] = *verdict.id;
  }
  if (verdict.lag) {
    object["lag_transactions"] = *verdict.lag;
  }
  if (const auto* sample = member.sample.get()) {
    object["state"] = to_string(sample->state);
    object["reason"] = to_string(sample->reason);
    object["detail"] = sample->detail;
    object["age_seconds"] = age_of(*sample);
    object["poll_seconds"] = std::chrono::duration<double>(sample->took).count();
    if (sample->srvr && sample->srvr->latency_avg) {
      object["latency_avg_seconds"] = *sample->srvr->latency_avg / 1000;
    }
    if (sample->srvr && sample->srvr->zxid) {
      object["zxid_epoch"] = sample->srvr->zxid->epoch;
      object["zxid_sequence"] = sample->srvr->zxid->counter;
    }
  }
  return object;
}

json::object ensemble_json(const EnsembleView& view) {
  const auto& verdict = view.verdict;
  json::object object{{"ensemble", view.name},
                      {"level", to_string(verdict.level)},
                      {"summary", verdict.summary},
                      {"voters", verdict.voters},
                      {"voters_serving", verdict.voters_serving},
                      {"failures_tolerated", verdict.failures_tolerated},
                      {"leaders", verdict.leaders},
                      {"elections", verdict.elections}};
  if (verdict.epoch) {
    object["epoch"] = *verdict.epoch;
  }
  json::array safe_to_stop;
  for (const auto& member : verdict.members) {
    if (member.is_leader) {
      object["leader"] = member.member;
    }
    if (member.unsafe_to_stop.empty()) {
      safe_to_stop.emplace_back(member.member);
    }
  }
  object["safe_to_stop"] = std::move(safe_to_stop);
  json::array findings;
  for (const auto& finding : verdict.findings) {
    findings.push_back(
        json::object{{"code", finding.code}, {"member", finding.member}, {"text", finding.text}});
  }
  object["findings"] = std::move(findings);
  json::array members;
  for (std::size_t i = 0; i < verdict.members.size(); ++i) {
    members.push_back(member_json(view.members[i], verdict.members[i]));
  }
  object["members"] = std::move(members);
  return object;
}

std::string member_line(const EnsembleView::Member& member, const MemberVerdict& verdict) {
  const auto* sample = member.sample.get();
  const std::string state(sample == nullptr ? "not polled" : to_string(sample->state));
  std::string role = verdict.is_voter ? "voter" : "no vote";
  if (verdict.is_leader && state != "leader") {
    role = "leads, by exclusion";
  }
  const auto lag = verdict.lag ? std::to_string(*verdict.lag) + " behind" : std::string();
  std::array<char, 200> line{};
  std::snprintf(line.data(), line.size(), "  %-32.80s %-12s %-20s %-12s %s\n", member.name.c_str(),
                state.c_str(), role.c_str(), lag.c_str(),
                verdict.unsafe_to_stop.empty() ? "safe to stop" : "not safe to stop");
  return line.data();
}

std::string ensemble_text(const EnsembleView& view) {
  const auto& verdict = view.verdict;
  auto text = "Ensemble " + view.name + ": " + std::string(to_string(verdict.level)) + "\n" +
              verdict.summary + "\n\n";
  for (std::size_t i = 0; i < verdict.members.size(); ++i) {
    text += member_line(view.members[i], verdict.members[i]);
  }
  for (const auto& finding : verdict.findings) {
    text += "- " + std::string(finding.code) + ": " + finding.text + "\n";
  }
  return text;
}

Response show_ensembles(const Snapshot& snapshot, const Request& request) {
  if (auto mistake = find_unknown_parameter(request, {"ensemble", "require"})) {
    return std::move(*mistake);
  }
  const auto* wanted = request.parameter("ensemble");
  const auto* level = request.parameter("require");
  const auto require = level == nullptr ? Require::kQuorum : parse_require(*level);
  if (!require) {
    return unknown_value(400, "require", {"quorum", "writable", "healthy", "full"});
  }
  Views shown;
  std::vector<std::string> names;
  for (const auto& ensemble : snapshot.ensembles) {
    names.push_back(ensemble->name);
    if (wanted == nullptr || *wanted == ensemble->name) {
      shown.push_back(ensemble);
    }
  }
  if (shown.empty()) {
    return unknown_value(404, "ensemble", names);
  }
  bool passed = true;
  std::string text;
  json::array list;
  for (const auto& ensemble : shown) {
    passed = passed && meets(ensemble->verdict, *require);
    text += (text.empty() ? "" : "\n") + ensemble_text(*ensemble);
    list.push_back(ensemble_json(*ensemble));
  }
  const bool is_one = list.size() == 1;
  return health_response(request, passed, text, is_one ? list[0] : json::value(list));
}

std::vector<std::string> names_of_members(const Snapshot& snapshot) {
  std::vector<std::string> names;
  for (const auto& ensemble : snapshot.ensembles) {
    for (const auto& member : ensemble->members) {
      names.push_back(member.name);
    }
  }
  return names;
}

struct Target {
  std::shared_ptr<const EnsembleView> ensemble;
  const MemberVerdict* member = nullptr;
};

/// `within` is the ensemble that it must belong to, or nullptr.
std::optional<Target> find_target(const Snapshot& snapshot, const std::string& name,
                                  const std::string* within) {
  for (const auto& ensemble : snapshot.ensembles) {
    if (within != nullptr && *within != ensemble->name) {
      continue;
    }
    if (const auto* member = ensemble->verdict.find(name)) {
      return Target{ensemble, member};
    }
  }
  return std::nullopt;
}

/// Empty when every member is now what it was in its last poll.
asio::awaitable<std::string> find_change(std::shared_ptr<const EnsembleView> ensemble,
                                         const LiveCheck& check) {
  for (const auto& member : ensemble->members) {
    const auto seen = co_await check(ensemble->name, member.name);
    if (!member.sample || member.sample->state != seen.state) {
      co_return member.name + " has changed since it was last polled: it is " +
          std::string(to_string(seen.state)) + " now; ask again in a second";
    }
  }
  co_return std::string();
}

asio::awaitable<Response> show_disruption(const Board& board, const LiveCheck& check,
                                          const Request& request) {
  if (auto mistake =
          find_unknown_parameter(request, {"member", "ensemble", "action", "leader_last"})) {
    co_return std::move(*mistake);
  }
  const auto* wanted = request.parameter("member");
  const auto* action = request.parameter("action");
  if (action != nullptr && *action != "stop") {
    co_return unknown_value(400, "action", {"stop"});
  }
  const auto snapshot = board.snapshot();
  const auto target = wanted == nullptr
                          ? std::nullopt
                          : find_target(*snapshot, *wanted, request.parameter("ensemble"));
  if (!target) {
    co_return unknown_value(wanted == nullptr ? 400 : 404, "member", names_of_members(*snapshot));
  }
  const auto& member = *target->member;
  auto reasons = member.unsafe_to_stop;
  if (is_set(request, "leader_last") && member.is_leader) {
    reasons.emplace_back("it leads: stop the others first");
  }
  if (reasons.empty()) {
    auto change = co_await find_change(target->ensemble, check);
    if (!change.empty()) {
      reasons.push_back(std::move(change));
    }
  }
  std::string text =
      member.member + (reasons.empty() ? " may be stopped\n" : " must not be stopped now:\n");
  for (const auto& reason : reasons) {
    text += "- " + reason + "\n";
  }
  const json::object json{{"member", member.member},
                          {"ensemble", target->ensemble->name},
                          {"safe_to_stop", reasons.empty()},
                          {"reasons", json::array(reasons.begin(), reasons.end())}};
  co_return health_response(request, reasons.empty(), text, json);
}

}  // namespace

void add_health_pages(Router& router, const Board& board, LiveCheck check) {
  const auto shared_check = std::make_shared<const LiveCheck>(std::move(check));
  router.add("/health/ensemble", "what an ensemble is worth (?ensemble=, ?require=)",
             [&board](const Request& request) -> asio::awaitable<Response> {
               co_return show_ensembles(*board.snapshot(), request);
             });
  router.add("/health/ensemble/disruption",
             "whether a member may be stopped now (?member=HOST:PORT)",
             [=, &board](const Request& request) {
               return show_disruption(board, *shared_check, request);
             });
}

}  // namespace zke

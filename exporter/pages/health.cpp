#include "pages/health.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
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
#include "pages/disruption.hpp"

namespace zke {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using Views = std::vector<std::shared_ptr<const EnsembleView>>;

double age_of(const MemberSample& sample) {
  const std::chrono::duration<double> age = std::chrono::steady_clock::now() - sample.clock;
  return std::max(age.count(), 0.0);
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
    if (sample->srvr && std::isfinite(sample->srvr->latency_avg.value_or(NAN))) {
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
    return unknown_value(request, 400, "require", {"quorum", "writable", "healthy", "full"});
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
    return unknown_value(request, 404, "ensemble", names);
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

}  // namespace

void add_health_pages(Router& router, const Board& board, LiveCheck check, LookLimit limit,
                      std::chrono::milliseconds timeout) {
  router.add("/health/ensemble", "what an ensemble is worth (?ensemble=, ?require=)",
             [&board](const Request& request) -> asio::awaitable<Response> {
               co_return show_ensembles(*board.snapshot(), request);
             });
  add_disruption_page(router, board, std::move(check), std::move(limit), timeout);
}

}  // namespace zke

#include "pages/ensemble_report.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

#include <boost/json/array.hpp>

namespace zke {

namespace {

namespace json = boost::json;

double age_of(const MemberSample& sample) {
  const std::chrono::duration<double> age = std::chrono::steady_clock::now() - sample.clock;
  return std::max(age.count(), 0.0);
}

json::object member_json(const Snapshot::Member& member, const MemberVerdict& verdict) {
  json::object object{{"member", member.name},
                      {"voter", verdict.is_voter},
                      {"serves", verdict.serves},
                      {"leader", verdict.is_leader},
                      {"safe_to_stop", verdict.unsafe_to_stop.empty()},
                      {"unsafe_to_stop",
                       json::array(verdict.unsafe_to_stop.begin(), verdict.unsafe_to_stop.end())}};
  if (!verdict.is_role_known) {
    object["voter"] = nullptr;
  }
  if (verdict.id) {
    object["server_id"] = *verdict.id;
  }
  if (verdict.lag) {
    object["lag_transactions"] = *verdict.lag;
  }
  if (member.client) {
    object["session"] = to_string(member.client->session);
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

/// Each setting that differs: {"key": "maxClientCnxns", "values": [{"value": "60", "members": …}]}
json::array drift_json(const std::vector<Difference>& settings) {
  json::array list;
  for (const auto& setting : settings) {
    json::array values;
    for (const auto& side : setting.sides) {
      values.push_back(
          json::object{{"value", side.value},
                       {"members", json::array(side.members.begin(), side.members.end())}});
    }
    list.push_back(json::object{{"key", setting.key}, {"values", std::move(values)}});
  }
  return list;
}

std::string member_line(const Snapshot::Member& member, const MemberVerdict& verdict, Level level) {
  const auto* sample = member.sample.get();
  const std::string state(sample == nullptr ? "not polled" : to_string(sample->state));
  const auto role = role_text(member, verdict);
  const auto lag = verdict.lag ? std::to_string(*verdict.lag) + " behind" : std::string();
  std::array<char, 200> line{};
  std::snprintf(line.data(), line.size(), "  %-32.80s %-12s %-20s %-12s ", member.name.c_str(),
                state.c_str(), role.c_str(), lag.c_str());
  return line.data() + stop_text(verdict, level) + "\n";
}

}  // namespace

std::string role_text(const Snapshot::Member& member, const MemberVerdict& verdict) {
  const bool says_so = member.sample && member.sample->state == MemberState::kLeader;
  if (verdict.is_leader && !says_so) {
    return "leads, by exclusion";
  }
  return !verdict.is_role_known ? "vote not known" : verdict.is_voter ? "voter" : "no vote";
}

std::string stop_text(const MemberVerdict& member, Level level) {
  const auto& reasons = member.unsafe_to_stop;
  if (reasons.empty()) {
    return "safe to stop";
  }
  if (!has_quorum(level)) {
    return "not safe to stop: the ensemble is " + std::string(to_string(level));
  }
  const auto more = reasons.size() - 1;
  return "not safe to stop: " + reasons[0] +
         (more > 0 ? " (and " + std::to_string(more) + " more)" : "");
}

boost::json::object ensemble_json(const Snapshot& view) {
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
    findings.push_back(json::object{
        {"code", to_string(finding.code)}, {"member", finding.member}, {"text", finding.text}});
  }
  object["findings"] = std::move(findings);
  if (verdict.data_differs) {
    object["data_differs"] = *verdict.data_differs;
  }
  object["config_drift"] = drift_json(verdict.config_drift);
  json::array members;
  for (std::size_t i = 0; i < verdict.members.size(); ++i) {
    members.push_back(member_json(view.members[i], verdict.members[i]));
  }
  object["members"] = std::move(members);
  return object;
}

std::string ensemble_text(const Snapshot& view) {
  const auto& verdict = view.verdict;
  auto text = "Ensemble " + view.name + ": " + std::string(to_string(verdict.level)) + "\n" +
              verdict.summary + "\n\n";
  for (std::size_t i = 0; i < verdict.members.size(); ++i) {
    text += member_line(view.members[i], verdict.members[i], verdict.level);
  }
  for (const auto& finding : verdict.findings) {
    text += "- " + std::string(to_string(finding.code)) + ": " + finding.text + "\n";
  }
  return text;
}

}  // namespace zke

#include "pages/stuck.hpp"

#include <algorithm>
#include <utility>

namespace zke {

namespace {

constexpr auto kBudget = std::chrono::minutes(30);
constexpr auto kMemory = std::chrono::minutes(2);  // what happened between two questions is unknown

bool others_serve(const Snapshot& ensemble) {
  return has_quorum(ensemble.verdict.level) && ensemble.verdict.leaders == 1;
}

}  // namespace

bool StuckMembers::Entry::has_budget(Clock::time_point now) const {
  return !answered || now - *answered >= kBudget;
}

void StuckMembers::forget(Clock::time_point now) {
  std::erase_if(entries_, [&](const auto& pair) {
    return pair.second.has_budget(now) && now - pair.second.asked > kMemory;
  });
}

void StuckMembers::judge(const Snapshot& ensemble, const std::string& member,
                         std::chrono::milliseconds patience, Clock::time_point now,
                         ProbeVerdict& verdict) {
  constexpr auto kRepeat = std::chrono::minutes(2);  // a kubelet wants several failures in a row
  constexpr auto kMostPatience =
      std::chrono::milliseconds(std::chrono::years(10));  // more would overflow the clock's unit
  const auto wait = std::clamp(patience, std::chrono::milliseconds(0), kMostPatience);
  const auto* judged = ensemble.verdict.find(member);
  const bool is_out = verdict.reason == "not_serving" && judged != nullptr && !judged->serves;
  forget(now);
  auto& entry =
      entries_.try_emplace(ensemble.name + '\n' + member, Entry{now, now, {}}).first->second;
  const bool is_forgotten = now - std::exchange(entry.asked, now) > kMemory;
  if (!is_out || !others_serve(ensemble) || is_forgotten) {
    entry.since = now;  // the budget is spent all the same
    return;
  }
  const bool has_budget = entry.has_budget(now);
  if (now - entry.since < wait || (!has_budget && now - *entry.answered >= kRepeat)) {
    return;
  }
  if (has_budget) {
    entry.answered = now;
  }
  verdict.passed = false;
  verdict.verdict = "dead";
  verdict.reason = "stuck";
  verdict.exit_code = ExitCode::kUnhealthy;
  verdict.text = "has served nobody for long, while the others have a quorum: a restart may help";
}

}  // namespace zke

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

void StuckMembers::forget(Clock::time_point now) {
  std::erase_if(entries_, [&](const auto& pair) {
    const auto& entry = pair.second;
    const bool has_budget =
        entry.answered == Clock::time_point() || now - entry.answered >= kBudget;
    return has_budget && now - entry.asked > kMemory;
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
  const bool was_answered = entry.answered != Clock::time_point();
  const bool is_in_budget =
      !was_answered || now - entry.answered < kRepeat || now - entry.answered >= kBudget;
  if (now - entry.since < wait || !is_in_budget) {
    return;
  }
  if (!was_answered || now - entry.answered >= kBudget) {
    entry.answered = now;
  }
  verdict.passed = false;
  verdict.verdict = "dead";
  verdict.reason = "stuck";
  verdict.exit_code = ExitCode::kUnhealthy;
  verdict.text = "has served nobody for long, while the others have a quorum: a restart may help";
}

}  // namespace zke

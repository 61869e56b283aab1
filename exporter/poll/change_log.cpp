#include "poll/change_log.hpp"

#include <string>

#include "base/log.hpp"

namespace zke {

namespace {

void log_member(const std::string& ensemble, const std::string& member, const MemberSample* last,
                const MemberSample& now) {
  const bool is_known_mix = last != nullptr && last->is_several_servers && now.is_several_servers;
  if (is_known_mix || (last != nullptr && last->state == now.state && last->reason == now.reason)) {
    return;  // what an address of several servers shows changes all the time
  }
  const log::Fields fields = {
      {"ensemble", ensemble},
      {"member", member},
      {"from", std::string(last == nullptr ? "unknown" : to_string(last->state))},
      {"to", std::string(to_string(now.state))},
      {"reason", std::string(to_string(now.reason))},
      {"detail", now.detail}};
  const bool is_well = is_serving(now.state) && now.reason == Reason::kNone;
  (is_well ? log::info : log::warn)("member changed", fields);
}

/// Not while members wait for their first poll.
void log_level(Level last, const Snapshot& now) {
  const auto& verdict = now.verdict;
  if (last == verdict.level || verdict.has(FindingCode::kNotPolled)) {
    return;
  }
  const bool is_well = verdict.level == Level::kHealthy;
  (is_well ? log::info : log::warn)("ensemble changed",
                                    {{"ensemble", now.name},
                                     {"from", std::string(to_string(last))},
                                     {"to", std::string(to_string(verdict.level))},
                                     {"summary", verdict.summary}});
}

}  // namespace

void log_changes(const SnapshotPtr& last, const SnapshotPtr& now) {
  if (!now) {
    return;
  }
  for (const auto& member : now->members) {
    const auto* before = last ? last->find(member.name) : nullptr;
    const auto* const known = before == nullptr ? nullptr : before->sample.get();
    if (member.sample && member.sample.get() != known) {
      log_member(now->name, member.name, known, *member.sample);
    }
  }
  log_level(last ? last->verdict.level : Level::kUnknown, *now);
}

}  // namespace zke

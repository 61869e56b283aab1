#include "ensemble/safe_to_stop.hpp"

#include <string>
#include <utility>

namespace zke {

namespace {

constexpr std::uint32_t kMaxLag = 1000;  // transactions; more than a moment's work to catch up

using Reasons = std::vector<std::string>;

/// What forbids to stop anything at all.
Reasons find_common(const EnsembleVerdict& verdict, StopHazards hazards) {
  Reasons reasons;
  if (!has_quorum(verdict.level)) {
    reasons.emplace_back("the ensemble is " + std::string(to_string(verdict.level)) + ": " +
                         verdict.summary);
    return reasons;
  }
  if (hazards.is_stale) {
    reasons.emplace_back("a member was not polled lately: what is known may be out of date");
  }
  if (hazards.is_unsynced) {
    reasons.emplace_back("a follower has not caught up with the leader yet");
  }
  if (hazards.is_sync_unknown) {
    reasons.emplace_back(
        "no leader tells whether the followers are in sync: it needs mntr in its "
        "4lw.commands.whitelist, and leaderServes=yes");
  }
  if (verdict.leaders != 1 && verdict.voters > 1) {
    reasons.emplace_back("it is not clear who leads: an election may be on");
  }
  return reasons;
}

}  // namespace

void judge_safe_to_stop(EnsembleVerdict& verdict, const Membership& membership,
                        ServingVoters serving, StopHazards hazards) {
  const auto common = find_common(verdict, hazards);
  for (std::size_t i = 0; i < verdict.members.size(); ++i) {
    auto& member = verdict.members[i];
    member.unsafe_to_stop = common;
    auto& reasons = member.unsafe_to_stop;
    auto others = serving.seen;
    if (member.is_voter) {
      others.erase(membership.vote_of(i));
    }
    if (membership.unmonitored() > 0) {
      reasons.emplace_back("not all voters are polled: name all servers of the ensemble");
    }
    for (const auto id : membership.voters.ids()) {
      const auto voter = membership.member_with(id);
      if (voter && voter != i && !serving.seen.contains(id)) {
        const auto& name = verdict.members[*voter].member;
        reasons.push_back(name + (serving.known.contains(id)
                                      ? " may serve, but can't be seen from here"
                                      : " does not serve: bring it back first"));
      }
    }
    for (const auto& other : verdict.members) {
      if (&other != &member && other.is_voter && other.lag.value_or(0) > kMaxLag) {
        reasons.push_back(other.member + " is " + std::to_string(*other.lag) +
                          " transactions behind the leader");
      }
    }
    if (!membership.voters.is_quorum(others)) {
      reasons.emplace_back("without it no quorum is left");
    }
  }
}

}  // namespace zke

#pragma once

#include <cstddef>
#include <set>

#include "judge/membership.hpp"
#include "judge/verdict.hpp"

namespace zke {

/// What speaks against stopping any member.
struct StopHazards {
  bool is_stale = false;               ///< a member was not polled lately
  bool is_unsynced = false;            ///< a follower has not caught up with the leader
  std::set<std::size_t> unasked = {};  ///< members that we failed to ask
};

/// Voters that serve: all, and those that were seen themselves.
struct ServingVoters {
  const VoterSet::Ids& known;
  const VoterSet::Ids& seen;  ///< without those that only the leader tells of
};

/// Fills `unsafe_to_stop` of every member: it is safe to stop one when all others that have a vote
/// serve, are in sync, and are a quorum without it. Whatever is unknown makes it unsafe.
void judge_safe_to_stop(EnsembleVerdict& verdict, const Membership& membership,
                        ServingVoters serving, const StopHazards& hazards);

}  // namespace zke

#pragma once

#include <optional>

#include "judge/finding.hpp"
#include "judge/lasting.hpp"
#include "judge/membership.hpp"
#include "judge/service.hpp"

namespace zke {

/// What is known of the quorum.
enum class QuorumSight {
  kSeen,     ///< the voters that are known to serve are one
  kImplied,  ///< fewer are, but what is seen could not be without one
  kLost,
  kUnknown,
};

struct Quorum {
  QuorumSight sight = QuorumSight::kUnknown;
  std::optional<Finding> finding;  ///< what implies it, if nothing else tells
};

/// Whether somebody serves behind an address that leads to several servers, or did within an
/// election time: another server answers each poll, and the level must not change with each.
bool is_served_by_several(const Membership& membership, Lasting& lasting);

/// Whether nothing can be said: a member's first poll has not ended, or nobody answers. That may be
/// a dead ensemble, or we may be cut off.
bool is_blind(const Membership& membership, bool is_served_by_several);

/// Looks for a quorum, from the best proof to the weakest:
/// - Voters that are known to serve, or somebody who serves behind an address of several servers.
/// - Those that we failed to ask may make the difference: then it is unknown, not lost. Where the
///   members contradict each other (`is_split`) that is told instead.
/// - A member that goes on to serve. A server gives up its role within an election time of losing
///   its peers, and then answers "not serving"; so one that has served for longer, while too few
///   voters could be seen, has a quorum out of our sight. It must be of this ensemble and a
///   ZooKeeper (ClickHouse Keeper's go on to follow), and there must be enough voters that we can't
///   see: those that answer that they do not serve can't be in that quorum. How many serve is not
///   known.
Quorum find_quorum(const Membership& membership, const Service& service, bool is_served_by_several,
                   bool is_split, Lasting& lasting);

}  // namespace zke

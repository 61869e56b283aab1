#pragma once

#include <cstddef>
#include <set>

#include "judge/lasting.hpp"
#include "judge/membership.hpp"
#include "judge/roles.hpp"

namespace zke {

/// Which voters serve, by how sure that is: `seen` is a part of `known`, which is a part of
/// `possible`.
struct Service {
  VoterSet::Ids seen;      ///< those that were asked
  VoterSet::Ids known;     ///< and those that the leader counts on
  VoterSet::Ids possible;  ///< and those that we failed to ask, which says nothing about them
  std::set<std::size_t> trusted;  ///< the members that only the leader's count shows to serve
  std::set<std::size_t> unasked;  ///< the members that we failed to ask, and nobody else tells of
  bool is_unsynced = false;       ///< the leader counts fewer than serve: one is catching up
};

/// Adds to what is seen what the leader's count of synced followers proves.
///
/// A firewall, too many connections or a lost route can hide a voter from us and not from its
/// leader. A ZooKeeper's leader knows: it counts a follower only while that answers its pings, and
/// drops a dead one within an election time. So when it counts more followers than we see, and goes
/// on to do so for longer than that, the surplus is alive. It does not say who the surplus is:
/// - Only voters that can't be seen; one that answers "not serving" has told us itself.
/// - Never one whose port refuses: nothing runs there, whatever is still counted.
/// - At once one that closes connections, since it runs and has too many of them; one that we could
///   not ask, since nothing speaks against it; and one that is not polled, if all roles are known.
/// - Any other after an election time. Till then it counts as down: an early alarm is corrected by
///   time, a missed one is not.
///
/// A count that is higher than there are voters to count proves nothing. Nor does that of
/// ClickHouse Keeper, which goes on to count dead followers. As soon as a count is too low for all
/// who were trusted, those that come last are not trusted any more.
Service find_service(const Membership& membership, const Roles& roles, Lasting& lasting);

}  // namespace zke

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "judge/judge_ensemble.hpp"
#include "judge/quorum.hpp"

namespace zke {

/// Who belongs to an ensemble, as its servers tell it, and which of the polled members is who.
///
/// From, in this order: the newest membership in the members' `conf`; the last known one; the
/// `quorum_size` of `mntr`; the polled members that are no observers, by their own word or else by
/// the configuration. A member that was never reached is known by its address; when that does not
/// tell, it is what is left over, if only one thing is. Servers that give no ids get negative ones
/// of ours.
struct Membership {
  VoterSet voters;
  bool is_disputed = false;  ///< members hold different memberships

  std::optional<std::int64_t> id_of(std::size_t member) const;
  bool is_voter(std::size_t member) const;
  std::int64_t vote_of(std::size_t member) const;  ///< its id in `voters`
  std::optional<std::size_t> member_with(std::int64_t id) const;

  /// Whether the membership is known, and the member is not in it.
  bool is_stranger(std::size_t member) const;

  /// Whether the two members hold memberships without a common server.
  bool are_strangers(std::size_t a, std::size_t b) const;

  /// Whether the server with this id votes by the member's own membership, or that is not known.
  bool is_voter_of(std::size_t member, std::int64_t id) const;

  /// Whether it can be told if the member has a vote.
  bool is_role_known(std::size_t member) const;
  bool has_unknown_roles() const;

  /// Whether it is only taken for a voter: it was never reached, and no server tells.
  bool is_assumed(std::size_t member) const;

  /// Whether the member's address leads to several servers: it is none of them.
  bool is_several(std::size_t member) const;

  /// Voters that no polled member is, nor can be.
  std::size_t unmonitored() const;

  /// Whether two memberships from the members' files, or one of them and one with the members that
  /// were never reached and are in none, could each have a quorum. A reconfig sees to that itself.
  bool may_split() const;

  struct Member {
    std::optional<std::int64_t> id;
    std::int64_t vote = 0;  ///< the id, or a negative number of ours
    bool is_voter = false;
    bool is_stranger = false;
    bool is_role_known = true;
    bool is_assumed = false;  ///< a voter, since nobody tells otherwise
    bool is_several = false;
    std::vector<ConfServer> servers;  ///< its own membership
    bool is_up = false;
    bool is_static = false;  ///< `servers` are from its own file, not from a reconfig
  };
  std::vector<Member> members;  ///< in the order of the view
};

/// Reads the membership off the samples, and keeps what must be remembered.
Membership find_membership(const Snapshot& view, EnsembleMemory& memory);

/// How long a change of leader may take: syncLimit x tickTime by the members' `conf`, at least 10
/// s.
EnsembleMemory::Clock::duration election_time(const Snapshot& view);

}  // namespace zke

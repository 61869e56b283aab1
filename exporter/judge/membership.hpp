#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "judge/quorum.hpp"
#include "judge/snapshot.hpp"
#include "judge/told.hpp"

namespace zke {

/// Who belongs to an ensemble, and which of the polled members is who: what all further steps of a
/// judgement rest on. Points into the snapshot that it was made of.
struct Membership {
  struct Member {
    std::string name;
    const MemberSample* sample = nullptr;  ///< null until its first poll has ended
    std::optional<std::int64_t> id;        ///< the server's
    std::optional<std::int64_t> vote;  ///< its id in `voters`; none: it has none that we know of
    bool is_role_known = true;         ///< whether it can be told if it has a vote
    bool is_assumed = false;   ///< only taken for a voter: never reached, and no server tells
    bool is_stranger = false;  ///< the membership is known, and it is not in it
    bool is_several = false;   ///< its address leads to several servers: it is none of them

    bool is_voter() const { return vote.has_value(); }
    MemberState state() const;
    bool is_zookeeper() const;                    ///< and no other program that speaks like one
    const std::vector<ConfServer>& held() const;  ///< the membership in its own `conf`, or none
  };

  VoterSet voters;
  std::vector<std::int64_t> weightless;  ///< servers that follow like voters, with weight 0
  std::vector<Member> members;           ///< in the order of the snapshot

  /// The member that has this vote.
  const Member* find_voter(std::int64_t vote) const;

  /// The voters that no polled member is, nor can be.
  std::size_t count_unmonitored() const;

  /// Whether each member's first poll has ended.
  bool is_polled() const;

  /// Whether all there is is a server that forms no ensemble.
  bool is_standalone() const;
};

/// Who is who, from the first of these that there is: the membership that the servers told; their
/// `quorum_size`; the members that are polled and no observers, by their own word or else by the
/// configuration. A member that was never reached is known by its address; when that does not tell,
/// it is what is left over, if only one thing is: a guess could swap a voter and an observer.
/// Voters of which no server tells the id get negative ones of ours.
Membership find_membership(const Snapshot& view, const Told& told);

const ConfServer* find_server(const std::vector<ConfServer>& servers, std::int64_t id);

}  // namespace zke

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "judge/lasting.hpp"
#include "judge/membership.hpp"

namespace zke {

/// Who serves and who leads, as far as it can be seen. Members are meant by their place.
struct Roles {
  std::vector<bool> serves;                  ///< of each member
  VoterSet::Ids voters_serving;              ///< the votes of those among them that have one
  std::vector<std::size_t> leaders;          ///< that say so themselves
  std::optional<std::size_t> hidden_leader;  ///< that is found by exclusion

  std::size_t count_leaders() const { return leaders.size() + (hidden_leader ? 1 : 0); }
  bool is_leader(std::size_t member) const;

  /// The only member that leads and says so.
  std::optional<std::size_t> only_leader() const;
};

/// Reads the roles off the members' own words, then looks for a leader with leaderServes=no.
///
/// Such a leader answers "not currently serving requests", as a server without a quorum does. But
/// followers serve only under a leader. So when nobody says that it leads, all voters but one
/// serve, and that one answers, it is the one that they follow. This must last for an election
/// time: a server that restarts answers the same, and followers need as long to notice that their
/// leader is gone. Once found it stays the leader when others die, for as long as it answers so and
/// some voter serves, which then has nobody else to follow. `last` is the member that was found by
/// the last judgement, or empty.
Roles find_roles(const Membership& membership, const std::string& last, Lasting& lasting);

}  // namespace zke

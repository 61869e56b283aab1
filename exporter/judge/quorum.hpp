#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "fourletter/conf.hpp"

namespace zke {

/// Who has a vote, and which voters together are a quorum: more than half of them, or with groups
/// (hierarchical quorums) more than half of the weight in more than half of the groups. The rules
/// of ZooKeeper's QuorumMaj and QuorumHierarchical; observers and groups without weight do not
/// count.
class VoterSet {
 public:
  using Ids = std::set<std::int64_t>;

  VoterSet() = default;

  /// The voters of a membership.
  explicit VoterSet(const std::vector<ConfServer>& servers);

  /// `count` voters with equal votes, numbered from `first_id`; for servers that do not tell.
  VoterSet(std::size_t count, std::int64_t first_id);

  std::size_t size() const { return voters_.size(); }
  bool contains(std::int64_t id) const;
  Ids ids() const;

  /// Whether those of `ids` that are voters are a quorum.
  bool is_quorum(const Ids& ids) const;

  /// How many more of `serving` may fail, whichever they are, before the quorum is lost. Negative
  /// when it is lost: the least number of voters that must come back, `-1` for one.
  int failures_tolerated(const Ids& serving) const;

  /// Whether servers that hold this membership and servers that hold the other one could be two
  /// quorums without a common server. Also true when there are too many voters to try.
  bool may_split(const VoterSet& other) const;

  bool operator==(const VoterSet&) const = default;

 private:
  struct Voter {
    std::int64_t id = 0;
    std::int64_t group = 0;
    std::int64_t weight = 1;
    bool operator==(const Voter&) const = default;
  };
  struct Group;

  std::vector<Group> groups(const Ids& serving) const;

  std::vector<Voter> voters_;
  bool is_hierarchical_ = false;
};

}  // namespace zke

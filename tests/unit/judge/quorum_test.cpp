#include "judge/quorum.hpp"

#include <map>

#include <catch2/catch.hpp>

#include "support/situation.hpp"

using namespace zke;
using namespace zke::test;

namespace {

using Ids = VoterSet::Ids;

/// Written from ZooKeeper's QuorumMaj and QuorumHierarchical, without a look at ours.
bool is_quorum_by_hand(const std::vector<ConfServer>& servers, const Ids& ids) {
  std::map<std::int64_t, std::int64_t> all;
  std::map<std::int64_t, std::int64_t> got;
  const bool has_groups = servers[0].group != 0;
  for (const auto& server : servers) {
    if (!server.is_observer) {
      const auto weight = has_groups ? server.weight : 1;
      all[server.group] += weight;
      got[server.group] += ids.contains(server.id) ? weight : 0;
    }
  }
  std::size_t groups = 0;
  std::size_t won = 0;
  for (const auto& [group, weight] : all) {
    groups += weight > 0 ? 1 : 0;
    won += got[group] > weight / 2 ? 1 : 0;
  }
  return won > groups / 2;
}

/// The subset of `ids` whose places are set in `bits`.
Ids subset(const Ids& ids, unsigned bits) {
  Ids chosen;
  for (const auto id : ids) {
    if ((bits & 1U) != 0) {
      chosen.insert(id);
    }
    bits >>= 1U;
  }
  return chosen;
}

/// By trying every subset of those that serve, or of those that do not.
int failures_by_hand(const std::vector<ConfServer>& servers, const Ids& voters,
                     const Ids& serving) {
  const bool has_quorum = is_quorum_by_hand(servers, serving);
  Ids movable;
  for (const auto id : voters) {
    if (serving.contains(id) == has_quorum) {
      movable.insert(id);
    }
  }
  std::size_t fewest = voters.size() + 1;
  for (unsigned bits = 0; bits < (1U << movable.size()); ++bits) {
    const auto moved = subset(movable, bits);
    auto after = serving;
    for (const auto id : moved) {
      if (has_quorum) {
        after.erase(id);
      } else {
        after.insert(id);
      }
    }
    if (is_quorum_by_hand(servers, after) != has_quorum) {
      fewest = std::min(fewest, moved.size());
    }
  }
  return has_quorum ? static_cast<int>(fewest) - 1 : -static_cast<int>(fewest);
}

}  // namespace

TEST_CASE("a quorum is more than half of the voters", "[judge]") {
  for (std::size_t count = 1; count <= 7; ++count) {
    const VoterSet voters(count, 1);
    Ids serving;
    for (std::size_t n = 0; n <= count; ++n) {
      CAPTURE(count, n);
      CHECK(voters.is_quorum(serving) == (n > count / 2));
      const auto majority = static_cast<int>(count / 2 + 1);
      CHECK(voters.failures_tolerated(serving) == static_cast<int>(n) - majority);
      serving.insert(static_cast<std::int64_t>(n + 1));
    }
  }
}

TEST_CASE("quorums and tolerance agree with trying every subset of voters", "[judge]") {
  for (const auto* text : {
           "1", "1 2", "1 2 3", "1 2 3 4", "1 2 3 4 5", "1 2 3 4 5 6 7", "1 2 3 4o 5o",
           "1/1 2/1 3/1",                                 // one group
           "1/1 2/2 3/3",                                 // groups of one
           "1/1 2/1 3/2 4/2",                             // two groups: both are needed
           "1/1 2/1 3/1 4/2 5/2 6/2 7/3 8/3 9/3",         // the manual's example
           "1/1*3 2/1 3/1",                               // one outweighs the others
           "1/1*2 2/1*2 3/1*1",                           //
           "1/1*2 2/1 3/2*3 4/2*3 5/2 6/3",               //
           "1/1 2/1 3/1 4/1*0 5/1*0",                     // without a say
           "1/1 2/1 3/2*0 4/2*0 5/3",                     // a group without a say
           "1/1*5 2/1*4 3/1*3 4/2*2 5/2*2 6/3 7/3 8o/3",  //
       }) {
    const auto membership = servers(text);
    const VoterSet voters(membership);
    const auto ids = voters.ids();
    for (unsigned bits = 0; bits < (1U << ids.size()); ++bits) {
      const auto serving = subset(ids, bits);
      CAPTURE(text, bits);
      CHECK(voters.is_quorum(serving) == is_quorum_by_hand(membership, serving));
      CHECK(voters.failures_tolerated(serving) == failures_by_hand(membership, ids, serving));
    }
  }
}

TEST_CASE("observers and servers of weight 0 are no voters", "[judge]") {
  CHECK(VoterSet(servers("1 2 3 4o")).ids() == Ids{1, 2, 3});
  CHECK(VoterSet(servers("1/1 2/1 3/2*0 4/2")).ids() == Ids{1, 2, 4});
  CHECK_FALSE(VoterSet(servers("1 2 3 4o")).contains(4));
}

TEST_CASE("strangers do not count for a quorum", "[judge]") {
  const VoterSet voters(servers("1 2 3"));

  CHECK_FALSE(voters.is_quorum({1, 7, 8, 9}));
  CHECK(voters.failures_tolerated({1, 7, 8, 9}) == -1);
}

TEST_CASE("weights count in groups only", "[judge]") {
  auto membership = servers("1 2 3");
  membership[0].weight = 5;

  CHECK_FALSE(VoterSet(membership).is_quorum({1}));
}

TEST_CASE("without voters there is no quorum", "[judge]") {
  CHECK_FALSE(VoterSet().is_quorum({}));
  CHECK_FALSE(VoterSet().is_quorum({1}));
}

TEST_CASE("two memberships may split where each has a quorum without the other's", "[judge]") {
  const auto may_split = [](const std::string& a, const std::string& b) {
    return VoterSet(servers(a)).may_split(VoterSet(servers(b)));
  };
  CHECK_FALSE(may_split("1 2 3", "1 2 3"));
  CHECK_FALSE(may_split("1 2 3", "1 2 3 4"));
  CHECK_FALSE(may_split("1 2 3 4", "1 2 3 4 5"));
  CHECK(may_split("1 2 3", "1 2 3 4 5"));
  CHECK(may_split("1 2 3 4 5", "1 2 3"));
  CHECK(may_split("1 2 3", "1 2 4"));
  CHECK(may_split("1 2 3", "4 5 6"));
  CHECK_FALSE(may_split("1 2 3 4 5", "1 2 3 4 5 6"));

  auto grouped = servers("1 2 3");
  for (auto& server : grouped) {
    server.group = 1;
  }
  grouped[0].weight = 9;
  CHECK(VoterSet(grouped).may_split(VoterSet(servers("1 2 3 4"))));  // 1 alone, and 2, 3 and 4
}

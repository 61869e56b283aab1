#include <catch2/catch.hpp>

#include "support/situation.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

TEST_CASE("servers that tell less are judged by what they tell", "[judge]") {
  // clang-format off
  check({
      {"3.4: no membership at all", {{0s, "1 2 3", "1L:3.4 2F:3.4 3F:3.4"}},
       Level::kHealthy, "", 3, 3, 1, 1, "1 2 3"},
      {"3.4: a follower is down", {{0s, "1 2 3", "1L:3.4 2F:3.4 3-"}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3"},
      {"3.4: an observer, later down",
       {{0s, "1 2 3", "1L:3.4 2F:3.4 3F:3.4 4O:3.4"}, {9s, "1 2 3", "1L:3.4 2F:3.4 3F:3.4 4-"}},
       Level::kDegraded, "observer_down 4", 3, 3, 1, 1, "1 2 3 4"},
      {"3.5: no quorum size", {{0s, "1 2 3", "1L:3.5 2F:3.5 3F:3.5"}},
       Level::kHealthy, "", 3, 3, 1, 1, "1 2 3"},
      {"an upgrade from 3.4 to 3.9, half done", {{0s, "1 2 3", "1L:3.4 2F 3F:3.4"}},
       Level::kHealthy, "", 3, 3, 1, 1, "1 2 3"},
      {"an upgrade from 3.5 to 3.9, one member restarts", {{0s, "1 2 3", "1L 2F:3.5 3N"}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3"},
      {"3.4: a leader tells of more followers than are polled", {{0s, "", "1L+2:3.4"}},
       Level::kDegraded, "unmonitored_voters", 3, 3, 1, 1, ""},
      {"3.4: a follower's leader is not polled", {{0s, "", "1F:3.4"}, {11s, "", "1F:3.4"}},
       Level::kDegraded, "quorum_unseen, no_leader_seen, unmonitored_voters", 2, 1, 0, 0, ""},
      {"ClickHouse Keeper", {{0s, "1 2 3", "1L:keeper 2F:keeper 3F:keeper"}},
       Level::kHealthy, "", 3, 3, 1, 1, "1 2 3"},
      {"ClickHouse Keeper, a follower is down", {{0s, "1 2 3", "1L:keeper 2F:keeper 3-"}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3"},
      {"only srvr is allowed: nobody tells of the followers",
       {{0s, "1 2 3", "1L:srvr 2F:srvr 3F:srvr"}},
       Level::kHealthy, "", 3, 3, 1, 1, ""},
      {"only srvr is allowed, a follower is down", {{0s, "1 2 3", "1L:srvr 2F:srvr 3-"}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, ""},
      {"only srvr is allowed, with an observer", {{0s, "1 2 3", "1L:srvr 2F:srvr 3F:srvr 4O:srvr"}},
       Level::kHealthy, "", 3, 3, 1, 1, ""},
      {"only srvr is allowed on an observer, a voter was never seen",
       {{0s, "1 2 3 4o", "4O:srvr 1L 2F:noconf 3-", holds(1, "1 2 5 6o", 1)}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3"},
      {"conf is refused: the quorum size tells of voters that are not polled",
       {{0s, "1 2 3 4 5", "1L+4:noconf 2F:noconf 3F:noconf"}},
       Level::kDegraded, "unmonitored_voters", 5, 5, 2, 1, ""},
      {"conf is refused: the quorum size tells voters from others",
       {{0s, "1 2 3", "4- 1L:noconf 2F:noconf 3F:noconf"}},
       Level::kDegraded, "observer_down 4", 3, 3, 1, 1, "4 1 2 3"},
  });
  // clang-format on
}

TEST_CASE("what cannot be judged without a leader's word says what it takes", "[judge]") {
  Watch watch;
  watch.see(Round("1 2 3", "1L:srvr 2F:srvr 3F:srvr"));

  CHECK(watch.verdict.members[0].unsafe_to_stop ==
        std::vector<std::string>{"no leader tells whether the followers are in sync: it needs mntr "
                                 "in its 4lw.commands.whitelist, and leaderServes=yes"});
}

TEST_CASE("groups and weights are computed", "[judge]") {
  const std::string three = "1/1 2/1 3/1 4/2 5/2 6/2 7/3 8/3 9/3";
  // clang-format off
  check({
      {"three groups of three", {{0s, three, "1L 2F 3F 4F 5F 6F 7F 8F 9F"}},
       Level::kHealthy, "", 9, 9, 3, 1, "1 2 3 4 5 6 7 8 9"},
      {"a group is down", {{0s, three, "1L 2F 3F 4F 5F 6F 7- 8- 9-"}},
       Level::kDegraded, "voter_down 7, voter_down 8, voter_down 9", 9, 6, 1, 1, ""},
      {"four of nine are a quorum", {{0s, three, "1L 2F 3- 4F 5F 6- 7- 8- 9-"}},
       Level::kAtRisk, "voter_down 3, voter_down 6, voter_down 7, voter_down 8, voter_down 9", 9, 4,
       0, 1, ""},
      {"five of nine are none", {{0s, three, "1L 2F 3F 4F 5- 6- 7F 8- 9-"}},
       Level::kNoQuorum, "voter_down 5, voter_down 6, voter_down 8, voter_down 9", 9, 5, -1, 1, ""},
      {"one voter outweighs the others", {{0s, "1/1*3 2/1 3/1", "1L 2F 3F"}},
       Level::kAtRisk, "", 3, 3, 0, 1, "2 3",
       "One more failure can end the service: 3 of 3 voters serve, zk-1:2181 leads."},
      {"the heavy one serves alone", {{0s, "1/1*3 2/1 3/1", "1L 2- 3-"}},
       Level::kAtRisk, "voter_down 2, voter_down 3", 3, 1, 0, 1, ""},
      {"the heavy one is down", {{0s, "1/1*3 2/1 3/1", "1- 2F 3F"}},
       Level::kNoQuorum, "voter_down 1, no_leader_seen", 3, 2, -1, 0, ""},
      {"two groups need each other", {{0s, "1/1 2/1 3/2 4/2", "1L 2F 3F 4F"}},
       Level::kAtRisk, "", 4, 4, 0, 1, ""},
      {"a server of weight 0 follows", {{0s, "1/1 2/1 3/1 4/1*0", "1L 2F 3F 4F"}},
       Level::kHealthy, "", 3, 3, 1, 1, "1 2 3 4"},
      {"a server of weight 0 is down", {{0s, "1/1 2/1 3/1 4/1*0", "1L 2F 3F 4-"}},
       Level::kDegraded, "observer_down 4", 3, 3, 1, 1, "1 2 3 4"},
      {"a server of weight 0 stands in for no voter",
       {{0s, "1/1 2/1 3/1 4/1*0", "1L 2F 3- 4F"}, {20s, "1/1 2/1 3/1 4/1*0", "1L 2F 3- 4F"}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3"},
      {"nor does one that may follow unseen",
       {{0s, "1/1 2/1 3/1 4/1*0", "1L+2 2F 3-"}, {20s, "1/1 2/1 3/1 4/1*0", "1L+2 2F 3-"}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3"},
      {"a server of weight 0 is not taken for a voter that can't be seen",
       {{0s, "1/1 2/1 3/1 4/1*0", "1L 2F 3~ 4F"}, {20s, "1/1 2/1 3/1 4/1*0", "1L 2F 3~ 4F"}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3"},
      {"nor is one that can't be seen either",
       {{0s, "1/1 2/1 3/1 4/1*0", "1L+2 2F 3~"}, {20s, "1/1 2/1 3/1 4/1*0", "1L+2 2F 3~"}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3"},
  });
  // clang-format on
}

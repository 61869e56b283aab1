#include <catch2/catch.hpp>

#include "support/situation.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

// name, {after, membership, members}..., level, findings,
//   voters, serving, failures tolerated, leaders, safe to stop, summary
TEST_CASE("ensembles of one and two voters are judged", "[judge]") {
  // clang-format off
  check({
      {"one server alone", {{0s, "", "1S"}},
       Level::kHealthy, "", 1, 1, 0, 0, "",
       "The only voter serves; there is no other to stand in for it."},
      {"a server alone that is down", {{0s, "", "1S"}, {10s, "", "1-"}},
       Level::kUnknown, "voter_down 1", 1, 0, 0, 0, "",
       "No member can be reached; the ensemble may be down, or the network to it: zk-1:2181 can't "
       "be reached (connection refused)."},
      {"a server alone that does not serve", {{0s, "", "1N"}},
       Level::kNoQuorum, "voter_down 1", 1, 0, -1, 0, "",
       "No quorum: the only voter does not serve, so clients are not served: zk-1:2181 answers, "
       "but serves nobody: it sees no quorum, or is still loading data."},
      {"an ensemble of one", {{0s, "1", "1L"}}, Level::kHealthy, "", 1, 1, 0, 1, ""},
      {"two voters", {{0s, "1 2", "1L 2F"}},
       Level::kHealthy, "", 2, 2, 0, 1, "",
       "All 2 voters serve, zk-1:2181 leads; no voter can be lost without harm to clients."},
      {"one of two voters is down", {{0s, "1 2", "1L 2F"}, {10s, "1 2", "1N 2-"}},
       Level::kNoQuorum, "voter_down 2, voter_down 1", 2, 0, -2, 0, "",
       "No quorum: none of the 2 voters serves, so clients are not served. Enough of them must run "
       "and reach each other: zk-2:2181 can't be reached (connection refused); zk-1:2181 answers, "
       "but serves nobody: it sees no quorum, or is still loading data."},
      {"two voters and a dead observer", {{0s, "1 2 3o", "1L 2F 3-"}},
       Level::kDegraded, "observer_down 3", 2, 2, 0, 1, "3"},
  });
  // clang-format on
}

TEST_CASE("ensembles of three voters are judged", "[judge]") {
  // clang-format off
  check({
      {"all is well", {{0s, "1 2 3", "1L 2F 3F"}},
       Level::kHealthy, "", 3, 3, 1, 1, "1 2 3",
       "All 3 voters serve, zk-1:2181 leads; one voter can be lost without harm to clients."},
      {"a follower is down", {{0s, "1 2 3", "1L 2F 3-"}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3",
       "One more failure can end the service: 2 of 3 voters serve, zk-1:2181 leads; zk-3:2181 "
       "can't be reached (connection refused)."},
      {"a follower is frozen", {{0s, "1 2 3", "1L 2F 3-", failed(3, Reason::kTimeout)}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3",
       "One more failure can end the service: 2 of 3 voters serve, zk-1:2181 leads; zk-3:2181 "
       "can't be reached (no answer in time)."},
      {"a follower's name is gone", {{0s, "1 2 3", "1L 2F 3-", failed(3, Reason::kDns)}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3",
       "One more failure can end the service: 2 of 3 voters serve, zk-1:2181 leads; zk-3:2181 "
       "can't be reached (its name can't be looked up)."},
      {"what answers is no ZooKeeper", {{0s, "1 2 3", "1L 2F 3-", failed(3, Reason::kMalformed)}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3",
       "One more failure can end the service: 2 of 3 voters serve, zk-1:2181 leads; zk-3:2181 "
       "gives no usable answer (it is not a ZooKeeper's)."},
      {"a member could not be asked", {{0s, "1 2 3", "1L 2F 3-", failed(3, Reason::kLocalError)}},
       Level::kDegraded, "not_asked 3", 3, 2, 0, 1, "3",
       "The ensemble serves (2 of 3 voters serve, zk-1:2181 leads; how many voters can be lost is "
       "not known), but zk-3:2181 could not be asked (a failure of the monitoring itself)."},
      {"a follower is electing or loading", {{0s, "1 2 3", "1L 2F 3N"}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3"},
      {"a follower is cut off and read-only", {{0s, "1 2 3", "1L 2F 3R"}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3",
       "One more failure can end the service: 2 of 3 voters serve, zk-1:2181 leads; zk-3:2181 "
       "serves read-only clients only: it is cut off from the other voters."},
      {"all are read-only", {{0s, "1 2 3", "1L 2F 3F"}, {10s, "1 2 3", "1R 2R 3R"}},
       Level::kNoQuorum, "voter_down 1, voter_down 2, voter_down 3", 3, 0, -2, 0, "",
       "No quorum: none of the 3 voters serves, so nobody can write; clients that allow read-only "
       "are served by zk-1:2181, zk-2:2181 and zk-3:2181. Enough of them must run and reach each "
       "other: zk-1:2181 serves read-only clients only: it is cut off from the other voters "
       "(likewise zk-2:2181 and zk-3:2181)."},
      {"the leader has just died", {{0s, "1 2 3", "1- 2F 3F"}},
       Level::kAtRisk, "voter_down 1, no_leader_seen", 3, 2, 0, 0, "",
       "One more failure can end the service: 2 of 3 voters serve; zk-1:2181 can't be reached "
       "(connection refused); no member says that it leads: an election is on, or the leader is "
       "not among the members that can be polled."},
      {"the others elect", {{0s, "1 2 3", "1L 2F 3F"}, {1s, "1 2 3", "1- 2N 3N"}},
       Level::kNoQuorum, "voter_down 1, voter_down 2, voter_down 3", 3, 0, -2, 0, "",
       "No quorum: none of the 3 voters serves, so clients are not served. Enough of them must run "
       "and reach each other: zk-1:2181 can't be reached (connection refused); zk-2:2181 answers, "
       "but serves nobody: it sees no quorum, or is still loading data (likewise zk-3:2181)."},
      {"two are down", {{0s, "1 2 3", "1L 2F 3F"}, {1s, "1 2 3", "1N 2- 3-"}},
       Level::kNoQuorum, "voter_down 2, voter_down 3, voter_down 1", 3, 0, -2, 0, ""},
      {"a leader that has not noticed yet", {{0s, "1 2 3", "1L+0 2- 3-"}},
       Level::kNoQuorum, "voter_down 2, voter_down 3", 3, 1, -1, 1, "",
       "No quorum: only 1 of 3 voters serves, so clients are not served. At least 1 more must come "
       "back: zk-2:2181 can't be reached (connection refused) (likewise zk-3:2181)."},
      {"no member is reachable", {{0s, "1 2 3", "1L 2F 3F"}, {1s, "1 2 3", "1- 2- 3-"}},
       Level::kUnknown, "voter_down 1, voter_down 2, voter_down 3", 3, 0, 0, 0, "",
       "No member can be reached; the ensemble may be down, or the network to it: zk-1:2181 can't "
       "be reached (connection refused) (likewise zk-2:2181 and zk-3:2181)."},
      {"no member was ever reachable", {{0s, "", "1- 2- 3-"}},
       Level::kUnknown, "voter_down 1, voter_down 2, voter_down 3", 3, 0, 0, 0, ""},
      {"a first poll is missing", {{0s, "1 2 3", "1L 2F 3?"}},
       Level::kUnknown, "not_polled 3", 3, 2, 0, 1, "",
       "Not all members have been polled yet."},
      {"nothing is known yet", {{0s, "", "1? 2? 3?"}},
       Level::kUnknown, "not_polled 1, not_polled 2, not_polled 3", 3, 0, 0, 0, "",
       "Not all members have been polled yet."},
      {"a follower still catches up", {{0s, "1 2 3", "1L+1 2F 3F"}},
       Level::kDegraded, "not_synced", 3, 3, 1, 1, "",
       "The ensemble serves (3 of 3 voters serve, zk-1:2181 leads; one voter can be lost), but a "
       "follower has not caught up with the leader yet."},
      {"a poll is too old to stop anything", {{0s, "1 2 3", "1L 2F 3F", aged(2, 31s)}},
       Level::kHealthy, "", 3, 3, 1, 1, ""},
      {"a voter runs as an observer", {{0s, "1 2 3", "1L 2F 3O"}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3",
       "One more failure can end the service: 2 of 3 voters serve, zk-1:2181 leads; zk-3:2181 runs "
       "as observer, and does not vote."},
  });
  // clang-format on
}

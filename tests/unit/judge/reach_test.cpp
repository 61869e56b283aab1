#include <catch2/catch.hpp>

#include "support/situation.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

TEST_CASE("voters that can't be seen are known by the leader's word, in time", "[judge]") {
  const Situation::Step cut{0s, "1 2 3", "1L+2 2F 3~"};
  const Situation::Step later{11s, "1 2 3", "1L+2 2F 3~"};
  // clang-format off
  check({
      {"the leader counts a follower that we can't see", {cut},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3"},
      {"for longer than it could count a dead one", {cut, later},
       Level::kDegraded, "partial_view 3", 3, 3, 1, 1, "3",
       "The ensemble serves (3 of 3 voters serve, zk-1:2181 leads; one voter can be lost), but "
       "zk-3:2181 can't be reached from here, but the leader counts on it."},
      {"then it stops to count it", {cut, later, {1s, "1 2 3", "1L+1 2F 3~"}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3"},
      {"an old word of the leader proves nothing", {cut, {11s, "1 2 3", "1L+2 2F 3~", aged(1, 2s)}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3"},
      {"only the leader is reachable", {{0s, "1 2 3", "1L+2 2~ 3~"}},
       Level::kNoQuorum, "voter_down 2, voter_down 3", 3, 1, -1, 1, ""},
      {"and goes on to lead", {{0s, "1 2 3", "1L+2 2~ 3~"}, {11s, "1 2 3", "1L+2 2~ 3~"}},
       Level::kDegraded, "partial_view 2, partial_view 3", 3, 3, 1, 1, ""},
      {"a voter dies while another one is out of sight",
       {{0s, "1 2 3 4 5", "1L+4 2F 3F 4F 5~"},
        {11s, "1 2 3 4 5", "1L+4 2F 3F 4F 5~"},
        {1s, "1 2 3 4 5", "1L+4 2F 3F 4- 5~"}},
       Level::kDegraded, "voter_down 4, partial_view 5", 5, 4, 1, 1, ""},
      {"a member that answers does not serve, whatever the leader counts",
       {{0s, "1 2 3", "1L+2 2F 3N"}, {11s, "1 2 3", "1L+2 2F 3N"}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3"},
      {"the leader can't be seen", {{0s, "1 2 3", "1- 2F 3F"}, {60s, "1 2 3", "1- 2F 3F"}},
       Level::kAtRisk, "voter_down 1, no_leader_seen", 3, 2, 0, 0, ""},
      {"two of three can't be seen, the third follows", {{0s, "1 2 3", "1- 2- 3F"}},
       Level::kNoQuorum, "voter_down 1, voter_down 2, no_leader_seen", 3, 1, -1, 0, ""},
      {"for longer than it could without a quorum",
       {{0s, "1 2 3", "1- 2- 3F"}, {11s, "1 2 3", "1- 2- 3F"}},
       Level::kDegraded, "quorum_unseen, voter_down 1, voter_down 2, no_leader_seen", 3, 1, 0, 0, "",
       "The ensemble serves, but how well can't be told: zk-3:2181 goes on to serve as follower, "
       "which takes a quorum, but too few voters can be seen from here; zk-1:2181 can't be reached "
       "(connection refused) (likewise zk-2:2181); no member says that it leads: an election is on, "
       "or the leader is not among the members that can be polled."},
      {"an old word of the follower proves nothing",
       {{0s, "1 2 3", "1- 2- 3F"}, {11s, "1 2 3", "1- 2- 3F", aged(3, 2s)}},
       Level::kNoQuorum, "voter_down 1, voter_down 2, no_leader_seen", 3, 1, -1, 0, ""},
      {"it had served long before the others went",
       {{0s, "1 2 3", "1L 2F 3F"}, {60s, "1 2 3", "1L 2F 3F"}, {1s, "1 2 3", "1- 2- 3F"}},
       Level::kNoQuorum, "voter_down 1, voter_down 2, no_leader_seen", 3, 1, -1, 0, ""},
      {"the others are seen not to serve, so there can be no quorum",
       {{0s, "1 2 3", "1N 2N 3F"}, {60s, "1 2 3", "1N 2N 3F"}},
       Level::kNoQuorum, "voter_down 1, voter_down 2, no_leader_seen", 3, 1, -1, 0, ""},
      {"the quorum is seen again",
       {{0s, "1 2 3", "1- 2- 3F"}, {11s, "1 2 3", "1- 2- 3F"}, {1s, "1 2 3", "1L 2F 3F"}},
       Level::kHealthy, "", 3, 3, 1, 1, "1 2 3"},
      {"only an observer is polled",
       {{0s, "1 2 3 4o", "4O"}, {11s, "1 2 3 4o", "4O"}},
       Level::kDegraded, "quorum_unseen, unmonitored_voters", 3, 0, 0, 0, ""},
  });
  // clang-format on
}

TEST_CASE("voters that are not polled count when the leader counts them", "[judge]") {
  // clang-format off
  check({
      {"two of five are not polled", {{0s, "1 2 3 4 5", "1L+4 2F 3F"}},
       Level::kDegraded, "unmonitored_voters", 5, 5, 2, 1, "",
       "The ensemble serves (5 of 5 voters serve, zk-1:2181 leads; 2 voters can be lost), but 2 "
       "voters of the ensemble are not among the members polled."},
      {"one of three is not polled", {{0s, "1 2 3", "1L+2 2F"}},
       Level::kDegraded, "unmonitored_voters", 3, 3, 1, 1, ""},
      {"and they are down", {{0s, "1 2 3 4 5", "1L+2 2F 3F"}},
       Level::kAtRisk, "unmonitored_voters", 5, 3, 0, 1, ""},
      {"and one of them leads", {{0s, "1 2 3 4 5", "1F 2F 3F"}},
       Level::kAtRisk, "no_leader_seen, unmonitored_voters", 5, 3, 0, 0, ""},
      {"and the quorum is lost", {{0s, "1 2 3 4 5", "1L+4 2F 3F"}, {1s, "1 2 3 4 5", "1N 2N 3-"}},
       Level::kNoQuorum, "voter_down 3, voter_down 1, voter_down 2, unmonitored_voters", 5, 0, -3,
       0, ""},
  });
  // clang-format on
}

TEST_CASE("a reason is given for each member that must not be stopped", "[judge]") {
  Watch watch;
  const auto reasons = [&](const std::string& membership, const std::string& members,
                           const std::string& member) {
    return watch.see(Round(membership, members), 1s).find(member)->unsafe_to_stop;
  };
  using Reasons = std::vector<std::string>;

  CHECK(reasons("1 2 3", "1L 2F 3F", "zk-1:2181").empty());
  CHECK(reasons("1 2 3", "1L 2F 3-", "zk-2:2181") ==
        Reasons{"zk-3:2181 does not serve: bring it back first", "without it no quorum is left"});
  CHECK(reasons("1 2 3 4 5", "1L 2F 3F 4F 5-", "zk-2:2181") ==
        Reasons{"zk-5:2181 does not serve: bring it back first"});
  CHECK(reasons("1 2 3", "1L+1 2F 3F", "zk-2:2181") ==
        Reasons{"a follower has not caught up with the leader yet"});
  CHECK(reasons("1 2", "1L 2F", "zk-2:2181") == Reasons{"without it no quorum is left"});
  CHECK(reasons("1 2 3 4", "1L+3 2F 3F", "zk-2:2181") ==
        Reasons{"not all voters are polled: name all servers of the ensemble"});
  CHECK(reasons("1 2 3", "1L@5 2L@6 3F@6", "zk-3:2181") ==
        Reasons{"no leader tells whether the followers are in sync: it needs mntr in its "
                "4lw.commands.whitelist, and leaderServes=yes",
                "it is not clear who leads: an election may be on"});
}

TEST_CASE("the troubles of a hundred others are counted, not listed", "[judge]") {
  std::string membership;
  std::string members = "1L ";
  for (int id = 1; id <= 101; ++id) {
    membership += std::to_string(id) + " ";
    members += id > 1 ? std::to_string(id) + (id <= 60 ? "F " : "- ") : "";
  }
  Watch watch;
  const auto reasons_of = [&](const std::string& member) {
    return watch.see(Round(membership, members), 1s).find(member)->unsafe_to_stop;
  };
  const auto reasons = reasons_of("zk-2:2181");
  REQUIRE(reasons.size() == 11);
  CHECK(reasons[9] == "zk-70:2181 does not serve: bring it back first");
  CHECK(reasons[10] == "more like these: 31");
  CHECK(reasons_of("zk-70:2181").back() == "more like these: 30");
}

TEST_CASE("nothing is safe to stop while the members' files allow two quorums", "[judge]") {
  const auto reason = [](const std::string& newer, const std::string& members, int newcomer) {
    Watch watch;
    Round round("1 2 3", members);
    for (int id = 1; id <= 3; ++id) {
      round.at(id).conf(servers("1 2 3"), id, 0);
    }
    if (newcomer > 0) {
      round.at(newcomer).conf(servers(newer), newcomer, 0);
    }
    const auto& reasons = watch.see(round, 1s).find("zk-3:2181")->unsafe_to_stop;
    return reasons.empty() ? std::string() : reasons[0];
  };
  CHECK_THAT(reason("1 2 3 4 5", "1L 2F 3F 4F 5F", 4), Catch::Contains("two quorums"));
  CHECK_THAT(reason("1 2 4", "1L 2F 3F", 2), Catch::Contains("two quorums"));
  CHECK_THAT(reason("", "1L 2F 3F 4- 5-", 0), Catch::Contains("two quorums"));
  CHECK_THAT(reason("1 2 3 4", "1L 2F 3F 4F", 4), !Catch::Contains("two quorums"));
  CHECK_THAT(reason("", "1L 2F 3F 4-", 0), !Catch::Contains("two quorums"));
}

TEST_CASE("without a quorum the summary says why nothing may be stopped", "[judge]") {
  Watch watch;
  watch.see(Round("1 2 3", "1L 2F 3F"));
  watch.see(Round("1 2 3", "1N 2- 3F"), 1s);

  const auto& reasons = watch.verdict.find("zk-3:2181")->unsafe_to_stop;
  REQUIRE_FALSE(reasons.empty());
  CHECK(reasons[0] == "the ensemble is no_quorum: " + watch.verdict.summary);
}

TEST_CASE("old knowledge makes nothing safe to stop", "[judge]") {
  Watch watch;
  Round round("1 2 3", "1L 2F 3F");
  round.at(2).aged(30s);
  CHECK(watch.see(round).find("zk-1:2181")->unsafe_to_stop.empty());

  round.at(2).aged(31s);
  CHECK(
      watch.see(round).find("zk-1:2181")->unsafe_to_stop ==
      std::vector<std::string>{"a member was not polled lately: what is known may be out of date"});
}

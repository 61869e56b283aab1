#include <catch2/catch.hpp>

#include "support/situation.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

/// zk-3 still holds an older membership than the others.
void lags_behind(Round& round) {
  round.at(1).conf(servers("1 2 3 4 5"), 1, 9);
  round.at(2).conf(servers("1 2 3 4 5"), 2, 9);
  round.at(3).conf(servers("1 2 3"), 3, 8);
}

/// zk-4 follows, and is no member yet.
void adds_one(Round& round) {
  round.at(1).synced(3, 1);
  round.at(4).conf(servers("1 2 3"), 4);
}

/// zk-3 leads by the configuration that the others have left behind.
void leader_is_behind(Round& round) {
  round.at(3).conf(servers("1 2 3"), 3);
  round.at(3).synced(3, 1);
}

void leader_misses_one(Round& round) {
  leader_is_behind(round);
  round.at(3).synced(2, 1);
}

}  // namespace

TEST_CASE("a changed membership is followed", "[judge]") {
  const Situation::Step three{0s, "1 2 3", "1L 2F 3F 4- 5-"};
  const Situation::Step five{9s, "1 2 3 4 5", "1L 2F 3F 4F 5F"};
  // clang-format off
  check({
      {"scaling 3 to 5: the new ones are not there yet", {three},
       Level::kDegraded, "observer_down 4, observer_down 5", 3, 3, 1, 1, ""},
      {"scaling 3 to 5: one has joined", {three, {9s, "1 2 3 4", "1L 2F 3F 4F 5-"}},
       Level::kDegraded, "observer_down 5", 4, 4, 1, 1, "1 2 3 4 5"},
      {"scaling 3 to 5: done", {three, five}, Level::kHealthy, "", 5, 5, 2, 1, "1 2 3 4 5"},
      {"scaling 3 to 5: one of five dies", {three, five, {9s, "1 2 3 4 5", "1L 2F 3F 4F 5-"}},
       Level::kDegraded, "voter_down 5", 5, 4, 1, 1, "5"},
      {"scaling back to 3: the removed ones still follow",
       {three,
        five,
        {9s, "1 2 3", "1L 2F 3F 4F 5F", [](Round& round) { round.at(1).synced(4, 2); }}},
       Level::kDegraded, "not_in_membership 4, not_in_membership 5", 3, 3, 1, 1, "1 2 3 4 5",
       "The ensemble serves (3 of 3 voters serve, zk-1:2181 leads; one voter can be lost), but "
       "zk-4:2181 serves, but is not in the membership of the others (likewise zk-5:2181)."},
      {"scaling back to 3: the removed ones are gone",
       {three, five, {9s, "1 2 3", "1L 2F 3F 4- 5-"}},
       Level::kDegraded, "not_in_membership 4, not_in_membership 5", 3, 3, 1, 1, "1 2 3 4 5",
       "The ensemble serves (3 of 3 voters serve, zk-1:2181 leads; one voter can be lost), but "
       "zk-4:2181 can't be reached (connection refused); it is not in the membership of the "
       "others (likewise zk-5:2181)."},
      {"scaling back to 3: and not polled any more", {{0s, "1 2 3", "1L 2F 3F"}},
       Level::kHealthy, "", 3, 3, 1, 1, "1 2 3"},
      {"scaling up by restarts: the leader does not know the new voter yet",
       {{0s, "1 2 3", "1F 2F 3L"}, {9s, "1 2 3 4", "1F 2F 3L 4F", leader_is_behind}},
       Level::kHealthy, "", 4, 4, 1, 1, "1 2 3 4"},
      {"scaling up by restarts: the leader misses a voter that it knows",
       {{0s, "1 2 3", "1F 2F 3L"}, {9s, "1 2 3 4", "1F 2F 3L 4F", leader_misses_one}},
       Level::kDegraded, "not_synced", 4, 4, 1, 1, ""},
      {"replaced by a server with another id at the same address",
       {{0s, "1 2 3", "1L 2F 3F"}, {9s, "1 2 4", "1L 2F 3F", holds(3, "1 2 4", 4)}},
       Level::kHealthy, "", 3, 3, 1, 1, "1 2 3"},
      {"replaced at another address, which is not polled",
       {{0s, "1 2 3", "1L 2F 3F"}, {9s, "1 2 4", "1L+2 2F 3-"}},
       Level::kDegraded, "not_in_membership 3, unmonitored_voters", 3, 3, 1, 1, ""},
      {"the newest membership counts", {{0s, "1 2 3", "1L 2F 3F 4F 5F", lags_behind}},
       Level::kHealthy, "", 5, 5, 2, 1, "1 2 3 4 5"},
      {"the membership outlives the quorum",
       {{0s, "1 2 3 4 5", "1L+4 2F 3F"}, {1s, "", "1N 2N 3N"}},
       Level::kNoQuorum, "voter_down 1, voter_down 2, voter_down 3, unmonitored_voters", 5, 0, -3,
       0, ""},
      {"also that of servers which tell no quorum size",
       {{0s, "1 2 3 4 5", "1L+4:3.5 2F:3.5 3F:3.5"}, {1s, "", "1N 2N 3N"}},
       Level::kNoQuorum, "voter_down 1, voter_down 2, voter_down 3, unmonitored_voters", 5, 0, -3,
       0, ""},
      {"the quorum size outlives the quorum",
       {{0s, "1 2 3 4 5", "1L+4:noconf 2F:noconf 3F:noconf"}, {1s, "", "1N 2N 3N"}},
       Level::kNoQuorum, "voter_down 1, voter_down 2, voter_down 3, unmonitored_voters", 5, 0, -3,
       0, ""},
      {"conf is refused: a voter is removed, and those that serve are the voters",
       {{0s, "1 2 3 4", "1F:noconf 2L:noconf 3F:noconf 4F:noconf"},
        {9s, "2 3 4", "1- 2L:noconf 3F:noconf 4F:noconf"}},
       Level::kDegraded, "observer_down 1", 3, 3, 1, 1, "1 2 3 4"},
      {"a follower that is no member yet (reconfig add)",
       {{0s, "1 2 3", "1L 2F 3F 4F", adds_one}},
       Level::kDegraded, "not_in_membership 4", 3, 3, 1, 1, "1 2 3 4"},
  });
  // clang-format on
}

TEST_CASE("a member whose address proves to lead to several servers is none of them", "[judge]") {
  Watch watch;
  watch.see(Round("1 2 3", "1L 2F 3F"));
  Round mixed("1 2 3", "1L 2F 3F");
  mixed.at(2).several();
  watch.see(mixed, 1s);

  CHECK_FALSE(watch.verdict.find("zk-2:2181")->id);
  CHECK_FALSE(watch.verdict.find("zk-2:2181")->is_voter);
  // clang-format off
  check({
      {"nor is it later what one of them was",
       {{0s, "1 2 3", "1L:3.4 2O:3.4 3F:3.4"},
        {1s, "1 2 3", "1L:3.4 2O:3.4 3F:3.4", several(2)},
        {1s, "1 2 3", "1L:3.4 2- 3F:3.4"}},
       Level::kAtRisk, "voter_down 2", 3, 2, 0, 1, "2"},
  });
  // clang-format on
}

TEST_CASE("members that disagree about the membership for long are a split view", "[judge]") {
  const Situation::Step begin{0s, "1 2 3", "1L 2F 3F 4F 5F", lags_behind};
  // clang-format off
  check({
      {"as long as their conf may be old", {begin, {80s, "1 2 3", "1L 2F 3F 4F 5F", lags_behind}},
       Level::kHealthy, "", 5, 5, 2, 1, "1 2 3 4 5"},
      {"then", {begin, {81s, "1 2 3", "1L 2F 3F 4F 5F", lags_behind}},
       Level::kSplitView, "membership_disagreement", 5, 5, 2, 1, "",
       "The members contradict each other: the members do not agree on who belongs to the "
       "ensemble."},
      {"until they agree",
       {begin, {81s, "1 2 3", "1L 2F 3F 4F 5F", lags_behind}, {1s, "1 2 3 4 5", "1L 2F 3F 4F 5F"}},
       Level::kHealthy, "", 5, 5, 2, 1, "1 2 3 4 5"},
      {"a follower of another ensemble is polled",
       {{0s, "1 2 3", "1L+2 2F 3F 9F", holds(9, "7 8 9", 9)}},
       Level::kDegraded, "not_in_membership 9", 3, 3, 1, 1, ""},
  });
  // clang-format on
}

TEST_CASE("a member is known by its own id, wherever it is polled", "[judge]") {
  auto membership = servers("1 2 3");
  for (auto& server : membership) {
    server.client_address = "10.0.0." + std::to_string(server.id) + ":2181";
  }
  Round round("1 2 3", "1L 2F 3-");
  round.at(1).conf(membership, 1);
  round.at(2).conf(membership, 2);

  Watch watch;
  watch.see(round);

  CHECK(watch.verdict.members[0].id == 1);
  CHECK(watch.verdict.members[1].id == 2);
  CHECK_FALSE(watch.verdict.members[2].id);
  CHECK(watch.verdict.members[2].is_voter);  // the one that is left
  CHECK(watch.verdict.voters_serving == 2);
}

TEST_CASE("a member that was never reached is known by its address", "[judge]") {
  Watch watch;
  watch.see(Round("1 2 3 4o", "1L 2F 4- 3-"));

  CHECK(watch.verdict.find("zk-4:2181")->id == 4);
  CHECK_FALSE(watch.verdict.find("zk-4:2181")->is_voter);
  CHECK(watch.verdict.find("zk-3:2181")->is_voter);
}

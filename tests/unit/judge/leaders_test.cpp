#include <catch2/catch.hpp>

#include "support/situation.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

/// zk-4 to zk-6 are an ensemble of their own.
void form_their_own(Round& round) {
  for (const int id : {4, 5, 6}) {
    round.at(id).conf(servers("4 5 6"), id);
  }
}

void is_patient(Round& round) { round.at(1).conf(servers("1 2 3"), 1).sync_limit(20); }

}  // namespace

TEST_CASE("claims to lead are judged by epoch", "[judge]") {
  // clang-format off
  check({
      {"a hand-over", {{0s, "1 2 3", "1L@5 2L@6 3F@6"}},
       Level::kDegraded, "hand_over 1", 3, 3, 1, 2, "",
       "The ensemble serves (3 of 3 voters serve; one voter can be lost), but the "
       "leadership moves from zk-1:2181 to zk-2:2181."},
      {"a hand-over with a voter down", {{0s, "1 2 3", "1L@5 2L@6 3-"}},
       Level::kAtRisk, "hand_over 1, voter_down 3", 3, 2, 0, 2, ""},
      {"two hand-overs at once", {{0s, "1 2 3", "1L@5 2L@6 3L@7"}},
       Level::kDegraded, "hand_over 1, hand_over 2", 3, 3, 1, 3, ""},
      {"just within an election time",
       {{0s, "1 2 3", "1L@5 2L@6 3F@6"}, {10s, "1 2 3", "1L@5 2L@6 3F@6"}},
       Level::kDegraded, "hand_over 1", 3, 3, 1, 2, ""},
      {"a stale leader", {{0s, "1 2 3", "1L@5 2L@6 3F@6"}, {11s, "1 2 3", "1L@5 2L@6 3F@6"}},
       Level::kSplitView, "stale_leader 1", 3, 3, 1, 2, "",
       "The members contradict each other: zk-1:2181 still says that it leads, though zk-2:2181 "
       "leads a newer epoch."},
      {"a longer syncLimit gives more time",
       {{0s, "1 2 3", "1L@5 2L@6 3F@6"},
        {11s, "1 2 3", "1L@5 2L@6 3F@6", is_patient}},
       Level::kDegraded, "hand_over 1", 3, 3, 1, 2, ""},
      {"a stale leader that gave up",
       {{0s, "1 2 3", "1L@5 2L@6 3F@6"},
        {11s, "1 2 3", "1L@5 2L@6 3F@6"},
        {1s, "1 2 3", "1F@6 2L@6 3F@6"}},
       Level::kHealthy, "", 3, 3, 1, 1, "1 2 3"},
      {"a second hand-over has its own time",
       {{0s, "1 2 3", "1L@5 2L@6 3F@6"},
        {9s, "1 2 3", "1F@6 2L@6 3F@6"},
        {9s, "1 2 3", "1L@7 2L@6 3F@7"}},
       Level::kDegraded, "hand_over 2", 3, 3, 1, 2, ""},
      {"of two old leaders each has its own time",
       {{0s, "1 2 3", "1L@5 2F@7 3L@7"},
        {9s, "1 2 3", "1F@7 2L@6 3L@7"},
        {9s, "1 2 3", "1F@7 2L@6 3L@7"}},
       Level::kDegraded, "hand_over 2", 3, 3, 1, 2, ""},
      {"two leaders of the same epoch", {{0s, "1 2 3", "1L 2L 3F"}},
       Level::kSplitView, "two_ensembles 2", 3, 3, 1, 2, "",
       "The members contradict each other: zk-2:2181 and zk-1:2181 lead different ensembles that "
       "are configured under one name."},
      {"two ensembles with memberships of their own",
       {{0s, "1 2 3", "1L 2F 3F 4L@9+2 5F@9 6F@9", form_their_own}},
       Level::kSplitView,
       "two_ensembles 1, not_in_membership 4, not_in_membership 5, not_in_membership 6", 3, 3, 1, 2,
       "",
       "The members contradict each other: zk-1:2181 and zk-4:2181 lead different ensembles that "
       "are configured under one name; zk-4:2181 serves, but is not in the membership of the "
       "others (likewise zk-5:2181 and zk-6:2181)."},
      {"whose memberships differ for long, which is no further news",
       {{0s, "1 2 3", "1L 2F 3F 4L@9+2 5F@9 6F@9", form_their_own},
        {81s, "1 2 3", "1L 2F 3F 4L@9+2 5F@9 6F@9", form_their_own}},
       Level::kSplitView,
       "two_ensembles 1, not_in_membership 4, not_in_membership 5, not_in_membership 6", 3, 3, 1, 2,
       ""},
      {"a standalone server in an ensemble", {{0s, "1 2 3", "1L+1 2F 3S"}},
       Level::kSplitView, "standalone_member 3", 3, 2, 0, 1, "",
       "The members contradict each other: zk-3:2181 is a standalone server, not a part of this "
       "ensemble."},
      {"three standalone servers under one name", {{0s, "", "1S 2S 3S"}},
       Level::kSplitView, "standalone_member 1, standalone_member 2, standalone_member 3", 3, 0, -2,
       0, ""},
  });
  // clang-format on
}

TEST_CASE("a leader with leaderServes=no is found by exclusion", "[judge]") {
  const Situation::Step all{0s, "1 2 3", "1N 2F 3F"};
  const Situation::Step later{11s, "1 2 3", "1N 2F 3F"};
  // clang-format off
  check({
      {"before an election time", {all},
       Level::kAtRisk, "voter_down 1, no_leader_seen", 3, 2, 0, 0, ""},
      {"after it", {all, later},
       Level::kHealthy, "", 3, 3, 1, 1, "",
       "All 3 voters serve, zk-1:2181 leads; one voter can be lost without harm to clients. Whether "
       "the followers are in sync is not known: no leader answers mntr."},
      {"a follower dies under it", {all, later, {1s, "1 2 3", "1N 2F 3-"}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, ""},
      {"both followers die under it", {all, later, {1s, "1 2 3", "1N 2- 3-"}},
       Level::kNoQuorum, "voter_down 2, voter_down 3, voter_down 1", 3, 0, -2, 0, ""},
      {"it dies", {all, later, {1s, "1 2 3", "1- 2N 3N"}},
       Level::kNoQuorum, "voter_down 1, voter_down 2, voter_down 3", 3, 0, -2, 0, ""},
      {"another becomes the hidden leader",
       {all, later, {1s, "1 2 3", "1F 2N 3F"}, {5s, "1 2 3", "1F 2N 3F"}},
       Level::kAtRisk, "voter_down 2, no_leader_seen", 3, 2, 0, 0, ""},
      {"which is found in its turn",
       {all, later, {1s, "1 2 3", "1F 2N 3F"}, {11s, "1 2 3", "1F 2N 3F"}},
       Level::kHealthy, "", 3, 3, 1, 1, ""},
      {"whoever is listed before it",
       {{0s, "2 3 4", "1S 2N 3F 4F"}, {11s, "2 3 4", "1S 2N 3F 4F"}},
       Level::kSplitView, "standalone_member 1", 3, 3, 1, 1, ""},
      {"two that do not serve prove nothing",
       {{0s, "1 2 3 4 5", "1N 2N 3F 4F 5F"}, {11s, "1 2 3 4 5", "1N 2N 3F 4F 5F"}},
       Level::kAtRisk, "voter_down 1, voter_down 2, no_leader_seen", 5, 3, 0, 0, ""},
  });
  // clang-format on
}

TEST_CASE("elections are counted from epochs", "[judge]") {
  Watch watch;
  const auto elections = [&](const std::string& members) {
    return watch.see(Round("1 2 3", members), 1s).elections;
  };

  CHECK(elections("1L@7 2F@7 3F@7") == 0);
  CHECK(elections("1N 2N 3N") == 0);
  CHECK(elections("1F@8 2L@8 3F@8") == 1);
  CHECK(elections("1F@8 2L@8 3F@8") == 1);
  CHECK(elections("1L@11 2F@11 3F@11") == 4);  // two of them between two polls
  CHECK(elections("1L@11 2L@12 3F@12") == 4);  // not before it is clear
  CHECK(elections("1F@12 2L@12 3F@12") == 5);
}

TEST_CASE("a fresh follower at epoch 0 is no election", "[judge]") {
  Watch watch;
  watch.see(Round("1 2 3", "1- 2F@0 3F@0"));
  watch.see(Round("1 2 3", "1L@7 2F@0 3F@7"), 1s);
  CHECK(watch.verdict.elections == 0);
  CHECK(watch.verdict.epoch == 7U);

  watch.see(Round("1 2 3", "1L@7 2F@7 3F@0"), 1s);
  CHECK(watch.verdict.elections == 0);
}

TEST_CASE("a leap of epochs that no elections explain counts as a thousand", "[judge]") {
  Watch watch;
  watch.see(Round("1 2 3", "1L@5 2F@5 3F@5"));
  CHECK(watch.see(Round("1 2 3", "1L@5000000 2F@5 3F@5"), 1s).elections == 1000);
}

TEST_CASE("no election is counted before all members have been polled", "[judge]") {
  Watch watch;
  watch.see(Round("1 2 3", "1L@5 2? 3F@5"));  // 1 was deposed, and does not know yet
  CHECK(watch.see(Round("1 2 3", "1F@6 2L@6 3F@6"), 1s).elections == 0);
}

TEST_CASE("the count of elections does not fall while a new member waits for its first poll",
          "[judge]") {
  Watch watch;
  watch.see(Round("1 2 3", "1L@5 2F@5 3F@5"));
  REQUIRE(watch.see(Round("1 2 3", "1F@6 2L@6 3F@6"), 1s).elections == 1);

  CHECK(watch.see(Round("1 2 3", "1F@6 2L@6 3F@6 4?"), 1s).elections == 1);
}

TEST_CASE("an ensemble that was rebuilt starts from its lower epoch", "[judge]") {
  Watch watch;
  watch.see(Round("1 2 3", "1L@40 2F@40 3F@40"));
  CHECK(watch.see(Round("1 2 3", "1L@1 2F@1 3F@1"), 60s).elections == 0);
  CHECK(watch.verdict.epoch == 1U);
  CHECK(watch.see(Round("1 2 3", "1F@2 2L@2 3F@2"), 60s).elections == 1);
}

TEST_CASE("elections are counted under a leader with leaderServes=no, too", "[judge]") {
  Watch watch;
  watch.see(Round("1 2 3", "1N 2F@5 3F@5"));
  watch.see(Round("1 2 3", "1N 2F@5 3F@5"), 11s);
  watch.see(Round("1 2 3", "1F@6 2N 3F@6"), 1s);
  CHECK(watch.verdict.elections == 0);
  CHECK(watch.see(Round("1 2 3", "1F@6 2N 3F@6"), 11s).elections == 1);
}

#include <catch2/catch.hpp>

#include "fourletter/limits.hpp"
#include "support/situation.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

const auto closes = [](int id) { return failed(id, Reason::kClosedWithoutAnswer); };
const auto unasked = [](int id) { return failed(id, Reason::kLocalError); };

Change each(std::vector<Change> changes) {
  return [=](Round& round) {
    for (const auto& change : changes) {
      change(round);
    }
  };
}

}  // namespace

TEST_CASE("only the count of a ZooKeeper's leader proves that an unseen voter serves", "[judge]") {
  const std::string keeper = "1L+2:keeper 2F:keeper 3~";
  const std::string five = "1L+4:keeper 2F:keeper 3F:keeper 4- 5~";
  // clang-format off
  check({
      {"ClickHouse Keeper goes on to count a dead follower",
       {{0s, "1 2 3", "1L:keeper 2F:keeper 3F:keeper"}, {1s, "1 2 3", keeper},
        {11s, "1 2 3", keeper}, {600s, "1 2 3", keeper}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3"},
      {"and two of five",
       {{0s, "1 2 3 4 5", "1L:keeper 2F:keeper 3F:keeper 4F:keeper 5F:keeper"},
        {1s, "1 2 3 4 5", five}, {60s, "1 2 3 4 5", five}},
       Level::kAtRisk, "voter_down 4, voter_down 5", 5, 3, 0, 1, ""},
      {"a Keeper that goes on to follow proves no quorum",
       {{0s, "1 2 3", "1~ 2~ 3F:keeper"}, {60s, "1 2 3", "1~ 2~ 3F:keeper"}},
       Level::kNoQuorum, "voter_down 1, voter_down 2, no_leader_seen", 3, 1, -1, 0, ""},
      {"a leader that counts more than there can be proves nothing",
       {{0s, "1 2 3", "1L+9 2F 3~"}, {60s, "1 2 3", "1L+9 2F 3~"}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3"},
      {"nothing listens on the port of a member that a ZooKeeper counts",
       {{0s, "1 2 3", "1L+2 2F 3-"}, {600s, "1 2 3", "1L+2 2F 3-"}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3"},
      {"no way leads to a member that a ZooKeeper counts",
       {{0s, "1 2 3", "1L+2 2F 3-", failed(3, Reason::kNoRoute)},
        {11s, "1 2 3", "1L+2 2F 3-", failed(3, Reason::kNoRoute)}},
       Level::kDegraded, "partial_view 3", 3, 3, 1, 1, "3"},
      {"of two that are not seen, the one that refuses is down",
       {{0s, "1 2 3 4 5", "1L+3 2F 3F 4- 5~"}, {11s, "1 2 3 4 5", "1L+3 2F 3F 4- 5~"}},
       Level::kDegraded, "voter_down 4, partial_view 5", 5, 4, 1, 1, ""},
      {"of two that can't be seen, no more are trusted than the leader counts",
       {{0s, "1 2 3 4 5", "1L+3 2F 3F 4~ 5~"}, {11s, "1 2 3 4 5", "1L+3 2F 3F 4~ 5~"}},
       Level::kDegraded, "voter_down 5, partial_view 4", 5, 4, 1, 1, ""},
      {"a follower that is no member proves no quorum of the members",
       {{0s, "1 2 3", "1L+3 2F 3F 9F", holds(9, "1 2 3", 9)},
        {1s, "1 2 3", "1~ 2~ 3~ 9F", holds(9, "1 2 3", 9)},
        {11s, "1 2 3", "1~ 2~ 3~ 9F", holds(9, "1 2 3", 9)}},
       Level::kNoQuorum, "voter_down 1, voter_down 2, voter_down 3, not_in_membership 9", 3, 0, -2,
       0, ""},
  });
  // clang-format on
}

TEST_CASE("a member that closes connections is alive when the leader counts it", "[judge]") {
  // clang-format off
  check({
      {"at once", {{0s, "1 2 3", "1L 2F 3F"}, {1s, "1 2 3", "1L+2 2F 3-", closes(3)}},
       Level::kDegraded, "partial_view 3", 3, 3, 1, 1, "3",
       "The ensemble serves (3 of 3 voters serve, zk-1:2181 leads; one voter can be lost), but "
       "zk-3:2181 has too many connections to answer the monitoring, but the leader counts on it."},
      {"the leader does not", {{0s, "1 2 3", "1L+1 2F 3-", closes(3)}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3",
       "One more failure can end the service: 2 of 3 voters serve, zk-1:2181 leads; zk-3:2181 "
       "closes connections without an answer (too many connections, or no ZooKeeper)."},
      {"two of five", {{0s, "1 2 3 4 5", "1L+4 2F 3F 4- 5-", each({closes(4), closes(5)})}},
       Level::kDegraded, "partial_view 4, partial_view 5", 5, 5, 2, 1, ""},
      {"and a Keeper's leader proves nothing",
       {{0s, "1 2 3", "1L+2:keeper 2F:keeper 3-", closes(3)}},
       Level::kAtRisk, "voter_down 3", 3, 2, 0, 1, "3"},
  });
  // clang-format on
}

TEST_CASE("our own failure to ask says nothing about the ensemble", "[judge]") {
  // clang-format off
  check({
      {"nobody could be asked", {{0s, "1 2 3", "1- 2- 3-", each({unasked(1), unasked(2), unasked(3)})}},
       Level::kUnknown, "not_asked 1, not_asked 2, not_asked 3", 3, 0, 0, 0, "",
       "The monitoring itself failed, so that nothing is known of the quorum: zk-1:2181 could not "
       "be asked (a failure of the monitoring itself) (likewise zk-2:2181 and zk-3:2181)."},
      {"so that a quorum can't be seen",
       {{0s, "1 2 3", "1L 2F 3F"}, {1s, "1 2 3", "1- 2- 3F", each({unasked(1), unasked(2)})}},
       Level::kUnknown, "not_asked 1, not_asked 2", 3, 1, 0, 0, ""},
      {"but the others can't be a quorum even with it",
       {{0s, "1 2 3", "1- 2N 3N", unasked(1)}},
       Level::kNoQuorum, "not_asked 1, voter_down 2, voter_down 3", 3, 0, -2, 0, ""},
      {"the leader counts on it", {{0s, "1 2 3", "1L+2 2F 3-", unasked(3)}},
       Level::kDegraded, "partial_view 3", 3, 3, 1, 1, "3"},
      {"one voter is down and another one was not asked",
       {{0s, "1 2 3 4 5", "1L+2 2F 3F 4- 5-", unasked(5)}},
       Level::kDegraded, "voter_down 4, not_asked 5", 5, 3, 0, 1, ""},
      {"two are down and a third one was not asked",
       {{0s, "1 2 3 4 5 6 7", "1L+3 2F 3F 4F 5- 6- 7-", unasked(7)}},
       Level::kDegraded, "voter_down 5, voter_down 6, not_asked 7", 7, 4, 0, 1, ""},
      {"but what contradicts itself is told, whatever one was not asked",
       {{0s, "1 2 3", "1S 2F 3-", unasked(3)}},
       Level::kSplitView, "standalone_member 1, not_asked 3, no_leader_seen", 3, 1, -1, 0, ""},
      {"three are down and it does not help",
       {{0s, "1 2 3 4 5", "1F 2F 3F 4- 5-"}},
       Level::kAtRisk, "voter_down 4, voter_down 5, no_leader_seen", 5, 3, 0, 0, ""},
  });
  // clang-format on
}

TEST_CASE("a voter that we failed to ask and that the leader counts is told as unseen", "[judge]") {
  Round round("1 2 3", "1L+2 2F 3-");
  round.at(3).failed(Reason::kLocalError);
  Watch watch;

  CHECK(watch.see(round).find("zk-2:2181")->unsafe_to_stop.at(0) ==
        "zk-3:2181 may serve, but can't be seen from here");
}

TEST_CASE("the sentence without a quorum hides no member that answers", "[judge]") {
  Watch watch;
  watch.see(Round("1 2 3 4 5", "1L 2F 3F 4F 5F"));
  watch.see(Round("1 2 3 4 5", "1- 2- 3- 4~ 5N"), 1s);

  CHECK(watch.verdict.summary ==
        "No quorum: none of the 5 voters serves, so clients are not served. Enough of them must "
        "run and reach each other: zk-1:2181 can't be reached (connection refused) (likewise "
        "zk-2:2181 and zk-3:2181); zk-4:2181 can't be reached (no answer in time); zk-5:2181 "
        "answers, but serves nobody: it sees no quorum, or is still loading data.");
}

TEST_CASE("a long list of members is cut in the sentence", "[judge]") {
  Watch watch;
  watch.see(Round("1 2 3 4 5 6 7 8 9", "1L 2F 3F 4F 5F 6F 7F 8F 9F"));
  watch.see(Round("1 2 3 4 5 6 7 8 9", "1N 2- 3- 4- 5- 6- 7- 8- 9-"), 1s);

  CHECK(watch.verdict.summary.find("(likewise zk-3:2181, zk-4:2181, zk-5:2181, zk-6:2181, "
                                   "zk-7:2181 and 2 more); zk-1:2181 answers") !=
        std::string::npos);
}

TEST_CASE("one address for several servers gives one calm level", "[judge]") {
  const auto lb = several(1);
  // clang-format off
  check({
      {"a leader answers", {{0s, "1 2 3", "1L+2", lb}},
       Level::kDegraded, "several_servers 1", 3, 0, 0, 0, "",
       "The ensemble serves, but how well can't be told: zk-1:2181 leads to one server now and to "
       "another then, so that its figures are mixed: give each server an address of its own in the "
       "configuration."},
      {"then a follower", {{0s, "1 2 3", "1L+2", lb}, {10s, "1 2 3", "1F", lb}},
       Level::kDegraded, "several_servers 1", 3, 0, 0, 0, ""},
      {"then an observer", {{0s, "1 2 3 4o", "1L+2", lb}, {10s, "1 2 3 4o", "1O", lb}},
       Level::kDegraded, "several_servers 1", 3, 0, 0, 0, ""},
      {"then one that serves nobody", {{0s, "1 2 3", "1L+2", lb}, {10s, "1 2 3", "1N", lb}},
       Level::kDegraded, "several_servers 1", 3, 0, 0, 0, ""},
      {"then one that is dead", {{0s, "1 2 3", "1L+2", lb}, {10s, "1 2 3", "1-", lb}},
       Level::kDegraded, "several_servers 1", 3, 0, 0, 0, ""},
      {"none serves for long",
       {{0s, "1 2 3", "1L+2", lb}, {10s, "1 2 3", "1N", lb}, {11s, "1 2 3", "1N", lb}},
       Level::kNoQuorum, "several_servers 1", 3, 0, -2, 0, ""},
      {"beside members that are well", {{0s, "1 2 3", "1F 2L+2 3F", lb}},
       Level::kDegraded, "several_servers 1", 3, 3, 1, 1, ""},
  });
  // clang-format on
}

TEST_CASE("at the limits of what is believed a verdict comes and does not contradict itself",
          "[judge]") {
  for (const std::int64_t number : {std::int64_t(0), std::int64_t(1), kMaxServers}) {
    for (const auto weight : {std::int64_t(0), std::int64_t(1), kMaxWeight}) {
      Round round("1/1 2/1 3/1", "1L 2F 3F");
      auto membership = servers("1/1 2/1 3/1");
      membership[1].weight = weight;
      membership[2].weight = weight;
      membership[2].group = kMaxId;
      round.at(1).conf(membership, 1);
      round.at(2).conf(membership, kMaxId);
      round.at(3).claims(number, kMaxTickTime, kMaxTicks);
      Watch watch;
      CAPTURE(number, weight);
      CHECK(find_contradictions(watch.see(round)) == std::vector<std::string>());
      CHECK(find_contradictions(watch.see(round, 700s)) == std::vector<std::string>());
    }
  }
}

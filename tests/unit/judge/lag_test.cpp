#include <catch2/catch.hpp>

#include "support/situation.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

using Lag = std::optional<std::uint32_t>;

/// One leader and two followers; each is polled at its own moment.
struct Lagging {
  /// Polls the leader now.
  void leader(std::uint32_t zxid, std::chrono::milliseconds after) {
    pass(after);
    round.at(1).zxid(zxid).aged(0s);
    watch.see(round);
  }

  /// Polls the follower now; the leader's poll ended `after` ago.
  Lag follower(std::uint32_t zxid, std::chrono::seconds after,
               std::chrono::milliseconds took = 5ms) {
    watch.now += after;
    round.at(1).aged(after);
    round.at(2).zxid(zxid).took(took);
    return watch.see(round).find("zk-2:2181")->lag;
  }

  void pass(std::chrono::milliseconds time) { watch.now += time; }

  Round round = Round("1 2 3", "1L 2F 3F");
  Watch watch;
};

}  // namespace

TEST_CASE("a lag is what the leader had and the follower had not", "[judge]") {
  Lagging three;
  three.leader(1000, 1s);

  CHECK(three.follower(940, 1s) == 60U);
  CHECK_FALSE(three.watch.verdict.find("zk-1:2181")->lag);
}

TEST_CASE("the time between two polls cannot fake a lag", "[judge]") {
  Lagging three;
  three.leader(1000, 1s);
  // The ensemble writes on: the follower is asked later and has more.
  CHECK(three.follower(5000, 2s) == 0U);

  // The leader is asked later still and has more again: that is news of the leader only.
  three.pass(1s);
  three.round.at(1).zxid(9000).aged(0s);
  three.round.at(2).aged(1s);
  CHECK(three.watch.see(three.round).find("zk-2:2181")->lag == 0U);
}

TEST_CASE("a follower that was asked before the leader answered is not compared with it",
          "[judge]") {
  Lagging three;
  three.leader(1000, 1s);

  CHECK(three.follower(900, 1s, 3000ms) == std::nullopt);
}

TEST_CASE("of the leader's polls the newest that can be compared counts", "[judge]") {
  Lagging three;
  three.leader(1000, 1s);
  three.leader(5000, 1s);

  CHECK(three.follower(940, 1s, 1500ms) == 60U);  // it was asked between the two
}

TEST_CASE("a lag stays until the follower's next poll", "[judge]") {
  Lagging three;
  three.leader(1000, 1s);
  REQUIRE(three.follower(940, 1s) == 60U);
  for (int polls = 1; polls <= 20; ++polls) {
    three.round.at(2).aged(std::chrono::seconds(polls));
    three.leader(2000, 1s);
    CHECK(three.watch.verdict.find("zk-2:2181")->lag == 60U);
  }
}

TEST_CASE("an address of several servers has no lag", "[judge]") {
  Lagging three;
  three.leader(1000, 1s);
  three.round.at(2).several();

  CHECK(three.follower(940, 1s) == std::nullopt);
}

TEST_CASE("different epochs are no lag", "[judge]") {
  Lagging three;
  three.leader(50, 1s);
  three.round.at(2).epoch(4);

  CHECK(three.follower(4'000'000'000, 1s) == std::nullopt);
}

TEST_CASE("a lag ends with the poll that showed it", "[judge]") {
  Lagging three;
  three.leader(1000, 1s);
  REQUIRE(three.follower(10, 1s) == 990U);

  const Round down("1 2 3", "1L 2- 3F");
  CHECK(three.watch.see(down, 1s).find("zk-2:2181")->lag == std::nullopt);
}

TEST_CASE("no voter may be stopped while another lags far behind", "[judge]") {
  Lagging three;
  three.round.at(3).zxid(9000);
  three.leader(5000, 1s);
  REQUIRE(three.follower(3999, 1s) == 1001U);
  using Reasons = std::vector<std::string>;

  CHECK(three.watch.verdict.find("zk-3:2181")->unsafe_to_stop ==
        Reasons{"zk-2:2181 is 1001 transactions behind the leader"});
  CHECK(three.watch.verdict.find("zk-2:2181")->unsafe_to_stop.empty());

  three.leader(5000, 1s);
  REQUIRE(three.follower(4000, 1s) == 1000U);
  CHECK(three.watch.verdict.find("zk-3:2181")->unsafe_to_stop.empty());
}

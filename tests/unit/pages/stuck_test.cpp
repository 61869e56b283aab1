#include "pages/stuck.hpp"

#include <malloc.h>
#include <string>

#include <catch2/catch.hpp>

#include "support/situation.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

/// A member whose ensemble works without it, and the moments at which it is asked about.
struct Stuck {
  using Clock = std::chrono::steady_clock;

  Stuck() { watch.see(Round("1 2 3", "1L 2F 3N")); }

  /// As a kubelet, it asks once a minute.
  bool is_dead(Clock::duration after, MemberState state = MemberState::kNotServing) {
    for (; after > 1min; after -= 1min) {
      ask(1min, state);
    }
    return ask(after, state);
  }

  bool ask(Clock::duration after, MemberState state = MemberState::kNotServing) {
    now += after;
    Observation seen;
    seen.state = state;
    auto verdict = judge_probe(ProbeKind::kLiveness, seen, false);
    members.judge(watch.view, "zk-3:2181", 10min, now, verdict);
    return !verdict.passed;
  }

  Watch watch;
  StuckMembers members;
  Clock::time_point now = Clock::time_point(1h);
};

}  // namespace

TEST_CASE("a stuck member gets one restart in half an hour", "[pages]") {
  Stuck stuck;
  CHECK_FALSE(stuck.is_dead(0s));
  CHECK_FALSE(stuck.is_dead(9min));
  CHECK(stuck.is_dead(1min));
  CHECK(stuck.is_dead(1min));        // the kubelet wants several failures in a row
  CHECK_FALSE(stuck.is_dead(1min));  // and has restarted it by now
  CHECK_FALSE(stuck.is_dead(27min));
  CHECK(stuck.is_dead(1min));
}

TEST_CASE("serving again does not give a new restart", "[pages]") {
  Stuck stuck;
  stuck.is_dead(0s);
  REQUIRE(stuck.is_dead(10min));

  CHECK_FALSE(stuck.is_dead(3min, MemberState::kFollower));
  CHECK_FALSE(stuck.is_dead(1min));
  CHECK_FALSE(stuck.is_dead(15min));
  CHECK(stuck.is_dead(11min));
}

TEST_CASE("the time begins anew when the others lose their quorum", "[pages]") {
  Stuck stuck;
  stuck.is_dead(0s);

  stuck.watch.see(Round("1 2 3", "1N 2N 3N"));
  CHECK_FALSE(stuck.is_dead(10min));
  stuck.watch.see(Round("1 2 3", "1L 2F 3N"));
  CHECK_FALSE(stuck.is_dead(9min));
  CHECK(stuck.is_dead(1min));
}

TEST_CASE("a time longer than any clock's never makes a member dead", "[pages]") {
  Stuck stuck;
  for (const auto patience :
       {std::chrono::milliseconds::max(), std::chrono::milliseconds(std::chrono::days(106752))}) {
    Observation seen;
    seen.state = MemberState::kNotServing;
    auto verdict = judge_probe(ProbeKind::kLiveness, seen, false);
    stuck.members.judge(stuck.watch.view, "zk-3:2181", patience, stuck.now, verdict);
    CHECK(verdict.passed);
  }
}

TEST_CASE("what happened while nobody asked does not count", "[pages]") {
  Stuck stuck;
  stuck.ask(0s);
  stuck.ask(1min);

  CHECK_FALSE(stuck.ask(10min));
  CHECK_FALSE(stuck.is_dead(9min));
  CHECK(stuck.is_dead(1min));
}

TEST_CASE("a restart is not forgotten while it counts, even when nobody asks", "[pages]") {
  Stuck stuck;
  stuck.is_dead(0s);
  REQUIRE(stuck.is_dead(10min));

  CHECK_FALSE(stuck.ask(15min));
  CHECK_FALSE(stuck.is_dead(14min));
  CHECK(stuck.is_dead(1min));
}

TEST_CASE("members that nobody asks about any more are forgotten", "[pages]") {
  Stuck stuck;
  const auto before = mallinfo2().uordblks;
  for (int i = 0; i < 2000; ++i) {
    auto verdict = judge_probe(ProbeKind::kLiveness, Observation(), false);
    stuck.now += 1s;
    stuck.members.judge(stuck.watch.view, std::to_string(i) + ".zk:2181", 10min, stuck.now,
                        verdict);
  }
  CHECK(mallinfo2().uordblks < before + 100'000);  // room for 121 of them
}

#include "poll/close_watch.hpp"

#include <catch2/catch.hpp>

using namespace zke;
using namespace std::chrono_literals;

namespace {

using Clock = CloseWatch::Clock;

constexpr auto kInterval = 10s;
constexpr Clock::time_point kStart{1h};

/// The extra rounds between `from` and `to`, asked for every 100 ms; `change` may note changes.
template <class Change>
int count_rounds(CloseWatch& watch, Clock::time_point from, Clock::time_point to, Change change) {
  int rounds = 0;
  std::optional<Clock::time_point> last;
  for (auto now = from; now < to; now += 100ms) {
    change(now);
    const auto next = watch.next_round(now);
    if (next && next != last) {
      ++rounds;
      last = next;
    }
  }
  return rounds;
}

}  // namespace

TEST_CASE("after a change all are polled at once, and again until it is quiet", "[poll]") {
  CloseWatch watch(kInterval);
  CHECK_FALSE(watch.next_round(kStart));

  watch.note_change("zk-1", kStart);
  CHECK(watch.next_round(kStart) == kStart);
  CHECK(watch.next_round(kStart + 10ms) == kStart + 1s);
  CHECK(watch.next_round(kStart + 500ms) == kStart + 1s);
  CHECK(watch.next_round(kStart + 1010ms) == kStart + 2s);
  CHECK(watch.next_round(kStart + 2010ms) == kStart + 4s);
  CHECK_FALSE(watch.next_round(kStart + 4010ms));
  CHECK_FALSE(watch.next_round(kStart + 60s));
}

TEST_CASE("a member that flaps costs the others at most one more round an interval", "[poll]") {
  CloseWatch watch(kInterval);
  const auto flap = [&](Clock::time_point now) { watch.note_change("zk-1", now); };
  const auto hour = kStart + 1h;
  const int first = count_rounds(watch, kStart, kStart + 1min, flap);
  CHECK(first <= 15);
  const int rounds = count_rounds(watch, kStart + 1min, hour, flap);
  CHECK(rounds <= 59 * 6);
  CHECK(rounds > 59);  // it is still looked after
}

TEST_CASE("many members that flap cost no more", "[poll]") {
  CloseWatch watch(kInterval);
  int n = 0;
  const auto flap = [&](Clock::time_point now) {
    watch.note_change("zk-" + std::to_string(n++ % 50), now);
  };
  CHECK(count_rounds(watch, kStart, kStart + 1h, flap) <= 15 + 361);
}

TEST_CASE("a fault is watched closely after a quiet time, whatever flapped before", "[poll]") {
  CloseWatch watch(kInterval);
  count_rounds(watch, kStart, kStart + 1h, [&](auto now) { watch.note_change("zk-1", now); });

  const auto later = kStart + 2h;
  watch.note_change("zk-2", later);
  CHECK(count_rounds(watch, later, later + 10s, [](auto) {}) == 4);
}

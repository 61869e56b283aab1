#include "poll/schedule.hpp"

#include <set>
#include <string>

#include <catch2/catch.hpp>

using namespace zke;
using namespace std::chrono_literals;

namespace {

constexpr auto kInterval = 10s;
constexpr Schedule::Clock::time_point kStart{100h};

/// The member's place on the grid.
Schedule::Clock::duration offset_of(const std::string& name) {
  const Schedule schedule(name, kInterval, kStart);
  return schedule.next(kStart - 1ns, kStart - kInterval) - kStart;
}

}  // namespace

TEST_CASE("the offset of a member is stable and below the interval", "[poll]") {
  CHECK(offset_of("default/zk-0:2181") == offset_of("default/zk-0:2181"));
  for (int i = 0; i < 1000; ++i) {
    const auto offset = offset_of("default/zk-" + std::to_string(i) + ":2181");
    CHECK(offset >= 0s);
    CHECK(offset < kInterval);
  }
}

TEST_CASE("members do not fire together", "[poll]") {
  std::set<Schedule::Clock::duration> offsets;
  for (int i = 0; i < 100; ++i) {
    offsets.insert(offset_of("default/zk-" + std::to_string(i) + ":2181"));
  }

  CHECK(offsets.size() > 80);
}

TEST_CASE("the first poll comes within a tenth of the interval, whenever a member comes",
          "[poll]") {
  for (int i = 0; i < 100; ++i) {
    const Schedule schedule("zk-" + std::to_string(i), kInterval, kStart);
    const auto now = kStart + i * 1min;
    CHECK(schedule.first(now) >= now);
    CHECK(schedule.first(now) < now + kInterval / 10);
  }
}

TEST_CASE("polls do not drift, however long each takes", "[poll]") {
  const Schedule schedule("zk-0", kInterval, kStart);
  auto began = schedule.next(schedule.first(kStart), schedule.first(kStart));
  const auto grid = began;

  for (int i = 1; i <= 1000; ++i) {
    const auto ended = began + std::chrono::milliseconds(37 * i % 2900);
    began = schedule.next(ended, began);
    REQUIRE(began == grid + i * kInterval);
  }
}

TEST_CASE("a poll that starts late does not move the grid", "[poll]") {
  const Schedule schedule("zk-0", kInterval, kStart);
  const auto planned = schedule.next(schedule.first(kStart), schedule.first(kStart));
  const auto began = planned + 1200ms;

  CHECK(schedule.next(began + 5ms, began) == planned + kInterval);
}

TEST_CASE("moments that a long poll ran over are left out", "[poll]") {
  const Schedule schedule("zk-0", kInterval, kStart);
  const auto began = schedule.next(kStart + kInterval, kStart);

  CHECK(schedule.next(began + 3 * kInterval + 1ms, began) == began + 4 * kInterval);
}

TEST_CASE("two polls are never less than a tenth of an interval apart", "[poll]") {
  for (int i = 0; i < 200; ++i) {
    const Schedule schedule("zk-" + std::to_string(i), kInterval, kStart);
    auto last = schedule.first(kStart);
    for (int poll = 0; poll < 5; ++poll) {
      const auto next = schedule.next(last + 5ms, last);
      CHECK(next - last >= kInterval / 10);
      CHECK(next - last <= kInterval * 11 / 10);
      last = next;
    }
  }
}

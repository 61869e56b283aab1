#include <algorithm>

#include <catch2/catch.hpp>

#include "support/trio.hpp"

using namespace zke;
using namespace zke::test;

namespace {

std::ptrdiff_t polls_of(const FakeServer& server) {
  return std::ranges::count(server.seen().words, "srvr");
}

}  // namespace

TEST_CASE("a poll that waits far beyond its usual makes the others due before it ends",
          "[faults]") {
  Trio::Timing timing;
  timing.interval = std::chrono::seconds(5);
  timing.timeout = timing.interval;
  Trio trio(timing);
  trio.start();
  trio.scrape_after_polls(1);
  trio.odd.play_always(Script{"", Script::End::kHang});
  const auto asked = polls_of(trio.odd);
  REQUIRE(wait_until(trio.io, [&] { return polls_of(trio.odd) > asked; }));

  const auto left = polls_of(trio.left);
  const auto right = polls_of(trio.right);
  // By their grids alone each is polled once within that poll.
  CHECK(wait_until(trio.io, [&] {
    return polls_of(trio.left) >= left + 2 && polls_of(trio.right) >= right + 2;
  }));
  CHECK(polls_of(trio.odd) == asked + 1);  // it still hangs
}

#include <string>

#include <catch2/catch.hpp>

#include "support/trio.hpp"

using namespace zke;
using namespace zke::test;

namespace {

using End = Script::End;

constexpr auto kLeader = "3.8.0/leader";

Trio::Timing often() {
  Trio::Timing timing;
  timing.interval = std::chrono::milliseconds(300);
  timing.timeout = std::chrono::milliseconds(kIsSanitized ? 10000 : 2500);
  return timing;
}

void check_full(const Trio& trio, const Scrape& scrape) {
  CHECK(scrape.value("zookeeper_up", trio.member) == 1);
  CHECK(scrape.state(trio.member) == "leader");
  CHECK(scrape.failure(trio.member) == "none");
  CHECK(differences(scrape.names(trio.member), full_series(kLeader)) == "none");
  trio.check_others(scrape);
}

void check_down(const Trio& trio, const Scrape& scrape, const std::string& reason) {
  CHECK(scrape.value("zookeeper_up", trio.member) == 0);
  CHECK(scrape.failure(trio.member) == reason);
  CHECK(differences(scrape.names(trio.member), bare_series()) == "none");
  trio.check_others(scrape);
}

}  // namespace

TEST_CASE("a member that recovers is back in full at its next poll", "[faults]") {
  Trio trio(often());
  std::string reason = "timeout";
  SECTION("from silence") { trio.odd.play_always(Script{"", End::kHang}); }
  SECTION("from a reset") {
    trio.odd.play_always(Script{"", End::kReset});
    reason = "closed_without_answer";
  }
  SECTION("from garbage") {
    trio.odd.play_always(Script{"SSH-2.0-OpenSSH_9.2\r\n"});
    reason = "malformed";
  }
  trio.start();
  const auto before = trio.scrape_after_polls(1);
  check_down(trio, before, reason);

  trio.odd.play(kLeader);
  const auto after = trio.scrape_after_next_poll();

  check_full(trio, after);
}

TEST_CASE("a member that turns bad loses its series at its next poll", "[faults]") {
  Trio trio(often());
  trio.start();
  const auto before = trio.scrape_after_polls(1);
  check_full(trio, before);

  SECTION("it falls silent") {
    trio.odd.play_always(Script{"", End::kHang});
    check_down(trio, trio.scrape_after_next_poll(), "timeout");
  }
  SECTION("it goes away") {
    trio.odd.shut();
    check_down(trio, trio.scrape_after_next_poll(), "refused");
  }
  SECTION("it loses its quorum") {
    trio.odd.play("3.8.0/not-serving-participant");
    const auto after = trio.scrape_after_next_poll();
    CHECK(after.value("zookeeper_up", trio.member) == 1);
    CHECK(after.state(trio.member) == "not_serving");
    CHECK(differences(after.names(trio.member), bare_series()) == "none");
    CHECK(after.value("zookeeper_voter", trio.member) == 1);  // the last known
  }
}

TEST_CASE("a member that flaps is right after each poll", "[faults]") {
  Trio trio(often());
  trio.start();
  auto scrape = trio.scrape_after_polls(1);
  for (int round = 0; round < 3; ++round) {
    trio.odd.play_always(Script{""});
    scrape = trio.scrape_after_next_poll();
    check_down(trio, scrape, "closed_without_answer");

    trio.odd.play(kLeader);
    scrape = trio.scrape_after_next_poll();
    check_full(trio, scrape);
  }
}

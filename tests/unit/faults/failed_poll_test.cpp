#include <algorithm>
#include <functional>
#include <iostream>
#include <string>

#include <catch2/catch.hpp>

#include "support/captures.hpp"
#include "support/trio.hpp"

using namespace zke;
using namespace zke::test;

namespace {

using End = Script::End;

Script say(std::string text, End end = End::kClose) { return Script{std::move(text), end}; }

std::string half_srvr() {
  const auto whole = captured("3.8.0/leader", Command::kSrvr);
  return whole.substr(0, whole.size() / 2);
}

struct Fault {
  std::string name;
  std::function<void(FakeServer&)> break_it;
  std::string reason;
  Door door = Door::kOpen;
};

/// The member gives no answer of a ZooKeeper, and the poll fails at once.
std::vector<Fault> quick_faults() {
  std::string garbage = "\x15\x03\x01";
  for (int i = 0; i < 4096; ++i) {
    garbage += static_cast<char>(i * 7);
  }
  const std::string http =
      "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  const std::string cut_refusal = "This ZooKeeper instance is not curr";
  return {
      {"nobody listens", [](auto& fake) { fake.shut(); }, "refused"},
      {"reset at accept", [](auto&) {}, "closed_without_answer", Door::kSlammed},
      {"reset after the word", [](auto& fake) { fake.play_always(say("", End::kReset)); },
       "closed_without_answer"},
      {"closed without a byte", [](auto& fake) { fake.play_always(say("")); },
       "closed_without_answer"},
      {"reset in mid-reply", [](auto& fake) { fake.play_always(say(half_srvr(), End::kReset)); },
       "truncated"},
      {"closed in mid-reply", [](auto& fake) { fake.play_always(say(half_srvr())); }, "truncated"},
      {"a cut \"not serving\"", [=](auto& fake) { fake.play_always(say(cut_refusal)); },
       "truncated"},
      {"binary garbage", [=](auto& fake) { fake.play_always(say(garbage)); }, "malformed"},
      {"an HTTP server", [=](auto& fake) { fake.play_always(say(http)); }, "malformed"},
      {"a reply to another word",
       [](auto& fake) { fake.play(Command::kSrvr, say(captured("3.8.0/leader", Command::kMntr))); },
       "malformed"},
  };
}

/// The poll hangs until its deadline.
std::vector<Fault> slow_faults() {
  return {
      {"connecting hangs", [](auto&) {}, "timeout", Door::kBlocked},
      {"nobody accepts", [](auto&) {}, "timeout", Door::kUnattended},
      {"silence after the word", [](auto& fake) { fake.play_always(say("", End::kHang)); },
       "timeout"},
      {"silence in mid-reply", [](auto& fake) { fake.play_always(say(half_srvr(), End::kHang)); },
       "timeout"},
      {"a whole reply without an end",
       [](auto& fake) {
         fake.play_always(say(captured("3.8.0/leader", Command::kSrvr), End::kHang));
       },
       "timeout"},
      {"one byte at a time, for ever",
       [](auto& fake) {
         auto script = say(captured("3.8.0/leader", Command::kMntr));
         script.times = 1000;
         script.drips = true;
         fake.play_always(script);
       },
       "timeout"},
  };
}

void check_unreachable(const Trio& trio, const Scrape& scrape, const std::string& reason) {
  CHECK(scrape.value("zookeeper_up", trio.member) == 0);
  CHECK(scrape.value("zookeeper_serving", trio.member) == 0);
  CHECK(scrape.state(trio.member) == "unreachable");
  CHECK(scrape.failure(trio.member) == reason);
  CHECK(differences(scrape.names(trio.member), bare_series()) == "none");
}

}  // namespace

TEST_CASE("a member that fails at once is down for the right reason, the others are well",
          "[faults]") {
  for (const auto& fault : quick_faults()) {
    DYNAMIC_SECTION(fault.name) {
      Trio trio(Trio::Timing(), fault.door);
      const auto member = trio.odd.address();
      fault.break_it(trio.odd);

      trio.start(member);
      const auto scrape = trio.scrape_after_polls(1);

      check_unreachable(trio, scrape, fault.reason);
      trio.check_others(scrape);
      const std::chrono::duration<double> limit = Trio::Timing().timeout;
      CHECK(scrape.value("zookeeper_poll_duration_seconds", trio.member) < limit.count());
    }
  }
}

TEST_CASE("scrapes go on while a member hangs, and its poll ends at the deadline", "[faults]") {
  for (const auto& fault : slow_faults()) {
    DYNAMIC_SECTION(fault.name) {
      const Trio::Timing timing;
      Trio trio(timing, fault.door);
      fault.break_it(trio.odd);
      trio.start();
      const bool is_seen = fault.door == Door::kOpen;
      REQUIRE((!is_seen || wait_until(trio.io, [&] { return !trio.odd.seen().words.empty(); })));

      // Until the poll has ended, the member has no series: each of these came while it hung.
      int scrapes = 0;
      double slowest = 0;
      auto scrape = trio.scrape();
      while (scrape.names(trio.member).empty()) {
        ++scrapes;
        slowest = std::max(slowest, scrape.took.count());
        scrape = trio.scrape();
      }

      std::cout << fault.name << ": " << scrapes << " scrapes while it hung, the slowest took "
                << slowest << " ms\n";
      CHECK(scrapes >= 3);  // so none of them waited for it
      scrape = trio.scrape_after_polls(1);
      check_unreachable(trio, scrape, fault.reason);
      trio.check_others(scrape);
      const auto took = scrape.value("zookeeper_poll_duration_seconds", trio.member);
      const std::chrono::duration<double> limit = timing.timeout;
      CHECK(took > limit.count() * 0.9);
      CHECK(took < limit.count() + 1);
    }
  }
}

TEST_CASE("a name that does not resolve is a failure of DNS", "[faults]") {
  Trio trio;
  Address nowhere;
  nowhere.host = "no-such-member.invalid";
  nowhere.port = 2181;

  trio.start(nowhere);
  const auto scrape = trio.scrape_after_polls(1);

  check_unreachable(trio, scrape, "dns");
  trio.check_others(scrape);
}

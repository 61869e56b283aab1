#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "support/captures.hpp"
#include "support/trio.hpp"

using namespace zke;
using namespace zke::test;

namespace {

using End = Script::End;

constexpr std::size_t kMiB = 1U << 20U;

/// What a poll may take of an endless reply: its limit, and what lies in the two socket buffers.
constexpr std::size_t kMostTaken = 24 * kMiB;

Script hundred_megabytes(std::string piece) {
  constexpr std::size_t kAll = 100 * kMiB;
  const auto unit = piece;
  while (piece.size() < kMiB) {
    piece += unit;
  }
  return Script{piece, End::kClose, kAll / piece.size() + 1};
}

void check_too_large(Trio& trio, const std::string& state) {
  trio.start();
  const auto scrape = trio.scrape_after_polls(1);
  const auto& seen = trio.odd.seen();
  REQUIRE(wait_until(trio.io, [&] { return seen.resets > 0; }));

  CHECK(scrape.state(trio.member) == state);
  CHECK(scrape.failure(trio.member) == "too_large");
  CHECK(seen.bytes_sent < kMostTaken);
  trio.check_others(scrape);
}

}  // namespace

TEST_CASE("a reply of 100 MB is given up at its limit", "[faults]") {
  Trio::Timing timing;
  timing.interval = std::chrono::seconds(10);
  timing.timeout = std::chrono::seconds(200);
  Trio trio(timing);

  SECTION("mntr in lines") {
    trio.odd.play(Command::kMntr, hundred_megabytes("zk_version\t3.8.0\n"));
    check_too_large(trio, "leader");
    CHECK(trio.odd.seen().bytes_sent > reply_limit(Command::kMntr));
  }
  SECTION("mntr without a line end") {
    trio.odd.play(Command::kMntr, hundred_megabytes("zk_version\tx"));
    check_too_large(trio, "leader");
  }
  SECTION("srvr") {
    trio.odd.play(Command::kSrvr, hundred_megabytes("Zookeeper version: 3.8.0\n"));
    check_too_large(trio, "unreachable");
  }
}

TEST_CASE("a poll sends four bytes a connection, one connection after the other", "[faults]") {
  Trio::Timing timing;
  timing.interval = std::chrono::seconds(10);
  Trio trio(timing);

  trio.start();
  const auto scrape = trio.scrape_after_polls(1);
  const auto& seen = trio.odd.seen();
  REQUIRE(wait_until(trio.io, [&] { return seen.closes == 4; }));

  CHECK(scrape.state(trio.member) == "leader");
  CHECK(differences(scrape.names(trio.member), full_series("3.8.0/leader")) == "none");
  CHECK(seen.words == std::vector<std::string>{"srvr", "mntr", "wchs", "conf"});
  CHECK(seen.connections == 4);
  CHECK(seen.most_at_once == 1);
  CHECK(seen.extra_bytes == 0);
  CHECK(seen.resets == 0);
}

TEST_CASE("a connection that a poll gives up is reset", "[faults]") {
  Trio trio;
  const auto whole = captured("3.8.0/leader", Command::kSrvr);
  SECTION("nothing came") { trio.odd.play_always(Script{"", End::kHang}); }
  SECTION("a part came") { trio.odd.play_always(Script{whole.substr(0, 50), End::kHang}); }
  SECTION("all came, but no end") { trio.odd.play_always(Script{whole, End::kHang}); }
  SECTION("it drips") { trio.odd.play_always(Script{whole, End::kHang, 1000, true}); }

  trio.start();
  trio.scrape_after_polls(1);
  const auto& seen = trio.odd.seen();
  REQUIRE(wait_until(trio.io, [&] { return seen.resets + seen.closes > 0; }));

  CHECK(seen.resets > 0);
  CHECK(seen.closes == 0);
  CHECK(seen.extra_bytes <= 16);  // of the last moment, for who waits for TLS
}

TEST_CASE("a member that hangs is never asked twice at once", "[faults]") {
  Trio::Timing timing;
  timing.interval = std::chrono::milliseconds(500);
  timing.timeout = std::chrono::milliseconds(2000);  // not allowed in a configuration
  Trio trio(timing);
  trio.odd.play_always(Script{"", End::kHang});

  trio.start();
  trio.scrape_after_polls(3);

  CHECK(trio.odd.seen().connections >= 3);
  CHECK(trio.odd.seen().most_at_once == 1);
}

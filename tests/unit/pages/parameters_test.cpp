#include <catch2/catch.hpp>

#include "support/board_pages.hpp"

using namespace zke;
using namespace zke::test;

TEST_CASE("a parameter that a page does not know is a 400, never a yes", "[pages]") {
  BoardPages pages;
  pages.poll(Round("1 2 3", "1L 2F 3F"));

  for (const auto* target : {"/health/ensemble?requires=full", "/health/ensemble?format=xml",
                             "/health/ensemble/disruption?member=zk-1:2181&leader-last",
                             "/probe/readiness?member=zk-1:2181&allow-read-only"}) {
    CAPTURE(target);
    const auto response = pages.ask(target);
    CHECK(response.status == 400);
    CHECK(response.body.starts_with("400: ?"));
  }
  CHECK(pages.ask("/health/ensemble?requires=full").body ==
        "400: ?requires= is not known here. There are:\n  ensemble\n  require\n  format\n");
}

TEST_CASE("a switch can be turned off", "[pages]") {
  BoardPages pages;
  pages.poll(Round("1 2 3", "1L 2F 3F"));
  const std::string leader = "/health/ensemble/disruption?member=zk-1:2181&leader_last";

  CHECK(pages.ask(leader).status == 503);
  CHECK(pages.ask(leader + "=true").status == 503);
  for (const auto* off : {"=false", "=0", "=no"}) {
    CHECK(pages.ask(leader + off).status == 200);
  }
  pages.seen.emplace().state = MemberState::kReadOnly;
  const std::string ready = "/probe/readiness?member=zk-1:2181&allow_read_only";
  CHECK(pages.ask(ready).status == 200);
  CHECK(pages.ask(ready + "=false").status == 503);
}

TEST_CASE("a gate asks for a member of the ensemble that is named", "[pages]") {
  BoardPages pages({"orders", "search"});

  const std::string target = "/health/ensemble/disruption?member=zk-1:2181&ensemble=";
  CHECK(pages.ask(target + "other").status == 404);
  CHECK(pages.ask(target + "search").status == 503);
}

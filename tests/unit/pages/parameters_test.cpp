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

TEST_CASE("a parameter that is given twice is a 400, never a yes", "[pages]") {
  BoardPages pages;
  pages.poll(Round("1 2 3", "1- 2F 3F"));

  CHECK(pages.ask("/health/ensemble?require=quorum").status == 200);
  const auto response = pages.ask("/health/ensemble?require=quorum&require=full");
  CHECK(response.status == 400);
  CHECK(response.body == "400: ?require= is given twice\n");
}

TEST_CASE("mistakes are JSON for who asks for JSON", "[pages]") {
  BoardPages pages;
  const auto ask = [&](const std::string& target) {
    const auto response = pages.ask(target, "application/json");
    CHECK(response.content_type == "application/json");
    return response.body;
  };
  CHECK(ask("/health/ensemble?require=most") ==
        R"({"error":"?require= must be one of these","status":400,)"
        R"("known":["quorum","writable","healthy","full"]})"
        "\n");
  CHECK(ask("/health/ensemble?ensemble=x") ==
        "{\"error\":\"?ensemble= must be one of these\",\"status\":404,\"known\":[\"default\"]}\n");
  CHECK(ask("/probe/liveness?member=zk-1:2181&depth=9") ==
        "{\"error\":\"?depth= must be 4lw\",\"status\":400}\n");
  CHECK(ask("/probe/liveness?member=x").starts_with(R"({"error":"?member= must be one of these")"));
  CHECK(ask("/health/ensemble?%C2%9Bx=1").starts_with(R"({"error":"? x= is not known here")"));
}

TEST_CASE("no page shows what steers a terminal or hides", "[pages]") {
  BoardPages pages;
  pages.seen.emplace().reason = Reason::kMalformed;
  pages.seen->detail =
      "it says \xC2\x9B"
      "31m\xE2\x80\xAE";
  const std::string target = "/probe/readiness?member=zk-1:2181";

  CHECK(pages.ask(target).body == "not_ready: zk-1:2181 it says  31m \n");
  const auto json = pages.ask(target, "application/json").body;
  CHECK(json.find("it says \\u009b31m\\u202e") != std::string::npos);
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

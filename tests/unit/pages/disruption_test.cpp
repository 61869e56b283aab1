#include "pages/disruption.hpp"

#include <malloc.h>
#include <string>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "support/board_pages.hpp"
#include "support/run.hpp"
#include "support/wait.hpp"

using namespace zke;
using namespace zke::test;

namespace asio = boost::asio;

namespace {

constexpr auto* kGate = "/health/ensemble/disruption?member=zk-2:2181";

/// The pages over members whose looks end when the test says so.
struct SlowLooks {
  explicit SlowLooks(LookLimit limit = LookLimit({})) : release(io, std::chrono::hours(1)) {
    pages.poll(Round("1 2 3", "1L 2F 3F"));
    const auto check = [this](std::string ensemble,
                              std::string member) -> asio::awaitable<Observation> {
      ++looking;
      const auto seen = member == quick ? Observation() : pages.polled(ensemble, member);
      if (member != quick) {
        co_await release.async_wait(asio::as_tuple(asio::use_awaitable));
      }
      --looking;
      co_return seen;
    };
    add_disruption_page(router, pages.board, check, limit, [this] { return timeout; });
    add_probe_pages(router, pages.board, check, limit);
  }

  /// Asks without waiting for the answer, which goes to `responses`.
  void ask(const std::string& target) { start(io.get_executor(), get(target)); }

  asio::awaitable<void> get(std::string target) {
    auto request = parse_target(target);
    auto response = co_await router.find(request.path)->answer(request);
    responses.push_back(std::move(response));
  }

  asio::io_context io{1};
  asio::steady_timer release;
  std::chrono::milliseconds timeout = std::chrono::hours(1);
  int looking = 0;
  std::string quick;  ///< a member whose look ends at once: it does not answer any more
  std::vector<Response> responses;
  BoardPages pages;
  Router router;
};

}  // namespace

TEST_CASE("all members are looked at at the same time", "[pages]") {
  SlowLooks slow;
  slow.ask(kGate);
  REQUIRE(wait_until(slow.io, [&] { return slow.looking == 3; }));

  slow.release.cancel();
  REQUIRE(wait_until(slow.io, [&] { return slow.responses.size() == 1; }));
  CHECK(slow.responses[0].status == 200);
}

TEST_CASE("the first change decides, whatever the other looks do", "[pages]") {
  SlowLooks slow;
  slow.quick = "zk-3:2181";
  slow.ask(kGate);

  REQUIRE(wait_until(slow.io, [&] { return slow.responses.size() == 1; }));
  CHECK(slow.responses[0].status == 503);
  CHECK(slow.responses[0].body.find("zk-3:2181 has changed") != std::string::npos);
  CHECK(slow.looking == 0);  // they wait no more
}

TEST_CASE("looks that do not end within the timeout of now make a no", "[pages]") {
  SlowLooks slow;
  slow.timeout = std::chrono::milliseconds(1);
  slow.ask(kGate);

  REQUIRE(wait_until(slow.io, [&] { return slow.responses.size() == 1; }));
  CHECK(slow.responses[0].status == 503);
  CHECK(slow.responses[0].body.find("could not be looked at in time") != std::string::npos);
}

TEST_CASE("what polls find during the looks counts", "[pages]") {
  SlowLooks slow;
  slow.ask(kGate);
  REQUIRE(wait_until(slow.io, [&] { return slow.looking == 3; }));

  slow.pages.poll(Round("1 2 3", "1L 2F 3-"));
  slow.release.cancel();

  REQUIRE(wait_until(slow.io, [&] { return slow.responses.size() == 1; }));
  CHECK(slow.responses[0].status == 503);
  CHECK(slow.responses[0].body.find("- zk-3:2181 does not serve") != std::string::npos);
}

TEST_CASE("a name in two ensembles must be told apart", "[pages]") {
  BoardPages pages({"orders", "search"});

  const auto response = pages.ask("/health/ensemble/disruption?member=zk-1:2181");

  CHECK(response.status == 400);
  CHECK(response.body == "400: ?ensemble= must be one of these:\n  orders\n  search\n");
}

TEST_CASE("beyond the limit of looks every page answers at once, on the safe side", "[pages]") {
  SlowLooks slow(LookLimit(LookLimit::Bounds{2, 10}));
  const std::string probe = "/probe/liveness?member=zk-2:2181&format=json";
  slow.ask(probe);
  slow.ask(probe);
  REQUIRE(wait_until(slow.io, [&] { return slow.looking == 2; }));

  slow.ask(probe);
  slow.ask("/probe/readiness?member=zk-2:2181");
  slow.ask("/probe/startup?member=zk-2:2181");
  slow.ask(kGate);
  REQUIRE(wait_until(slow.io, [&] { return slow.responses.size() == 4; }));

  CHECK(slow.looking == 2);
  const auto live = boost::json::parse(slow.responses[0].body);
  CHECK(slow.responses[0].status == 200);
  CHECK(header(slow.responses[0], "X-ZK-Reason") == "busy");
  CHECK(live.at("verdict").as_string() == "live");
  CHECK(live.at("warning").as_bool());
  CHECK(live.at("state").as_string() == "unknown");
  CHECK(slow.responses[1].status == 503);
  CHECK(header(slow.responses[1], "X-ZK-Verdict") == "not_ready");
  CHECK(header(slow.responses[1], "X-ZK-Reason") == "busy");
  CHECK(slow.responses[2].status == 503);
  CHECK(slow.responses[3].status == 503);
  CHECK(slow.responses[3].body.find("- busy: ") != std::string::npos);

  slow.ask("/probe/liveness?member=zk-1:2181");  // another member has places of its own
  REQUIRE(wait_until(slow.io, [&] { return slow.looking == 3; }));
  slow.release.cancel();
  REQUIRE(wait_until(slow.io, [&] { return slow.responses.size() == 7; }));
  slow.quick = "zk-2:2181";
  slow.ask(probe);  // places are given back
  REQUIRE(wait_until(slow.io, [&] { return slow.responses.size() == 8; }));
  CHECK(header(slow.responses[7], "X-ZK-Reason") != "busy");
}

TEST_CASE("looks are bounded in all", "[pages]") {
  LookLimit limit(LookLimit::Bounds{2, 3});
  std::vector<LookLimit::Place> places;
  for (const auto* member : {"a", "a", "a", "b", "c"}) {
    places.push_back(limit.enter("one", {member}));
  }
  CHECK(places[1] != nullptr);
  CHECK(places[2] == nullptr);
  CHECK(places[3] != nullptr);
  CHECK(places[4] == nullptr);
  places.clear();
  CHECK(limit.enter("one", {"a", "b"}) != nullptr);
}

TEST_CASE("new bounds of looks hold for all who share them", "[pages]") {
  LookLimit limit(LookLimit::Bounds{2, 2});
  auto copy = limit;
  std::vector<LookLimit::Place> places{limit.enter("one", {"a"}), limit.enter("one", {"a"})};

  copy.set_bounds({3, 4});
  places.push_back(limit.enter("one", {"a"}));
  CHECK(places.back() != nullptr);

  limit.set_bounds({1, 1});
  CHECK(copy.enter("one", {"b"}) == nullptr);
  places.resize(1);
  CHECK(copy.enter("one", {"b"}) == nullptr);
  places.clear();
  CHECK(copy.enter("one", {"b"}) != nullptr);
}

TEST_CASE("members that nobody looks at any more are forgotten", "[pages]") {
  LookLimit limit(LookLimit::Bounds{2, 2});
  const auto before = mallinfo2().uordblks;
  for (int i = 0; i < 2000; ++i) {
    const auto place = limit.enter("one", {std::to_string(i), std::to_string(i)});
    const auto second = limit.enter("one", {std::to_string(i)});
    CHECK(second == nullptr);
  }
  CHECK(mallinfo2().uordblks < before + 50'000);
}

TEST_CASE("half of the connections may wait for looks", "[pages]") {
  CHECK(LookLimit::bounds_for(64).in_all == 32);
  CHECK(LookLimit::bounds_for(1).per_member == 1);
}

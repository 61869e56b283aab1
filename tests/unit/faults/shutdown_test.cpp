#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <catch2/catch.hpp>

#include "support/run.hpp"
#include "support/trio.hpp"

using namespace zke;
using namespace zke::test;

namespace asio = boost::asio;

namespace {

using std::chrono::steady_clock;

std::string request(const std::string& page) {
  return "GET " + page + " HTTP/1.1\r\nHost: test\r\n\r\n";
}

/// A poll of the odd one hangs for longer than any of these tests may take.
Trio::Timing hanging() {
  Trio::Timing timing;
  timing.timeout = std::chrono::hours(1);
  return timing;
}

void start_and_hang(Trio& trio) {
  trio.odd.play_always(Script{"", Script::End::kHang});
  trio.start();
  REQUIRE(wait_until(trio.io, [&] { return trio.odd.seen().words.size() == 1; }));
}

/// Runs the loop until the exporter stops it.
std::chrono::duration<double> run_out(asio::io_context& io) {
  const auto began = steady_clock::now();
  io.run();
  return steady_clock::now() - began;
}

struct Drain {
  unsigned ready = 0;
  unsigned alive = 0;
  unsigned metrics = 0;
};

asio::awaitable<void> look_around(HttpClient& client, Drain& drain) {
  auto reply = co_await client.exchange(request("/readyz"));
  drain.ready = reply.status;
  reply = co_await client.exchange(request("/livez"));
  drain.alive = reply.status;
  reply = co_await client.exchange(request("/metrics"));
  drain.metrics = reply.status;
}

}  // namespace

TEST_CASE("the exporter is unready until every member was polled once", "[faults]") {
  Trio trio;
  trio.odd.play_always(Script{"", Script::End::kHang});
  trio.start();
  REQUIRE(wait_until(trio.io, [&] { return trio.odd.seen().words.size() == 1; }));

  const auto before = get(trio.io, trio.port, "/readyz");
  CHECK(before.status == 503);
  CHECK(before.body.find("[-]first_poll_round failed: ") != std::string::npos);
  CHECK(get(trio.io, trio.port, "/livez").status == 200);

  trio.scrape_after_polls(1);
  CHECK(get(trio.io, trio.port, "/readyz").status == 200);
}

TEST_CASE("the end comes within 2 s while a member hangs", "[faults]") {
  Trio trio(hanging());
  start_and_hang(trio);

  trio.app->stop();
  const auto took = run_out(trio.io);

  CHECK(took < std::chrono::seconds(2));
}

TEST_CASE("the end comes within 2 s while clients hold connections", "[faults]") {
  Trio trio(hanging());
  start_and_hang(trio);
  HttpClient silent(trio.io, trio.port);
  HttpClient half(trio.io, trio.port);
  half.send("GET /metrics HT");
  HttpClient idle(trio.io, trio.port);
  REQUIRE(idle.ask(request("/livez")).status == 200);

  trio.app->stop();
  const auto took = run_out(trio.io);

  CHECK(took < std::chrono::seconds(2));
  CHECK(silent.is_closed());
  CHECK(half.is_closed());
  CHECK(idle.is_closed());
}

TEST_CASE("during the end it is unready, but answers", "[faults]") {
  Trio trio(hanging());
  start_and_hang(trio);
  HttpClient client(trio.io, trio.port);
  Drain drain;

  trio.app->stop();
  start(trio.io.get_executor(), look_around(client, drain));
  const auto took = run_out(trio.io);

  CHECK(drain.ready == 503);
  CHECK(drain.alive == 200);
  CHECK(drain.metrics == 200);
  CHECK(took < std::chrono::seconds(2));
}

TEST_CASE("a second request to stop ends it at once", "[faults]") {
  Trio trio(hanging());
  start_and_hang(trio);

  trio.app->stop();
  trio.app->stop();
  const auto took = run_out(trio.io);

  CHECK(took < std::chrono::milliseconds(250));
}

TEST_CASE("no poll begins after the request to stop", "[faults]") {
  Trio::Timing timing;
  timing.interval = std::chrono::milliseconds(100);
  Trio trio(timing);
  trio.start();
  trio.scrape_after_polls(2);

  trio.app->stop();
  const auto words = trio.odd.seen().words.size();
  run_out(trio.io);

  CHECK(trio.odd.seen().words.size() <= words + 3);  // of a poll that was under way
}

TEST_CASE("the end comes within 2 s while probes and a gate wait for a member", "[faults]") {
  Trio::Timing timing;
  timing.timeout = std::chrono::hours(1);
  Trio trio(timing);
  trio.start();
  trio.scrape_after_polls(1);
  for (auto* server : {&trio.left, &trio.odd, &trio.right}) {
    server->play_always(Script{"", Script::End::kHang});
  }
  const auto words = trio.odd.seen().words.size();
  const auto odd = to_string(trio.odd.address());
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (const auto* page : {"/probe/readiness", "/probe/liveness", "/health/ensemble/disruption"}) {
    clients.push_back(std::make_unique<HttpClient>(trio.io, trio.port));
    clients.back()->send(request(page + ("?member=" + odd)));
  }
  REQUIRE(wait_until(trio.io, [&] { return trio.odd.seen().words.size() > words; }));

  SECTION("in order") { trio.app->stop(); }
  SECTION("at once, what runs is abandoned") {
    trio.app->stop();
    trio.app->stop();
  }
  CHECK(run_out(trio.io) < std::chrono::seconds(2));
  CHECK(trio.odd.seen().most_at_once == 1);
  trio.app.reset();  // before the loop, which holds what was abandoned
}

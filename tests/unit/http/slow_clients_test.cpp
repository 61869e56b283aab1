#include <chrono>
#include <list>
#include <string>

#include <catch2/catch.hpp>

#include "support/run.hpp"
#include "support/site.hpp"

using namespace zke;
using namespace zke::test;

namespace asio = boost::asio;

namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMost = 64;

asio::awaitable<void> drip_for_ever(HttpClient& client) {
  co_await client.drip("GET /hello HTTP/1.1\r\nX: " + std::string(100'000, 'x'), 20);
}

/// Connects `count` clients that drip the head of a request; the first has waited longest.
std::list<HttpClient> connect_slow(Site& site, std::size_t count) {
  std::list<HttpClient> clients;
  for (std::size_t i = 1; i <= count; ++i) {
    auto& client = clients.emplace_back(site.io, site.port);
    start(site.io.get_executor(), drip_for_ever(client));
    REQUIRE(wait_until(site.io, [&] { return site.server->connections() == i; }));
  }
  return clients;
}

}  // namespace

TEST_CASE("slow clients do not keep a good one out", "[http]") {
  Site site;
  auto slow = connect_slow(site, kMost);
  CHECK(site.dropped == 0);

  const auto reply = site.ask(request("/hello"));

  CHECK(reply.body == "hello\n");
  CHECK(site.dropped == 1);
  CHECK(slow.front().is_closed());
  CHECK(site.server->connections() == kMost - 1);
}

TEST_CASE("slow clients do not keep a crowd of good ones out", "[http]") {
  Site site;
  const auto slow = connect_slow(site, kMost);

  for (int i = 0; i < 100; ++i) {
    REQUIRE(site.ask(request("/hello")).body == "hello\n");
  }

  CHECK(site.dropped >= 1);
}

TEST_CASE("a new client is turned away when all others wait for their responses", "[http]") {
  HttpLimits limits;
  limits.connections = 3;
  Site site(limits);
  std::list<HttpClient> busy;
  for (int i = 1; i <= 3; ++i) {
    busy.emplace_back(site.io, site.port).send(request("/waits"));
    REQUIRE(wait_until(site.io, [&] { return site.waiting == i; }));
  }

  auto late = site.connect();
  CHECK(late.is_closed());
  CHECK(site.dropped == 1);

  site.release.cancel();
  for (auto& client : busy) {
    CHECK(client.read().body == "at last\n");
  }
}

TEST_CASE("a head must be whole in time, however steadily it drips", "[http]") {
  HttpLimits limits;
  limits.patience = std::chrono::milliseconds(200);
  Site site(limits);
  auto client = site.connect();
  const auto began = steady_clock::now();

  const bool went_through =
      run(site.io, client.drip("GET /hello HTTP/1.1\r\nX: " + std::string(5'000, 'x'), 5));

  CHECK_FALSE(went_through);
  CHECK(steady_clock::now() - began >= limits.patience);
  CHECK(steady_clock::now() - began < std::chrono::seconds(5));
  CHECK(site.server->connections() == 0);
}

TEST_CASE("a client that does not read blocks nobody, and is given up in time", "[http]") {
  HttpLimits limits;
  limits.patience = std::chrono::milliseconds(kIsSanitized ? 2000 : 500);
  Site site(limits);
  constexpr int kSmall = 4096;
  HttpClient stuck(site.io, site.port, "127.0.0.1", kSmall);
  stuck.send(request("/big"));
  REQUIRE(wait_until(site.io, [&] { return site.server->connections() == 1; }));

  int served = 0;
  while (site.answered.size() == static_cast<std::size_t>(served)) {
    REQUIRE(site.ask(request("/hello")).body == "hello\n");
    ++served;
  }

  CHECK(served >= 10);
  CHECK(std::ranges::count(site.answered, "/big 200") == 1);
  REQUIRE(wait_until(site.io, [&] { return site.server->connections() == 0; }));
}

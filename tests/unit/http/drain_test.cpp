#include <string>

#include <catch2/catch.hpp>

#include "support/site.hpp"

using namespace zke;
using namespace zke::test;

TEST_CASE("draining closes the connections that wait for a request", "[http]") {
  Site site;
  auto silent = site.connect();
  auto half = site.connect();
  half.send("GET /hello HT");
  auto idle = site.connect();
  REQUIRE(idle.ask(request("/hello")).status == 200);
  REQUIRE(wait_until(site.io, [&] { return site.server->connections() == 3; }));

  site.server->drain();

  CHECK(silent.is_closed());
  CHECK(half.is_closed());
  CHECK(idle.is_closed());
  CHECK(site.server->connections() == 0);
}

TEST_CASE("draining lets a running response end, then closes", "[http]") {
  Site site;
  auto client = site.connect();
  client.send(request("/waits"));
  REQUIRE(wait_until(site.io, [&] { return site.waiting == 1; }));

  site.server->drain();
  site.release.cancel();
  const auto reply = client.read();

  CHECK(reply.body == "at last\n");
  CHECK(reply.header("Connection") == "close");
  CHECK(client.is_closed());
  CHECK(site.server->connections() == 0);
}

TEST_CASE("draining lets a response that is being sent reach its end", "[http]") {
  Site site;
  auto client = site.connect();
  client.send(request("/big"));
  REQUIRE(wait_until(site.io, [&] { return site.server->connections() == 1; }));
  site.io.poll();  // the page has run, the socket is full
  REQUIRE(site.answered.empty());

  site.server->drain();
  const auto reply = client.read();

  CHECK(reply.body.size() == Site::kBig);
  CHECK(client.is_closed());
}

TEST_CASE("draining takes no more connections", "[http]") {
  Site site;
  REQUIRE(site.ask(request("/hello")).status == 200);

  site.server->drain();
  site.io.poll();

  CHECK_THROWS(site.connect());
}

TEST_CASE("draining ends between two requests that came together", "[http]") {
  Site site;
  auto client = site.connect();
  client.send(request("/waits") + request("/hello"));
  REQUIRE(wait_until(site.io, [&] { return site.waiting == 1; }));

  site.server->drain();
  site.release.cancel();

  CHECK(client.read().body == "at last\n");
  CHECK(client.is_closed());
  CHECK(site.answered == std::vector<std::string>{"/waits 200"});
}

#include <string>

#include <catch2/catch.hpp>

#include "support/site.hpp"

using namespace zke;
using namespace zke::test;

namespace {

std::string old_request(const std::string& more = "") {
  return "GET /hello HTTP/1.0\r\n" + more + "\r\n";
}

}  // namespace

TEST_CASE("a connection serves one request after the other", "[http]") {
  Site site;
  auto client = site.connect();

  for (int i = 0; i < 20; ++i) {
    const auto reply = client.ask(request("/echo?i=" + std::to_string(i)));
    REQUIRE(reply.body == "/echo\ni is " + std::to_string(i) + "\n");
  }

  CHECK(site.server->connections() == 1);
}

TEST_CASE("requests that come together are answered in order", "[http]") {
  Site site;
  auto client = site.connect();
  std::string all;
  for (int i = 0; i < 100; ++i) {
    all += request("/echo?i=" + std::to_string(i));
  }

  client.send(all);

  for (int i = 0; i < 100; ++i) {
    REQUIRE(client.read().body == "/echo\ni is " + std::to_string(i) + "\n");
  }
}

TEST_CASE("a request that comes in pieces is read", "[http]") {
  Site site;
  auto client = site.connect();
  client.send("GET /hel");
  client.send("lo HTTP/1.1\r\nHost: t");
  client.send("est\r\n\r\nGET /hello");

  CHECK(client.read().body == "hello\n");
  client.send(" HTTP/1.1\r\nHost: test\r\n\r\n");
  CHECK(client.read().body == "hello\n");
}

TEST_CASE("the connection ends after the response when the client wants that", "[http]") {
  Site site;
  auto client = site.connect();

  const auto reply = client.ask(request("/hello", "Connection: close\r\n"));

  CHECK(reply.body == "hello\n");
  CHECK(reply.header("Connection") == "close");
  CHECK(client.is_closed());
}

TEST_CASE("HTTP/1.0 closes, unless asked not to", "[http]") {
  Site site;
  auto client = site.connect();

  SECTION("closes") {
    const auto reply = client.ask(old_request());

    CHECK(reply.status == 200);
    CHECK(client.is_closed());
  }
  SECTION("keeps") {
    const auto reply = client.ask(old_request("Connection: keep-alive\r\n"));

    CHECK(reply.header("Connection") == "keep-alive");
    CHECK(client.ask(old_request()).status == 200);
    CHECK(client.is_closed());
  }
}

TEST_CASE("a client that goes away in mid-response harms nobody", "[http]") {
  Site site;
  {
    auto client = site.connect();
    client.send(request("/big"));
    REQUIRE(wait_until(site.io, [&] { return site.server->connections() == 1; }));
  }
  REQUIRE(wait_until(site.io, [&] { return site.server->connections() == 0; }));
  CHECK(site.ask(request("/hello")).status == 200);
}

TEST_CASE("an idle connection is closed after a while", "[http]") {
  HttpLimits limits;
  limits.idle = std::chrono::milliseconds(50);
  Site site(limits);
  auto silent = site.connect();
  auto client = site.connect();
  REQUIRE(client.ask(request("/hello")).status == 200);

  CHECK(silent.is_closed());
  CHECK(client.is_closed());
  CHECK(site.server->connections() == 0);
}

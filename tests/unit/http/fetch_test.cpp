#include "http/fetch.hpp"

#include <catch2/catch.hpp>

#include "support/fake_server.hpp"
#include "support/run.hpp"
#include "support/site.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLong = 60s;

/// The body, or why there is none.
std::string ask(boost::asio::io_context& io, const HttpUrl& url, const std::string& page = "/x",
                milliseconds timeout = kLong) {
  const auto answer = run(io, fetch(url, page, std::chrono::steady_clock::now() + timeout));
  return answer ? *answer : answer.error().detail();
}

/// What comes of a server that answers like this.
std::string ask_server(const Script& script, milliseconds timeout = kLong) {
  boost::asio::io_context io(1);
  FakeServer server(io);
  server.play_always(script);
  return ask(io, {server.address()}, "/x", timeout);
}

std::string ask_door(Door door, milliseconds timeout) {
  boost::asio::io_context io(1);
  const FakeServer server(io, "3.8.0/leader", door);
  return ask(io, {server.address()}, "/x", timeout);
}

}  // namespace

TEST_CASE("a page below a URL is fetched", "[http]") {
  Site site;
  HttpUrl url{{"127.0.0.1", site.port}};
  CHECK(ask(site.io, url, "/hello") == "hello\n");
  CHECK(ask(site.io, url, "/lines") == Site::many_lines());
  CHECK(ask(site.io, url, "/nowhere") == "the answer has status 404");
  CHECK(ask(site.io, url, "/throws") == "the answer has status 500");
  CHECK(ask(site.io, url, "/big") == "the answer is larger than 2 MiB");
  url.prefix = "/hel";
  CHECK(ask(site.io, url, "lo") == "hello\n");
}

TEST_CASE("an answer is read in any way that HTTP has", "[http]") {
  CHECK(ask_server({"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}) == "ok");
  CHECK(ask_server({"HTTP/1.0 200 OK\r\n\r\nto the end"}) == "to the end");
  CHECK(ask_server({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n3\r\n, k\r\n"
                    "0\r\n\r\n"}) == "ok, k");
  Script drips{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};
  drips.drips = true;
  CHECK(ask_server(drips) == "ok");
}

TEST_CASE("a redirect is not followed", "[http]") {
  CHECK(ask_server({"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"}) ==
        "the answer has status 302");
}

TEST_CASE("half an answer is none", "[http]") {
  CHECK(ask_server({""}) == "closed without an answer");
  for (const auto* half : {"HTTP/", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Le",
                           "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nok"}) {
    CAPTURE(half);
    CHECK(ask_server({half}) == "the answer is cut");
  }
}

TEST_CASE("what is no HTTP, or too long, is none either", "[http]") {
  CHECK_THAT(ask_server({"zk_version 3.8.0\n"}), Catch::StartsWith("the answer is no HTTP: "));
  CHECK(ask_server({"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nok"}) ==
        "the answer is longer than 2097152 bytes");
  CHECK_THAT(ask_server({"HTTP/1.1 200 OK\r\nA: " + std::string(100000, 'x') + "\r\n\r\n"}),
             Catch::StartsWith("the answer is no HTTP: "));
  Script endless{std::string(1U << 20U, 'x')};
  endless.times = 100;
  CHECK(ask_server(endless) == "the answer is larger than 2 MiB");
}

TEST_CASE("a server that hangs is waited for until the deadline only", "[http]") {
  const std::string late = "no whole answer in time";
  Script hangs{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", Script::End::kHang};
  CHECK(ask_server(hangs, 50ms) == late);
  CHECK(ask_door(Door::kUnattended, 50ms) == late);
  CHECK(ask_door(Door::kBlocked, 50ms) == "no connection before the deadline");
}

TEST_CASE("a server that resets or refuses is told", "[http]") {
  CHECK(ask_server({"HTTP/1.1 200 OK\r\n", Script::End::kReset}) == "Connection reset by peer");
  boost::asio::io_context io(1);
  FakeServer server(io);
  const HttpUrl url{server.address()};
  server.shut();
  CHECK(ask(io, url) == "Connection refused");
}

TEST_CASE("a name that nobody knows is told", "[http]") {
  boost::asio::io_context io(1);
  const auto told = ask(io, {{"no.such.name.invalid", 1}});
  CHECK_FALSE(told.empty());
  CHECK(told != "the name server does not answer");
}

TEST_CASE("who has no loop waits for the answer", "[http]") {
  boost::asio::io_context io(1);
  const FakeServer server(io, "3.8.0/leader", Door::kUnattended);
  const auto answer = fetch_now({server.address()}, "/x", 50ms);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().detail() == "no whole answer in time");
}

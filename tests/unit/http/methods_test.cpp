#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "support/site.hpp"

using namespace zke;
using namespace zke::test;

namespace asio = boost::asio;

namespace {

/// A site with an action, which counts.
struct ActiveSite : Site {
  ActiveSite() {
    router.add_action("/-/count", "counts", [this](const Request&) -> asio::awaitable<Response> {
      Response response;
      response.body = std::to_string(++count) + "\n";
      co_return response;
    });
  }

  int count = 0;
};

}  // namespace

TEST_CASE("an action is done by POST and PUT", "[http]") {
  ActiveSite site;

  CHECK(site.ask(request("/-/count", "", "POST")).body == "1\n");
  CHECK(site.ask(request("/-/count", "Content-Length: 0\r\n", "PUT")).body == "2\n");
  CHECK(site.answered == std::vector<std::string>{"/-/count 200", "/-/count 200"});
}

TEST_CASE("a wrong method is a 405 that names the right ones", "[http]") {
  ActiveSite site;
  const auto check = [&](const std::string& method, const std::string& path,
                         const std::string& allowed) {
    CAPTURE(method, path);
    const auto reply = site.ask(request(path, "", method));
    CHECK(reply.status == 405);
    CHECK(reply.header("Allow") == allowed);
    if (method != "HEAD") {
      const auto names = allowed == "GET, HEAD" ? "GET and HEAD" : "POST and PUT";
      CHECK(reply.body == "405: only " + std::string(names) + " are served here.\n");
    }
  };
  for (const auto* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW", "get", "POSTS"}) {
    check(method, "/hello", "GET, HEAD");
  }
  for (const auto* method : {"GET", "HEAD", "DELETE", "OPTIONS", "PATCH", "post"}) {
    check(method, "/-/count", "POST, PUT");
  }
  check("DELETE", "/nowhere", "GET, HEAD");
  CHECK(site.count == 0);
}

TEST_CASE("an unknown path is a 404 for whoever could have asked", "[http]") {
  ActiveSite site;
  for (const auto* method : {"GET", "HEAD", "POST", "PUT"}) {
    CAPTURE(method);
    CHECK(site.ask(request("/-/conut", "", method)).status == 404);
  }
}

TEST_CASE("the list of pages shows how an action is asked for", "[http]") {
  ActiveSite site;

  CHECK(site.ask(request("/x")).body.ends_with("\n  POST /-/count  counts\n"));
  CHECK(site.ask(request("/x?format=json")).body.ends_with("\"/echo\",\"POST /-/count\"]}\n"));
}

TEST_CASE("the connection stays open after an action and after a wrong method", "[http]") {
  ActiveSite site;
  auto client = site.connect();

  client.send(request("/-/count", "", "POST") + request("/hello") + request("/hello", "", "PUT") +
              request("/-/count") + request("/-/count", "Content-Length: 0\r\n", "PUT") +
              request("/hello"));

  CHECK(client.read().body == "1\n");
  CHECK(client.read().body == "hello\n");
  CHECK(client.read().status == 405);
  CHECK(client.read().status == 405);
  CHECK(client.read().body == "2\n");
  CHECK(client.read().body == "hello\n");
  CHECK(site.server->connections() == 1);
}

TEST_CASE("a method that nothing here is asked with ends the connection", "[http]") {
  ActiveSite site;
  auto client = site.connect();
  client.send(request("/hello", "", "DELETE") + request("/-/count", "", "POST"));

  CHECK(client.read().header("Connection") == "close");
  CHECK(client.is_closed());
  CHECK(site.count == 0);
  CHECK(site.answered == std::vector<std::string>{"other 405"});
}

TEST_CASE("an action with a body is not done, and its body never read as a request", "[http]") {
  ActiveSite site;
  auto client = site.connect();
  const auto hidden = request("/-/count", "", "POST");
  SECTION("of known length") {
    const auto length = "Content-Length: " + std::to_string(hidden.size()) + "\r\n";
    client.send(request("/-/count", length, "POST") + hidden);
  }
  SECTION("in chunks") {
    client.send(request("/-/count", "Transfer-Encoding: chunked\r\n", "PUT") + "0\r\n\r\n" +
                hidden);
  }

  CHECK(client.read().status == 413);
  CHECK(client.is_closed());
  CHECK(site.count == 0);
}

TEST_CASE("an old action that does not say how long it is ends the connection", "[http]") {
  ActiveSite site;
  const std::string head = "POST /-/count HTTP/1.0\r\nConnection: keep-alive\r\n";
  const auto rest = request("/-/count", "", "POST");
  auto vague = site.connect();
  vague.send(head + "\r\n" + rest);

  CHECK(vague.read().body == "1\n");
  CHECK(vague.is_closed());

  auto exact = site.connect();
  exact.send(head + "Content-Length: 0\r\n\r\n" + rest);
  CHECK(exact.read().body == "2\n");
  CHECK(exact.read().body == "3\n");
}

TEST_CASE("a page can move to another path, also while it is asked", "[http]") {
  Site site;
  auto client = site.connect();
  client.send(request("/waits"));
  REQUIRE(wait_until(site.io, [&] { return site.waiting == 1; }));

  REQUIRE(site.router.move("/waits", "/later"));
  site.release.cancel();

  CHECK(client.read().body == "at last\n");
  CHECK(site.answered == std::vector<std::string>{"/later 200"});
  CHECK(client.ask(request("/waits")).status == 404);
  REQUIRE(site.router.move("/hello", "/hi"));
  CHECK(client.ask(request("/hi")).body == "hello\n");
  CHECK(client.ask(request("/x")).body.find("  /hi  says hello\n") != std::string::npos);
}

TEST_CASE("a page does not move to the path of another, nor one that is not there", "[http]") {
  Site site;

  CHECK_FALSE(site.router.move("/hello", "/lines"));
  CHECK_FALSE(site.router.move("/nowhere", "/there"));
  CHECK(site.router.move("/hello", "/hello"));
  CHECK(site.ask(request("/hello")).body == "hello\n");
  CHECK(site.ask(request("/lines")).status == 200);
}

#include <list>
#include <string>
#include <sys/resource.h>

#include <catch2/catch.hpp>

#include "support/site.hpp"

using namespace zke;
using namespace zke::test;

namespace {

constexpr int kSmallBuffer = 4096;

/// A page of which all requests share one body, as long as somebody reads it.
struct SharingSite : Site {
  explicit SharingSite(HttpLimits limits = {}) : Site(limits) {
    router.add("/shared", "", [this](const Request&) {
      Response response;
      response.shared = last.lock();
      if (!response.shared) {
        response.shared = std::make_shared<Body>(std::string(kBig, 'x'));
        last = response.shared;
        ++made;
      }
      return response;
    });
  }

  /// Clients that ask for `page` and do not read.
  void add_deaf(std::list<HttpClient>& clients, const std::string& page, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto before = server->connections();
      clients.emplace_back(io, port, "127.0.0.1", kSmallBuffer).send(request(page));
      wait_until(io, [&] { return server->connections() > before || dropped > 0; });
    }
  }

  std::weak_ptr<Body> last;
  int made = 0;
};

}  // namespace

TEST_CASE("slow readers do not keep a good one out, whatever their number", "[http]") {
  HttpLimits limits;
  limits.connections = 8;
  SharingSite site(limits);
  std::list<HttpClient> deaf;

  for (int i = 0; i < 20; ++i) {
    deaf.emplace_back(site.io, site.port, "127.0.0.1", kSmallBuffer).send(request("/big"));
    REQUIRE(site.ask(request("/hello")).body == "hello\n");
  }

  CHECK(site.server->connections() <= limits.connections);
  CHECK(site.dropped >= 10);
}

TEST_CASE("slow readers share one body, which ends with them", "[http]") {
  SharingSite site;
  std::list<HttpClient> deaf;
  site.add_deaf(deaf, "/shared", 20);
  REQUIRE(wait_until(site.io, [&] { return site.last.use_count() == 20; }));

  CHECK(site.made == 1);
  CHECK(site.ask(request("/shared")).body.size() == Site::kBig);
  CHECK(site.made == 1);

  deaf.clear();
  CHECK(wait_until(site.io, [&] { return site.last.expired(); }));
}

TEST_CASE("what is being sent is bounded in bytes: the slowest readers give way", "[http]") {
  HttpLimits limits;
  limits.bytes = 4 * Site::kBig;
  SharingSite site(limits);
  std::list<HttpClient> deaf;
  site.add_deaf(deaf, "/big", 4);
  CHECK(site.dropped == 0);

  CHECK(site.ask(request("/big")).body.size() == Site::kBig);

  CHECK(site.dropped == 1);
  CHECK(site.ask(request("/shared")).body.size() == Site::kBig);
  CHECK(site.dropped == 1);
}

TEST_CASE("a body larger than the limit is sent all the same", "[http]") {
  HttpLimits limits;
  limits.bytes = 1000;
  SharingSite site(limits);

  CHECK(site.ask(request("/big")).body.size() == Site::kBig);
}

TEST_CASE("who takes nothing is given up before the time for a response ends", "[http]") {
  HttpLimits limits;
  limits.stall = std::chrono::milliseconds(100);
  limits.patience = std::chrono::hours(1);
  SharingSite site(limits);
  std::list<HttpClient> deaf;
  site.add_deaf(deaf, "/big", 1);

  CHECK(wait_until(site.io, [&] { return site.server->connections() == 0; }));
}

TEST_CASE("requests that only ask for the head hold no body", "[http]") {
  SharingSite site;
  auto client = site.connect();

  CHECK(client.ask(request("/shared", "", "HEAD")).header("Content-Length") ==
        std::to_string(Site::kBig));
  CHECK(site.last.expired());
}

TEST_CASE("who half-closes after the request gets the whole response", "[http]") {
  Site site;
  auto client = site.connect();
  client.send(request("/lines"));
  client.finish();

  CHECK(client.read().body == Site::many_lines());
}

TEST_CASE("who begins to read late gets the whole response", "[http]") {
  constexpr std::size_t kBody = 100'000;  // the server's socket takes it, and the client's does not
  Site site;
  site.router.add("/some", "", [](const Request&) {
    Response response;
    response.body = std::string(kBody, 'x');
    return response;
  });
  HttpClient client(site.io, site.port, "127.0.0.1", kSmallBuffer);
  client.send(request("/some", "Connection: close\r\n"));
  // It came, and the wait for its end is over.
  REQUIRE(wait_until(site.io, [&] { return site.changes == 2; }));

  CHECK(client.read().body.size() == kBody);
}

TEST_CASE("connections get the descriptors that polls leave, but a few in any case", "[http]") {
  const auto reserved = reserved_descriptors(3, 1);
  CHECK(reserved_descriptors(13, 1) == reserved + 10);
  CHECK(connections_within(1024, reserved, 64) == 64);
  CHECK(connections_within(reserved + 30, reserved, 64) == 30);
  CHECK(connections_within(20, reserved, 64) == 4);
  CHECK(connections_within(20, reserved, 2) == 2);
}

TEST_CASE("the limit of descriptors is raised again when more are wanted, never lowered",
          "[http]") {
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  auto low = before;
  low.rlim_cur = 500;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &low) == 0);

  CHECK(allow_descriptors(10) == 500);
  CHECK(allow_descriptors(501) == 501);
  CHECK(allow_descriptors(502) == 502);
  CHECK(allow_descriptors(501) == 502);

  setrlimit(RLIMIT_NOFILE, &before);
}

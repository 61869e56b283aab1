#include <algorithm>
#include <cstdint>
#include <list>
#include <malloc.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>

#include "support/open_descriptors.hpp"
#include "support/site.hpp"

using namespace zke;
using namespace zke::test;

namespace asio = boost::asio;

namespace {

ListenPlace place(const Address& address) { return {address, std::nullopt}; }

/// A site with a second listener, which the tests move.
struct MovingSite : Site {
  explicit MovingSite(const Address& address = at("127.0.0.2"), HttpLimits limits = {})
      : Site(limits), old(address), old_port(*server->listen(address)) {}

  HttpClient connect_old() { return {io, old_port, "127.0.0.2"}; }

  void leave() { REQUIRE(server->change_listeners({}, {old})); }

  Address old;
  std::uint16_t old_port;
};

/// Whether another process could listen there, one that `shares` its port or not.
bool is_free(const std::string& host, std::uint16_t port, int shares = 0) {
  asio::io_context io;
  asio::ip::tcp::acceptor other(io);
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(host), port);
  boost::system::error_code ec;
  other.open(endpoint.protocol());
  other.set_option(asio::socket_base::reuse_address(true));
  setsockopt(other.native_handle(), SOL_SOCKET, SO_REUSEPORT, &shares, sizeof shares);
  other.bind(endpoint, ec);
  if (!ec) {
    other.listen(1, ec);
  }
  return !ec;
}

/// A port that is free on all addresses, above those that Linux gives to outgoing connections: one
/// of these could take it on the address that is not listened on yet.
std::uint16_t find_free_port() {
  constexpr std::uint16_t kFirst = 61000;
  constexpr std::uint16_t kLast = 65500;
  static std::uint16_t next = kFirst + static_cast<std::uint16_t>(getpid() % 4000);
  while (next < kLast && !(is_free("0.0.0.0", next) && is_free("::", next))) {
    ++next;
  }
  return next++;
}

bool is_refused(Site& site, std::uint16_t port, const std::string& host) {
  try {
    HttpClient(site.io, port, host);
    return false;
  } catch (const boost::system::system_error& e) {
    return e.code() == asio::error::connection_refused;
  }
}

struct Move {
  std::string from;
  std::string to;
  std::string client;  ///< an address on both
};

const std::vector<Move> kOverlaps = {{"", "127.0.0.1", "127.0.0.1"},
                                     {"127.0.0.1", "", "127.0.0.1"},
                                     {"0.0.0.0", "", "127.0.0.1"},
                                     {"", "0.0.0.0", "127.0.0.1"},
                                     {"0.0.0.0", "127.0.0.1", "127.0.0.1"},
                                     {"127.0.0.1", "0.0.0.0", "127.0.0.1"},
                                     {"::1", "", "::1"},
                                     {"", "::1", "::1"},
                                     {"127.0.0.2", "127.0.0.2", "127.0.0.2"}};

}  // namespace

TEST_CASE("a listener that leaves closes the connections that wait, and no others", "[http]") {
  MovingSite site;
  auto idle = site.connect_old();
  REQUIRE(idle.ask(request("/hello")).status == 200);
  auto silent = site.connect_old();
  auto half = site.connect_old();
  half.send("GET /hello HT");
  auto other = site.connect();
  REQUIRE(other.ask(request("/hello")).status == 200);

  site.leave();

  CHECK(idle.is_closed());
  CHECK(silent.is_closed());
  CHECK(half.is_closed());
  CHECK(is_refused(site, site.old_port, "127.0.0.2"));
  CHECK(other.ask(request("/hello")).status == 200);
  CHECK(site.server->connections() == 1);
  CHECK(site.dropped == 0);
}

TEST_CASE("who reads slowly gets the whole response of a listener that leaves", "[http]") {
  MovingSite site;
  HttpClient slow(site.io, site.old_port, "127.0.0.2", 4096);
  slow.send(request("/big"));
  REQUIRE(wait_until(site.io, [&] { return site.server->connections() == 1; }));
  site.io.poll();  // the page has run, the socket is full
  REQUIRE(site.answered.empty());

  site.leave();
  site.io.poll();
  CHECK(is_refused(site, site.old_port, "127.0.0.2"));

  CHECK(slow.read().body.size() == Site::kBig);
  CHECK(slow.is_closed());
}

TEST_CASE("a response that is being made when its listener leaves is the last one", "[http]") {
  MovingSite site;
  auto client = site.connect_old();
  client.send(request("/waits") + request("/hello"));
  REQUIRE(wait_until(site.io, [&] { return site.waiting == 1; }));

  site.leave();
  site.release.cancel();
  const auto reply = client.read();

  CHECK(reply.body == "at last\n");
  CHECK(reply.header("Connection") == "close");
  CHECK(client.is_closed());
  CHECK(site.answered == std::vector<std::string>{"/waits 200"});
}

TEST_CASE("who had connected before the listener left gets a response", "[http]") {
  MovingSite site;
  std::list<HttpClient> early;
  for (int i = 0; i < 20; ++i) {
    early.emplace_back(site.io, site.old_port, "127.0.0.2");  // the kernel accepts
  }
  SECTION("of a listener") { site.leave(); }
  SECTION("of the whole server") { site.server->drain(); }

  for (auto& client : early) {
    const auto reply = client.ask(request("/hello"));
    CHECK(reply.body == "hello\n");
    CHECK(reply.header("Connection") == "close");
  }
  CHECK(early.front().is_closed());
}

TEST_CASE("a listener leaves in time when all places are taken", "[http]") {
  HttpLimits limits;
  limits.connections = 1;
  MovingSite site(at("127.0.0.2"), limits);
  auto busy = site.connect_old();
  busy.send(request("/waits"));
  REQUIRE(wait_until(site.io, [&] { return site.waiting == 1; }));
  std::list<HttpClient> early;
  for (int i = 0; i < 20; ++i) {
    early.emplace_back(site.io, site.old_port, "127.0.0.2");
  }

  site.leave();

  CHECK(early.front().is_closed());
  CHECK(early.back().is_closed());
  CHECK(is_refused(site, site.old_port, "127.0.0.2"));
  site.release.cancel();
  CHECK(busy.read().body == "at last\n");
}

TEST_CASE("a listener can move to an address that overlaps with its own, and back", "[http]") {
  for (const auto& [from, to, host] : kOverlaps) {
    CAPTURE(from, to);
    Site plain;
    const auto port = plain.server->listen(at(from, find_free_port()));
    if (!port) {
      WARN(port.error().detail());  // no IPv6 here
      continue;
    }
    auto& server = *plain.server;
    HttpClient early(plain.io, *port, host);
    REQUIRE(early.ask(request("/hello")).status == 200);

    REQUIRE(server.change_listeners({place(at(to, *port))}, {at(from, *port)}));
    CHECK(HttpClient(plain.io, *port, host).ask(request("/hello")).body == "hello\n");
    CHECK(early.is_closed());
    CHECK_FALSE(is_free(host, *port));

    REQUIRE(server.change_listeners({place(at(from, *port))}, {at(to, *port)}));
    REQUIRE(server.change_listeners({place(at(to, *port))}, {at(from, *port)}));  // at once
    REQUIRE(server.change_listeners({place(at(from, *port))}, {at(to, *port)}));
    CHECK(HttpClient(plain.io, *port, host).ask(request("/hello")).body == "hello\n");
    CHECK_FALSE(is_free(host, *port));

    REQUIRE(server.change_listeners({}, {at(from, *port)}));
    CHECK(wait_until(plain.io, [&] { return is_free(host, *port); }));
  }
}

TEST_CASE("a place that another process holds changes nothing", "[http]") {
  MovingSite site;
  const auto port = site.old_port;
  asio::ip::tcp::acceptor other(site.io, {asio::ip::make_address("127.0.0.3"), port});
  auto client = site.connect_old();
  REQUIRE(client.ask(request("/hello")).status == 200);

  const auto ports =
      site.server->change_listeners({place(at("127.0.0.4")), place(at("", port))}, {site.old});

  REQUIRE_FALSE(ports);
  CHECK(ports.error().detail() == "cannot listen on :" + std::to_string(port) +
                                      ": Address already in use; another process listens there: "
                                      "stop it or choose another port with --web.listen-address");
  CHECK(client.ask(request("/hello")).header("Connection").empty());
  CHECK(site.connect_old().ask(request("/hello")).status == 200);
  CHECK_FALSE(is_free("127.0.0.2", port));
  CHECK_FALSE(is_free("127.0.0.2", port, 1));
}

TEST_CASE("a place that stays is not shared with a new one", "[http]") {
  MovingSite site;

  const auto ports = site.server->change_listeners({place(at("127.0.0.1", site.port))}, {site.old});

  CHECK_FALSE(ports);
  CHECK(site.connect_old().ask(request("/hello")).status == 200);
}

TEST_CASE("a name whose address is known is not looked up", "[http]") {
  Site site;
  ListenPlace named = place(at("no-such-host.invalid"));
  named.ip = asio::ip::make_address("127.0.0.1");

  const auto ports = site.server->change_listeners({named}, {});

  REQUIRE(ports);
  CHECK(HttpClient(site.io, ports->front()).ask(request("/hello")).status == 200);
}

TEST_CASE("a server that stops listens nowhere any more", "[http]") {
  MovingSite site;
  site.server->drain();

  const auto ports = site.server->change_listeners({place(at("127.0.0.4"))}, {site.old});

  REQUIRE_FALSE(ports);
  CHECK(ports.error().detail() == "cannot listen on 127.0.0.4:0: the server is stopping");
  site.io.poll();
  CHECK(is_refused(site, site.old_port, "127.0.0.2"));
}

TEST_CASE("listeners that come and go leave nothing behind", "[http]") {
  Site site;
  auto here = at("127.0.0.2", *site.server->listen(at("127.0.0.2")));
  REQUIRE(site.server->change_listeners({place(here)}, {at("127.0.0.2")}));
  const auto move = [&](int times) {
    for (int i = 0; i < times; ++i) {
      const auto there = at(i % 2 == 0 ? "0.0.0.0" : "127.0.0.2", here.port);
      HttpClient early(site.io, here.port, "127.0.0.2");
      REQUIRE(site.server->change_listeners({place(there)}, {here}));
      REQUIRE(early.ask(request("/hello")).status == 200);
      here = there;
    }
    REQUIRE(wait_until(site.io, [&] { return site.server->connections() == 0; }));
    site.io.poll();
  };
  move(100);
  const auto descriptors = open_descriptors();
  site.answered.clear();
  site.answered.reserve(2000);
  const auto memory = mallinfo2().uordblks;

  move(1000);

  CHECK(open_descriptors() == descriptors);
  CHECK(mallinfo2().uordblks < memory + 100'000);  // 100 bytes each
}

TEST_CASE("new limits hold at once", "[http]") {
  Site site;
  std::list<HttpClient> idle;
  for (std::size_t i = 1; i <= 10; ++i) {
    idle.emplace_back(site.io, site.port);
    REQUIRE(wait_until(site.io, [&] { return site.server->connections() == i; }));
  }
  HttpLimits fewer;
  fewer.connections = 3;
  site.server->set_limits(fewer);
  CHECK(site.server->connections() == 10);

  auto client = site.connect();
  CHECK(client.ask(request("/hello")).body == "hello\n");
  CHECK(site.server->connections() == 3);
  CHECK(site.dropped == 8);
  CHECK(idle.front().is_closed());

  site.server->set_limits({});
  for (int i = 0; i < 10; ++i) {
    CHECK(idle.emplace_back(site.io, site.port).ask(request("/hello")).status == 200);
  }
  CHECK(site.dropped == 8);
}

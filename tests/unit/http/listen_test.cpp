#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>

#include "support/site.hpp"

using namespace zke;
using namespace zke::test;

namespace asio = boost::asio;

namespace {

Address at(const std::string& host, std::uint16_t port = 0) {
  Address address;
  address.host = host;
  address.port = port;
  return address;
}

bool has_ipv6() {
  asio::io_context io;
  asio::ip::tcp::acceptor acceptor(io);
  boost::system::error_code ec;
  acceptor.open(asio::ip::tcp::v6(), ec);
  if (!ec) {
    acceptor.bind({asio::ip::address_v6::loopback(), 0}, ec);
  }
  return !ec;
}

std::string hello_from(Site& site, std::uint16_t port, const std::string& host) {
  return HttpClient(site.io, port, host).ask(request("/hello")).body;
}

}  // namespace

TEST_CASE("a port in use is a line that says what to do", "[http]") {
  Site site;

  const auto port = site.server->listen(at("127.0.0.1", site.port));

  REQUIRE_FALSE(port);
  CHECK(port.error().reason() == Reason::kLocalError);
  CHECK(port.error().detail() ==
        "cannot listen on 127.0.0.1:" + std::to_string(site.port) +
            ": Address already in use; another process listens there: stop it or choose another "
            "port with --web.listen-address");
}

TEST_CASE("an address of another machine is an error", "[http]") {
  Site site;

  const auto port = site.server->listen(at("192.0.2.1"));

  REQUIRE_FALSE(port);
  CHECK(port.error().detail() == "cannot listen on 192.0.2.1:0: Cannot assign requested address");
}

TEST_CASE("a name that does not resolve is an error", "[http]") {
  Site site;

  const auto port = site.server->listen(at("no-such-host.invalid"));

  REQUIRE_FALSE(port);
  CHECK(port.error().detail().starts_with("cannot listen on no-such-host.invalid:0: "));
}

TEST_CASE("it listens on IPv6", "[http]") {
  if (!has_ipv6()) {
    WARN("this machine has no IPv6");
    return;
  }
  Site site;

  const auto port = site.server->listen(at("::1"));

  REQUIRE(port);
  CHECK(hello_from(site, *port, "::1") == "hello\n");
}

TEST_CASE("without a host it listens on all addresses", "[http]") {
  Site site;

  const auto port = site.server->listen(at(""));

  REQUIRE(port);
  CHECK(hello_from(site, *port, "127.0.0.1") == "hello\n");
  if (has_ipv6()) {
    CHECK(hello_from(site, *port, "::1") == "hello\n");
  }
}

TEST_CASE("it listens on a name", "[http]") {
  Site site;
  REQUIRE(site.server->listen(at("localhost")));
}

TEST_CASE("it serves on every port it listens on", "[http]") {
  Site site;
  const auto second = site.server->listen(at("127.0.0.1"));
  REQUIRE(second);

  CHECK(hello_from(site, site.port, "127.0.0.1") == "hello\n");
  CHECK(hello_from(site, *second, "127.0.0.1") == "hello\n");
}

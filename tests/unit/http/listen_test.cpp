#include "http/listen.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>

#include "support/run.hpp"
#include "support/site.hpp"

using namespace zke;
using namespace zke::test;

namespace asio = boost::asio;

namespace {

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

TEST_CASE("names to listen on are looked up together, and one that has no address is told",
          "[http]") {
  asio::io_context io(1);
  const auto hangs = std::make_shared<std::promise<void>>();
  const auto answer = hangs->get_future().share();
  Resolver resolver(io.get_executor(), [answer](const std::string& host) {
    if (host == "hangs") {
      answer.wait();
    }
    return host == "here" ? Result(Resolver::Addresses{asio::ip::make_address("127.0.0.1")})
                          : Error(Reason::kDns, host + ": no address");
  });
  const auto find = [&](std::vector<Address> addresses, std::chrono::milliseconds patience) {
    return run(io, find_places(resolver, std::move(addresses),
                               std::chrono::steady_clock::now() + patience));
  };

  const auto places = find({{"", 1}, {"here", 2}, {"::1", 3}}, std::chrono::minutes(1));
  REQUIRE(places);
  CHECK_FALSE(places->at(0).ip);
  CHECK(places->at(1).ip == asio::ip::make_address("127.0.0.1"));
  CHECK(places->at(2).ip == asio::ip::make_address("::1"));
  CHECK(find({{"here", 1}, {"nowhere", 2}}, std::chrono::minutes(1)).error().detail() ==
        "cannot listen on nowhere:2: nowhere: no address");
  CHECK(find({{"hangs", 1}}, std::chrono::milliseconds(10)).error().detail() ==
        "cannot listen on hangs:1: the look-up of its name takes too long");
  hangs->set_value();
}

#include "net/address.hpp"

#include <utility>

#include <catch2/catch.hpp>

using namespace zke;

namespace {

const std::string hint = "; write HOST:PORT, such as zk-0.zk:2181 or [::1]:2181";

std::string mistake_in(std::string_view text) {
  const auto address = parse_address(text);
  return address ? "" : address.error().detail();
}

std::string canonical(std::string_view text) {
  const auto address = parse_address(text);
  return address ? to_string(*address) : address.error().detail();
}

}  // namespace

TEST_CASE("addresses have one spelling each", "[net]") {
  CHECK(canonical("zk-0.zk:2181") == "zk-0.zk:2181");
  CHECK(canonical("ZK-0.Example.COM:2181") == "zk-0.example.com:2181");
  CHECK(canonical("my_host:1") == "my_host:1");
  CHECK(canonical("zk-0.zk.:2181") == "zk-0.zk.:2181");
  CHECK(canonical("10.0.0.1:65535") == "10.0.0.1:65535");
  CHECK(canonical("[::1]:2181") == "[::1]:2181");
  CHECK(canonical("[0:0:0:0:0:0:0:1]:2181") == "[::1]:2181");
  CHECK(canonical("[2001:DB8::0A]:2181") == "[2001:db8::a]:2181");
}

TEST_CASE("an address that is printed and read again is the same", "[net]") {
  for (const auto* text : {"localhost:2181", "10.0.0.1:1", "[2001:db8::1]:2181"}) {
    const auto address = parse_address(text);
    REQUIRE(address);
    const auto again = parse_address(to_string(*address));
    REQUIRE(again);
    CHECK(*again == *address);
  }
}

TEST_CASE("a bad address is refused with the reason and the remedy", "[net]") {
  const auto cases = std::to_array<std::pair<std::string, std::string>>({
      {"", "has no port"},
      {"zk-0", "has no port"},
      {"[::1]", "has no port"},
      {":2181", "has no host"},
      {"zk-0:", "has no valid port (0 to 65535)"},
      {"zk-0:abc", "has no valid port (0 to 65535)"},
      {"zk-0:-1", "has no valid port (0 to 65535)"},
      {"zk-0:-0", "has no valid port (0 to 65535)"},
      {"zk-0:+1", "has no valid port (0 to 65535)"},
      {"zk-0:65536", "has no valid port (0 to 65535)"},
      {"zk-0: 2181", "has no valid port (0 to 65535)"},
      {"zk-0:99999999999999999999", "has no valid port (0 to 65535)"},
      {"zk-0:2181/chroot", "has no valid port (0 to 65535)"},
      {"zk-0:0", "has no valid port (1 to 65535)"},
      {"::1:2181", "is an IPv6 address without brackets"},
      {"[::1:2181", "is an IPv6 address without brackets"},
      {"[zk]:2181", "has no valid IPv6 address in its brackets"},
      {"[10.0.0.1]:2181", "has no valid IPv6 address in its brackets"},
      {"[]:2181", "has no valid IPv6 address in its brackets"},
      {"zk 0:2181", "has no valid host"},
      {"-zk:2181", "has no valid host"},
      {".zk:2181", "has no valid host"},
      {"zk..x:2181", "has no valid host"},
      {"zk-\xC3\xA9:2181", "has no valid host"},
      {"10.0.0:2181", "has no valid host"},
      {"10.0.0.256:2181", "has no valid host"},
      {"user@zk:2181", "has no valid host"},
  });
  for (const auto& [text, why] : cases) {
    CHECK(mistake_in(text) == "\"" + text + "\" " + why + hint);
  }
  CHECK_FALSE(parse_address(std::string(254, 'a') + ":1"));
  CHECK(parse_address(std::string(253, 'a') + ":1"));
}

TEST_CASE("a hostile address cannot put control characters into the message", "[net]") {
  CHECK(mistake_in("a\nb:1") == "\"a b:1\" has no valid host" + hint);
}

TEST_CASE("a place to listen on may leave out its host", "[net]") {
  const auto everywhere = parse_listen_address(":9141");
  REQUIRE(everywhere);
  CHECK(everywhere->host.empty());
  CHECK(everywhere->port == 9141);

  const auto any_port = parse_listen_address("[::1]:0");
  REQUIRE(any_port);
  CHECK(any_port->host == "::1");
  CHECK(any_port->port == 0);

  CHECK_FALSE(parse_listen_address("9141"));
  CHECK_FALSE(parse_listen_address("::9141"));
}

#include "net/address.hpp"

#include <random>
#include <utility>

#include <catch2/catch.hpp>

using namespace zke;

namespace {

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

TEST_CASE("a bad address is told what it is, and what to write with its own host", "[net]") {
  const auto cases = std::to_array<std::pair<std::string, std::string>>({
      {"",
       "is an empty entry: a comma too many; write HOST:PORT, such as zk-0.zk:2181 or [::1]:2181"},
      {"zk-0", "has no port; write zk-0:2181"},
      {"[::1]", "has no port; write [::1]:2181"},
      {":2181", "has no host; write localhost:2181"},
      {"2181", "is a port without a host; write HOST:PORT, such as localhost:2181"},
      {"zk-0:", "has no port; write zk-0:2181"},
      {"zk-0:abc", "has no valid port (1 to 65535); write zk-0:2181"},
      {"zk-0:-1", "has no valid port (1 to 65535); write zk-0:2181"},
      {"zk-0:-0", "has no valid port (1 to 65535); write zk-0:2181"},
      {"zk-0:+1", "has no valid port (1 to 65535); write zk-0:2181"},
      {"zk-0:0", "has no valid port (1 to 65535); write zk-0:2181"},
      {"zk-0:65536", "has no valid port (1 to 65535); write zk-0:2181"},
      {"zk-0:2181x", "has no valid port (1 to 65535); write zk-0:2181"},
      {"zk-0:99999999999999999999", "has no valid port (1 to 65535); write zk-0:2181"},
      {"zk-0: 2181", "has a blank in it; write zk-0:2181"},
      {" zk-0:2181", "has a blank or a separator at an end; write zk-0:2181"},
      {"a:1,", "has a blank or a separator at an end; write a:1"},
      {"a:1;", "has a blank or a separator at an end; write a:1"},
      {"a:1;b:1", "is several addresses in one text; write each for itself: [a:1, b:1]"},
      {"a:1 b:1", "is several addresses in one text; write each for itself: [a:1, b:1]"},
      {"a:1,b:1", "is several addresses in one text; write each for itself: [a:1, b:1]"},
      {"zk-0 zk-1",
       "is several addresses in one text; write each for itself: [zk-0:2181, zk-1:2181]"},
      {"zk-0:2181/kafka", "ends in a path (a chroot), which no server has; write zk-0:2181"},
      {"zk-0/kafka", "ends in a path (a chroot), which no server has; write zk-0:2181"},
      {"zk://h:1", "is a URL; write h:1"},
      {"tcp://h:2181/x", "is a URL; write h:2181"},
      {"zookeeper://h", "is a URL; write h:2181"},
      {"http://a:1", "is a URL; write a:1"},
      {"@zk:2181", "names a user, which nobody asks for; write zk:2181"},
      {"h:2181:2888", "is a server's line of zoo.cfg; the client port is wanted; write h:2181"},
      {"h:2888:3888", "is a server's line of zoo.cfg; the client port is wanted; write h:2181"},
      {"server.1=h:2888:3888;2181",
       "is a server's line of zoo.cfg; the client port is wanted; write h:2181"},
      {"h:2888:3888:participant;0.0.0.0:2182",
       "is a server's line of zoo.cfg; the client port is wanted; write h:2182"},
      {"[::1]:2888:3888;2181",
       "is a server's line of zoo.cfg; the client port is wanted; write [::1]:2181"},
      {"\"h:2181\"", "has quotes that are part of the text; write h:2181"},
      {"'h:2181'", "has quotes that are part of the text; write h:2181"},
      {"'h:2181", "has quotes that are part of the text; write h:2181"},
      {"::1:2181", "is an IPv6 address without brackets; write [::1]:2181"},
      {"2001:db8::5", "is an IPv6 address without brackets and port; write [2001:db8::5]:2181"},
      {"[zk]:2181", "has brackets, which are for IPv6 addresses only; write zk:2181"},
      {"[10.0.0.1]:2181", "has brackets, which are for IPv6 addresses only; write 10.0.0.1:2181"},
      {"[a:1", "has brackets, which are for IPv6 addresses only; write a:1"},
      {"b:1]", "has brackets, which are for IPv6 addresses only; write b:1"},
      {"[]:2181",
       "has brackets, which are for IPv6 addresses only; write HOST:PORT, such as zk-0.zk:2181 or "
       "[::1]:2181"},
      {"127.1:2181",
       "has an IPv4 address in an odd spelling (four decimal numbers are wanted); write "
       "127.0.0.1:2181"},
      {"0x7f.0.0.1:2181",
       "has an IPv4 address in an odd spelling (four decimal numbers are wanted); write "
       "127.0.0.1:2181"},
      {"127.000.000.001:2181",
       "has an IPv4 address in an odd spelling (four decimal numbers are wanted); write "
       "127.0.0.1:2181"},
      {"2130706433:2181",
       "has an IPv4 address in an odd spelling (four decimal numbers are wanted); write "
       "127.0.0.1:2181"},
      {"0x7f000001:2181",
       "has an IPv4 address in an odd spelling (four decimal numbers are wanted); write "
       "127.0.0.1:2181"},
      {"[fe80::1%nope]:2181",
       "names the network interface nope, which is not here; write HOST:PORT, such as zk-0.zk:2181 "
       "or [::1]:2181"},
      {"[2001:db8::1%lo]:2181",
       "names a network interface (behind %), which only fe80:: addresses need; write "
       "[2001:db8::1]:2181"},
      {"${ZK_HOST}:2181",
       "holds a placeholder that nobody has filled in; write HOST:PORT, such as zk-0.zk:2181 or "
       "[::1]:2181"},
      {"zk-*:2181",
       "holds a placeholder that nobody has filled in; write HOST:PORT, such as zk-0.zk:2181 or "
       "[::1]:2181"},
      {"-zk:2181", "has no valid host; write HOST:PORT, such as zk-0.zk:2181 or [::1]:2181"},
      {".zk:2181", "has no valid host; write HOST:PORT, such as zk-0.zk:2181 or [::1]:2181"},
      {"zk..x:2181", "has no valid host; write HOST:PORT, such as zk-0.zk:2181 or [::1]:2181"},
      {"10.0.0.256:2181", "has no valid host; write HOST:PORT, such as zk-0.zk:2181 or [::1]:2181"},
      {"[::1:2181", "has no valid host; write HOST:PORT, such as zk-0.zk:2181 or [::1]:2181"},
  });
  for (const auto& [text, why] : cases) {
    CHECK(mistake_in(text) == "\"" + text + "\" " + why);
  }
  CHECK_FALSE(parse_address(std::string(254, 'a') + ":1"));
  CHECK(parse_address(std::string(253, 'a') + ":1"));
}

TEST_CASE("a password in an address is not said aloud", "[net]") {
  CHECK(mistake_in("zk://me:secret@zk:2181") == "\"zk://...@zk:2181\" is a URL; write zk:2181");
  CHECK(mistake_in("me:secret@zk:2181").find("secret") == std::string::npos);
  const auto several = parse_addresses("zk://me:secret@a:1;b:1,me:secret@c:1");
  REQUIRE_FALSE(several);
  CHECK(several.error().detail().find("secret") == std::string::npos);
}

TEST_CASE("what is suggested is an address", "[net]") {
  for (const std::string text : {"zk://u@h:2888:3888/x", "\"http://[::1]:1/a\"", "127.1", "[a]:x",
                                 "server.5=[::1]:2888:3888:observer;2181", "'zk'"}) {
    CAPTURE(text);
    const auto mistake = mistake_in(text);
    const auto at = mistake.find("write ");
    REQUIRE(at != std::string::npos);
    CHECK(parse_address(mistake.substr(at + 6)));
  }
}

TEST_CASE("any text is either an address or explained in one short line", "[net]") {
  const std::string letters = "a1:[]%.,; /@=\"'-xf0\n*$\xFF";
  std::minstd_rand random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (auto length = random() % 12; length > 0; --length) {
      text += letters[random() % letters.size()];
    }
    for (const auto& mistake :
         {mistake_in(text),
          parse_listen_address(text) ? "" : parse_listen_address(text).error().detail(),
          parse_addresses(text) ? "" : parse_addresses(text).error().detail()}) {
      if (mistake.size() > 300 || mistake.find('\n') != std::string::npos) {
        FAIL(mistake);
      }
    }
  }
  CHECK(mistake_in(std::string(100000, ';')).size() < 600);
  CHECK(mistake_in(std::string(100000, '[')).size() < 600);
}

TEST_CASE("an IPv4 address has one spelling, also within IPv6", "[net]") {
  CHECK(canonical("[::ffff:127.0.0.1]:2181") == "127.0.0.1:2181");
  CHECK(canonical("[::FFFF:7f00:1]:2181") == "127.0.0.1:2181");
  CHECK(canonical("0xbeef.example:1") == "0xbeef.example:1");
  CHECK(canonical("[fe80::1%lo]:2181") == canonical("[fe80:0::1%1]:2181"));
}

TEST_CASE("a dot at the end of a name makes no other server", "[net]") {
  CHECK(server_key({"zk.", 1}) == server_key({"zk", 1}));
  CHECK(server_key({"zk", 2}) != server_key({"zk", 1}));
}

TEST_CASE("addresses in one text have commas between them", "[net]") {
  const auto mistake = [](std::string_view text) {
    const auto addresses = parse_addresses(text);
    return addresses ? std::to_string(addresses->size()) : addresses.error().detail();
  };
  CHECK(mistake("a:1") == "1");
  CHECK(mistake(" a:1 , b:1 ") == "2");
  const std::string remedy = " has separators that are no commas; write a:1,b:1";
  for (const std::string text : {"a:1;b:1", "a:1 b:1", "a:1|b:1", "a:1; b:1", "zk://a:1;b:1/x"}) {
    CHECK(mistake(text) == "\"" + text + "\"" + remedy);
  }
  CHECK(mistake("a b") == "\"a b\" has separators that are no commas; write a:2181,b:2181");
  CHECK(mistake("a:1,,b:1") == "\"a:1,,b:1\" has an empty entry, a comma too many; write a:1,b:1");
  CHECK(mistake("a:1,b:1/kafka") ==
        "\"b:1/kafka\" ends in a path (a chroot), which no server has; write b:1");
}

TEST_CASE("two listeners that take one port are the same", "[net]") {
  const auto are_same = [](std::string_view a, std::string_view b) {
    return is_same_listener(*parse_listen_address(a), *parse_listen_address(b));
  };
  for (const auto& [a, b] :
       std::to_array<std::pair<const char*, const char*>>({{":1", ":1"},
                                                           {":1", "0.0.0.0:1"},
                                                           {"[::]:1", ":1"},
                                                           {"[::]:1", "127.0.0.1:1"},
                                                           {"0.0.0.0:1", "127.0.0.1:1"},
                                                           {"zk:1", "ZK.:1"}})) {
    CHECK(are_same(a, b));
    CHECK(are_same(b, a));
  }
  for (const auto& [a, b] :
       std::to_array<std::pair<const char*, const char*>>({{":1", ":2"},
                                                           {":0", ":0"},
                                                           {"0.0.0.0:1", "[::1]:1"},
                                                           {"127.0.0.1:1", "127.0.0.2:1"}})) {
    CHECK_FALSE(are_same(a, b));
    CHECK_FALSE(are_same(b, a));
  }
}

TEST_CASE("a bad place to listen on is told what it is", "[net]") {
  const auto mistake = [](std::string_view text) {
    return parse_listen_address(text).error().detail();
  };
  CHECK(mistake("9141") == "\"9141\" is a port alone; write :9141");
  CHECK(mistake("*:9141") == "\"*:9141\" has a * too many; write :9141");
  CHECK(mistake("::9141") == "\"::9141\" has a : too many; write :9141");
  CHECK(mistake("0.0.0.0") == "\"0.0.0.0\" has no port; write 0.0.0.0:9141");
  CHECK(mistake("http://:9141") == "\"http://:9141\" is a URL; write :9141");
  CHECK(mistake("::1") == "\"::1\" is an IPv6 address without brackets and port; write [::1]:9141");
  CHECK(mistake("a:70000") == "\"a:70000\" has no valid port (0 to 65535); write a:9141");
}

TEST_CASE("a hostile address cannot put control characters into the message", "[net]") {
  CHECK(mistake_in("-a\nb:1").find('\n') == std::string::npos);
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

#include "judge/server_match.hpp"

#include <catch2/catch.hpp>

using namespace zke;

namespace {

ConfServer server(std::int64_t id, std::vector<std::string> hosts, std::string client = {}) {
  ConfServer server;
  server.id = id;
  server.hosts = std::move(hosts);
  server.client_address = std::move(client);
  return server;
}

using Ids = std::vector<std::optional<std::int64_t>>;

}  // namespace

TEST_CASE("a host has one spelling", "[judge]") {
  CHECK(normal_host("ZK-1.Example.") == "zk-1.example");
  CHECK(normal_host("[0:0:0:0:0:0:0:1]") == "localhost");
  CHECK(normal_host("127.0.0.1") == "localhost");
  CHECK(normal_host("::ffff:10.0.0.1") == "10.0.0.1");
  CHECK(normal_host("2001:DB8:0:0:0:0:0:5") == "2001:db8::5");
  CHECK(normal_host("0.0.0.0").empty());
  CHECK(normal_host("[::]").empty());
  CHECK(normal_host("").empty());
}

TEST_CASE("a member is the server whose address fits best", "[judge]") {
  const std::vector<ConfServer> servers = {server(1, {"10.0.0.1", "zk-1"}, "zk-1:2181"),
                                           server(2, {"10.0.0.2"}, "10.0.0.2:2182"),
                                           server(3, {"zk-3.example"})};
  CHECK(match_servers({"10.0.0.1:2181"}, servers) == Ids{1});
  CHECK(match_servers({"zk-1:9999", "10.0.0.2:2281", "zk-3:2181"}, servers) == Ids{1, 2, 3});
  CHECK(match_servers({"zk-1.example:2181"}, servers) == Ids{1});
  CHECK(match_servers({"zk-10:2181", "k-1:2181", "10.0.0:2181"}, servers) ==
        Ids{std::nullopt, std::nullopt, std::nullopt});
}

TEST_CASE("an address that fits several servers, or several members, tells nothing", "[judge]") {
  const std::vector<ConfServer> one_host = {server(1, {"host"}), server(2, {"host"})};
  CHECK(match_servers({"host:2181"}, one_host) == Ids{std::nullopt});
  CHECK(match_servers({"host:2181", "host:2182"}, {server(1, {"host"})}) ==
        Ids{std::nullopt, std::nullopt});
  CHECK(match_servers({"zk-1:2181"}, {server(1, {"zk-1.east"}), server(2, {"zk-1.west"})}) ==
        Ids{std::nullopt});
  // A better fit of one leaves the other for the other.
  CHECK(match_servers({"host:2181", "host:2182"},
                      {server(1, {"host"}, "host:2182"), server(2, {"host"})}) == Ids{2, 1});
}

TEST_CASE("no address makes the matching stumble", "[judge]") {
  const std::vector<ConfServer> odd = {server(1, {"", "[", "]", ":", "[::1", "..."}, ":"),
                                       server(1, {}, "")};
  CHECK(match_servers({"", ":", "[", "a:", ":1", "."}, odd).size() == 6);
}

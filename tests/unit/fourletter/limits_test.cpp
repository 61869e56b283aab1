#include "fourletter/limits.hpp"

#include <catch2/catch.hpp>

#include "fourletter/conf.hpp"
#include "fourletter/srvr.hpp"
#include "fourletter/wchs.hpp"
#include "support/mntr.hpp"

using namespace zke;
using namespace zke::test;

namespace {

constexpr auto kImpossible = std::to_array<const char*>(
    {"-2", "9007199254740993", "9223372036854775807", "9223372036854775808", "1e400", "1e300",
     "NaN", "Infinity", "-Infinity", "123456789012345678901234567890", "+1", "0x10", "1.5", "x"});

std::string lines(const std::string& prefix, int count, const std::string& value) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += prefix + std::to_string(i) + "=" + value + "\n";
  }
  return text;
}

std::vector<std::int64_t> weights(const Conf& conf) {
  std::vector<std::int64_t> found;
  for (const auto& server : conf.servers) {
    found.push_back(server.weight);
  }
  return found;
}

}  // namespace

TEST_CASE("a count is whole and within its limits", "[fourletter]") {
  CHECK(parse_count("0", 10) == 0);
  CHECK(parse_count("10", 10) == 10);
  CHECK(parse_count("2.0", 10) == 2);
  CHECK(parse_count("1.0E1", 10) == 10);
  CHECK(parse_count("-1", 10, -1) == -1);
  for (const auto* text : {"-1", "11", " 1", "1 ", "", "-0.5"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_count(text, 10));
  }
  for (const auto* text : kImpossible) {
    CAPTURE(text);
    CHECK_FALSE(parse_count(text, kMaxCount, -1));
  }
}

TEST_CASE("a latency is a finite number that is not negative", "[fourletter]") {
  CHECK(parse_latency("0") == 0);
  CHECK(parse_latency("2.7466") == 2.7466);
  CHECK(parse_latency("1.0E-4") == 1e-4);
  for (const auto* text : {"-1", "NaN", "Infinity", "-Infinity", "1e13", "1e400", ""}) {
    CAPTURE(text);
    CHECK_FALSE(parse_latency(text));
  }
}

TEST_CASE("a figure of srvr that can't be true is empty and its line unparsed", "[fourletter]") {
  for (const auto* value : kImpossible) {
    CAPTURE(value);
    const std::string text(value);
    const auto srvr =
        parse_srvr("Latency min/avg/max: NaN/Infinity/5\nReceived: " + text + "\nSent: " + text +
                   "\nConnections: " + text + "\nOutstanding: " + text + "\nNode count: " + text +
                   "\nProposal sizes last/min/max: 1/2/" + text + "\n");
    CHECK_FALSE(srvr.latency_min);
    CHECK_FALSE(srvr.latency_avg);
    CHECK(srvr.latency_max == 5);
    CHECK_FALSE(srvr.received);
    CHECK_FALSE(srvr.sent);
    CHECK_FALSE(srvr.connections);
    CHECK_FALSE(srvr.outstanding);
    CHECK_FALSE(srvr.node_count);
    CHECK_FALSE(srvr.proposal_sizes);
    CHECK(srvr.unparsed_lines == 7);
  }
}

TEST_CASE("a figure of wchs that can't be true is empty and its line unparsed", "[fourletter]") {
  for (const auto* value :
       {"9007199254740993", "9223372036854775808", "123456789012345678901234567890", "1e300"}) {
    CAPTURE(value);
    const std::string text(value);
    const auto wchs =
        parse_wchs(text + " connections watching 10 paths\nTotal watches:" + text + "\n");
    REQUIRE(wchs);
    CHECK_FALSE(wchs->connections);
    CHECK(wchs->paths == 10);
    CHECK_FALSE(wchs->watches);
    CHECK(wchs->unparsed_lines == 2);
  }
}

TEST_CASE("a figure of conf that can't be true is empty and its line unparsed", "[fourletter]") {
  for (const auto* key : {"serverId", "tickTime", "syncLimit", "peerType"}) {
    for (const auto* value : kImpossible) {
      CAPTURE(key, value);
      const auto conf = parse_conf("clientPort=1\n" + std::string(key) + "=" + value + "\n");
      CHECK(conf.unparsed_lines == 1);
      for (const auto& field : {conf.server_id, conf.tick_time, conf.sync_limit, conf.peer_type}) {
        CHECK_FALSE(field);
      }
    }
  }
}

TEST_CASE("with -1 conf says that there is none", "[fourletter]") {
  const auto conf = parse_conf("maxClientCnxns=-1\nserverId=-1\n");
  const auto limit = find_figure(conf, "maxClientCnxns", 0, kMaxInt);

  CHECK_FALSE(conf.server_id);
  CHECK_FALSE(limit.value);
  CHECK(limit.unparsed_lines == 0);
  CHECK(conf.unparsed_lines == 0);
}

TEST_CASE("a membership of which a line can't be read is not believed", "[fourletter]") {
  const std::string good = "server.1=a:1:2;3\nserver.2=b:1:2;3\n";
  REQUIRE(parse_conf(good).servers.size() == 2);
  for (const auto* bad :
       {"server.x=c:1:2", "server.-3=c:1:2", "server.4294967296=c:1:2", "server.=c", "server.3.5=c",
        "group.x=1", "group.4294967296=1:2", "group.1=1:x", "group.1=1::2", "weight.1=-1",
        "weight.1=2147483648", "weight.1=9223372036854775807", "weight.1=NaN", "weight.x=1"}) {
    CAPTURE(bad);
    const auto conf = parse_conf(good + bad + "\nversion=1");
    CHECK(conf.servers.empty());
    CHECK(conf.unparsed_lines == 1);
  }
}

TEST_CASE("a membership that is too large is not believed", "[fourletter]") {
  CHECK(parse_conf(lines("server.", 1000, "h:1:2;3")).servers.size() == 1000);
  for (const auto& reply : {lines("server.", 1001, "h:1:2;3"), lines("server.", 45000, "h:1:2;3"),
                            "server.1=h:1:2;3\n" + lines("weight.", 100000, "1")}) {
    const auto conf = parse_conf(reply);
    CHECK(conf.servers.empty());
    CHECK(conf.unparsed_lines == 1);
  }
  std::string ids = "1";
  for (int i = 0; i < 35000; ++i) {
    ids += ":" + std::to_string(5000 + i);
  }
  CHECK(parse_conf("server.1=h:1:2;3\ngroup.1=" + ids + "\n").servers.empty());
}

TEST_CASE("of a server, a weight and a group that come twice the last counts", "[fourletter]") {
  const auto conf = parse_conf(
      "server.1=a:1:2:participant;3\nserver.2=b:1:2;3\nserver.1=c:1:2:observer;3\n"
      "group.1=1:2\ngroup.2=2\nweight.1=1\nweight.2=5\nweight.1=7\nweight.9=3\n");

  REQUIRE(conf.servers.size() == 2);
  CHECK(conf.servers[0].id == 1);
  CHECK(conf.servers[0].is_observer);
  CHECK(conf.servers[0].client_address == "c:3");
  CHECK(conf.servers[1].group == 2);
  CHECK(weights(conf) == std::vector<std::int64_t>{7, 5});
  CHECK(conf.unparsed_lines == 0);
}

TEST_CASE("a client address that is too long or not printable is not kept", "[fourletter]") {
  for (const auto& host : {std::string(300, 'h'), std::string(1U << 19U, 'h'),
                           std::string("a\x1B[31m"), std::string("\xFF")}) {
    const auto conf = parse_conf("server.1=a:1:2;" + host + ":2181\n");
    REQUIRE(conf.servers.size() == 1);
    CHECK(conf.servers[0].client_address.empty());
    CHECK(conf.unparsed_lines == 1);
  }
}

TEST_CASE("a figure of mntr to judge by that can't be true is empty", "[fourletter]") {
  for (const auto* key :
       {"quorum_size", "synced_followers", "synced_non_voting_followers", "uptime"}) {
    for (const auto* value : kImpossible) {
      CAPTURE(key, value);
      const auto mntr = read_mntr("zk_" + std::string(key) + "\t" + value + "\n");
      CHECK_FALSE(mntr.quorum_size);
      CHECK_FALSE(mntr.synced_followers);
      CHECK_FALSE(mntr.synced_non_voting_followers);
      CHECK_FALSE(mntr.uptime);
      REQUIRE(mntr.figures.shape->size() == 1);
      CHECK(mntr.figures.shape->holds(0) == Holds::kNothing);
    }
  }
  CHECK_FALSE(read_mntr("zk_quorum_size\t1001\n").quorum_size);
  CHECK_FALSE(read_mntr("zk_uptime\t1e14\n").uptime);
}

TEST_CASE("the figures of mntr to judge by are read, the first of each", "[fourletter]") {
  const auto mntr = read_mntr(
      "zk_quorum_size\t3\nzk_quorum_size\t5\nzk_synced_followers\t2.0\n"
      "zk_synced_non_voting_followers\t0\nzk_uptime\t5000\n");

  CHECK(mntr.quorum_size == 3);
  CHECK(mntr.synced_followers == 2);
  CHECK(mntr.synced_non_voting_followers == 0);
  CHECK(mntr.uptime == 5000);
  CHECK(mntr.figures.values.size() == 5);
}

TEST_CASE("the lines of a mntr without end are not read and counted", "[fourletter]") {
  std::string reply;
  for (std::size_t i = 0; i < kMaxMntrLines + 500; ++i) {
    reply += "zk_a\t1\n";
  }
  const auto mntr = read_mntr(reply);

  CHECK(mntr.figures.values.size() == kMaxMntrLines);
  CHECK(mntr.figures.unparsed == 500);
}

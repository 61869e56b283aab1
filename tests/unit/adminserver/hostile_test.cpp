#include "support/hostile.hpp"

#include <cmath>
#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "fourletter/limits.hpp"
#include "judge/read_reply.hpp"
#include "support/admin_captures.hpp"

using namespace zke;
using namespace zke::test;

namespace {

Mntr read_monitor(const std::string& json) {
  return MonitorReader(std::make_shared<Shapes>()).read(json);
}

/// Of the one figure that is there.
double value_of(const std::string& json) {
  const auto mntr = read_monitor(R"({"x":)" + json + "}");
  REQUIRE(mntr.figures.values.size() == 1);
  return mntr.figures.values.front();
}

void check_bounded(const std::optional<std::int64_t>& figure, std::int64_t max = kMaxCount) {
  CHECK((!figure || (*figure >= -1 && *figure <= max)));
}

}  // namespace

TEST_CASE("a figure of monitor is read as its text is, however large", "[adminserver]") {
  CHECK(value_of("-2") == -2);
  CHECK(value_of("2.7466") == 2.7466);
  CHECK(value_of("2.68435456E8") == 268435456);
  CHECK(value_of("18446744073709551616") == 18446744073709551616.0);
  CHECK(std::isnan(value_of("\"NaN\"")));
  CHECK(std::isnan(value_of("null")));
  CHECK(std::isnan(value_of("true")));
}

TEST_CASE("a transaction's id is exact in all of its 64 bits", "[adminserver]") {
  const auto zxid = [](const std::string& text) {
    return parse_server_stats(R"({"server_stats":{"last_processed_zxid":)" + text + "}}").zxid;
  };
  CHECK(zxid("9007199254740993") == Zxid{0x200000, 1});
  CHECK(zxid("9223372036854775807") == Zxid{0x7fffffff, 0xffffffff});
  CHECK(zxid("-9223372036854775807") == Zxid{0x80000000, 1});
  CHECK_FALSE(zxid("9223372036854775808"));
  CHECK_FALSE(zxid("1.5"));
}

TEST_CASE("what is no figure of monitor is counted, and nothing else", "[adminserver]") {
  const auto mntr = read_monitor(
      R"({"a":1,"b":{"c":2},"d":[3,4],"e\n":5,"":6,"f":"","version":"v","command":"m","error":null})");
  CHECK(mntr.figures.shape->size() == 3);
  CHECK(mntr.figures.unparsed == 5);
  CHECK(mntr.version == "v");
}

TEST_CASE("more keys than any server has are not kept", "[adminserver]") {
  std::string json = R"({"k0":0)";
  for (std::size_t i = 1; i < kMaxMntrLines + 10; ++i) {
    json += ",\"k" + std::to_string(i) + "\":1";
  }
  const auto mntr = read_monitor(json + "}");
  CHECK(mntr.figures.values.size() == kMaxMntrLines);
  CHECK(mntr.figures.unparsed == 10);
}

TEST_CASE("JSON that is too deep, or no JSON, tells nothing", "[adminserver]") {
  const auto deep = [](std::size_t depth) {
    std::string json;
    for (std::size_t i = 0; i < depth; ++i) {
      json += "{\"a\":";
    }
    return json;
  };
  CHECK(read_monitor(deep(100'000)).figures.values.empty());
  CHECK(read_monitor(R"({"a":1)").figures.values.empty());
  CHECK(read_monitor("").figures.values.empty());
  CHECK_FALSE(parse_server_stats(R"({"node_count":1)").node_count);
  CHECK_FALSE(parse_watch_summary("[]"));
}

TEST_CASE("of a membership that can't be read nothing is believed", "[adminserver]") {
  const auto view = [](const std::string& servers) {
    return parse_configuration(R"([{"server_id":1},{"current_config":{)" + servers + "}}]");
  };
  const auto voter = [](const std::string& id) {
    return "\"" + id +
           R"(":{"server_addresses":["h:1"],"client_address":"","learner_type":"participant"})";
  };
  CHECK(view(voter("1") + "," + voter("2")).servers.size() == 2);
  CHECK(view(voter("1")).peer_type == 0);
  CHECK(view(voter("2")).peer_type == 1);
  CHECK_FALSE(view("").peer_type);
  for (const auto* id : {"-1", "x", "1.5", "99999999999", "1=2", "1\\nserver.2"}) {
    CAPTURE(id);
    CHECK(view(voter("1") + "," + voter(id)).servers.empty());
  }
  std::string many = voter("0");
  for (int i = 1; i <= 1000; ++i) {
    many += "," + voter(std::to_string(i));
  }
  CHECK(view(many).servers.empty());
  const auto conf =
      parse_configuration(R"([{"server_id":"1\ntickTime=5","data_dir":"a\nserver.9=h:1:2"}])");
  CHECK_FALSE(conf.server_id);
  CHECK_FALSE(conf.tick_time);
  CHECK(conf.servers.empty());
}

TEST_CASE("whatever stands for a number, figures stay bounded", "[adminserver]") {
  for (const auto& number : hostile_numbers()) {
    CAPTURE(number);
    for (const auto& value : {number, "\"" + number + "\""}) {
      const auto stats =
          parse_server_stats(R"({"node_count":)" + value + R"(,"server_stats":{"packets_sent":)" +
                             value + R"(,"avg_latency":)" + value + "}}");
      check_bounded(stats.node_count);
      check_bounded(stats.sent);
      CHECK((!stats.latency_avg || (*stats.latency_avg >= 0 && *stats.latency_avg <= 1e12)));
      const auto conf = parse_configuration(R"([{"tick_time":)" + value + R"(,"server_id":)" +
                                            value + R"(},{"timestamp":)" + value + "}]");
      check_bounded(conf.tick_time, kMaxTickTime);
      check_bounded(conf.server_id, kMaxId);
    }
  }
}

TEST_CASE("pages with changed bytes never break the readers", "[adminserver]") {
  Dice dice;
  for (const auto command : {Command::kSrvr, Command::kMntr, Command::kWchs, Command::kConf}) {
    const auto whole = admin_reply("3.9.3/leader", command);
    for (int round = 0; round < 300; ++round) {
      auto reply = whole;
      for (std::size_t n = dice.roll(4) + 1; n > 0; --n) {
        reply.text[dice.roll(reply.text.size())] = static_cast<char>(dice.roll(256));
      }
      check_bounded(read_srvr(reply).node_count);
      const auto wchs = read_wchs(reply);
      check_bounded(wchs ? wchs->watches : std::nullopt);
      check_bounded(read_conf(reply).tick_time, kMaxTickTime);
      check_bounded(FiguresReader(std::make_shared<Shapes>()).read(reply).quorum_size, kMaxServers);
    }
  }
}

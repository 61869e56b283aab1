#include <catch2/catch.hpp>

#include "fourletter/command.hpp"
#include "fourletter/conf.hpp"
#include "fourletter/srvr.hpp"
#include "fourletter/wchs.hpp"
#include "support/mntr.hpp"

using namespace zke;
using namespace zke::test;

// ClickHouse Keeper answers to the same words, in slightly other texts.

namespace {

constexpr auto* kVersion = "v24.3.1.1-stable-7a4a0b0edef0ad6e0aa662cd3b90c3f4acf796e7";

std::string srvr_text(const std::string& zxid) {
  return std::string("ClickHouse Keeper version: ") + kVersion +
         "\nLatency min/avg/max: 0/1/14\nReceived: 3\nSent : 2\nConnections: 1\nOutstanding: 0\n"
         "Zxid: " +
         zxid + "\nMode: leader\nNode count: 4\n";
}

std::string mntr_text() {
  return std::string("zk_version\t") + kVersion +
         "\nzk_avg_latency\t0\nzk_max_latency\t0\nzk_min_latency\t0\nzk_packets_received\t68\n"
         "zk_packets_sent\t68\nzk_num_alive_connections\t1\nzk_outstanding_requests\t0\n"
         "zk_server_state\tleader\nzk_znode_count\t4\nzk_watch_count\t1\nzk_ephemerals_count\t0\n"
         "zk_approximate_data_size\t723\nzk_key_arena_size\t0\nzk_latest_snapshot_size\t0\n"
         "zk_open_file_descriptor_count\t310\n"
         "zk_max_file_descriptor_count\t18446744073709551615\nzk_followers\t2\n"
         "zk_synced_followers\t2\n";
}

constexpr auto* kConf =
    "server_id=1\ntcp_port=2181\nfour_letter_word_allow_list=conf,cons,mntr\n"
    "log_storage_path=./coordination/logs\nsession_timeout_ms=30000\nquorum_reads=false\n";

}  // namespace

TEST_CASE("the srvr of ClickHouse Keeper is read", "[fourletter]") {
  const auto reply = read_reply(Command::kSrvr, srvr_text("0x100000024"));
  REQUIRE(reply);
  const auto srvr = parse_srvr(reply->text);

  CHECK(srvr.unparsed_lines == 0);
  CHECK(srvr.version.number == "v24.3.1.1-stable");
  CHECK(srvr.version.revision == "7a4a0b0edef0ad6e0aa662cd3b90c3f4acf796e7");
  CHECK(srvr.mode == Mode::kLeader);
  CHECK(srvr.sent == 2);
  CHECK(srvr.zxid == Zxid{1, 0x24});
}

TEST_CASE("the decimal zxid of an old ClickHouse Keeper is read", "[fourletter]") {
  const auto srvr = parse_srvr(srvr_text("4294967332"));

  CHECK(srvr.unparsed_lines == 0);
  CHECK(srvr.zxid == Zxid{1, 36});
}

TEST_CASE("the mntr of ClickHouse Keeper is read", "[fourletter]") {
  const auto reply = read_reply(Command::kMntr, mntr_text());
  REQUIRE(reply);
  const auto mntr = read_mntr(reply->text);

  CHECK(mntr.figures.unparsed == 0);
  CHECK(mntr.server_state == "leader");
  CHECK(mntr.figures.values.size() == 19);
}

TEST_CASE("the wchs and the conf of ClickHouse Keeper are read", "[fourletter]") {
  CHECK(read_reply(Command::kWchs, "1 connections watching 1 paths\nTotal watches:1\n"));

  const auto reply = read_reply(Command::kConf, kConf);
  REQUIRE(reply);
  const auto conf = parse_conf(reply->text);
  CHECK(conf.server_id == 1);
  CHECK_FALSE(conf.tick_time);
  CHECK(conf.servers.empty());
}

TEST_CASE("a ClickHouse Keeper without a quorum says so", "[fourletter]") {
  const auto reply = read_reply(Command::kSrvr, "This instance is not currently serving requests");

  REQUIRE(reply);
  CHECK(reply->kind == Reply::Kind::kNotServing);
}

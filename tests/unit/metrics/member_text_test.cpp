#include "metrics/member_text.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "support/captures.hpp"
#include "support/families.hpp"

using namespace zke;
using namespace zke::test;

namespace {

FamilyList families_of(const PollRecord& record) {
  MemberMemory memory;
  return member_families(memory.judge(record));
}

FamilyList families_of(const std::string& capture) { return families_of(captured_record(capture)); }

PollRecord unreachable() {
  auto record = empty_record();
  set_reply(record, Command::kSrvr, Error(Reason::kTimeout, "no answer"));
  return record;
}

std::set<std::string> names_of(const FamilyList& families) {
  std::set<std::string> names;
  for (const auto& family : families) {
    names.insert(family.name);
  }
  return names;
}

}  // namespace

TEST_CASE("a member that does not answer still has its state and the reason", "[metrics]") {
  const auto families = families_of(unreachable());

  CHECK(names_of(families) ==
        std::set<std::string>{
            "zookeeper_up", "zookeeper_serving", "zookeeper_voter", "zookeeper_member_state",
            "zookeeper_member_failure", "zookeeper_poll_duration_seconds",
            "zookeeper_last_poll_timestamp_seconds", "zookeeper_polls_total",
            "zookeeper_commands_total", "zookeeper_command_allowed", "zookeeper_poll_source"});
  CHECK(lines_of(families, "zookeeper_up") == "zookeeper_up 0\n");
  CHECK(lines_of(families, "zookeeper_serving") == "zookeeper_serving 0\n");
  CHECK(lines_of(families, "zookeeper_voter") == "zookeeper_voter NaN\n");
  CHECK(lines_of(families, "zookeeper_poll_duration_seconds") ==
        "zookeeper_poll_duration_seconds 0.005\n");
  CHECK(lines_of(families, "zookeeper_last_poll_timestamp_seconds") ==
        "zookeeper_last_poll_timestamp_seconds 1763800000\n");
  CHECK(lines_of(families, "zookeeper_member_failure").find("{reason=\"timeout\"} 1\n") !=
        std::string::npos);
}

TEST_CASE("what is always there is there for every captured member", "[metrics]") {
  const auto always = names_of(families_of(unreachable()));
  for (const auto& capture : captures()) {
    CAPTURE(capture);
    const auto names = names_of(families_of(capture));
    CHECK(std::ranges::includes(names, always));
  }
}

TEST_CASE("exactly one state and one reason is 1", "[metrics]") {
  for (const auto& capture : captures()) {
    CAPTURE(capture);
    const auto families = families_of(capture);
    for (const auto* name : {"zookeeper_member_state", "zookeeper_member_failure"}) {
      double sum = 0;
      for (const auto& line : find_family(families, name)->lines) {
        sum += value_of(line);
      }
      CHECK(sum == 1);
    }
  }
}

TEST_CASE("a member without a quorum is up and serves nobody", "[metrics]") {
  const auto families = families_of("3.9.3/not-serving-participant");

  CHECK(lines_of(families, "zookeeper_up") == "zookeeper_up 1\n");
  CHECK(lines_of(families, "zookeeper_serving") == "zookeeper_serving 0\n");
  CHECK(lines_of(families, "zookeeper_znodes").empty());
}

TEST_CASE("srvr stands in when mntr is refused", "[metrics]") {
  auto record = empty_record();
  set_reply(record, Command::kSrvr, captured_reply("3.8.0/leader", Command::kSrvr));
  set_reply(record, Command::kMntr, captured_reply("3.9.3/not-whitelisted", Command::kMntr));
  const auto families = families_of(record);

  CHECK(lines_of(families, "zookeeper_znodes") == "zookeeper_znodes 155\n");
  CHECK(lines_of(families, "zookeeper_request_latency_avg_seconds") ==
        "zookeeper_request_latency_avg_seconds 0.0021684\n");
  CHECK(lines_of(families, "zookeeper_request_latency_max_seconds") ==
        "zookeeper_request_latency_max_seconds 0.024\n");
  CHECK(lines_of(families, "zookeeper_packets_received_total") ==
        "zookeeper_packets_received_total 486\n");
  CHECK(lines_of(families, "zookeeper_connections") == "zookeeper_connections 4\n");
  CHECK(lines_of(families, "zookeeper_proposal_size_max_bytes") ==
        "zookeeper_proposal_size_max_bytes 908\n");
  CHECK(lines_of(families, "zookeeper_zxid_epoch") == "zookeeper_zxid_epoch 1\n");
  CHECK(lines_of(families, "zookeeper_command_allowed").find("{command=\"mntr\"} 0\n") !=
        std::string::npos);
  CHECK(find_family(families, "zookeeper_unknown_keys") == nullptr);
}

TEST_CASE("what srvr says in the place of mntr agrees with mntr", "[metrics]") {
  for (const auto* capture : {"3.4.14/leader", "3.9.3/follower", "3.9.5/leader"}) {
    auto record = captured_record(capture);
    const auto with_mntr = families_of(record);
    record.replies[Command::kMntr].reset();
    const auto without = families_of(record);
    CAPTURE(capture);
    for (const auto* name :
         {"zookeeper_znodes", "zookeeper_outstanding_requests",
          "zookeeper_request_latency_max_seconds", "zookeeper_proposal_size_min_bytes"}) {
      CHECK(lines_of(with_mntr, name) == lines_of(without, name));
    }
  }
}

TEST_CASE("child watches are all watches less the data watches, never negative", "[metrics]") {
  const auto read = [](int all, int data) {
    auto record = captured_record("3.9.3/follower");
    auto mntr = "zk_version\t3.5.10\nzk_server_state\tfollower\nzk_watch_count\t" +
                std::to_string(all) + "\n";
    set_reply(record, Command::kMntr, Reply{Reply::Kind::kAnswer, std::move(mntr)});
    set_reply(record, Command::kWchs,
              Reply{Reply::Kind::kAnswer, "3 connections watching 2 paths\nTotal watches:" +
                                              std::to_string(data) + "\n"});
    return lines_of(families_of(record), "zookeeper_child_watches");
  };

  CHECK(read(10, 4) == "zookeeper_child_watches 6\n");
  CHECK(read(3, 4) == "zookeeper_child_watches 0\n");
}

TEST_CASE("a zxid is exported in its two halves", "[metrics]") {
  auto record = empty_record();
  set_reply(record, Command::kSrvr,
            Reply{Reply::Kind::kAnswer,
                  "Zookeeper version: 3.9.3\nZxid: 0xfffffffeffffffff\nMode: follower\n"});
  const auto families = families_of(record);

  CHECK(lines_of(families, "zookeeper_zxid_epoch") == "zookeeper_zxid_epoch 4294967294\n");
  CHECK(lines_of(families, "zookeeper_zxid_sequence") == "zookeeper_zxid_sequence 4294967295\n");
}

TEST_CASE("what the member says about itself is in the labels of its info", "[metrics]") {
  CHECK(lines_of(families_of("3.9.3/observer"), "zookeeper_member_info")
            .starts_with("zookeeper_member_info{server_id=\"4\",version=\"3.9.3\",revision=\"\","
                         "built=\"2026-03-08 16:19 UTC\",peer_state=\"observing - broadcast\""));
}

TEST_CASE("a figure of conf that can't be true is left out and its line unparsed", "[metrics]") {
  const auto conf = captured("3.9.3/follower", Command::kConf);
  const auto read = [&](const std::string& line) {
    auto record = captured_record("3.9.3/follower");
    set_reply(record, Command::kConf, Reply{Reply::Kind::kAnswer, line + "\n" + conf});
    return families_of(record);
  };
  const auto good = read("");
  for (const auto& [key, family] : std::vector<std::pair<std::string, std::string>>{
           {"initLimit", "zookeeper_init_limit_ticks"},
           {"minSessionTimeout", "zookeeper_min_session_timeout_seconds"},
           {"maxSessionTimeout", "zookeeper_max_session_timeout_seconds"},
           {"maxClientCnxns", "zookeeper_max_connections_per_client"},
           {"dataDirSize", "zookeeper_data_dir_size_bytes"},
           {"dataLogSize", "zookeeper_data_log_dir_size_bytes"}}) {
    for (const auto* value : {"-2", "9007199254740993", "1e300", "NaN", "+1", "1.5", "x", ""}) {
      CAPTURE(key, value);
      auto record = captured_record("3.9.3/follower");
      auto changed = conf;
      const auto at = changed.find(key + "=") + key.size() + 1;
      changed.replace(at, changed.find('\n', at) - at, value);
      set_reply(record, Command::kConf, Reply{Reply::Kind::kAnswer, changed});
      const auto families = families_of(record);
      CHECK(lines_of(good, family) != "");
      CHECK(lines_of(families, family).empty());
      CHECK(lines_of(families, "zookeeper_unparsed_lines") == "zookeeper_unparsed_lines 1\n");
    }
    const auto doubled = read(key + "=x");  // the last line counts
    CHECK(lines_of(doubled, family) == lines_of(good, family));
    CHECK(lines_of(doubled, "zookeeper_unparsed_lines") == "zookeeper_unparsed_lines 1\n");
    CHECK(lines_of(read(key + "=-1"), "zookeeper_unparsed_lines") ==
          "zookeeper_unparsed_lines 0\n");
  }
}

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "fourletter/limits.hpp"
#include "judge/judge_member.hpp"
#include "judge/read_reply.hpp"
#include "support/admin_captures.hpp"

using namespace zke;
using namespace zke::test;

namespace {

/// Captures that serve, so that both sources have answers.
std::vector<std::string> serving() {
  auto found = admin_captures();
  std::erase_if(found, [](const auto& name) {
    return name.find("not-serving") != std::string::npos ||
           name.find("leaderServes-no") != std::string::npos;
  });
  return found;
}

/// Figures of one moment: the two sources were asked at different ones.
bool is_steady(std::string_view key) {
  static const std::set<std::string_view> steady{
      "znode_count", "ephemerals_count", "watch_count",      "approximate_data_size",
      "quorum_size", "synced_followers", "synced_observers", "max_file_descriptor_count"};
  return steady.contains(key);
}

MemberSample judge(const PollRecord& record) { return MemberMemory().judge(record); }

}  // namespace

TEST_CASE("server_stats says what srvr says", "[adminserver]") {
  REQUIRE(serving().size() > 30);
  for (const auto& capture : serving()) {
    CAPTURE(capture);
    const auto admin = read_srvr(admin_reply(capture, Command::kSrvr));
    const auto words = read_srvr(captured_reply(capture, Command::kSrvr));
    CHECK(admin.unparsed_lines == 0);
    CHECK(admin.is_zookeeper);
    CHECK(admin.version == words.version);
    CHECK(admin.mode == words.mode);
    CHECK(admin.node_count == words.node_count);
    CHECK(admin.zxid->epoch == words.zxid->epoch);
    CHECK(admin.outstanding == words.outstanding);
    CHECK(admin.latency_min == words.latency_min);
    CHECK(admin.latency_avg.has_value());
    CHECK(admin.received.has_value());
    CHECK(admin.sent.has_value());
    CHECK(admin.connections.has_value());
    CHECK(admin.proposal_sizes.has_value() == words.proposal_sizes.has_value());
  }
}

TEST_CASE("monitor has the keys of mntr in their order", "[adminserver]") {
  for (const auto& capture : serving()) {
    CAPTURE(capture);
    const auto shapes = std::make_shared<Shapes>();
    FiguresReader reader(shapes);
    const auto admin = reader.read(admin_reply(capture, Command::kMntr));
    const auto words = reader.read(captured_reply(capture, Command::kMntr));
    CHECK(admin.figures.unparsed == 0);
    CHECK(admin.missing.empty());
    CHECK(admin.version == words.version);
    CHECK(admin.server_state == words.server_state);
    CHECK(admin.peer_state == words.peer_state);
    CHECK(admin.quorum_size == words.quorum_size);
    CHECK(admin.synced_followers == words.synced_followers);
    CHECK(admin.uptime.has_value() == words.uptime.has_value());
    if (!capture.starts_with("3.5.")) {  // there, monitor has three keys more
      REQUIRE(admin.figures.shape == words.figures.shape);
    }
    for (std::size_t i = 0, n = 0; i < admin.figures.shape->size(); ++i) {
      const auto key = admin.figures.shape->key(i);
      while (n < words.figures.shape->size() && words.figures.shape->key(n) != key) {
        ++n;
      }
      if (n == words.figures.shape->size()) {
        n = 0;
      } else if (is_steady(key)) {
        CAPTURE(key);
        CHECK(admin.figures.values[i] == words.figures.values[n]);
      }
    }
  }
}

TEST_CASE("watch_summary says what wchs says", "[adminserver]") {
  for (const auto& capture : serving()) {
    CAPTURE(capture);
    const auto admin = read_wchs(admin_reply(capture, Command::kWchs));
    const auto words = read_wchs(captured_reply(capture, Command::kWchs));
    REQUIRE(admin);
    CHECK(admin->connections == words->connections);
    CHECK(admin->paths == words->paths);
    CHECK(admin->watches == words->watches);
    CHECK(admin->unparsed_lines == 0);
  }
}

TEST_CASE("configuration says what conf says, but no observers and no ticks", "[adminserver]") {
  for (const auto& capture : serving()) {
    CAPTURE(capture);
    const auto admin = read_conf(admin_reply(capture, Command::kConf));
    const auto words = read_conf(captured_reply(capture, Command::kConf));
    CHECK(admin.unparsed_lines == 0);
    CHECK(admin.server_id == words.server_id);
    CHECK(admin.tick_time == words.tick_time);
    CHECK_FALSE(admin.sync_limit);
    for (const auto& figure : admin.figures) {
      const auto same = std::ranges::find(words.figures, figure.key, &ConfFigure::key);
      CAPTURE(figure.key);
      REQUIRE(same != words.figures.end());
      CHECK((same->value == figure.value || figure.key.ends_with("Size")));
    }
    CHECK(find_figure(admin, "dataDirSize", 0, kMaxCount).value.has_value());
    auto voters = words.servers;
    std::erase_if(voters, &ConfServer::is_observer);
    if (capture.starts_with("3.5.")) {
      CHECK(admin.servers.empty());
    } else {
      CHECK(admin.is_voters_only == !voters.empty());
      REQUIRE(admin.servers.size() == voters.size());
      for (std::size_t i = 0; i < voters.size(); ++i) {
        CHECK(admin.servers[i].id == voters[i].id);
        CHECK_FALSE(admin.servers[i].is_observer);
      }
      CHECK(admin.peer_type == (voters.empty() ? std::nullopt : words.peer_type));
    }
  }
}

TEST_CASE("the page hash says what the word says", "[adminserver]") {
  for (const auto& capture : serving()) {
    CAPTURE(capture);
    const auto reply = admin_reply(capture, Command::kHash);
    if (capture.starts_with("3.5.")) {
      CHECK(reply.kind == Reply::Kind::kNotAllowed);
      continue;
    }
    const auto admin = read_hash(reply);
    CHECK(admin.log == read_hash(captured_reply(capture, Command::kHash)).log);
    CHECK(admin.unparsed_lines == 0);
  }
}

TEST_CASE("both sources give one sample", "[adminserver]") {
  for (const auto& capture : admin_captures()) {
    if (capture.find("leaderServes-no") != std::string::npos) {
      continue;
    }
    CAPTURE(capture);
    const auto admin = judge(admin_record(capture));
    const auto words = judge(captured_record(capture));
    CHECK(admin.state == words.state);
    CHECK(admin.reason == words.reason);
    CHECK(admin.result == words.result);
    if (admin.state != MemberState::kReadOnly) {  // whose voting_view is empty
      CHECK(admin.is_voter == words.is_voter);
    }
    CHECK(admin.quorum_size == words.quorum_size);
    CHECK(admin.version == words.version);
    CHECK(admin.peer_state == words.peer_state);
    CHECK(admin.is_source[0] == false);
    CHECK(admin.is_source[1] == true);
    CHECK(words.is_source[0] == true);
    CHECK(words.is_source[1] == false);
  }
}

TEST_CASE("a leader with leaderServes=no tells all by its AdminServer", "[adminserver]") {
  const std::string capture = "3.9.3/leader-leaderServes-no";
  CHECK(judge(admin_record(capture)).state == MemberState::kLeader);
  CHECK(judge(captured_record(capture)).state == MemberState::kNotServing);
}

TEST_CASE("the age of the last snapshot is told, or that there is none", "[adminserver]") {
  CHECK(judge(admin_record("3.9.3/leader")).last_snapshot == 1795344286);
  CHECK_FALSE(judge(admin_record("3.9.3/observer")).last_snapshot);
  CHECK_FALSE(judge(captured_record("3.9.3/leader")).last_snapshot);
}

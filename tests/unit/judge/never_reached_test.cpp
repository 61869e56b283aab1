#include <catch2/catch.hpp>

#include "support/situation.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

/// Three voters and an observer, 4; server N is spelt by `spelling` with N for %.
std::vector<ConfServer> spelt(const std::string& spelling, bool is_client_told) {
  auto all = servers("1 2 3 4o");
  for (auto& server : all) {
    auto host = spelling;
    host.replace(host.find('%'), 1, std::to_string(server.id));
    server.hosts = {host};
    server.client_address = is_client_told ? host + ":2281" : "";
  }
  return all;
}

/// A membership whose addresses fit no member's.
std::vector<ConfServer> by_ip(const std::string& membership) {
  auto all = servers(membership);
  for (auto& server : all) {
    server.client_address = "";
    server.hosts = {"10.0.0." + std::to_string(server.id)};
  }
  return all;
}

/// Voter 3 and observer 4 have been down since before the exporter started, 4 listed before 3.
EnsembleVerdict start_in_outage(const std::vector<ConfServer>& membership,
                                const std::function<std::string(int)>& name) {
  Round round("1 2 3 4o", "4- 1L+1 2F 3-");
  for (const int id : {1, 2}) {
    round.at(id).conf(membership, id);
  }
  auto view = round.view(EnsembleMemory::Clock::time_point(1h));
  for (auto& member : view.members) {
    member.name = name(member.name[3] - '0');
  }
  EnsembleMemory memory;
  return judge_ensemble(view, memory, EnsembleMemory::Clock::time_point(1h), 30s);
}

}  // namespace

TEST_CASE("voter and observer are told apart by their addresses, however they are spelt",
          "[judge]") {
  struct Row {
    std::string membership;
    std::string configured;
  };
  const std::vector<Row> rows = {
      {"zk-%", "zk-%:2181"},
      {"zk-%", "zk-%.zk.example:2181"},
      {"zk-%.zk.example", "zk-%:2181"},
      {"ZK-%.Example.", "zk-%.example:2181"},
      {"zk-%.example", "zk-%.example.:2181"},
      {"[0:0:0:0:0:0:0:1%]", "[::1%]:2181"},
      {"[::ffff:10.0.0.%]", "10.0.0.%:2181"},
      {"10.0.0.%", "10.0.0.%:2281"},
  };
  for (const auto& row : rows) {
    for (const bool is_client_told : {false, true}) {
      CAPTURE(row.membership, row.configured, is_client_told);
      const auto verdict = start_in_outage(spelt(row.membership, is_client_told), [&](int id) {
        auto name = row.configured;
        return name.replace(name.find('%'), 1, std::to_string(id));
      });
      CHECK_FALSE(verdict.members[0].is_voter);
      CHECK(verdict.members[0].id == 4);
      CHECK(verdict.members[3].is_voter);
      CHECK(verdict.members[3].id == 3);
      CHECK(verdict.findings[0].code == FindingCode::kVoterDown);
      CHECK(verdict.findings[1].code == FindingCode::kObserverDown);
      CHECK(verdict.failures_tolerated == 0);
    }
  }
}

TEST_CASE("servers on one host are told apart by their ports", "[judge]") {
  auto membership = servers("1 2 3 4o");
  for (auto& server : membership) {
    server.hosts = {"127.0.0.1"};
    server.client_address = "127.0.0.1:" + std::to_string(2180 + server.id);
  }
  const auto verdict =
      start_in_outage(membership, [](int id) { return "localhost:" + std::to_string(2180 + id); });

  CHECK(verdict.members[0].id == 4);
  CHECK(verdict.members[3].id == 3);
}

TEST_CASE("what is not known of a member that was never reached is called so", "[judge]") {
  const auto verdict = start_in_outage(spelt("10.0.0.%", false),
                                       [](int id) { return "zk-" + std::to_string(id) + ":2181"; });

  CHECK(verdict.level == Level::kAtRisk);
  CHECK(verdict.voters == 3);
  CHECK(verdict.voters_serving == 2);
  for (const auto i : {0, 3}) {
    const auto& member = verdict.members[static_cast<std::size_t>(i)];
    CHECK_FALSE(member.is_role_known);
    CHECK_FALSE(member.id);
  }
  REQUIRE(verdict.findings.size() == 2);  // one of them may be the third voter
  CHECK(verdict.findings[0].code == FindingCode::kRoleUnknown);
  CHECK(verdict.findings[0].text ==
        "zk-4:2181 can't be reached (connection refused); whether it has a vote is not known, "
        "since no server's membership has its address");
  for (const auto& member : verdict.members) {
    CHECK_FALSE(member.unsafe_to_stop.empty());
  }
}

TEST_CASE("the role of one that is left over is known", "[judge]") {
  const auto membership = by_ip("1 2 3");
  Round round("1 2 3", "1L+1 2F 3-");
  round.at(1).conf(membership, 1);
  round.at(2).conf(membership, 2);
  Watch watch;
  watch.see(round);

  CHECK(watch.verdict.members[2].is_voter);
  CHECK(watch.verdict.members[2].is_role_known);
}

TEST_CASE("of two that are left over for one vote neither is known", "[judge]") {
  const auto membership = by_ip("1 2 3");
  Round round("1 2 3", "1L+1 2F 3- 4-");
  round.at(1).conf(membership, 1);
  round.at(2).conf(membership, 2);
  Watch watch;
  watch.see(round);

  CHECK_FALSE(watch.verdict.members[2].is_role_known);
  CHECK_FALSE(watch.verdict.members[3].is_role_known);
}

TEST_CASE("one that is left over may be an observer that is left over, too", "[judge]") {
  const auto membership = by_ip("1 2 3 4o");
  Round round("1 2 3 4o", "1L+1 2F 5-");
  round.at(1).conf(membership, 1);
  round.at(2).conf(membership, 2);
  Watch watch;
  watch.see(round);

  CHECK_FALSE(watch.verdict.members[2].is_role_known);
}

TEST_CASE("a voter that may be a member of unknown role is trusted in time only", "[judge]") {
  const auto membership = by_ip("1 2 3 4o");
  Round round("1 2 3 4o", "4- 1L+2 2F 3-");
  round.at(1).conf(membership, 1);
  round.at(2).conf(membership, 2);
  Watch watch;

  CHECK(watch.see(round).voters_serving == 2);
  CHECK(watch.see(round, 11s).voters_serving == 3);
}

TEST_CASE("one that is left over is a voter when all observers are known", "[judge]") {
  const auto membership = by_ip("1 2 3 4o");
  Round round("1 2 3 4o", "1L+1 2F 3- 4O");
  for (const int id : {1, 2, 4}) {
    round.at(id).conf(membership, id);
  }
  Watch watch;
  watch.see(round);

  CHECK(watch.verdict.members[2].is_voter);
}

TEST_CASE("a member that is only taken for a voter is called so, with the remedy", "[judge]") {
  Watch watch;
  watch.see(Round("", "1L:srvr 2F:srvr 3F:srvr 4-"));
  CHECK(watch.verdict.level == Level::kAtRisk);
  CHECK(watch.verdict.findings.at(0).text ==
        "zk-4:2181 can't be reached (connection refused); it is taken for a voter: if it is an "
        "observer, name it so in the configuration (observers:)");

  Watch known;
  known.see(Round("", "1L:srvr 2F:srvr 3F:srvr 4F:srvr"));
  known.see(Round("", "1L:srvr 2F:srvr 3F:srvr 4-"), std::chrono::seconds(1));
  CHECK(known.verdict.findings.at(0).text == "zk-4:2181 can't be reached (connection refused)");
}

TEST_CASE("observers are those of the configuration where no server tells", "[judge]") {
  const auto see = [](const std::string& members) {
    auto view = Round("1 2 3", members).view(EnsembleMemory::Clock::time_point(1h));
    view.members.back().is_observer = true;
    EnsembleMemory memory;
    return judge_ensemble(view, memory, EnsembleMemory::Clock::time_point(1h), 30s);
  };
  for (const auto* const members : {"1L:srvr 2F:srvr 3F:srvr 4-", "1L:3.4 2F:3.4 3F:3.4 4-"}) {
    CAPTURE(members);
    const auto verdict = see(members);
    CHECK(verdict.level == Level::kDegraded);
    CHECK(verdict.voters == 3);
    CHECK(verdict.failures_tolerated == 1);
    CHECK(verdict.findings.at(0).code == FindingCode::kObserverDown);
  }
  // What a server says counts more.
  CHECK(see("1L:3.4 2F:3.4 3F:3.4 4F:3.4").voters == 4);
}

TEST_CASE("servers that spell their own address as 0.0.0.0 do not disagree", "[judge]") {
  Round round("1 2 3", "1L 2F 3F");
  for (const int id : {1, 2, 3}) {
    auto membership = servers("1 2 3");
    for (auto& server : membership) {
      server.client_address = "";
      server.hosts = {server.id == id ? "0.0.0.0" : "zk-" + std::to_string(server.id)};
    }
    round.at(id).conf(membership, id);
  }
  Watch watch;
  watch.see(round);

  CHECK(watch.see(round, 600s).level == Level::kHealthy);
}

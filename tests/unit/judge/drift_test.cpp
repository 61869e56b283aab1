#include <catch2/catch.hpp>

#include "judge/require.hpp"
#include "support/situation.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

constexpr auto* kKey = "maxClientCnxns";

/// Three voters with these values of a setting; 0: it is not said.
Round trio(const std::vector<std::int64_t>& values, const char* key = kKey) {
  Round round("1 2 3", "1L 2F 3F");
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != 0) {
      round.at(static_cast<int>(i) + 1).setting(key, values[i]);
    }
  }
  return round;
}

/// What is found of `round` when it lasts.
Findings found_in(const Round& round) {
  Watch watch;
  watch.see(round);
  return watch.see(round, 200s).findings;
}

Round versions(const std::vector<std::string>& versions) {
  Round round("1 2 3", "1L 2F 3F");
  for (std::size_t i = 0; i < versions.size(); ++i) {
    round.at(static_cast<int>(i) + 1).runs(versions[i]);
  }
  return round;
}

}  // namespace

TEST_CASE("a setting that differs for two rounds of conf is found, with who has what", "[judge]") {
  Watch watch;
  const auto round = trio({60, 60, 100});
  watch.see(round);
  CHECK(watch.see(round, 150s).findings.empty());
  CHECK(watch.verdict.config_drift.empty());

  watch.see(round, 1s);

  REQUIRE(watch.verdict.findings.size() == 1);
  const auto& finding = watch.verdict.findings[0];
  CHECK(finding.code == FindingCode::kConfigDrift);
  CHECK(finding.member == "zk-3:2181");
  CHECK(finding.text ==
        "maxClientCnxns is not equal on all members: 60 on zk-1:2181 and zk-2:2181, 100 on "
        "zk-3:2181");
  REQUIRE(watch.verdict.config_drift.size() == 1);
  CHECK(watch.verdict.config_drift[0].key == kKey);
}

TEST_CASE("a setting that differs changes no level, and only full asks for it", "[judge]") {
  Watch watch;
  watch.see(trio({60, 60, 100}));
  watch.see(trio({60, 60, 100}), 200s);

  CHECK(watch.verdict.level == Level::kHealthy);
  CHECK(meets(watch.verdict, Require::kHealthy));
  CHECK_FALSE(meets(watch.verdict, Require::kFull));
  CHECK(watch.verdict.find("zk-2:2181")->unsafe_to_stop.empty());
  CHECK(watch.verdict.summary ==
        "All 3 voters serve, zk-1:2181 leads; one voter can be lost without harm to clients. To "
        "look at: maxClientCnxns is not equal on all members: 60 on zk-1:2181 and zk-2:2181, 100 "
        "on zk-3:2181.");
}

TEST_CASE("a worse level stays beside a setting that differs", "[judge]") {
  Watch watch;
  Round round("1 2 3", "1L 2F 3-");
  round.at(1).setting(kKey, 60);
  round.at(2).setting(kKey, 100);
  watch.see(round);
  watch.see(round, 200s);

  CHECK(watch.verdict.level == Level::kAtRisk);
  CHECK(watch.verdict.findings.front().code == FindingCode::kVoterDown);
  CHECK(watch.verdict.findings.back().code == FindingCode::kConfigDrift);
}

TEST_CASE("a setting that was equal for a moment must differ anew", "[judge]") {
  Watch watch;
  watch.see(trio({60, 60, 100}));
  watch.see(trio({60, 60, 60}), 140s);
  watch.see(trio({60, 60, 100}), 10s);
  CHECK(watch.see(trio({60, 60, 100}), 150s).findings.empty());
  CHECK(watch.see(trio({60, 60, 100}), 1s).findings.size() == 1);

  CHECK(watch.see(trio({60, 60, 60}), 1s).findings.empty());
}

TEST_CASE("each setting lasts by itself", "[judge]") {
  Watch watch;
  watch.see(trio({60, 60, 100}));
  auto both = trio({60, 60, 100});
  both.at(1).setting("initLimit", 5);
  both.at(2).setting("initLimit", 10);
  watch.see(both, 140s);

  CHECK(watch.see(both, 20s).config_drift.size() == 1);
  CHECK(watch.see(both, 140s).config_drift.size() == 2);
}

TEST_CASE("settings are compared only among members that say them", "[judge]") {
  CHECK(found_in(trio({60, 60, 0})).empty());
  CHECK(found_in(trio({60, 0, 0})).empty());
  CHECK(found_in(trio({60, 60, -1})).empty());
  CHECK(found_in(trio({60, 0, 100})).size() == 1);
}

TEST_CASE("the backlog's -1 is a value: the system's default", "[judge]") {
  CHECK(found_in(trio({-1, -1, 0}, "clientPortListenBacklog")).empty());
  CHECK(found_in(trio({-1, -1, 128}, "clientPortListenBacklog")).size() == 1);
}

TEST_CASE("what may differ from host to host is not compared", "[judge]") {
  for (const auto* key :
       {"clientPort", "secureClientPort", "dataDirSize", "dataLogSize", "electionPort",
        "quorumPort", "peerType", "tcp_port", "snapshots_to_keep", "a key of a later version"}) {
    CAPTURE(key);
    CHECK(found_in(trio({1, 2, 3}, key)).empty());
  }
}

TEST_CASE("the limits of observers are compared with those of observers", "[judge]") {
  Round round("1 2 3 4o 5o", "1L 2F 3F 4O 5O");
  for (const int id : {1, 2, 3}) {
    round.at(id).setting("initLimit", 10).setting("minSessionTimeout", 4000);
  }
  for (const int id : {4, 5}) {
    round.at(id).setting("initLimit", 50).setting("minSessionTimeout", 4000);
  }
  CHECK(found_in(round).empty());

  round.at(5).setting("initLimit", 60);  // of a key that comes twice the last counts
  const auto findings = found_in(round);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].text ==
        "initLimit is not equal on all members: 50 on zk-4:2181, 60 on zk-5:2181");
  CHECK(findings[0].member.empty());

  round.at(4).setting("minSessionTimeout", 5000);
  CHECK(found_in(round).size() == 2);
}

TEST_CASE("ticks that differ are found, though they are judged by", "[judge]") {
  auto round = trio({});
  round.at(2).sync_limit(10);

  const auto findings = found_in(round);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].text ==
        "syncLimit is not equal on all members: 5 on zk-1:2181 and zk-3:2181, 10 on zk-2:2181");
}

TEST_CASE("a member that missed a reconfiguration has another version of the membership",
          "[judge]") {
  auto round = trio({});
  for (const int id : {1, 2, 3}) {
    round.at(id).conf(servers("1 2 3"), id, id == 3 ? 0x100000000 : 0x200000000);
  }
  const auto findings = found_in(round);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].text ==
        "membership is not equal on all members: version 200000000 on zk-1:2181 and zk-2:2181, "
        "version 100000000 on zk-3:2181");
}

TEST_CASE("settings of ClickHouse Keepers are compared", "[judge]") {
  Round round("1 2 3", "1L:keeper 2F:keeper 3F:keeper");
  round.at(1).setting("session_timeout_ms", 30000);
  round.at(2).setting("session_timeout_ms", 30000);
  round.at(3).setting("session_timeout_ms", 10000);

  CHECK(found_in(round).size() == 1);
}

TEST_CASE("an address of several servers is compared with nobody", "[judge]") {
  auto round = trio({60, 60, 100});
  round.at(3).several().runs("3.9.3");
  round.at(1).runs("3.8.0");

  Watch watch;
  watch.see(round);
  watch.see(round, 200s);
  CHECK(watch.verdict.config_drift.empty());
  CHECK(watch.verdict.versions == 1);
}

TEST_CASE("who has what is told in bounded words", "[judge]") {
  std::string membership;
  std::string members;
  for (int id = 1; id <= 99; ++id) {
    membership += std::to_string(id) + " ";
    members += std::to_string(id) + (id == 1 ? "L " : "F ");
  }
  Round round(membership, members);
  for (int id = 1; id <= 99; ++id) {
    round.at(id).setting(kKey, id <= 90 ? 60 : id);
  }
  const auto findings = found_in(round);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].member.empty());
  CHECK(findings[0].text ==
        "maxClientCnxns is not equal on all members: 60 on zk-1:2181, zk-2:2181, zk-3:2181, "
        "zk-4:2181, zk-5:2181 and 85 more, 91 on zk-91:2181, 92 on zk-92:2181, 93 on zk-93:2181, "
        "and 6 other values");
}

TEST_CASE("different versions are a finding at once, and no worse level", "[judge]") {
  Watch watch;
  CHECK(watch.see(versions({"3.8.0", "3.8.0", "3.8.0"})).findings.empty());
  CHECK(watch.verdict.versions == 1);

  watch.see(versions({"3.8.0", "3.8.0", "3.9.3"}), 10s);

  CHECK(watch.verdict.versions == 2);
  CHECK(watch.verdict.level == Level::kHealthy);
  REQUIRE(watch.verdict.findings.size() == 1);
  CHECK(watch.verdict.findings[0].code == FindingCode::kVersionDrift);
  CHECK(watch.verdict.findings[0].member == "zk-3:2181");
  CHECK(watch.verdict.findings[0].text ==
        "the members run different versions: 3.8.0 on zk-1:2181 and zk-2:2181, 3.9.3 on zk-3:2181");
  CHECK(watch.see(versions({"3.9.3", "3.9.3", "3.9.3"}), 10s).findings.empty());
}

TEST_CASE("a member that is down runs what it said last, until it belongs to the ensemble no more",
          "[judge]") {
  Watch watch;
  watch.see(versions({"3.8.0", "3.8.0", "3.9.3"}));
  Round down("1 2 3", "1L 2F 3-");
  down.at(1).runs("3.8.0");

  CHECK(watch.see(down, 10s).versions == 2);

  forget(watch.memory, "zk-3:2181");
  CHECK(watch.see(down, 10s).versions == 1);
}

TEST_CASE("three versions are three, and a server that does not tell its own is none of them",
          "[judge]") {
  Watch watch;
  CHECK(watch.see(versions({"3.7.2", "3.8.0", "3.9.3"})).versions == 3);
  CHECK(watch.see(versions({"3.9.3", "3.9.3", ""}), 10s).versions == 1);
  CHECK(watch.verdict.findings.empty());
}

TEST_CASE("where no version is known there is none to count", "[judge]") {
  Watch watch;
  CHECK(watch.see(Round("1 2 3", "1- 2- 3-")).versions == 0);
}

#include "judge/digests.hpp"

#include <catch2/catch.hpp>

#include "support/situation.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

using Log = std::vector<Digest>;

const Log kEqual{{0x500000080, 1}, {0x500000100, 2}};
const Log kOdd{{0x500000080, 1}, {0x500000100, 9}};      // they agreed at the older zxid
const Log kStrange{{0x500000080, 8}, {0x500000100, 9}};  // they never did

/// Three voters of one version with these digests; an empty log is none.
Round trio(const std::vector<Log>& logs) {
  Round round("1 2 3", "1L 2F 3F");
  for (std::size_t i = 0; i < logs.size(); ++i) {
    auto& sample = round.at(static_cast<int>(i) + 1).runs("3.9.3");
    if (!logs[i].empty()) {
      sample.digests(logs[i]);
    }
  }
  return round;
}

EnsembleVerdict verdict_on(const Round& round) { return Watch().see(round); }

}  // namespace

TEST_CASE("equal digests are equal data", "[judge]") {
  const auto verdict = verdict_on(trio({kEqual, kEqual, kEqual}));
  CHECK(verdict.data_differs == false);
  CHECK(verdict.level == Level::kHealthy);
}

TEST_CASE("where no two members tell of one zxid nothing is known", "[judge]") {
  CHECK_FALSE(verdict_on(trio({{}, {}, {}})).data_differs);
  CHECK_FALSE(verdict_on(trio({kEqual, {}, {}})).data_differs);
  CHECK_FALSE(verdict_on(trio({kEqual, {{0x500000180, 9}}, {}})).data_differs);
}

TEST_CASE("a digest that differs after others agreed names the odd one", "[judge]") {
  const auto verdict = verdict_on(trio({kEqual, kEqual, kOdd}));

  CHECK(verdict.data_differs == true);
  CHECK(verdict.level == Level::kSplitView);
  REQUIRE(verdict.findings.size() == 1);
  CHECK(verdict.findings[0].code == FindingCode::kDataDiffers);
  CHECK(verdict.findings[0].member == "zk-3:2181");
  CHECK(verdict.findings[0].text ==
        "zk-3:2181 holds other data than zk-1:2181 and zk-2:2181: their digests differ at zxid "
        "0x500000100");
  CHECK_FALSE(verdict.find("zk-1:2181")->unsafe_to_stop.empty());
}

TEST_CASE("of two that differ none is the odd one", "[judge]") {
  const auto verdict = verdict_on(trio({kEqual, {}, kOdd}));
  REQUIRE(verdict.findings.size() == 1);
  CHECK(verdict.findings[0].member.empty());
  CHECK(verdict.findings[0].text ==
        "zk-1:2181 and zk-3:2181 hold different data: their digests differ at zxid 0x500000100");
}

TEST_CASE("digests that never agreed are believed when a newer one differs too", "[judge]") {
  Watch watch;
  CHECK(watch.see(trio({kEqual, kEqual, kStrange})).findings.empty());
  CHECK(watch.see(trio({kEqual, kEqual, kStrange}), 60s).findings.empty());

  auto newer = kEqual;
  newer.push_back({0x500000180, 3});
  auto strange = kStrange;
  strange.push_back({0x500000180, 10});
  CHECK(watch.see(trio({newer, newer, strange}), 60s).data_differs == true);
}

TEST_CASE("data that differs is found in whatever order the members are asked", "[judge]") {
  const auto odd = GENERATE(0, 1, 2);
  const auto first = GENERATE(0, 1, 2);
  const auto step = GENERATE(1, 2);
  const auto name = "zk-" + std::to_string(odd + 1) + ":2181";
  const auto log_of = [&](int member, std::int64_t newest) {
    Log log;
    for (std::int64_t i = 1; i <= newest; ++i) {
      log.push_back({0x500000000U + static_cast<std::uint64_t>(i) * 0x80U, member == odd ? -i : i});
    }
    return log;
  };
  std::vector<Log> logs(3);
  Watch watch;
  for (int i = 0; i < 9; ++i) {  // one after the other: who is asked tells of one zxid more
    const int asked = (first + i * step) % 3;
    logs[static_cast<std::size_t>(asked)] = log_of(asked, i + 3);
    watch.see(trio(logs), 20s);
    INFO("odd " << odd << ", first " << first << ", step " << step << ", asked " << i);
    if (i < 5) {
      continue;
    }
    CHECK(watch.verdict.data_differs == true);
    REQUIRE(watch.verdict.findings.size() == 1);
    CHECK(watch.verdict.findings[0].member == name);
  }
}

TEST_CASE("a wrong digest of a start from an old snapshot is no difference", "[judge]") {
  Watch watch;
  watch.see(trio({kEqual, kEqual, kStrange}));
  auto newer = kEqual;
  newer.push_back({0x500000180, 3});
  auto replayed = kStrange;
  replayed.push_back({0x500000180, 3});

  CHECK(watch.see(trio({newer, newer, replayed}), 60s).data_differs == false);
  CHECK(watch.verdict.findings.empty());
}

TEST_CASE("members are compared at the newest zxid that they share", "[judge]") {
  auto ahead = kEqual;
  ahead.push_back({0x500000180, 3});
  CHECK(verdict_on(trio({ahead, kEqual, kEqual})).data_differs == false);
  CHECK(verdict_on(trio({ahead, ahead, kOdd})).data_differs == true);
}

TEST_CASE("a difference stays until the member agrees again", "[judge]") {
  Watch watch;
  watch.see(trio({kEqual, kEqual, kOdd}));
  const auto text = watch.verdict.findings[0].text;

  watch.see(trio({kEqual, kEqual, {}}), 60s);
  CHECK(watch.verdict.data_differs == true);
  CHECK(watch.verdict.findings[0].text == text);
  CHECK(watch.see(Round("1 2 3", "1L 2F 3-"), 10s).data_differs == true);

  CHECK(watch.see(trio({kEqual, kEqual, kEqual}), 60s).data_differs == false);
  CHECK(watch.verdict.level == Level::kHealthy);
}

TEST_CASE("a difference stays while the others are not there to compare with", "[judge]") {
  auto newer = kEqual;
  newer.push_back({0x500000180, 3});
  auto odd = kOdd;
  odd.push_back({0x500000180, 10});
  Watch watch;
  watch.see(trio({kOdd, kEqual, kEqual}));
  REQUIRE(watch.verdict.findings.size() == 1);
  const auto found = watch.verdict.findings[0];
  CHECK(found.member == "zk-1:2181");

  for (const auto& logs :
       {std::vector{odd, newer, kEqual}, {odd, newer, Log()}, {odd, newer, newer}}) {
    CHECK(watch.see(trio(logs), 60s).data_differs == true);
    REQUIRE_FALSE(watch.verdict.findings.empty());
    CHECK(watch.verdict.findings[0].text == found.text);
  }
  CHECK(watch.verdict.findings.size() == 1);
}

TEST_CASE("of two that differ a third one names the odd one", "[judge]") {
  Watch watch;
  REQUIRE(watch.see(trio({kEqual, {}, kOdd})).findings[0].member.empty());
  watch.see(trio({kEqual, kEqual, kOdd}), 60s);
  REQUIRE(watch.verdict.findings.size() == 1);
  CHECK(watch.verdict.findings[0].member == "zk-3:2181");
}

TEST_CASE("a member that is polled no more, or refuses hash, differs no more", "[judge]") {
  Watch watch;
  watch.see(trio({kEqual, kEqual, kOdd}));
  auto refusing = trio({kEqual, kEqual, {}});
  refusing.at(3).refuses(Command::kHash);
  CHECK(watch.see(refusing, 60s).data_differs == false);

  watch.see(trio({kEqual, kEqual, kOdd}), 60s);
  REQUIRE(watch.verdict.data_differs == true);
  forget(watch.memory, "zk-3:2181");
  CHECK(watch.see(Round("1 2 3", "1L 2F 3-"), 60s).data_differs != true);
}

TEST_CASE("what makes digests in another way, or belongs elsewhere, is not compared", "[judge]") {
  auto other_version = trio({kEqual, kEqual, kOdd});
  other_version.at(3).runs("3.10.0");
  CHECK(verdict_on(other_version).data_differs == false);

  auto balancer = trio({kEqual, kEqual, kOdd});
  balancer.at(3).several();
  CHECK(verdict_on(balancer).data_differs == false);

  auto elsewhere = trio({kEqual, kEqual, kOdd});
  auto others = servers("1 2 3");
  for (auto& server : others) {
    server.hosts = {"other-" + std::to_string(server.id)};
    server.client_address.clear();
  }
  elsewhere.at(3).conf(others, 3);
  CHECK(verdict_on(elsewhere).data_differs == false);

  Round standalone("1 2 3", "1L 2F 3S");
  standalone.at(1).runs("3.9.3").digests(kEqual);
  standalone.at(3).runs("3.9.3").digests(kOdd);
  CHECK_FALSE(verdict_on(standalone).data_differs);
}

TEST_CASE("a lost quorum is worse than data that differs", "[judge]") {
  Watch watch;
  watch.see(trio({kEqual, kEqual, kOdd}));
  CHECK(watch.see(Round("1 2 3", "1N 2- 3-"), 20s).level == Level::kNoQuorum);
  CHECK(watch.verdict.data_differs == true);
}

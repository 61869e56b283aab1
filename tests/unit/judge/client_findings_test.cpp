#include "judge/client_findings.hpp"

#include <catch2/catch.hpp>

#include "judge/require.hpp"
#include "support/situation.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

using enum CanaryOperation;
using enum CanaryResult;

namespace {

using Clock = Watch::Clock;

/// Three members that serve by their polls, each with a client's view; its clock begins at 0.
struct Tried {
  Tried() {
    for (int id = 1; id <= 3; ++id) {
      client(id).is_writing_level = true;
    }
    judged();  // they serve from now on
  }

  ClientView& client(int id) { return clients.at(static_cast<std::size_t>(id - 1)); }

  /// A round of it through some members.
  Tried& see(const std::vector<int>& ids, CanaryOperation operation, CanaryResult result,
             Clock::duration took = 0ms, Clock::duration late_by = 0ms) {
    for (const auto id : ids) {
      note(client(id), {operation, result, took, result == kOk ? "" : "no answer", late_by},
           watch.now);
    }
    return *this;
  }

  /// The same, so many times, 10 s apart.
  Tried& repeat(int times, const std::vector<int>& ids, CanaryOperation operation,
                CanaryResult result, Clock::duration took = 0ms, Clock::duration late_by = 0ms) {
    for (int n = 0; n < times; ++n) {
      pass(10s).see(ids, operation, result, took, late_by);
    }
    return *this;
  }

  Tried& pass(Clock::duration time) {
    watch.now += time;
    return *this;
  }

  /// "writes_fail 1, reads_fail 2"
  std::string judged() {
    for (int id = 1; id <= 3; ++id) {
      round.at(id).client(client(id));
    }
    watch.see(round);
    CHECK(find_contradictions(watch.verdict) == std::vector<std::string>());
    CHECK(find_differences(watch.view) == std::vector<std::string>());
    std::string findings;
    for (const auto& finding : watch.verdict.findings) {
      findings += (findings.empty() ? "" : ", ") + std::string(to_string(finding.code)) +
                  (finding.member.empty() ? "" : " " + finding.member.substr(3, 1));
    }
    return findings;
  }

  std::string safe() const {
    std::string safe;
    for (const auto& member : watch.verdict.members) {
      safe += member.unsafe_to_stop.empty() ? member.member.substr(3, 1) : "";
    }
    return safe;
  }

  /// A finding's text, with the time of day replaced.
  std::string text(std::size_t finding) const {
    return timeless(watch.verdict.findings.at(finding).text);
  }
  std::string summary() const { return timeless(watch.verdict.summary); }

  static std::string timeless(std::string text) {
    constexpr std::string_view kTime = "HH:MM:SS";
    constexpr std::string_view kSince = " since ";
    for (auto at = text.find(kSince); at != std::string::npos; at = text.find(kSince, at + 1)) {
      text.replace(at + kSince.size(), kTime.size(), kTime);
    }
    return text;
  }

  std::array<ClientView, 3> clients;
  Round round = Round("1 2 3", "1L 2F 3F");
  Watch watch;
};

const std::vector<int> kAll = {1, 2, 3};

}  // namespace

TEST_CASE(
    "writes that fail through all members for an election time make it unhealthy, and are "
    "said first",
    "[judge]") {
  Tried three;
  CHECK(three.see(kAll, kSet, kOk).judged().empty());
  CHECK(three.watch.verdict.level == Level::kHealthy);
  CHECK(three.safe() == "123");

  CHECK(three.pass(10s).see(kAll, kSet, kTimeout).judged().empty());
  CHECK(three.pass(10s).see(kAll, kSet, kTimeout).judged().empty());  // as long as an election
  CHECK(three.pass(1s).judged() == "writes_fail 1, writes_fail 2, writes_fail 3");
  CHECK(three.text(0) ==
        "zk-1:2181 has failed a client's writes since HH:MM:SS UTC (11s): no answer");
  CHECK(three.watch.verdict.level == Level::kDegraded);
  CHECK(three.summary() ==
        "Writes have failed through all 3 members that are tried since HH:MM:SS UTC (11s): no "
        "answer. By the polls 3 of 3 voters serve, zk-1:2181 leads; one voter can be lost.");
  CHECK(meets(three.watch.verdict, Require::kQuorum));
  CHECK_FALSE(meets(three.watch.verdict, Require::kWritable));
  CHECK(three.safe().empty());
  CHECK(three.watch.verdict.members[0].unsafe_to_stop[0] == three.watch.verdict.unwritable);

  CHECK(three.pass(9s).see({1}, kSet, kOk).judged() == "writes_fail 2, writes_fail 3");
  CHECK(meets(three.watch.verdict, Require::kWritable));
  CHECK(three.see(kAll, kSet, kOk).judged().empty());
  CHECK(three.watch.verdict.level == Level::kHealthy);
}

TEST_CASE("one member that fails writes may be stopped, and no other one", "[judge]") {
  Tried three;
  three.repeat(3, {2}, kSet, kTimeout);
  CHECK(three.judged() == "writes_fail 2");
  CHECK(three.watch.verdict.level == Level::kDegraded);
  CHECK(three.safe() == "2");
  CHECK(three.watch.verdict.members[0].unsafe_to_stop[0] == three.watch.verdict.findings[0].text);
  CHECK(meets(three.watch.verdict, Require::kWritable));
  CHECK(three.summary() ==
        "The ensemble serves (3 of 3 voters serve, zk-1:2181 leads; one voter can be lost), but "
        "zk-2:2181 has failed a client's writes since HH:MM:SS UTC (20s): no answer.");
}

TEST_CASE("one failed round is never believed, however long ago it was", "[judge]") {
  Tried three;
  for (int id = 1; id <= 3; ++id) {
    three.client(id).interval = 1min;
  }
  CHECK(three.see(kAll, kSet, kTimeout).pass(59s).judged().empty());
  CHECK(three.see(kAll, kSet, kTimeout).judged().starts_with("writes_fail 1"));
}

TEST_CASE("the servers' own election time counts", "[judge]") {
  Tried three;
  three.round.at(1).sync_limit(30);                              // of 2 s
  CHECK(three.repeat(7, {2}, kSet, kTimeout).judged().empty());  // 60 s since the first
  CHECK(three.pass(1s).judged() == "writes_fail 2");
}

TEST_CASE("reads fail by exists, sync or get", "[judge]") {
  for (const auto operation : {kExists, kSync, kGet}) {
    Tried three;
    three.repeat(3, {3}, operation, kConnectionLoss);
    CHECK(three.judged() == "reads_fail 3");
    CHECK(three.text(0) == "zk-3:2181 has failed a client's reads (" +
                               std::string(to_string(operation)) +
                               ") since HH:MM:SS UTC (20s): no answer");
    CHECK(three.safe() == "3");
  }
}

TEST_CASE("a login that fails is none by itself: what it is for fails", "[judge]") {
  Tried three;
  CHECK(three.repeat(3, {3}, kConnect, kTimeout).judged().empty());
}

TEST_CASE("three slow writes and three late watches in a row are findings", "[judge]") {
  Tried three;
  three.repeat(2, {1}, kSet, kOk, 600ms).see({1}, kWatch, kOk, 2s, 1500ms);
  CHECK(three.repeat(1, {1}, kWatch, kTimeout).judged().empty());
  CHECK(three.see({1}, kSet, kOk, 800ms).see({1}, kWatch, kTimeout).judged() ==
        "writes_slow 1, watches_late 1");
  CHECK(three.text(0) ==
        "zk-1:2181 has answered a client's writes late since HH:MM:SS UTC (20s): the last one "
        "took 800ms");
  CHECK(three.text(1) ==
        "zk-1:2181 has told a client's watches late since HH:MM:SS UTC (12s): the last one not at "
        "all, no answer");
  CHECK(three.watch.verdict.level == Level::kDegraded);
  CHECK(three.safe() == "123");
  CHECK(three.repeat(3, {1}, kSet, kTimeout).judged() == "writes_fail 1, watches_late 1");
}

TEST_CASE("a canary that is not let in or not permitted gives no level", "[judge]") {
  Tried three;
  three.repeat(9, kAll, kConnect, kNoAuth).see(kAll, kExists, kConnectionLoss);
  CHECK(three.judged() == "canary_blind 1, canary_blind 2, canary_blind 3");
  CHECK(three.watch.verdict.level == Level::kHealthy);
  CHECK(three.text(0) ==
        "zk-1:2181 has not permitted the canary's connect since HH:MM:SS UTC (1m20s): no answer");
  CHECK(meets(three.watch.verdict, Require::kHealthy));
  CHECK_FALSE(meets(three.watch.verdict, Require::kFull));
  CHECK(three.safe() == "123");
}

TEST_CASE("who may not write does not tell whether writes fail, the others do", "[judge]") {
  Tried three;
  three.repeat(3, {1, 2}, kSet, kNoAuth).see({3}, kSet, kTimeout, 20s);
  three.see({3}, kSet, kTimeout).judged();
  CHECK(three.summary().starts_with(
      "Writes have failed through zk-3:2181, the only member that is tried, since HH:MM:SS UTC"));
  CHECK_FALSE(meets(three.watch.verdict, Require::kWritable));
  three.see({3}, kSet, kNoAuth).judged();
  CHECK(three.watch.verdict.level == Level::kHealthy);
  CHECK(meets(three.watch.verdict, Require::kWritable));
}

TEST_CASE("a member that is down by its polls has that finding alone", "[judge]") {
  Tried three;
  three.round = Round("1 2 3", "1L 2F 3-");
  CHECK(three.repeat(3, {3}, kSet, kTimeout).judged() == "voter_down 3");
  CHECK(three.watch.verdict.unwritable.empty());
  three.repeat(3, {1, 2, 3}, kSet, kTimeout).judged();
  CHECK(three.summary() ==
        "Writes have failed through all 2 members that are tried since HH:MM:SS UTC (20s): no "
        "answer. By the polls 2 of 3 voters serve, zk-1:2181 leads; no voter can be lost; "
        "zk-3:2181 can't be reached (connection refused).");
}

TEST_CASE("what failed before a member served again is not held against it for an election time",
          "[judge]") {
  Tried three;
  three.round = Round("1 2 3", "1L 2F 3N");
  CHECK(three.repeat(3, {3}, kSet, kConnectionLoss).judged() == "voter_down 3");
  three.round = Round("1 2 3", "1L 2F 3F");
  CHECK(three.judged().empty());
  CHECK(three.repeat(1, {3}, kSet, kConnectionLoss).judged().empty());
  CHECK(three.pass(1s).judged() == "writes_fail 3");
}

TEST_CASE("what was not seen for three rounds is not known any more", "[judge]") {
  Tried three;
  three.repeat(3, {2}, kSet, kTimeout);
  CHECK(three.pass(30s).judged() == "writes_fail 2");
  CHECK(three.pass(1s).judged().empty());
}

TEST_CASE("without the level write, what another exporter told of writes is nothing", "[judge]") {
  Tried three;
  three.client(2).is_writing_level = false;
  CHECK(three.repeat(3, {2}, kSet, kTimeout).judged().empty());
}

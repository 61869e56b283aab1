#include <algorithm>

#include <catch2/catch.hpp>

#include "support/situation.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

constexpr auto* kOld = "a member was not polled lately: what is known may be out of date";

/// Judges the round; those of its members that were not polled yet are new.
struct Growing {
  const EnsembleVerdict& see(const Round& round) {
    now += 1s;
    view = round.view(now);
    for (auto& member : view.members) {
      member.is_new = !member.sample;
      member.promised_age = promised_age;
    }
    view.verdict = judge_ensemble(view, memory, now, 30s);
    CHECK(find_contradictions(view.verdict) == std::vector<std::string>());
    CHECK(find_differences(view) == std::vector<std::string>());
    return view.verdict;
  }

  bool is_stale() const {
    return std::ranges::any_of(view.verdict.members, [](const auto& member) {
      return std::ranges::find(member.unsafe_to_stop, kOld) != member.unsafe_to_stop.end();
    });
  }

  EnsembleMemory memory;
  EnsembleMemory::Clock::time_point now{1h};
  EnsembleMemory::Clock::duration promised_age{};
  Snapshot view;
};

}  // namespace

TEST_CASE("members that are added change the verdict when they are polled, not before", "[judge]") {
  const std::string kind = GENERATE("", ":3.4", ":3.5", ":noconf", ":keeper");
  CAPTURE(kind);
  const auto of = [&](const std::string& who) { return who + kind; };
  const auto two = of("1L") + " " + of("2F");
  Growing growing;
  const auto before = growing.see(Round("1 2 3", two + " " + of("3F")));
  REQUIRE(before.level == Level::kHealthy);

  const auto waiting = growing.see(Round("1 2 3", "4? " + two + " 5? " + of("3F")));
  CHECK(waiting.level == Level::kHealthy);
  CHECK(waiting.voters == before.voters);
  CHECK(waiting.voters_serving == before.voters_serving);
  CHECK(waiting.summary == before.summary);
  CHECK(waiting.findings.empty());
  REQUIRE(waiting.members.size() == 5);
  CHECK(waiting.members[0].member == "zk-4:2181");
  CHECK(waiting.members[3].member == "zk-5:2181");
  CHECK(waiting.members[3].unsafe_to_stop == std::vector<std::string>{"it was not polled yet"});
  CHECK_FALSE(waiting.members[3].is_role_known);
  CHECK(waiting.members[1].is_leader);
  for (const int old : {1, 2, 4}) {
    CHECK_FALSE(waiting.members[static_cast<std::size_t>(old)].unsafe_to_stop.empty());
  }

  const auto& after = growing.see(Round(
      "1 2 3 4 5", of("1L") + "+4 " + of("2F") + " " + of("3F") + " " + of("4F") + " " + of("5F")));
  CHECK(after.members.size() == 5);
  CHECK(after.voters == 5);
}

TEST_CASE("members that are added hide no lost quorum", "[judge]") {
  Growing growing;
  growing.see(Round("1 2 3", "1L 2F 3F"));
  CHECK(growing.see(Round("1 2 3", "1N 2- 3-")).level == Level::kNoQuorum);
  CHECK(growing.see(Round("1 2 3", "1N 2- 3- 4? 5?")).level == Level::kNoQuorum);
}

TEST_CASE("a sample is not stale before the age that was promised when it was taken", "[judge]") {
  Round round("1 2 3", "1L 2F 3F");
  round.at(2).aged(60s);
  Growing growing;
  growing.see(round);
  CHECK(growing.is_stale());

  growing.promised_age = 60s;
  growing.see(round);
  CHECK_FALSE(growing.is_stale());

  growing.promised_age = 59s;
  growing.see(round);
  CHECK(growing.is_stale());
}

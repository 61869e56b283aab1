#include "judge/client_view.hpp"

#include <catch2/catch.hpp>

using namespace zke;
using namespace std::chrono_literals;

using enum CanaryOperation;
using enum CanaryResult;

namespace {

/// Notes of one member, 10 s apart.
struct Noted {
  Noted& see(CanaryOperation operation, CanaryResult result, std::chrono::milliseconds took = 5ms,
             std::chrono::milliseconds late_by = 0ms, std::string why = {}) {
    now += 10s;
    note(view, {operation, result, took, std::move(why), late_by}, now);
    return *this;
  }

  int rounds(CanaryOperation operation) const {
    const auto& trouble = view.failing[operation];
    return trouble ? trouble->rounds : 0;
  }

  ClientView view;
  std::chrono::steady_clock::time_point now{1h};
};

int rounds_of(const std::optional<Trouble>& trouble) { return trouble ? trouble->rounds : 0; }

}  // namespace

TEST_CASE("a duration counts in the first bucket that it fits, which includes its bound",
          "[judge]") {
  Durations durations;
  for (const auto took : {0us, 1000us, 1001us, 10'000'000us, 10'000'001us}) {
    durations.observe(took);
  }
  CHECK(durations.counts.front() == 2);
  CHECK(durations.counts.at(1) == 1);
  CHECK(durations.counts.at(Durations::kBounds.size() - 1) == 1);
  CHECK(durations.counts.back() == 1);
  CHECK(durations.sum == Approx(20.002002));
}

TEST_CASE("each note is counted by what it was and how it ended, those that were ok with times",
          "[judge]") {
  Noted noted;
  noted.see(kConnect, kOk, 7ms).see(kSet, kOk, 20ms).see(kSet, kTimeout, 5s).see(kWatch, kOk, 3ms);
  const auto& view = noted.view;
  CHECK(view.operations[kSet][kOk] == 1);
  CHECK(view.operations[kSet][kTimeout] == 1);
  CHECK(view.operations[kGet][kTimeout] == 0);
  CHECK(view.establish.sum == Approx(0.007));
  CHECK(view.durations[kSet].sum == Approx(0.020));
  CHECK(view.watch_delivery.sum == Approx(0.003));
}

TEST_CASE("what fails goes on from its begin until it is ok, each operation by itself", "[judge]") {
  Noted noted;
  noted.see(kSet, kTimeout, 5s, 0ms, "no answer within 5s");
  const auto begin = noted.now - 5s;
  noted.see(kExists, kOk).see(kSet, kConnectionLoss);
  REQUIRE(noted.view.failing[kSet]);
  CHECK(noted.view.failing[kSet]->since == begin);
  CHECK(noted.view.failing[kSet]->last == noted.now);
  CHECK(noted.view.failing[kSet]->rounds == 2);
  CHECK(noted.view.failing[kSet]->why == "connection_loss");
  CHECK(noted.rounds(kExists) == 0);
  noted.see(kSet, kOk);
  CHECK(noted.rounds(kSet) == 0);
  noted.see(kSet, kError);
  CHECK(noted.view.failing[kSet]->since > begin + 30s);
}

TEST_CASE("what is not permitted tells nothing of the member, until it is permitted", "[judge]") {
  Noted noted;
  noted.see(kSet, kTimeout).see(kSet, kNoAuth);
  CHECK(noted.rounds(kSet) == 0);
  noted.see(kExists, kOk).see(kSet, kTimeout);
  CHECK(noted.view.denied[kSet]);
  CHECK(noted.rounds(kSet) == 1);
  noted.see(kSet, kOk);
  CHECK_FALSE(noted.view.denied[kSet]);
}

TEST_CASE("what fails for lack of a session that may not log in is no failure of the member",
          "[judge]") {
  Noted noted;
  noted.see(kConnect, kOk).see(kSet, kConnectionLoss);
  CHECK(noted.rounds(kSet) == 1);
  noted.see(kConnect, kNoAuth);
  for (const auto result : {kConnectionLoss, kSessionExpired}) {
    noted.see(kSet, result).see(kExists, result);
  }
  CHECK(noted.rounds(kSet) == 0);
  CHECK(noted.rounds(kExists) == 0);
  CHECK(noted.rounds(kConnect) == 0);
  CHECK(rounds_of(noted.view.denied[kConnect]) == 1);

  noted.see(kConnect, kTimeout).see(kExists, kConnectionLoss);  // now it is the member
  CHECK_FALSE(noted.view.denied[kConnect]);
  CHECK(noted.rounds(kExists) == 1);
}

TEST_CASE("a write is slow from one that took more than 0.5 s to the next that did not",
          "[judge]") {
  Noted noted;
  noted.see(kSet, kOk, 500ms);
  CHECK_FALSE(noted.view.slow_writes);
  noted.see(kSet, kTimeout, 5s);
  CHECK_FALSE(noted.view.slow_writes);
  noted.see(kSet, kOk, 501ms);
  CHECK(noted.view.slow_writes->why == "the last one took 501ms");
  noted.see(kGet, kOk, 1ms).see(kSet, kTimeout, 5s).see(kSet, kConnectionLoss);
  CHECK(rounds_of(noted.view.slow_writes) == 2);
  noted.see(kSet, kOk, 2s);
  CHECK(rounds_of(noted.view.slow_writes) == 3);
  CHECK(rounds_of(noted.view.failing[kSet]) == 0);
  SECTION("a quick one") { noted.see(kSet, kOk, 20ms); }
  SECTION("one that is not permitted") { noted.see(kSet, kNoAuth); }
  CHECK_FALSE(noted.view.slow_writes);
}

TEST_CASE("a watch is late by the answer to its write, or when it never tells", "[judge]") {
  Noted noted;
  noted.see(kWatch, kOk, 3s, 1s);
  CHECK_FALSE(noted.view.late_watches);
  noted.see(kWatch, kOk, 3s, 1001ms, "written through zk-2:2181");
  CHECK(noted.view.late_watches->why ==
        "the last one 1s1ms after the write's answer, written through zk-2:2181");
  noted.see(kWatch, kTimeout).see(kWatch, kConnectionLoss);
  CHECK(rounds_of(noted.view.late_watches) == 2);
  CHECK(noted.view.late_watches->why == "the last one not at all");
  noted.see(kWatch, kOk, 3ms);
  CHECK_FALSE(noted.view.late_watches);
}

TEST_CASE("what another exporter tells is judged in the same way, and not counted", "[judge]") {
  ClientView view;
  const auto now = std::chrono::steady_clock::time_point(1h);
  note_told(view, {kSet, kTimeout, 5s, "no answer within 5s"}, now);
  CHECK(rounds_of(view.failing[kSet]) == 1);
  CHECK(view.operations[kSet][kTimeout] == 0);
  note_told(view, {kSet, kOk, 2s}, now + 10s);
  CHECK(rounds_of(view.failing[kSet]) == 0);
  CHECK(rounds_of(view.slow_writes) == 1);
  CHECK(view.durations[kSet].sum == 0);
}

TEST_CASE("whatever the reason says, it is one printable line of bounded length", "[judge]") {
  Noted noted;
  noted.see(kSet, kError, 0ms, 0ms, "a\nb\x1b" + std::string(1000, 'x'));
  CHECK(noted.view.failing[kSet]->why.starts_with("a b x"));
  CHECK(noted.view.failing[kSet]->why.size() == 200);
}

TEST_CASE("what a session, an operation and a result is called is unlike all others", "[judge]") {
  std::string names;
  for (const auto state : kSessionStates) {
    names += std::string(to_string(state)) + " ";
  }
  for (const auto operation : kCanaryOperations) {
    names += std::string(to_string(operation)) + " ";
  }
  for (const auto result : kCanaryResults) {
    names += std::string(to_string(result)) + " ";
  }
  CHECK(names ==
        "connecting connected auth_failed expired closed connect exists sync get set watch "
        "ok timeout connection_loss session_expired no_auth error ");
}

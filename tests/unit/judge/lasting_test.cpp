#include "judge/lasting.hpp"

#include <catch2/catch.hpp>

using namespace zke;
using namespace std::chrono_literals;

namespace {

const auto kBegin = Lasting::Clock::time_point(1h);

/// One judgement that sees `sign`, or not; whether it has lasted for more than 10 s by then.
struct Judgements {
  bool see(Lasting::Clock::duration at, const Sign& sign) {
    Lasting lasting(since, kBegin + at, 10s);
    const bool is_proven = lasting.is_proven(sign);
    since = lasting.take();
    return is_proven;
  }
  void see_nothing(Lasting::Clock::duration at) { since = Lasting(since, kBegin + at, 10s).take(); }

  Lasting::Since since;
};

const Sign kOld{SignKind::kLeadsOldEpoch, "zk-1:2181"};

}  // namespace

TEST_CASE("a sign is proven once it has lasted for more than an election time", "[judge]") {
  Judgements judgements;
  CHECK_FALSE(judgements.see(0s, kOld));
  CHECK_FALSE(judgements.see(10s, kOld));
  CHECK(judgements.see(11s, kOld));
}

TEST_CASE("a sign that was away begins anew, and nothing is kept of it", "[judge]") {
  Judgements judgements;
  judgements.see(0s, kOld);
  judgements.see_nothing(5s);
  CHECK(judgements.since.empty());

  CHECK_FALSE(judgements.see(11s, kOld));
}

TEST_CASE("signs are told apart by kind, member and server", "[judge]") {
  Judgements judgements;
  judgements.see(0s, kOld);

  CHECK_FALSE(judgements.see(11s, {SignKind::kServesAlone, "zk-1:2181"}));
  judgements.see(20s, kOld);
  CHECK_FALSE(judgements.see(31s, {SignKind::kLeadsOldEpoch, "zk-2:2181"}));
  judgements.see(40s, {SignKind::kIsCountedOn, {}, 1});
  CHECK_FALSE(judgements.see(51s, {SignKind::kIsCountedOn, {}, 2}));
}

TEST_CASE("what an old poll showed had lasted until then", "[judge]") {
  Judgements judgements;
  judgements.see(0s, kOld);
  Lasting lasting(judgements.since, kBegin + 20s, 10s);

  CHECK_FALSE(lasting.is_proven_by(kBegin + 10s, kOld));
  CHECK(lasting.is_proven_by(kBegin + 11s, kOld));
  CHECK_FALSE(lasting.is_proven(kOld, 10s));
  CHECK(lasting.is_proven(kOld, 9s));
}

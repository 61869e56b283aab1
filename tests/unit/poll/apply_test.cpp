#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "poll/ensembles.hpp"
#include "support/polling.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

/// When each poll of a member began, in their order.
std::vector<Clock::time_point> beginnings(const Polling& polling, const std::string& ensemble,
                                          const FakeServer& server) {
  std::vector<Clock::time_point> found;
  SamplePtr last;
  for (const auto& each : polling.published) {
    const auto* member = each.now && each.now->name == ensemble
                             ? each.now->find(to_string(server.address()))
                             : nullptr;
    if (member != nullptr && member->sample && member->sample != last) {
      last = member->sample;
      found.push_back(last->clock - last->took);
    }
  }
  return found;
}

/// The snapshots of one ensemble, in their order.
std::vector<SnapshotPtr> snapshots(const Polling& polling, const std::string& ensemble) {
  std::vector<SnapshotPtr> found;
  for (const auto& each : polling.published) {
    if (each.now && each.now->name == ensemble) {
      found.push_back(each.now);
    }
  }
  return found;
}

bool is_called_stale(const Snapshot& snapshot) {
  return std::ranges::any_of(snapshot.verdict.members, [](const auto& member) {
    return std::ranges::any_of(member.unsafe_to_stop, [](const auto& reason) {
      return reason.starts_with("a member was not polled lately");
    });
  });
}

/// A leader and two followers.
struct Three {
  explicit Three(boost::asio::io_context& io)
      : leader(io, "3.8.0/leader"), one(io, "3.8.0/follower"), two(io, "3.8.0/follower") {}

  EnsembleSettings settings(const std::vector<const FakeServer*>& more = {}) const {
    std::vector<const FakeServer*> all = {&leader, &one, &two};
    all.insert(all.end(), more.begin(), more.end());
    return Polling::settings("orders", all);
  }

  FakeServer leader;
  FakeServer one;
  FakeServer two;
};

constexpr auto kGood = Level::kDegraded;  ///< of these captures, which hold one follower twice

}  // namespace

TEST_CASE("an ensemble is polled on its grid, however its neighbours change", "[poll]") {
  Polling polling;
  polling.poll = {6s, 5s};
  const FakeServer first(polling.io, "3.8.0/leader");
  const FakeServer second(polling.io, "3.8.0/follower");
  const std::array<FakeServer, 3> others = {FakeServer(polling.io, "3.8.0/standalone"),
                                            FakeServer(polling.io, "3.8.0/standalone"),
                                            FakeServer(polling.io, "3.8.0/standalone")};
  const auto stays = Polling::settings("orders", {&first, &second});
  const auto start = polling.clock.now();
  polling.apply({stays});
  for (int i = 0; i < 50; ++i) {
    const auto n = static_cast<std::size_t>(i);
    std::vector<EnsembleSettings> all = {stays};
    const auto name = "users " + std::to_string(i / 2);
    std::vector<const FakeServer*> members = {&others.at(n % 3)};
    if (i % 2 == 1) {
      members.insert(members.begin(), &others.at((n + 1) % 3));
    }
    all.insert(all.begin() + i % 2, Polling::settings(name, members));
    polling.apply(all);
    REQUIRE(polling.wait_for([&] { return polling.is_polled(name); }));
  }
  REQUIRE(polling.wait_for([&] { return polls(polling.sample("orders", second)) >= 5; }));

  std::size_t samples = 0;
  for (const auto* member : {&first, &second}) {
    const auto place = member == &first ? 0U : 1U;
    const Schedule schedule("orders", polling.poll.interval, start, place, 2);
    const auto began = beginnings(polling, "orders", *member);
    samples += began.size();
    CHECK(polls(polling.sample("orders", *member)) == began.size());
    auto due = schedule.first(start);
    for (const auto& each : began) {
      CHECK(each >= due);
      CHECK(each < due + polling.poll.interval);
      due = schedule.next(due, due);
    }
    CHECK(member->seen().most_at_once == 1);
  }
  CHECK(snapshots(polling, "orders").size() == 1 + samples);  // each poll, and nothing else
}

TEST_CASE("however often the grid changes, a member's next poll comes once, when it is due",
          "[poll]") {
  Polling polling;
  polling.poll = {6s, 5s};
  std::vector<std::unique_ptr<FakeServer>> servers;
  std::vector<const FakeServer*> all;
  for (int i = 0; i < 8; ++i) {
    servers.push_back(std::make_unique<FakeServer>(polling.io, "3.8.0/follower"));
    all.push_back(servers.back().get());
  }
  const auto& stays = *all.back();
  polling.apply({Polling::settings("orders", {&stays})});
  REQUIRE(polling.wait_for(
      [&] { return polling.is_polled("orders") && polls(polling.sample("orders", stays)) == 2; }));

  for (std::size_t i = 0; i < 40; ++i) {  // its place is the last of 2, 3, …, 8
    const auto others = static_cast<std::ptrdiff_t>(i % 7);
    polling.apply({Polling::settings("orders", {all.begin() + others, all.end()})});
    polling.io.poll();
  }
  REQUIRE(polling.wait_for([&] { return polls(polling.sample("orders", stays)) == 3; }));

  const auto began = beginnings(polling, "orders", stays);
  REQUIRE(began.size() == 3);
  CHECK(began[2] - began[1] > polling.poll.interval * 3 / 4);
  CHECK(began[2] - began[1] < polling.poll.interval * 3 / 2);
}

TEST_CASE("a shorter or longer interval makes no sample stale at once", "[poll]") {
  Polling polling;
  polling.poll = {60s, 900ms};
  const Three three(polling.io);
  const auto settings = three.settings();
  polling.apply({settings});
  REQUIRE(polling.wait_for([&] { return polling.is_polled("orders"); }));
  const auto known = polling.find("orders");
  const auto since = polling.published.size();
  REQUIRE(known->verdict.level == kGood);

  polling.poll.interval = 1s;
  polling.apply({settings});
  polling.poll.timeout = 800ms;
  polling.apply({settings});
  REQUIRE(polling.wait_for([&] { return polls(polling.sample("orders", three.two)) == 3; }));
  polling.poll.interval = 30s;
  polling.apply({settings});
  REQUIRE(polling.wait_for([&] { return polls(polling.sample("orders", three.two)) == 4; }));

  for (std::size_t i = since; i < polling.published.size(); ++i) {
    const auto& now = *polling.published[i].now;
    CHECK(now.verdict.level == kGood);
    CHECK(now.level_since == known->level_since);
    CHECK_FALSE(is_called_stale(now));
  }
}

TEST_CASE("members that are added leave level and history as they are until they are polled",
          "[poll]") {
  Polling polling;
  polling.poll.timeout = kForEver;
  const Three three(polling.io);
  FakeServer hangs(polling.io);
  hangs.play_always(kHangs);
  polling.apply({three.settings()});
  REQUIRE(polling.wait_for([&] { return polling.is_polled("orders"); }));
  const auto known = polling.find("orders");
  REQUIRE(known->verdict.level == kGood);

  polling.apply({three.settings({&hangs})});
  REQUIRE(polling.wait_for([&] { return hangs.seen().words.size() == 1; }));
  const auto before = polls(polling.sample("orders", three.two));
  REQUIRE(polling.wait_for([&] { return polls(polling.sample("orders", three.two)) > before; }));

  const auto now = polling.find("orders");
  CHECK(now->verdict.level == kGood);
  CHECK(now->level_since == known->level_since);
  CHECK(now->verdict.summary == known->verdict.summary);
  CHECK(is_called_stale(*now));  // nothing is safe to stop till then
  polling.apply({three.settings()});
  CHECK(polling.find("orders")->verdict.level == kGood);
  CHECK(polling.find("orders")->level_since == known->level_since);
}

TEST_CASE("a member that takes another's place leaves the level unknown until it is polled",
          "[poll]") {
  Polling polling;
  polling.poll.timeout = kForEver;
  const Three three(polling.io);
  FakeServer comes(polling.io, "3.8.0/follower");
  polling.apply({three.settings()});
  REQUIRE(polling.wait_for([&] { return polling.is_polled("orders"); }));

  auto others = three.settings();
  others.members[2] = comes.address();
  SECTION("at once") {}
  SECTION("after it was added") { polling.apply({three.settings({&comes})}); }
  polling.apply({others});

  CHECK(polling.find("orders")->verdict.level == Level::kUnknown);
  CHECK(polling.find("orders")->verdict.has(FindingCode::kNotPolled));
  REQUIRE(polling.wait_for([&] { return polling.is_polled("orders"); }));
  CHECK(polling.find("orders")->verdict.level == kGood);
}

TEST_CASE("an ensemble whose members are all replaced is another one", "[poll]") {
  Polling polling;
  const Three three(polling.io);
  FakeServer only(polling.io, "3.8.0/standalone");
  only.play(Command::kConf, {"conf is not executed because it is not in the whitelist.\n"});
  polling.apply({three.settings()});
  REQUIRE(polling.wait_for([&] { return polling.is_polled("orders"); }));

  polling.apply({Polling::settings("orders", {&only})});
  CHECK(polling.find("orders")->verdict.level == Level::kUnknown);
  REQUIRE(polling.wait_for([&] { return polling.is_polled("orders"); }));

  CHECK(polling.find("orders")->verdict.level == Level::kHealthy);
  CHECK(polling.find("orders")->verdict.voters == 1);  // not the three of the others' membership
}

TEST_CASE("a poll under way goes on, whatever changes", "[poll]") {
  Polling polling;
  polling.poll.timeout = kForEver;
  FakeServer hangs(polling.io);
  const FakeServer other(polling.io, "3.8.0/follower");
  hangs.play_always(kHangs);
  auto settings = Polling::settings("orders", {&hangs});
  polling.apply({settings});
  REQUIRE(polling.wait_for([&] { return hangs.seen().words.size() == 1; }));

  for (int i = 0; i < 10; ++i) {
    polling.poll = {std::chrono::seconds(1 + i % 3), std::chrono::hours(1 + i % 2)};
    polling.apply({Polling::settings("orders", {&other, &hangs})});
    settings.observers = i % 2 == 0 ? settings.members : std::vector<Address>();
    polling.apply({settings});
    polling.io.poll();
  }
  polling.apply({Polling::settings("orders", {&other, &hangs})});
  REQUIRE(polling.wait_for([&] {
    const auto sample = polling.sample("orders", other);
    return sample && polls(sample) == 3;
  }));

  CHECK(hangs.seen().words.size() == 1);
  CHECK(hangs.seen().connections == 1);
  CHECK(hangs.seen().resets == 0);
}

TEST_CASE("a reload gives a member that flaps no new budget of extra polls", "[poll]") {
  Polling polling(Resolver::look_up, 100);
  polling.poll = {10s, 9s};
  const FakeServer healthy(polling.io, "3.8.0/leader");
  FakeServer flaps(polling.io, "3.8.0/follower");
  auto settings = Polling::settings("orders", {&healthy, &flaps});
  polling.apply({settings});
  std::uint64_t seen = 0;
  REQUIRE(polling.wait_for([&] {
    const auto sample = polling.sample("orders", flaps);
    if (sample && polls(sample) > seen) {
      seen = polls(sample);
      flaps.play(seen % 2 == 0 ? "3.8.0/follower" : "3.8.0/not-serving-participant");
      settings.observers = seen % 2 == 0 ? settings.members : std::vector<Address>();
      polling.apply({settings});
    }
    return polling.is_polled("orders") && polls(polling.sample("orders", healthy)) == 20;
  }));

  const auto began = beginnings(polling, "orders", healthy);
  CHECK(began.back() - began.front() > 60s);
}

TEST_CASE("at rest and after the end, other settings change nothing", "[poll]") {
  Polling polling;
  FakeServer member(polling.io, "3.8.0/standalone");
  const FakeServer added(polling.io, "3.8.0/standalone");
  const auto settings = Polling::settings("orders", {&member});
  polling.apply({settings});
  REQUIRE(polling.wait_for([&] { return polling.is_polled("orders"); }));
  SECTION("rest") { polling.ensembles.rest(); }
  SECTION("end") { polling.ensembles.cancel(); }
  SECTION("rest, then the end") {
    polling.ensembles.rest();
    polling.ensembles.cancel();
  }
  const auto published = polling.published.size();
  const auto known = polling.find("orders");

  polling.poll.interval = 2s;
  polling.apply({Polling::settings("orders", {&member, &added})});
  polling.apply({Polling::settings("users", {&added})});
  polling.apply({});
  run(polling.io, Polling::end_of(polling.ensembles.join()));
  polling.io.poll();

  CHECK(polling.published.size() == published);
  CHECK(polling.find("orders") == known);
  CHECK(added.seen().connections == 0);
}

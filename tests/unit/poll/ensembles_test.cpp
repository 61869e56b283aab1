#include "poll/ensembles.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include <catch2/catch.hpp>

#include "support/polling.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace asio = boost::asio;

namespace {

using std::chrono::steady_clock;

asio::awaitable<void> look(Polling& polling, std::string ensemble, const FakeServer& server,
                           std::vector<Observation>& seen) {
  const auto member = to_string(server.address());
  auto observation = co_await polling.ensembles.look(ensemble, member, 0s);
  seen.push_back(std::move(observation));
}

}  // namespace

TEST_CASE("an ensemble publishes what is known before any poll, then after each", "[poll]") {
  Polling polling;
  const FakeServer leader(polling.io, "3.8.0/leader");
  const FakeServer follower(polling.io, "3.8.0/follower");
  polling.apply({Polling::settings("orders", {&leader, &follower})});

  REQUIRE(polling.published.size() == 1);
  CHECK_FALSE(polling.published[0].last);
  CHECK(polling.published[0].now == polling.find("orders"));
  CHECK(polling.find("orders")->verdict.level == Level::kUnknown);
  CHECK_FALSE(polling.is_polled("orders"));

  REQUIRE(polling.wait_for([&] { return polling.is_polled("orders"); }));
  for (std::size_t i = 1; i < polling.published.size(); ++i) {
    CHECK(polling.published[i].last == polling.published[i - 1].now);
  }
  const auto& last = *polling.find("orders");
  CHECK(last.members[0].sample->state == MemberState::kLeader);
  CHECK(last.members[1].sample->state == MemberState::kFollower);
  CHECK(last.verdict.leaders == 1);
}

TEST_CASE("an ensemble's level is known with the time since when", "[poll]") {
  Polling polling;
  const FakeServer only(polling.io, "3.8.0/standalone");
  polling.apply({Polling::settings("orders", {&only})});
  REQUIRE(polling.wait_for([&] { return polling.is_polled("orders"); }));
  const auto first = polling.find("orders");
  REQUIRE(first->verdict.level == Level::kHealthy);
  CHECK(first->level_since > polling.published[0].now->level_since);

  REQUIRE(polling.wait_for([&] { return polls(polling.sample("orders", only)) >= 3; }));

  CHECK(polling.find("orders") != first);
  CHECK(polling.find("orders")->level_since == first->level_since);
}

TEST_CASE("settings that do not differ disturb nobody", "[poll]") {
  Polling polling;
  const FakeServer only(polling.io, "3.8.0/standalone");
  const auto settings = Polling::settings("orders", {&only});
  polling.apply({settings});
  REQUIRE(polling.wait_for([&] { return polling.is_polled("orders"); }));
  const auto before = polling.published.size();

  for (int i = 0; i < 50; ++i) {
    polling.apply({settings});
  }

  CHECK(polling.published.size() == before);
  REQUIRE(polling.wait_for([&] { return polls(polling.sample("orders", only)) == 3; }));
  CHECK(only.seen().most_at_once == 1);
}

TEST_CASE("a member that is added is polled, and the others keep what is known", "[poll]") {
  Polling polling;
  const FakeServer old(polling.io, "3.8.0/leader");
  const FakeServer added(polling.io, "3.8.0/follower");
  polling.apply({Polling::settings("orders", {&old})});
  REQUIRE(polling.wait_for([&] { return polling.is_polled("orders"); }));
  const auto known = polling.sample("orders", old);

  polling.apply({Polling::settings("orders", {&added, &old})});

  CHECK(polling.sample("orders", old) == known);
  CHECK(polling.find("orders")->members[0].name == to_string(added.address()));
  REQUIRE(polling.wait_for([&] { return polling.is_polled("orders"); }));
  CHECK(polling.sample("orders", added)->state == MemberState::kFollower);
  REQUIRE(polling.wait_for([&] { return polls(polling.sample("orders", old)) > polls(known); }));
  CHECK(old.seen().most_at_once == 1);
}

TEST_CASE("a member that is taken away is gone at once, though it hangs", "[poll]") {
  Polling polling;
  polling.poll.timeout = kForEver;
  const FakeServer stays(polling.io, "3.8.0/standalone");
  FakeServer hangs(polling.io);
  hangs.play_always(kHangs);
  polling.apply({Polling::settings("orders", {&stays, &hangs})});
  REQUIRE(polling.wait_for([&] { return hangs.seen().words.size() == 1; }));

  polling.apply({Polling::settings("orders", {&stays})});

  CHECK(polling.find("orders")->find(to_string(hangs.address())) == nullptr);
  CHECK(polling.published.back().last->members.size() == 2);
  CHECK(polling.wait_for([&] { return hangs.seen().resets == 1; }));
  CHECK(polling.resolver.watched() == 1);  // both are at 127.0.0.1
}

TEST_CASE("an ensemble that hangs ends at once, while another runs on", "[poll]") {
  Polling polling;
  const FakeServer healthy(polling.io, "3.8.0/standalone");
  FakeServer hangs(polling.io);
  hangs.play_always(kHangs);
  polling.poll.timeout = kForEver;
  const auto stays = Polling::settings("orders", {&healthy});
  polling.apply({stays, Polling::settings("users", {&hangs})});
  REQUIRE(polling.wait_for([&] { return hangs.seen().words.size() == 1; }));
  REQUIRE(polling.wait_for([&] { return polling.is_polled("orders"); }));
  const auto before = polls(polling.sample("orders", healthy));
  const auto last = polling.find("users");

  const auto began = steady_clock::now();
  polling.apply({stays});
  run(polling.io, Polling::end_of(polling.ensembles.join()));
  CHECK(steady_clock::now() - began < 10s);
  REQUIRE(polling.wait_for([&] { return hangs.seen().resets == 1; }));

  CHECK_FALSE(polling.find("users"));
  const auto end = std::ranges::find(polling.published, last, &Polling::Published::last);
  REQUIRE(end != polling.published.end());
  CHECK_FALSE(end->now);
  REQUIRE(polling.wait_for([&] { return polls(polling.sample("orders", healthy)) > before; }));
  CHECK(healthy.seen().most_at_once == 1);
}

TEST_CASE("a member may move to another ensemble", "[poll]") {
  Polling polling;
  const FakeServer stays(polling.io, "3.8.0/leader");
  const FakeServer moves(polling.io, "3.8.0/standalone");
  polling.apply({Polling::settings("orders", {&stays, &moves})});
  REQUIRE(polling.wait_for([&] { return polling.is_polled("orders"); }));

  polling.apply({Polling::settings("orders", {&stays}), Polling::settings("users", {&moves})});

  CHECK(polling.find("orders")->members.size() == 1);
  REQUIRE(polling.wait_for([&] { return polling.is_polled("users"); }));
  CHECK(polling.find("users")->verdict.level == Level::kHealthy);
  CHECK(moves.seen().most_at_once == 1);
}

TEST_CASE("another interval counts from now on, and loses no poll", "[poll]") {
  Polling polling;
  polling.poll.interval = 60s;
  const FakeServer only(polling.io, "3.8.0/standalone");
  const auto settings = Polling::settings("orders", {&only});
  polling.apply({settings});
  REQUIRE(polling.wait_for([&] { return polling.is_polled("orders"); }));
  const auto known = polling.sample("orders", only);

  polling.poll.interval = 1s;
  polling.apply({settings});

  REQUIRE(polling.wait_for([&] { return polls(polling.sample("orders", only)) == 2; }));
  CHECK(polling.sample("orders", only)->clock - known->clock < 20s);
  REQUIRE(polling.wait_for([&] { return polls(polling.sample("orders", only)) >= 4; }));
  CHECK(polling.sample("orders", only)->counts.polls[0] == polls(polling.sample("orders", only)));
  CHECK(polls(known) == 1);
}

TEST_CASE("names that are not configured can't be found, nor looked at", "[poll]") {
  Polling polling;
  const FakeServer only(polling.io, "3.8.0/standalone");
  polling.apply({Polling::settings("orders", {&only})});

  REQUIRE_FALSE(polling.ensembles.find("users"));
  CHECK(polling.ensembles.find("users").error().detail() == "no such ensemble is configured");
  std::vector<Observation> seen;
  run(polling.io, polling.end_of(look(polling, "users", only, seen)));
  const FakeServer stranger(polling.io);
  run(polling.io, polling.end_of(look(polling, "orders", stranger, seen)));

  REQUIRE(seen.size() == 2);
  for (const auto& each : seen) {
    CHECK(each.reason == Reason::kLocalError);
    CHECK(each.detail == "no such member is configured");
  }
}

TEST_CASE("who waits for a look at an ensemble that ends hears of our failure", "[poll]") {
  Polling polling;
  FakeServer hangs(polling.io);
  hangs.play_always(kHangs);
  polling.poll.timeout = kForEver;
  polling.apply({Polling::settings("orders", {&hangs})});
  REQUIRE(polling.wait_for([&] { return hangs.seen().words.size() == 1; }));
  std::vector<Observation> seen;
  start(polling.io.get_executor(), look(polling, "orders", hangs, seen));
  polling.io.poll();  // it waits for the poll

  polling.apply({});

  REQUIRE(polling.wait_for([&] { return seen.size() == 1; }));
  CHECK(seen[0].reason == Reason::kLocalError);
  CHECK(seen[0].detail == "it is not polled any more");
}

TEST_CASE("at rest no poll begins, and looks are answered anew", "[poll]") {
  Polling polling;
  FakeServer member(polling.io);
  member.play_always(kHangs);
  polling.poll.timeout = kForEver;
  polling.apply({Polling::settings("orders", {&member})});
  REQUIRE(polling.wait_for([&] { return member.seen().words.size() == 1; }));
  std::vector<Observation> seen;
  start(polling.io.get_executor(), look(polling, "orders", member, seen));
  polling.io.poll();  // it waits for the poll

  member.play("3.8.0/follower");
  polling.ensembles.rest();

  REQUIRE(polling.wait_for([&] { return seen.size() == 1; }));
  CHECK(seen[0].state == MemberState::kFollower);
  CHECK_FALSE(polling.sample("orders", member));  // what the cut poll seemed to bring is no sample
  CHECK(polling.published.size() == 1);           // without that sample
}

TEST_CASE("who hears of a snapshot may look for the ensemble", "[poll]") {
  Polling polling;
  const FakeServer only(polling.io, "3.8.0/standalone");
  std::vector<bool> found;
  polling.publication.subscribe([&](const auto& last, const auto& now) {
    found.push_back(bool(polling.ensembles.find((now ? now : last)->name)));
  });
  polling.apply({Polling::settings("orders", {&only})});
  polling.apply({});
  CHECK(found == std::vector<bool>{false, false});  // not there yet, or no more
}

TEST_CASE("who hears of a snapshot must not change what is polled", "[poll]") {
  Polling polling;
  const FakeServer only(polling.io, "3.8.0/standalone");
  const auto settings = Polling::settings("orders", {&only});
  polling.publication.subscribe([&](const auto&, const auto&) { polling.apply({settings}); });
  CHECK_THROWS_AS(polling.apply({settings}), std::logic_error);
}

TEST_CASE("settings that change during a poll bring no poll beside the grid", "[poll]") {
  Polling polling;
  polling.poll = {2s, 8s};  // a poll runs over moments of the grid
  FakeServer hangs(polling.io);
  hangs.play_always(kHangs);
  const auto settings = Polling::settings("orders", {&hangs});
  polling.apply({settings});
  REQUIRE(polling.wait_for([&] { return hangs.seen().words.size() == 2; }));  // it is on the grid

  auto others = settings;
  others.observers = others.members;
  polling.apply({others});
  REQUIRE(polling.wait_for([&] { return polls(polling.sample("orders", hangs)) == 2; }));
  const auto ended = polling.sample("orders", hangs)->clock;
  REQUIRE(polling.wait_for([&] { return polls(polling.sample("orders", hangs)) == 3; }));

  const auto& next = *polling.sample("orders", hangs);
  CHECK(next.clock - next.took - ended > 1s);
}

TEST_CASE("ensembles that come, change and go leave nothing behind", "[poll]") {
  Polling polling;
  const FakeServer one(polling.io, "3.8.0/leader");
  const FakeServer two(polling.io, "3.8.0/follower");
  FakeServer hangs(polling.io);
  hangs.play_always(kHangs);
  const auto stays = Polling::settings("stays", {&one});
  polling.apply({stays});
  REQUIRE(polling.wait_for([&] { return polling.is_polled("stays"); }));
  polling.io.poll();
  const auto before = open_descriptors();

  for (int i = 0; i < 200; ++i) {
    polling.apply({stays, Polling::settings("a", {&two, &hangs})});
    polling.io.poll();
    polling.apply({stays, Polling::settings("a", {&two}), Polling::settings("b", {&hangs})});
    polling.io.poll();
    polling.apply({stays});
    polling.io.poll();
  }

  CHECK(polling.wait_for([&] {
    return open_descriptors() <= before + 2 &&
           hangs.seen().resets + hangs.seen().closes == hangs.seen().connections;
  }));
  CHECK(polling.resolver.watched() == 1);
  CHECK(one.seen().most_at_once == 1);
  const auto counted = polling.sample("stays", one);
  REQUIRE(polling.wait_for([&] { return polls(polling.sample("stays", one)) > polls(counted); }));
}

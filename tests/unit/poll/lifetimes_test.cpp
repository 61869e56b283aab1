#include <algorithm>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include "poll/ensembles.hpp"
#include "support/polling.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace asio = boost::asio;

namespace {

using std::chrono::steady_clock;

asio::awaitable<void> look(Ensembles& ensembles, std::string ensemble, Address address,
                           std::vector<Observation>& seen) {
  auto observation = co_await ensembles.look(ensemble, to_string(address), 0s);
  seen.push_back(std::move(observation));
}

/// Runs what is given on the loop, as the exporter would.
template <class Work>
void on_loop(asio::io_context& io, Work work) {
  bool is_done = false;
  asio::post(io, [&] {
    work();
    is_done = true;
  });
  run_until(io, [&] { return is_done; });
}

/// Look-ups that hang until they are let go, at the end at the latest.
struct HangingNames {
  HangingNames() = default;
  ~HangingNames() { open(); }
  HangingNames(const HangingNames&) = delete;
  HangingNames& operator=(const HangingNames&) = delete;
  HangingNames(HangingNames&&) = delete;
  HangingNames& operator=(HangingNames&&) = delete;

  struct State {
    std::mutex mutex;
    std::condition_variable news;
    bool is_open = false;
    std::map<std::string, int> asked;
  };
  std::shared_ptr<State> state = std::make_shared<State>();

  Resolver::Lookup lookup() const {
    return [state = state](const std::string& host) -> Result<Resolver::Addresses> {
      std::unique_lock lock(state->mutex);
      ++state->asked[host];
      state->news.wait(lock, [&] { return state->is_open; });
      return Resolver::Addresses{asio::ip::make_address("127.0.0.1")};
    };
  }
  void open() const {
    const std::lock_guard lock(state->mutex);
    state->is_open = true;
    state->news.notify_all();
  }
  int asked(const std::string& host) const {
    const std::lock_guard lock(state->mutex);
    return state->asked[host];
  }
};

EnsembleSettings settings_of(const FakeServer& server, const std::string& host) {
  auto settings = Polling::settings("orders", {&server});
  settings.members[0].host = host;
  return settings;
}

}  // namespace

TEST_CASE("a member that is taken away and comes back has one connection at a time", "[poll]") {
  Polling polling;
  polling.poll.timeout = kForEver;
  const FakeServer stays(polling.io, "3.8.0/standalone");
  FakeServer hangs(polling.io);
  hangs.play_always(kHangs);
  const auto both = Polling::settings("orders", {&stays, &hangs});
  const auto one = Polling::settings("orders", {&stays});
  const bool is_on_loop = GENERATE(false, true);
  CAPTURE(is_on_loop);
  polling.apply({both});
  for (std::size_t i = 1; i <= 20; ++i) {
    REQUIRE(polling.wait_for([&] { return hangs.seen().words.size() >= i; }));
    const auto change = [&] {
      polling.apply({one});
      polling.apply({both});
    };
    if (is_on_loop) {
      on_loop(polling.io, change);
    } else {
      change();
    }
  }
  CHECK(hangs.seen().most_at_once == 1);
}

TEST_CASE(
    "an ensemble that is taken away and comes back has one connection at "
    "a time",
    "[poll]") {
  std::vector<Observation> seen;
  Polling polling;
  polling.poll.timeout = kForEver;
  FakeServer hangs(polling.io);
  hangs.play_always(kHangs);
  const auto settings = Polling::settings("orders", {&hangs});
  const bool is_on_loop = GENERATE(false, true);
  CAPTURE(is_on_loop);
  polling.apply({settings});
  for (std::size_t i = 1; i <= 20; ++i) {
    REQUIRE(polling.wait_for([&] { return hangs.seen().words.size() >= i; }));
    for (int k = 0; k < 5; ++k) {
      start(polling.io.get_executor(), look(polling.ensembles, "orders", hangs.address(), seen));
    }
    polling.io.poll();
    const auto before = polling.published.size();
    const auto change = [&] {
      polling.apply({});
      polling.apply({settings});
      start(polling.io.get_executor(), look(polling.ensembles, "orders", hangs.address(), seen));
    };
    if (is_on_loop) {
      on_loop(polling.io, change);
    } else {
      change();
    }
    REQUIRE(polling.wait_for([&] { return seen.size() >= 5 * i + (i - 1); }));
    CHECK(polling.published.size() == before + 2);
  }
  CHECK(hangs.seen().most_at_once == 1);
}

TEST_CASE("a member that moves between ensembles has one connection at a time", "[poll]") {
  std::vector<Observation> seen;
  Polling polling;
  polling.poll.timeout = kForEver;
  const FakeServer other(polling.io, "3.8.0/standalone");
  FakeServer hangs(polling.io);
  hangs.play_always(kHangs);
  const bool is_on_loop = GENERATE(false, true);
  CAPTURE(is_on_loop);
  for (std::size_t i = 1; i <= 20; ++i) {
    const auto to = Polling::settings(i % 2 == 0 ? "orders" : "users", {&hangs});
    const auto from = Polling::settings(i % 2 == 0 ? "users" : "orders", {&other});
    const auto move = [&] {
      polling.apply({to, from});
      start(polling.io.get_executor(), look(polling.ensembles, to.name, hangs.address(), seen));
    };
    if (is_on_loop) {
      on_loop(polling.io, move);
    } else {
      move();
    }
    REQUIRE(polling.wait_for([&] { return hangs.seen().words.size() >= i; }));
  }
  CHECK(hangs.seen().most_at_once == 1);
}

TEST_CASE("a server has one connection slot, however it is spelled, until nobody holds it",
          "[poll]") {
  asio::io_context io{1};
  const auto slots = std::make_shared<ConnectionSlots>();
  auto slot = slots->find(io.get_executor(), {"zk.test", 2181});
  CHECK(slots->find(io.get_executor(), {"zk.test.", 2181}) == slot);
  CHECK(slots->find(io.get_executor(), {"zk.test", 2182}) != slot);
  CHECK(slots->size() == 1);
  slot.reset();
  CHECK(slots->size() == 0);
}

TEST_CASE("a member whose name hangs may go, change and come back", "[poll]") {
  const HangingNames names;
  Polling polling(names.lookup());
  FakeServer server(polling.io, "3.8.0/standalone");
  const auto a = settings_of(server, "a.test");
  const auto b = settings_of(server, "b.test");
  const bool is_on_loop = GENERATE(false, true);
  CAPTURE(is_on_loop);
  std::vector<Observation> seen;
  polling.poll.timeout = std::chrono::milliseconds(kForEver);
  polling.apply({a});
  REQUIRE(wait_until(polling.io, [&] { return names.asked("a.test") == 1; }));
  std::size_t looks = 0;
  for (int i = 0; i < 50; ++i) {
    const auto change = [&] {
      for (const auto* each : {&a, &b}) {
        polling.apply({*each});
        start(polling.io.get_executor(), look(polling.ensembles, "orders", each->members[0], seen));
        ++looks;
      }
      polling.apply({});
      polling.apply({a});
      start(polling.io.get_executor(), look(polling.ensembles, "orders", a.members[0], seen));
      ++looks;
    };
    if (is_on_loop) {
      on_loop(polling.io, change);
    } else {
      change();
    }
    polling.io.poll();
  }
  CHECK(names.asked("a.test") == 1);
  CHECK(names.asked("b.test") <= 1);
  CHECK(polling.resolver.watched() <= 2);
  CHECK(server.seen().connections == 0);
  names.open();
  REQUIRE(wait_until(polling.io, [&] {
    return polling.ensembles.find("orders") &&
           (*polling.ensembles.find("orders"))->members[0].sample != nullptr;
  }));
  CHECK(seen.size() == looks);
  CHECK(server.seen().most_at_once == 1);
}

TEST_CASE("the end does not wait for a name that hangs", "[poll]") {
  const HangingNames names;
  Polling polling(names.lookup());
  FakeServer server(polling.io, "3.8.0/standalone");
  const auto a = settings_of(server, "a.test");
  polling.poll.timeout = std::chrono::milliseconds(kForEver);
  polling.apply({a});
  std::vector<Observation> seen;
  for (int i = 0; i < 30; ++i) {
    start(polling.io.get_executor(), look(polling.ensembles, "orders", a.members[0], seen));
  }
  REQUIRE(wait_until(polling.io, [&] { return names.asked("a.test") == 1; }));
  const auto began = steady_clock::now();
  SECTION("with its poll") {}
  SECTION("with a look") {
    polling.ensembles.rest();
    polling.io.poll();
  }
  polling.ensembles.cancel();
  run(polling.io, Polling::end_of(polling.ensembles.join()));
  polling.io.poll();
  CHECK(seen.size() == 30);
  CHECK(steady_clock::now() - began < 1s);
}

TEST_CASE("a look while the name hangs says so", "[poll]") {
  const HangingNames names;
  Polling polling(names.lookup());
  FakeServer server(polling.io, "3.8.0/standalone");
  const auto a = settings_of(server, "a.test");
  polling.poll.interval = 100s;
  polling.apply({a});
  REQUIRE(wait_until(polling.io, [&] {
    return (*polling.ensembles.find("orders"))->members[0].sample != nullptr;
  }));
  std::vector<Observation> seen;
  start(polling.io.get_executor(), look(polling.ensembles, "orders", a.members[0], seen));
  REQUIRE(wait_until(polling.io, [&] { return seen.size() == 1; }));
  CHECK(seen[0].reason == Reason::kDns);
  CHECK(seen[0].detail == (*polling.ensembles.find("orders"))->members[0].sample->detail);
}

TEST_CASE("all who wait for looks hear the end, also after a rest", "[poll]") {
  Polling polling;
  polling.poll.timeout = kForEver;
  FakeServer member(polling.io);
  const FakeServer other(polling.io, "3.8.0/standalone");
  member.play_always(kHangs);
  polling.apply({Polling::settings("orders", {&member, &other})});
  REQUIRE(polling.wait_for([&] { return member.seen().words.size() == 1; }));
  std::vector<Observation> seen;
  for (int i = 0; i < 40; ++i) {
    start(polling.io.get_executor(), look(polling.ensembles, "orders", member.address(), seen));
  }
  polling.io.poll();
  SECTION("the ensemble ends") { polling.apply({}); }
  SECTION("the member goes") { polling.apply({Polling::settings("orders", {&other})}); }
  SECTION("rest, then the end") {
    polling.ensembles.rest();
    REQUIRE(polling.wait_for([&] { return member.seen().words.size() == 2; }));
    CHECK(seen.empty());
    polling.ensembles.cancel();
  }
  SECTION("rest and the end at once") {
    polling.ensembles.rest();
    polling.ensembles.cancel();
  }
  SECTION("rest, the end on the loop") {
    on_loop(polling.io, [&] {
      polling.ensembles.rest();
      polling.ensembles.cancel();
    });
  }
  REQUIRE(polling.wait_for([&] { return seen.size() == 40; }));
  for (const auto& each : seen) {
    CHECK(each.detail == "it is not polled any more");
  }
  CHECK(member.seen().most_at_once == 1);
}

TEST_CASE("what is abandoned with the loop may outlive what it uses", "[poll]") {
  asio::io_context io{1};
  FakeServer member(io);
  FakeServer blocked(io, "3.8.0/leader", Door::kBlocked);
  member.play_always(kHangs);
  std::vector<Observation> seen;
  {
    auto resolver = std::make_unique<Resolver>(io.get_executor());
    auto publication = std::make_unique<Publication>();
    auto ensembles = std::make_unique<Ensembles>(
        PollContext{io.get_executor(), *resolver, *publication, Clock(20)});
    const PollSettings poll{1s, std::chrono::milliseconds(kForEver)};
    ensembles->apply({Polling::settings("a", {&member}), Polling::settings("b", {&blocked})}, poll);
    REQUIRE(wait_until(io, [&] { return member.seen().words.size() == 1; }));
    for (int i = 0; i < 10; ++i) {
      start(io.get_executor(), look(*ensembles, "a", member.address(), seen));
      start(io.get_executor(), look(*ensembles, "b", blocked.address(), seen));
    }
    io.poll();
    SECTION("with nothing said") {}
    SECTION("at rest") {
      ensembles->rest();
      io.poll();
    }
    SECTION("after an end was begun") { ensembles->apply({}, poll); }
    SECTION("after an end was begun and half done") {
      ensembles->apply({}, poll);
      io.restart();
      io.run_one();
      io.run_one();
      io.run_one();
    }
  }
}

TEST_CASE("a member that can't be connected to ends at once", "[poll]") {
  Polling polling;
  polling.poll.timeout = kForEver;
  const FakeServer blocked(polling.io, "3.8.0/leader", Door::kBlocked);
  const auto before = open_descriptors();
  polling.apply({Polling::settings("orders", {&blocked})});
  REQUIRE(polling.wait_for([&] { return open_descriptors() > before; }));
  const auto began = steady_clock::now();
  polling.apply({});
  run(polling.io, Polling::end_of(polling.ensembles.join()));
  CHECK(steady_clock::now() - began < 1s);
  CHECK(open_descriptors() == before);
}

TEST_CASE("ensembles that are taken away and come back in turn leave nothing behind", "[poll]") {
  Polling polling;
  std::vector<std::unique_ptr<FakeServer>> servers;
  for (int i = 0; i < 10; ++i) {
    servers.push_back(std::make_unique<FakeServer>(polling.io, "3.8.0/standalone"));
    if (i % 3 == 0) {
      servers.back()->play_always(kHangs);
    }
  }
  const auto before = open_descriptors();
  std::size_t most = 0;
  for (int i = 0; i < 100; ++i) {
    std::vector<EnsembleSettings> all;
    for (int k = 0; k < 20; ++k) {
      if ((i + k) % 7 != 0) {
        all.push_back(Polling::settings(
            "e" + std::to_string(k), {servers[static_cast<std::size_t>((k + i / 3) % 10)].get()}));
      }
    }
    polling.apply(all);
    polling.io.poll();
    polling.published.clear();
    most = std::max(most, open_descriptors());
  }
  polling.apply({});
  polling.io.poll();
  CHECK(polling.wait_for([&] { return open_descriptors() <= before + 2; }));
  CHECK(most < before + 5 * 20);
  CHECK(polling.resolver.watched() == 0);
}

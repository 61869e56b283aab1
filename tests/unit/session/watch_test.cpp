#include "session/watch.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "support/run.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

namespace asio = boost::asio;

using Of = Watches::Of;
using State = Watch::State;

WatchEvent event(const std::string& path, bool is_of_data, bool is_of_children) {
  return {path, is_of_data, is_of_children};
}

/// Waits, and tells whether it took less than a minute.
asio::awaitable<bool> wait(Watch& watch, std::chrono::seconds patience) {
  const auto began = Watch::Clock::now();
  co_await watch.wait(began + patience);
  co_return Watch::Clock::now() - began < 1min;
}

}  // namespace

TEST_CASE("a watch that tells wakes who waits, once", "[session]") {
  asio::io_context io;
  Watch watch(io.get_executor());
  start(io.get_executor(), [](Watch& told) -> asio::awaitable<void> {
    told.end(State::kTold);
    co_return;
  }(watch));
  CHECK(run(io, wait(watch, 3600s)));
  CHECK(watch.state() == State::kTold);
  CHECK(watch.told() <= Watch::Clock::now());

  watch.end(State::kLost);  // too late
  CHECK(watch.state() == State::kTold);
  CHECK(run(io, wait(watch, 3600s)));
}

TEST_CASE("who waits for a watch waits no longer than wanted", "[session]") {
  asio::io_context io;
  Watch watch(io.get_executor());
  CHECK(run(io, wait(watch, 0s)));
  CHECK(watch.state() == State::kSet);
}

TEST_CASE("a watch tells of its znode, and of what it was set on", "[session]") {
  asio::io_context io;
  Watches watches;
  const auto set = [&](const std::string& path, Of of) {
    const auto watch = std::make_shared<Watch>(io.get_executor());
    watches.add(path, of, watch);
    return watch;
  };
  const auto data = set("/a", Of::kData);
  const auto children = set("/a", Of::kChildren);
  const auto other = set("/b", Of::kData);
  watches.tell(event("/c", true, true));
  CHECK(data->state() == State::kSet);
  watches.tell(event("/a", true, false));
  CHECK(data->state() == State::kTold);
  CHECK(children->state() == State::kSet);
  watches.tell(event("/a", false, true));
  CHECK(children->state() == State::kTold);

  const auto again = set("/a", Of::kData);
  const auto both = set("/a", Of::kChildren);
  watches.tell(event("/a", true, true));
  CHECK(again->state() == State::kTold);
  CHECK(both->state() == State::kTold);
  CHECK(other->state() == State::kSet);
  watches.lose_all();
  CHECK(other->state() == State::kLost);
}

TEST_CASE("one watch too many is lost at once, unless others are not held any more", "[session]") {
  constexpr int kMost = 1024;
  asio::io_context io;
  Watches watches;
  std::vector<WatchPtr> held;
  const auto add = [&] {
    const auto watch = std::make_shared<Watch>(io.get_executor());
    watches.add("/a", Of::kData, watch);
    held.push_back(watch);
  };
  for (int i = 0; i < kMost; ++i) {
    add();
  }
  CHECK(held.back()->state() == State::kSet);
  add();
  CHECK(held.back()->state() == State::kLost);
  held.clear();
  add();
  CHECK(held.back()->state() == State::kSet);
  watches.tell(event("/a", true, false));
  CHECK(held.back()->state() == State::kTold);
}

#include "pages/board.hpp"

#include <catch2/catch.hpp>

using namespace zke;

namespace {

/// Of an ensemble of two, of which `polled` have a sample.
SnapshotPtr snapshot_of(const std::string& ensemble, int polled) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->name = ensemble;
  for (int i = 0; i < 2; ++i) {
    snapshot->members.push_back({"zk-" + std::to_string(i) + ":2181", nullptr});
    if (i < polled) {
      snapshot->members.back().sample = std::make_shared<const MemberSample>();
    }
  }
  return snapshot;
}

}  // namespace

TEST_CASE("a new snapshot takes the place of its ensemble's last one", "[pages]") {
  Board board;
  const auto first = snapshot_of("orders", 0);
  const auto users = snapshot_of("users", 0);
  const auto second = snapshot_of("orders", 1);
  board.take(nullptr, first);
  board.take(nullptr, users);
  board.take(first, second);

  CHECK(board.snapshots() == Snapshots{second, users});
  CHECK(*board.find("orders") == second);
  CHECK(*board.find("users") == users);
}

TEST_CASE("an ensemble that is polled no more is gone, and its name is unknown", "[pages]") {
  Board board;
  const auto orders = snapshot_of("orders", 1);
  const auto users = snapshot_of("users", 1);
  const auto last = snapshot_of("last", 1);
  for (const auto& each : {orders, users, last}) {
    board.take(nullptr, each);
  }
  board.take(orders, nullptr);
  const auto newer = snapshot_of("last", 2);
  board.take(last, newer);

  CHECK(board.snapshots() == Snapshots{newer, users});
  CHECK(*board.find("last") == newer);
  CHECK(*board.find("users") == users);
  REQUIRE_FALSE(board.find("orders"));
  CHECK(board.find("orders").error().detail() == "no ensemble is called orders");

  board.take(nullptr, orders);
  CHECK(board.snapshots() == Snapshots{newer, users, orders});
  board.take(orders, nullptr);
  CHECK(board.snapshots() == Snapshots{newer, users});
}

TEST_CASE("members are counted that were not polled yet", "[pages]") {
  Board board;
  CHECK(board.unpolled() == 0);
  board.take(nullptr, snapshot_of("orders", 0));
  board.take(nullptr, snapshot_of("users", 1));
  CHECK(board.unpolled() == 3);
  board.take(nullptr, snapshot_of("orders", 2));
  board.take(nullptr, snapshot_of("users", 2));
  CHECK(board.unpolled() == 0);
}

TEST_CASE("ensembles are shown in the order that was asked for, others last", "[pages]") {
  Board board;
  const auto a = snapshot_of("a", 1);
  const auto b = snapshot_of("b", 1);
  const auto c = snapshot_of("c", 1);
  const auto d = snapshot_of("d", 1);
  for (const auto& each : {a, b, c, d}) {
    board.take(nullptr, each);
  }

  board.arrange({"d", "not there", "b"});

  CHECK(board.snapshots() == Snapshots{d, b, a, c});
  for (const auto& each : {a, b, c, d}) {
    CHECK(*board.find(each->name) == each);
  }
  const auto newer = snapshot_of("b", 2);
  board.take(b, newer);
  board.take(d, nullptr);
  board.take(nullptr, d);
  CHECK(board.snapshots() == Snapshots{c, newer, a, d});
  CHECK(*board.find("a") == a);
}

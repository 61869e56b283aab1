#include "poll/board.hpp"

#include <catch2/catch.hpp>

using namespace zke;

namespace {

Board two_ensembles() {
  return Board({{"orders", {{"zk-0", 2181}, {"zk-1", 2181}}}, {"users", {{"::1", 2181}}}});
}

SamplePtr sample_of(const std::string& ensemble, const std::string& member) {
  auto sample = std::make_shared<MemberSample>();
  sample->ensemble = ensemble;
  sample->member = member;
  return sample;
}

}  // namespace

TEST_CASE("a new board knows all members and no sample", "[poll]") {
  const auto board = two_ensembles();
  const auto snapshots = board.snapshots();

  CHECK(board.waiting() == 3);
  REQUIRE(snapshots->size() == 2);
  CHECK((*snapshots)[0]->name == "orders");
  CHECK((*snapshots)[0]->members[1].name == "zk-1:2181");
  CHECK((*snapshots)[1]->members[0].name == "[::1]:2181");
  CHECK_FALSE((*snapshots)[1]->members[0].sample);
}

TEST_CASE("a sample takes the place of its member's last one", "[poll]") {
  auto board = two_ensembles();
  const auto first = sample_of("orders", "zk-1:2181");
  const auto second = sample_of("orders", "zk-1:2181");

  CHECK_FALSE(board.put(first));
  CHECK(board.waiting() == 2);
  CHECK(board.put(second) == first);
  CHECK(board.waiting() == 2);

  const auto& members = (*board.snapshots())[0]->members;
  CHECK_FALSE(members[0].sample);
  CHECK(members[1].sample == second);
}

TEST_CASE("a snapshot never changes, and shares what did not change", "[poll]") {
  auto board = two_ensembles();
  const auto before = board.snapshots();

  board.put(sample_of("orders", "zk-0:2181"));

  CHECK_FALSE((*before)[0]->members[0].sample);
  CHECK(board.snapshots() != before);
  CHECK((*board.snapshots())[1] == (*before)[1]);
}

TEST_CASE("no member is waited for once all were polled", "[poll]") {
  auto board = two_ensembles();
  board.put(sample_of("orders", "zk-0:2181"));
  board.put(sample_of("orders", "zk-1:2181"));
  board.put(sample_of("users", "[::1]:2181"));

  CHECK(board.waiting() == 0);
}

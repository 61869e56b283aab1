#include "fourletter/commands.hpp"

#include <vector>

#include <catch2/catch.hpp>

using namespace zke;

namespace {

std::vector<Command> in_order(const Commands& set) {
  std::vector<Command> met;
  for (const auto command : set) {
    met.push_back(command);
  }
  return met;
}

}  // namespace

TEST_CASE("a loop over a set meets its commands in the order of a poll", "[fourletter]") {
  CHECK(in_order({}).empty());
  CHECK(in_order({Command::kConf, Command::kSrvr}) ==
        std::vector<Command>{Command::kSrvr, Command::kConf});
  CHECK(in_order({Command::kWchs, Command::kMntr, Command::kWchs}) ==
        std::vector<Command>{Command::kMntr, Command::kWchs});
}

TEST_CASE("a set holds what was put into it and not taken out", "[fourletter]") {
  Commands set{Command::kMntr};
  CHECK(set.contains(Command::kMntr));
  CHECK_FALSE(set.contains(Command::kSrvr));

  set.insert(Command::kSrvr);
  set.set(Command::kMntr, false);
  CHECK(set == Commands{Command::kSrvr});
}

TEST_CASE("an answer that stands in a poll on the grid stands beside it too", "[fourletter]") {
  for (const auto command : kCommands) {
    CHECK(max_age(command).on_grid <= max_age(command).beside_grid);
  }
  CHECK(max_age(Command::kSrvr).beside_grid.count() == 0);  // it decides the state
}

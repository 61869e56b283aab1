#include <catch2/catch.hpp>

#include "support/situation.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

TEST_CASE("ensembles of four, five and seven voters are judged", "[judge]") {
  // clang-format off
  check({
      {"four voters", {{0s, "1 2 3 4", "1L 2F 3F 4F"}}, Level::kHealthy, "", 4, 4, 1, 1, "1 2 3 4"},
      {"one of four is down", {{0s, "1 2 3 4", "1L 2F 3F 4-"}},
       Level::kAtRisk, "voter_down 4", 4, 3, 0, 1, "4"},
      {"five voters", {{0s, "1 2 3 4 5", "1F 2F 3L 4F 5F"}},
       Level::kHealthy, "", 5, 5, 2, 1, "1 2 3 4 5",
       "All 5 voters serve, zk-3:2181 leads; 2 voters can be lost without harm to clients."},
      {"one of five is down", {{0s, "1 2 3 4 5", "1L 2F 3F 4F 5-"}},
       Level::kDegraded, "voter_down 5", 5, 4, 1, 1, "5",
       "The ensemble serves (4 of 5 voters serve, zk-1:2181 leads; one voter can be lost), but "
       "zk-5:2181 can't be reached (connection refused)."},
      {"two of five are down", {{0s, "1 2 3 4 5", "1L 2F 3F 4- 5-"}},
       Level::kAtRisk, "voter_down 4, voter_down 5", 5, 3, 0, 1, ""},
      {"three of five are down",
       {{0s, "1 2 3 4 5", "1L 2F 3F 4F 5F"}, {1s, "1 2 3 4 5", "1N 2N 3- 4- 5-"}},
       Level::kNoQuorum, "voter_down 3, voter_down 4, voter_down 5, voter_down 1, voter_down 2", 5,
       0, -3, 0, ""},
      {"five voters and an observer", {{0s, "1 2 3 4 5 6o", "1L 2F 3F 4F 5F 6O"}},
       Level::kHealthy, "", 5, 5, 2, 1, "1 2 3 4 5 6"},
      {"seven voters", {{0s, "1 2 3 4 5 6 7", "1L 2F 3F 4F 5F 6F 7F"}},
       Level::kHealthy, "", 7, 7, 3, 1, "1 2 3 4 5 6 7"},
      {"one of seven is down", {{0s, "1 2 3 4 5 6 7", "1L 2F 3F 4F 5F 6F 7-"}},
       Level::kDegraded, "voter_down 7", 7, 6, 2, 1, "7"},
      {"three of seven are down", {{0s, "1 2 3 4 5 6 7", "1L 2F 3F 4F 5- 6N 7R"}},
       Level::kAtRisk, "voter_down 5, voter_down 6, voter_down 7", 7, 4, 0, 1, ""},
  });
  // clang-format on
}

TEST_CASE("observers never count as voters", "[judge]") {
  // clang-format off
  check({
      {"an observer serves", {{0s, "1 2 3 4o", "1L 2F 3F 4O"}},
       Level::kHealthy, "", 3, 3, 1, 1, "1 2 3 4"},
      {"the observer is down", {{0s, "1 2 3 4o", "1L 2F 3F 4-"}},
       Level::kDegraded, "observer_down 4", 3, 3, 1, 1, "1 2 3 4",
       "The ensemble serves (3 of 3 voters serve, zk-1:2181 leads; one voter can be lost), but "
       "zk-4:2181 can't be reached (connection refused)."},
      {"the observer has lost the leader", {{0s, "1 2 3 4o", "1L 2F 3F 4N"}},
       Level::kDegraded, "observer_down 4", 3, 3, 1, 1, "1 2 3 4"},
      {"a voter and the observer are down", {{0s, "1 2 3 4o", "4- 1L 2F 3-"}},
       Level::kAtRisk, "voter_down 3, observer_down 4", 3, 2, 0, 1, "3"},
      {"voters come first, whatever is wrong with them", {{0s, "1 2 3 4o", "4- 1L 2F 3N"}},
       Level::kAtRisk, "voter_down 3, observer_down 4", 3, 2, 0, 1, "3"},
      {"observers do not make up for voters",
       {{0s, "1 2 3 4o 5o", "1L 2F 3F 4O 5O"}, {1s, "1 2 3 4o 5o", "1N 2- 3- 4O 5O"}},
       Level::kNoQuorum, "voter_down 2, voter_down 3, voter_down 1", 3, 0, -2, 0, ""},
  });
  // clang-format on
}

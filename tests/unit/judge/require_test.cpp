#include "judge/require.hpp"

#include <catch2/catch.hpp>

#include "support/situation.hpp"

using namespace zke;
using namespace zke::test;

namespace {

/// The requirements that are met: "quorum writable".
std::string met(const std::string& membership, const std::string& members) {
  Watch watch;
  watch.see(Round(membership, members));
  std::string met;
  for (const auto* name : {"quorum", "writable", "healthy", "full"}) {
    if (meets(watch.verdict, *parse_require(name))) {
      met += (met.empty() ? "" : " ") + std::string(name);
    }
  }
  return met;
}

}  // namespace

TEST_CASE("each requirement asks for more than the one before", "[judge]") {
  CHECK(met("1 2 3", "1L 2F 3F") == "quorum writable healthy full");
  CHECK(met("", "1S") == "quorum writable healthy full");
  CHECK(met("1 2 3 4o", "1L 2F 3F 4-") == "quorum writable");
  CHECK(met("1 2 3", "1L 2F 3-") == "quorum writable");
  CHECK(met("1 2 3", "1- 2F 3F") == "quorum");
  CHECK(met("1 2 3", "1L@5 2L@6 3F@6") == "quorum");
  CHECK(met("1 2 3", "1L 2L 3F").empty());
  CHECK(met("1 2 3", "1N 2N 3-").empty());
  CHECK(met("1 2 3", "1- 2- 3-").empty());
  CHECK(met("1 2 3", "1L 2F 3?").empty());
}

TEST_CASE("levels have names", "[judge]") {
  std::string names;
  for (const auto level : kLevels) {
    names += std::string(to_string(level)) + (has_quorum(level) ? "! " : " ");
  }
  CHECK(names == "healthy! degraded! at_risk! no_quorum split_view unknown ");
  CHECK_FALSE(parse_require("Full"));
}

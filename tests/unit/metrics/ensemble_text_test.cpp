#include "metrics/ensemble_text.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "support/families.hpp"
#include "support/situation.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

FamilyList families_of(const std::string& membership, const std::string& members) {
  Watch watch;
  return ensemble_families(watch.see(Round(membership, members)));
}

}  // namespace

TEST_CASE("a healthy ensemble has all its metrics and no finding", "[metrics]") {
  const auto families = families_of("1 2 3", "1L@7 2F@7 3F@7");

  CHECK(lines_of(families, "zookeeper_ensemble_state") ==
        "zookeeper_ensemble_state{state=\"healthy\"} 1\n"
        "zookeeper_ensemble_state{state=\"degraded\"} 0\n"
        "zookeeper_ensemble_state{state=\"at_risk\"} 0\n"
        "zookeeper_ensemble_state{state=\"no_quorum\"} 0\n"
        "zookeeper_ensemble_state{state=\"split_view\"} 0\n"
        "zookeeper_ensemble_state{state=\"unknown\"} 0\n");
  CHECK(lines_of(families, "zookeeper_ensemble_voters") == "zookeeper_ensemble_voters 3\n");
  CHECK(lines_of(families, "zookeeper_ensemble_voters_serving") ==
        "zookeeper_ensemble_voters_serving 3\n");
  CHECK(lines_of(families, "zookeeper_ensemble_failures_tolerated") ==
        "zookeeper_ensemble_failures_tolerated 1\n");
  CHECK(lines_of(families, "zookeeper_ensemble_leaders") == "zookeeper_ensemble_leaders 1\n");
  CHECK(lines_of(families, "zookeeper_ensemble_epoch") == "zookeeper_ensemble_epoch 7\n");
  CHECK(lines_of(families, "zookeeper_ensemble_elections_total") ==
        "zookeeper_ensemble_elections_total 0\n");
  CHECK(lines_of(families, "zookeeper_member_safe_to_stop") ==
        "zookeeper_member_safe_to_stop{member=\"zk-1:2181\"} 1\n"
        "zookeeper_member_safe_to_stop{member=\"zk-2:2181\"} 1\n"
        "zookeeper_member_safe_to_stop{member=\"zk-3:2181\"} 1\n");
  CHECK(find_family(families, "zookeeper_ensemble_finding") == nullptr);
}

TEST_CASE("exactly one state is 1, at every level", "[metrics]") {
  for (const auto* members :
       {"1L 2F 3F", "1L+1 2F 3F", "1L 2F 3-", "1N 2- 3-", "1L 2L 3F", "1- 2- 3-", "1? 2? 3?"}) {
    CAPTURE(members);
    double sum = 0;
    const auto families = families_of("1 2 3", members);
    for (const auto& line : find_family(families, "zookeeper_ensemble_state")->lines) {
      sum += value_of(line);
    }
    CHECK(sum == 1);
  }
}

TEST_CASE("each finding is a metric with the member it concerns", "[metrics]") {
  const auto families = families_of("1 2 3", "1- 2F 3F");

  CHECK(lines_of(families, "zookeeper_ensemble_finding") ==
        "zookeeper_ensemble_finding{member=\"zk-1:2181\",finding=\"voter_down\"} 1\n"
        "zookeeper_ensemble_finding{member=\"\",finding=\"no_leader_seen\"} 1\n");
  CHECK(lines_of(families, "zookeeper_member_safe_to_stop") ==
        "zookeeper_member_safe_to_stop{member=\"zk-1:2181\"} 0\n"
        "zookeeper_member_safe_to_stop{member=\"zk-2:2181\"} 0\n"
        "zookeeper_member_safe_to_stop{member=\"zk-3:2181\"} 0\n");
}

TEST_CASE("a lost quorum has a negative tolerance", "[metrics]") {
  const auto families = families_of("1 2 3", "1L+0 2- 3-");

  CHECK(lines_of(families, "zookeeper_ensemble_failures_tolerated") ==
        "zookeeper_ensemble_failures_tolerated -1\n");
}

TEST_CASE("what is not known has no metric", "[metrics]") {
  const auto families = families_of("", "1- 2- 3-");

  CHECK(find_family(families, "zookeeper_ensemble_failures_tolerated") == nullptr);
  CHECK(find_family(families, "zookeeper_ensemble_epoch") == nullptr);
  CHECK(find_family(families, "zookeeper_lag_transactions") == nullptr);
  CHECK(lines_of(families, "zookeeper_ensemble_voters") == "zookeeper_ensemble_voters 3\n");
}

TEST_CASE("a lag is a metric of its member", "[metrics]") {
  Watch watch;
  Round round("1 2", "1L 2F");
  watch.see(round);
  round.at(1).aged(1s);
  round.at(2).zxid(60);

  CHECK(lines_of(ensemble_families(watch.see(round, 1s)), "zookeeper_lag_transactions") ==
        "zookeeper_lag_transactions{member=\"zk-2:2181\"} 40\n");
}

TEST_CASE("no metric of an ensemble appears twice", "[metrics]") {
  for (const auto* members : {"1L@5 2L@6 3L@7", "1L 2L 3L", "1S 2S 3S", "1- 2- 3-"}) {
    CAPTURE(members);
    for (const auto& family : families_of("1 2 3", members)) {
      std::set<std::string> series;
      for (const auto& line : family.lines) {
        CHECK(series.insert(series_of(line)).second);
      }
    }
  }
}

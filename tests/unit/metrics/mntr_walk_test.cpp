#include "metrics/mntr_walk.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "metrics/labels.hpp"
#include "support/families.hpp"
#include "support/files.hpp"

using namespace zke;
using namespace zke::test;

namespace {

/// The line's family alone: `key` without `zk_`.
std::string read_line(const std::string& key, const std::string& value, std::string_view family) {
  return lines_of(mntr_families("zk_" + key + "\t" + value + "\n"), family);
}

std::string unparsed(const FamilyList& families) {
  return lines_of(families, "zookeeper_unparsed_lines");
}

}  // namespace

TEST_CASE("milliseconds become seconds exactly", "[metrics]") {
  CHECK(read_line("uptime", "27", "zookeeper_uptime_seconds") ==
        "zookeeper_uptime_seconds 0.027\n");
  CHECK(read_line("max_latency", "1001", "zookeeper_request_latency_max_seconds") ==
        "zookeeper_request_latency_max_seconds 1.001\n");
  CHECK(read_line("avg_latency", "2.7466", "zookeeper_request_latency_avg_seconds") ==
        "zookeeper_request_latency_avg_seconds 0.0027466\n");
}

TEST_CASE("one summary comes out of all three spellings", "[metrics]") {
  const std::string expected =
      "zookeeper_read_latency_seconds{quantile=\"0.5\"} 0.002\n"
      "zookeeper_read_latency_seconds{quantile=\"0.99\"} 0.009\n"
      "zookeeper_read_latency_seconds_sum 0.05\n"
      "zookeeper_read_latency_seconds_count 20\n";

  for (const auto* reply :
       {"zk_cnt_readlatency\t20\nzk_sum_readlatency\t50\nzk_p50_readlatency\t2\n"
        "zk_p99_readlatency\t9\nzk_avg_readlatency\t2.5\n",
        "zk_readlatency{quantile=\"0.99\"}\t9.0\nzk_readlatency{quantile=\"0.5\"}\t2.0\n"
        "zk_readlatency_count\t20.0\nzk_readlatency_sum\t50.0\n",
        "zk_readlatency_avg\t2.5\nzk_readlatency_count\t20\nzk_readlatency_sum\t50\n"
        "zk_p50_readlatency\t2\nzk_p99_readlatency\t9\n"}) {
    CAPTURE(reply);
    const auto families = mntr_families(reply);
    CHECK(lines_of(families, "zookeeper_read_latency_seconds") == expected);
    CHECK(unparsed(families) == "zookeeper_unparsed_lines 0\n");
  }
}

TEST_CASE("the extremes of a summary are gauges of their own", "[metrics]") {
  const auto families = mntr_families(
      "zk_cnt_app_write_per_namespace\t2\nzk_min_app_write_per_namespace\t10\n"
      "zk_max_app_write_per_namespace\t90\n");

  CHECK(lines_of(families, "zookeeper_write_size_min_bytes") ==
        "zookeeper_write_size_min_bytes{namespace=\"app\"} 10\n");
  CHECK(lines_of(families, "zookeeper_write_size_max_bytes") ==
        "zookeeper_write_size_max_bytes{namespace=\"app\"} 90\n");
  CHECK(find_family(families, "zookeeper_write_size_max_bytes")->type == "gauge");
}

TEST_CASE("a negative latency between clocks stays negative", "[metrics]") {
  CHECK(read_line("min_propagation_latency", "-3", "zookeeper_propagation_latency_min_seconds") ==
        "zookeeper_propagation_latency_min_seconds -0.003\n");
}

TEST_CASE("a figure that says none is left out", "[metrics]") {
  CHECK(read_line("last_proposal_size", "-1", "zookeeper_proposal_size_last_bytes").empty());
  CHECK(read_line("svc_quota_bytes_limit_per_namespace", "-2", "zookeeper_quota_limit_bytes")
            .empty());
  CHECK(read_line("open_file_descriptor_count", "-1", "zookeeper_open_file_descriptors").empty());
  CHECK(read_line("uptime", "NaN", "zookeeper_uptime_seconds").empty());
  CHECK(read_line("max_file_descriptor_count", "18446744073709551615",
                  "zookeeper_max_file_descriptors")
            .empty());
  CHECK(read_line("max_file_descriptor_count", "1048576", "zookeeper_max_file_descriptors") ==
        "zookeeper_max_file_descriptors 1048576\n");
}

TEST_CASE("a count beyond all sense is no count", "[metrics]") {
  for (const auto* count : {"1.0E300", "Infinity", "NaN", "-5"}) {
    CAPTURE(count);
    CHECK(read_line("cnt_fsynctime", count, "zookeeper_fsync_time_seconds") ==
          "zookeeper_fsync_time_seconds_sum 0\nzookeeper_fsync_time_seconds_count 0\n");
  }
}

TEST_CASE("a known key without a number is counted", "[metrics]") {
  const auto families = mntr_families("zk_znode_count\tnull\nzk_watch_count\t5\n");

  CHECK(unparsed(families) == "zookeeper_unparsed_lines 1\n");
  CHECK(find_family(families, "zookeeper_znodes") == nullptr);
  CHECK(find_family(families, "zookeeper_watches") != nullptr);
}

TEST_CASE("of a key that comes twice the first counts", "[metrics]") {
  const auto families = mntr_families(
      "zk_znode_count\t5\nzk_znode_count\t6\n"
      "zk_cnt_fsynctime\t7\nzk_cnt_fsynctime\t8\nzk_sum_fsynctime\t1000\nzk_sum_fsynctime\t2000\n"
      "zk_max_fsynctime\t3000\nzk_max_fsynctime\t4000\n"
      "zk_p50_readlatency\t1\nzk_p50_readlatency\t2\nzk_readlatency{quantile=\"0.5\"}\t3\n"
      "zk_made_up\t1\nzk_made_up\t2\n");

  CHECK(lines_of(families, "zookeeper_znodes") == "zookeeper_znodes 5\n");
  CHECK(lines_of(families, "zookeeper_fsync_time_seconds") ==
        "zookeeper_fsync_time_seconds_sum 1\nzookeeper_fsync_time_seconds_count 7\n");
  CHECK(lines_of(families, "zookeeper_fsync_time_max_seconds") ==
        "zookeeper_fsync_time_max_seconds 3\n");
  CHECK(lines_of(families, "zookeeper_read_latency_seconds")
            .starts_with("zookeeper_read_latency_seconds{quantile=\"0.5\"} 0.001\n"
                         "zookeeper_read_latency_seconds_sum"));
  CHECK(lines_of(families, "zookeeper_made_up") == "zookeeper_made_up 1\n");
  CHECK(unparsed(families) == "zookeeper_unparsed_lines 7\n");
}

TEST_CASE("two keys of one meaning are one metric", "[metrics]") {
  const auto* const name = "zookeeper_learners";
  CHECK(read_line("followers", "3", name) == "zookeeper_learners 3\n");
  CHECK(read_line("learners", "3", name) == "zookeeper_learners 3\n");
  CHECK(lines_of(mntr_families("zk_jvm_memory_bytes_used{area=\"heap\"}\t1.5E7\n"),
                 "zookeeper_jvm_memory_used_bytes") ==
        lines_of(mntr_families("zk_jvm_memory_used_bytes{area=\"heap\"}\t1.5E7\n"),
                 "zookeeper_jvm_memory_used_bytes"));
}

TEST_CASE("an unknown key is exported untyped under a safe name and counted", "[metrics]") {
  const auto families = mntr_families("zk_brand-new{a=\"b\"} thing\t7\nzk_other\ttext\n");

  const auto* family = find_family(families, "zookeeper_brand_new_a__b___thing");
  REQUIRE(family != nullptr);
  CHECK(family->type == "untyped");
  CHECK(family->help == "A mntr key that this exporter does not know: brand-new{a=\"b\"} thing.");
  CHECK(value_of(family->lines.at(0)) == 7);
  CHECK(lines_of(families, "zookeeper_unknown_keys") == "zookeeper_unknown_keys 2\n");
  CHECK(unparsed(families) == "zookeeper_unparsed_lines 1\n");
}

TEST_CASE("an unknown key keeps its labels", "[metrics]") {
  const auto families = mntr_families(
      "zk_brand_new{quantile=\"0.5\",key=\"a\"}\tNaN\nzk_brand_new{key=\"a\",quantile=\"0.99\"}\t3."
      "0\n"
      "zk_brand_new_count{key=\"a\"}\t9.0\nzk_brand_new{member=\"x\",__name__=\"up\"}\t1\n");

  CHECK(lines_of(families, "zookeeper_brand_new") ==
        "zookeeper_brand_new{key=\"a\",quantile=\"0.5\"} NaN\n"
        "zookeeper_brand_new{key=\"a\",quantile=\"0.99\"} 3\n"
        "zookeeper_brand_new{exported___name__=\"up\",exported_member=\"x\"} 1\n");
  CHECK(lines_of(families, "zookeeper_brand_new_count") ==
        "zookeeper_brand_new_count{key=\"a\"} 9\n");
  CHECK(find_family(families, "zookeeper_brand_new")->help ==
        "A mntr key that this exporter does not know: brand_new.");
  CHECK(lines_of(families, "zookeeper_unknown_keys") == "zookeeper_unknown_keys 4\n");
  CHECK(unparsed(families) == "zookeeper_unparsed_lines 0\n");
}

TEST_CASE("no series comes twice, however its labels are spelt", "[metrics]") {
  const std::string long_name(200, 'x');
  for (const auto& [reply, unparsed_lines] : std::vector<std::pair<std::string, int>>{
           {"zk_jvm_info{version=\"1\",vendor=\"a\"}\t1\nzk_jvm_info{vendor=\"a\",version=\"1\"}"
            "\t1\n",
            1},
           {"zk_jvm_threads_state{state=\"a\"}\t1\nzk_jvm_threads_state{state=\"a\",b=\"\"}\t2\n",
            1},
           {"zk_new{a=\"1\",b=\"2\"}\t1\nzk_new{b=\"2\",a=\"1\"}\t2\nzk_new{b=\"2\",a=\"1\",c=\"\"}"
            "\t3\n",
            2},
           {"zk_new{a=\"\"}\t1\nzk_new\t2\n", 1},
           {"zk_a-b{c=\"1\"}\t1\nzk_a+b{c=\"1\"}\t2\n", 1},
           {"zk_readlatency{quantile=\"0.5\"}\t1\nzk_readlatency{quantile=\"0.50\"}\t2\n"
            "zk_readlatency{quantile=\"5e-1\"}\t3\n",
            2},
           {"zk_jvm_gc_collection_seconds_sum{gc=\"a\",x=\"1\"}\t1\n"
            "zk_jvm_gc_collection_seconds_count{x=\"1\",gc=\"a\"}\t1\n"
            "zk_jvm_gc_collection_seconds{quantile=\"0.5\",gc=\"a\",x=\"1\"}\t1\n",
            0},
           {"zk_cnt_" + long_name + "_read_per_namespace\t1\nzk_cnt_" + label_value(long_name) +
                "_read_per_namespace\t2\n",
            1},
       }) {
    CAPTURE(reply);
    const auto families = mntr_families(reply);
    CHECK(unparsed(families) ==
          "zookeeper_unparsed_lines " + std::to_string(unparsed_lines) + "\n");
    for (const auto& family : families) {
      std::set<std::string> series;
      for (const auto& line : family.lines) {
        CHECK(series.insert(series_of(line)).second);
      }
    }
  }
}

TEST_CASE("a huge key becomes a short name", "[metrics]") {
  const std::string huge(7U << 20U, 'k');
  const auto families = mntr_families("zk_" + huge + "1\t1\nzk_" + huge + "2\t2\n");

  std::size_t found = 0;
  for (const auto& family : families) {
    CHECK(family.name.size() <= 200);
    CHECK(family.help.size() <= 300);
    found += family.name.starts_with("zookeeper_kkk") ? 1 : 0;
  }
  CHECK(found == 2);
}

TEST_CASE("extremes and sums without an end are not exported", "[metrics]") {
  const auto families = mntr_families(
      "zk_cnt_fsynctime\t1\nzk_sum_fsynctime\tInfinity\nzk_min_fsynctime\tNaN\n"
      "zk_max_fsynctime\t-Infinity\n");

  CHECK(find_family(families, "zookeeper_fsync_time_max_seconds") == nullptr);
  CHECK(find_family(families, "zookeeper_fsync_time_min_seconds") == nullptr);
  CHECK(unparsed(families) == "zookeeper_unparsed_lines 3\n");
}

TEST_CASE("followers beside learners are a figure of their own", "[metrics]") {
  const auto families = mntr_families("zk_followers\t1\nzk_learners\t2\n");

  CHECK(lines_of(families, "zookeeper_learners") == "zookeeper_learners 2\n");
  CHECK(lines_of(families, "zookeeper_followers") == "zookeeper_followers 1\n");
  CHECK(unparsed(families) == "zookeeper_unparsed_lines 0\n");
  CHECK(read_line("followers", "3", "zookeeper_followers").empty());
}

TEST_CASE("what newer ClickHouse Keepers say is known", "[metrics]") {
  const auto families = mntr_families(
      "zk_followers\t1\nzk_synced_followers\t1\nzk_learners\t1\n"
      "zk_synced_non_voting_followers\t0\nzk_leader_uptime\t5000\nzk_sum_election_time\t0\n"
      "zk_cnt_election_time\t0\nzk_sum_leader_unavailable_time\t120\n"
      "zk_cnt_leader_unavailable_time\t2\n");

  CHECK(unparsed(families) == "zookeeper_unparsed_lines 0\n");
  CHECK(lines_of(families, "zookeeper_unknown_keys") == "zookeeper_unknown_keys 0\n");
  CHECK(lines_of(families, "zookeeper_leader_unavailable_time_seconds") ==
        "zookeeper_leader_unavailable_time_seconds_sum 0.12\n"
        "zookeeper_leader_unavailable_time_seconds_count 2\n");
}

TEST_CASE("an unknown key cannot take a known name", "[metrics]") {
  for (const auto* key : {"znodes", "up", "read_latency_seconds", "read_latency_seconds_sum",
                          "read_latency_max_seconds", "exporter_members", "unknown_keys"}) {
    CAPTURE(key);
    const auto families = mntr_families("zk_" + std::string(key) + "\t7\n");
    CHECK(lines_of(families, "zookeeper_" + std::string(key)).find(" 7\n") == std::string::npos);
    CHECK(lines_of(families, "zookeeper_unknown_keys") == "zookeeper_unknown_keys 1\n");
    CHECK(unparsed(families) == "zookeeper_unparsed_lines 1\n");
  }
}

TEST_CASE("of two unknown keys with one safe name the first counts", "[metrics]") {
  const auto families = mntr_families("zk_a-b\t1\nzk_a+b\t2\n");

  CHECK(lines_of(families, "zookeeper_a_b") == "zookeeper_a_b 1\n");
  CHECK(unparsed(families) == "zookeeper_unparsed_lines 1\n");
}

TEST_CASE("families come sorted by name", "[metrics]") {
  const auto families =
      mntr_families(read_file("data/3.9.3/leader/mntr.txt") + "zk_aaa\t1\nzk_zzz\t1\n");

  CHECK(std::ranges::is_sorted(families, {}, &PageFamily::name));
}

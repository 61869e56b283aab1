#include "metrics/mntr_names.hpp"

#include <catch2/catch.hpp>

using namespace zke;

namespace {

using LabelList = std::vector<std::pair<std::string_view, std::string_view>>;

struct Expected {
  const char* key;
  const char* name;
  Stat stat;
  double quantile = 0;
  const char* set_key = "";
};

}  // namespace

TEST_CASE("keys of all dialects find their row", "[metrics]") {
  const auto* const read = "zookeeper_read_latency_seconds";
  const auto* const write = "zookeeper_write_size_bytes";
  const auto* const ack = "zookeeper_ack_latency_seconds";
  for (const auto& each : std::to_array<Expected>({
           {"znode_count", "zookeeper_znodes", Stat::kValue},
           {"cnt_readlatency", read, Stat::kCount},
           {"sum_readlatency", read, Stat::kSum},
           {"avg_readlatency", read, Stat::kAvg},
           {"min_readlatency", read, Stat::kMin},
           {"max_readlatency", read, Stat::kMax},
           {"p50_readlatency", read, Stat::kQuantile, 0.5},
           {"p95_readlatency", read, Stat::kQuantile, 0.95},
           {"p99_readlatency", read, Stat::kQuantile, 0.99},
           {"p999_readlatency", read, Stat::kQuantile, 0.999},
           {"readlatency_count", read, Stat::kCount},
           {"readlatency_sum", read, Stat::kSum},
           {"readlatency{quantile=\"0.9\"}", read, Stat::kQuantile, 0.9},
           {"cnt_app_write_per_namespace", write, Stat::kCount, 0, "app"},
           {"max_max_app_write_per_namespace", write, Stat::kMax, 0, "max_app"},
           {"sum_a_write_per_namespace_write_per_namespace", write, Stat::kSum, 0,
            "a_write_per_namespace"},
           {R"(write_per_namespace_count{key="app"})", write, Stat::kCount, 0, "app"},
           {R"(write_per_namespace{key="app",quantile="0.5"})", write, Stat::kQuantile, 0.5, "app"},
           {"cnt_2_ack_latency", ack, Stat::kCount, 0, "2"},
           {"p999_2_ack_latency", ack, Stat::kQuantile, 0.999, "2"},
           {"cnt_quorum_ack_latency", "zookeeper_quorum_ack_latency_seconds", Stat::kCount},
           {"app_quota_count_limit_per_namespace", "zookeeper_quota_limit_znodes", Stat::kValue, 0,
            "app"},
           {"min_app_quota_bytes_usage_per_namespace", "zookeeper_quota_used_bytes", Stat::kValue,
            0, "min_app"},
           {"quota_count_limit_per_namespace{key=\"app\"}", "zookeeper_quota_limit_znodes",
            Stat::kValue, 0, "app"},
       })) {
    CAPTURE(each.key);
    const auto found = find_mntr_name(each.key);
    REQUIRE(found);
    CHECK(row_of(found->row).name == each.name);
    CHECK(found->stat == each.stat);
    CHECK(found->quantile == each.quantile);
    CHECK(found->set_key == each.set_key);
  }
}

TEST_CASE("a key that is not in the catalogue finds nothing", "[metrics]") {
  for (const auto* key :
       {"", "znode_counts", "Znode_count", "xyz_readlatency", "p42_readlatency", "readlatency",
        "app_write_per_namespace", "readlatency{quantile=\"x\"}", "readlatency{quantile=\"NaN\"}",
        "readlatency{quantile=\"7\"}", "readlatency{quantile=\"0.5\"", "{}", "_ack_latency",
        "no_such_row{key=\"app\"}"}) {
    CAPTURE(key);
    CHECK_FALSE(find_mntr_name(key));
  }
}

TEST_CASE("the labels of the JVM's metrics are kept", "[metrics]") {
  const auto found = find_mntr_name("jvm_memory_bytes_used{area=\"heap\"}");
  REQUIRE(found);
  CHECK(row_of(found->row).name == "zookeeper_jvm_memory_used_bytes");
  CHECK(found->labels == LabelList{{"area", "heap"}});

  const auto info =
      find_mntr_name(R"(jvm_info{version="17.0.1+12",vendor="Debian, Inc",runtime="OpenJDK"})");
  REQUIRE(info);
  CHECK(info->labels ==
        LabelList{{"version", "17.0.1+12"}, {"vendor", "Debian, Inc"}, {"runtime", "OpenJDK"}});
}

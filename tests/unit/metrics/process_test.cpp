#include "metrics/process.hpp"

#include <algorithm>
#include <chrono>
#include <sys/resource.h>

#include <catch2/catch.hpp>

#include "metrics/self_metrics.hpp"

using namespace zke;

namespace {

double value_of(const SelfMetrics& metrics, const std::string& name) {
  const auto families = metrics.families();
  const auto found = std::ranges::find(families, name, &prometheus::MetricFamily::name);
  return found == families.end() ? -1 : found->metric.at(0).gauge.value;
}

}  // namespace

TEST_CASE("the process's start time is the one that was read at the start", "[metrics]") {
  const SelfMetrics metrics(1234.5);

  CHECK(value_of(metrics, "process_start_time_seconds") == 1234.5);
  CHECK(value_of(metrics, "process_start_time_seconds") == 1234.5);
}

TEST_CASE("the process's start lies before now, and not before the machine's", "[metrics]") {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto start = read_process_start();

  CHECK(start > 0);
  CHECK(start <= std::chrono::duration<double>(now).count() + 0.1);
  CHECK(value_of(SelfMetrics(), "process_start_time_seconds") == Approx(start).margin(0.1));
}

TEST_CASE("without a descriptor left, figures that need one are absent, not 0", "[metrics]") {
  const SelfMetrics metrics;
  REQUIRE(value_of(metrics, "process_open_fds") > 2);
  REQUIRE(value_of(metrics, "process_resident_memory_bytes") > 0);
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{0, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  const auto families = metrics.families();
  setrlimit(RLIMIT_NOFILE, &before);

  const auto has = [&](const char* name) {
    return std::ranges::find(families, name, &prometheus::MetricFamily::name) != families.end();
  };
  CHECK_FALSE(has("process_open_fds"));
  CHECK_FALSE(has("process_resident_memory_bytes"));
  CHECK_FALSE(has("process_virtual_memory_bytes"));
  CHECK(has("process_max_fds"));
}

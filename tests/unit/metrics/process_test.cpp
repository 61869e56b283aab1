#include "metrics/process.hpp"

#include <algorithm>
#include <chrono>

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
  const SelfMetrics metrics(1, 1234.5);

  CHECK(value_of(metrics, "process_start_time_seconds") == 1234.5);
  CHECK(value_of(metrics, "process_start_time_seconds") == 1234.5);
}

TEST_CASE("the process's start lies before now, and not before the machine's", "[metrics]") {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto start = read_process_start();

  CHECK(start > 0);
  CHECK(start <= std::chrono::duration<double>(now).count() + 0.1);
  CHECK(value_of(SelfMetrics(1), "process_start_time_seconds") == Approx(start).margin(0.1));
}

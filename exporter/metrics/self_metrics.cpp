#include "metrics/self_metrics.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "base/log.hpp"
#include "base/version.hpp"
#include "metrics/families.hpp"

namespace zke {

namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

const prometheus::Histogram::BucketBoundaries request_buckets{0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                              0.025,  0.05,  0.1,    0.5,   1};
const prometheus::Histogram::BucketBoundaries lag_buckets{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5};

/// A family of `registry` with the name and the help of its catalogue row.
template <class Builder>
auto& build(Builder builder, const char* name, prometheus::Registry& registry) {
  return builder.Name(name).Help(std::string(find_row(name)->help)).Register(registry);
}

}  // namespace

struct SelfMetrics::Metrics {
  prometheus::Registry registry;
  Family<Counter>& requests =
      build(prometheus::BuildCounter(), "zookeeper_exporter_http_requests_total", registry);
  Family<Histogram>& durations = build(
      prometheus::BuildHistogram(), "zookeeper_exporter_http_request_duration_seconds", registry);
  Gauge& connections =
      build(prometheus::BuildGauge(), "zookeeper_exporter_http_connections", registry).Add({});
  Counter& dropped_connections =
      build(prometheus::BuildCounter(), "zookeeper_exporter_http_connections_dropped_total",
            registry)
          .Add({});
  Histogram& loop_lag =
      build(prometheus::BuildHistogram(), "zookeeper_exporter_event_loop_lag_seconds", registry)
          .Add({}, lag_buckets);
  Gauge& members = build(prometheus::BuildGauge(), "zookeeper_exporter_members", registry).Add({});
  Gauge& reload_ok =
      build(prometheus::BuildGauge(), "zookeeper_exporter_config_last_reload_successful", registry)
          .Add({});
  Gauge& reload_time =
      build(prometheus::BuildGauge(),
            "zookeeper_exporter_config_last_reload_success_timestamp_seconds", registry)
          .Add({});
};

SelfMetrics::SelfMetrics(std::size_t members, double process_start)
    : metrics_(std::make_unique<Metrics>()), process_start_(process_start) {
  build(prometheus::BuildGauge(), "zookeeper_exporter_build_info", metrics_->registry)
      .Add({{"version", kVersion}, {"compiler", "g++ " __VERSION__}})
      .Set(1);
  metrics_->members.Set(static_cast<double>(members));
  metrics_->reload_ok.Set(1);
  metrics_->reload_time.SetToCurrentTime();
}

SelfMetrics::~SelfMetrics() = default;

void SelfMetrics::count_request(const std::string& handler, int code,
                                std::chrono::duration<double> took) {
  metrics_->requests.Add({{"handler", handler}, {"code", std::to_string(code)}}).Increment();
  metrics_->durations.Add({{"handler", handler}}, request_buckets).Observe(took.count());
}

void SelfMetrics::count_dropped_connection() { metrics_->dropped_connections.Increment(); }

void SelfMetrics::set_connections(std::size_t open) {
  metrics_->connections.Set(static_cast<double>(open));
}

void SelfMetrics::observe_loop_lag(std::chrono::duration<double> lag) {
  metrics_->loop_lag.Observe(lag.count());
}

std::vector<prometheus::MetricFamily> SelfMetrics::families() const {
  auto families = metrics_->registry.Collect();
  Families process;
  const auto figures = read_process_figures();
  process.add("process_cpu_seconds_total", figures.cpu_seconds);
  process.add("process_start_time_seconds", process_start_);
  const auto add_known = [&](const char* name, std::optional<std::uint64_t> figure) {
    if (figure) {
      process.add(name, static_cast<double>(*figure));
    }
  };
  add_known("process_resident_memory_bytes", figures.resident_bytes);
  add_known("process_virtual_memory_bytes", figures.virtual_bytes);
  add_known("process_open_fds", figures.open_fds);
  process.add("process_max_fds", static_cast<double>(figures.max_fds));
  process.add("zookeeper_exporter_log_lines_dropped_total",
              static_cast<double>(log::dropped_lines()));
  for (auto& family : process.take()) {
    families.push_back(std::move(family));
  }
  std::ranges::sort(families, {}, &prometheus::MetricFamily::name);
  return families;
}

}  // namespace zke

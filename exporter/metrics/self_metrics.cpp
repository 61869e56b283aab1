#include "metrics/self_metrics.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "base/version.hpp"
#include "metrics/catalogue_parts.hpp"

namespace zke {

namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

const prometheus::Histogram::BucketBoundaries request_buckets{0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                              0.025,  0.05,  0.1,    0.5,   1};
const prometheus::Histogram::BucketBoundaries lag_buckets{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5};

const CatalogueRow& row_of(Counted counted) {
  return *std::ranges::find(exporter_rows(), Reading(counted), &CatalogueRow::reading);
}

/// A family of `registry` with the name and the help of its catalogue row.
template <class Builder>
auto& build(Builder builder, Counted counted, prometheus::Registry& registry) {
  const auto& row = row_of(counted);
  return builder.Name(std::string(row.name)).Help(std::string(row.help)).Register(registry);
}

Gauge& build_gauge(Counted counted, prometheus::Registry& registry) {
  return build(prometheus::BuildGauge(), counted, registry).Add({});
}

prometheus::MetricFamily family_of(const CatalogueRow& row, double value) {
  prometheus::MetricFamily family{std::string(row.name), std::string(row.help), row.type, {}};
  auto& metric = family.metric.emplace_back();
  (row.type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  return family;
}

}  // namespace

struct SelfMetrics::Metrics {
  prometheus::Registry registry;
  Family<Counter>& requests = build(prometheus::BuildCounter(), Counted::kRequests, registry);
  Family<Histogram>& durations =
      build(prometheus::BuildHistogram(), Counted::kRequestDurations, registry);
  Gauge& connections = build_gauge(Counted::kConnections, registry);
  Counter& dropped_connections =
      build(prometheus::BuildCounter(), Counted::kConnectionsDropped, registry).Add({});
  Histogram& loop_lag =
      build(prometheus::BuildHistogram(), Counted::kLoopLag, registry).Add({}, lag_buckets);
  Gauge& members = build_gauge(Counted::kMembers, registry);
  Gauge& reload_ok = build_gauge(Counted::kReloadSuccessful, registry);
  Gauge& reload_time = build_gauge(Counted::kReloadTime, registry);
  Family<Gauge>& config_hash = build(prometheus::BuildGauge(), Counted::kConfigHash, registry);
  Gauge* hash = nullptr;  ///< of the configuration in use
};

SelfMetrics::SelfMetrics(double process_start)
    : metrics_(std::make_unique<Metrics>()), process_start_(process_start) {
  build(prometheus::BuildGauge(), Counted::kBuildInfo, metrics_->registry)
      .Add({{"version", kVersion}, {"compiler", "g++ " __VERSION__}})
      .Set(1);
}

SelfMetrics::~SelfMetrics() = default;

void SelfMetrics::set_members(std::size_t count) {
  metrics_->members.Set(static_cast<double>(count));
}

void SelfMetrics::set_config(const ConfigState& state) {
  const std::chrono::duration<double> taken = state.taken.time_since_epoch();
  metrics_->reload_ok.Set(state.mistake.empty() ? 1 : 0);
  metrics_->reload_time.Set(taken.count());
  if (metrics_->hash != nullptr) {
    metrics_->config_hash.Remove(std::exchange(metrics_->hash, nullptr));
  }
  if (!state.sha256.empty()) {
    metrics_->hash = &metrics_->config_hash.Add({{"sha256", state.sha256}});
    metrics_->hash->Set(1);
  }
}

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
  auto process = read_process_figures();
  process.start = process_start_;
  for (const auto& row : exporter_rows()) {
    if (const auto* read = std::get_if<ExporterValue>(&row.reading)) {
      if (const auto value = (*read)(process)) {
        families.push_back(family_of(row, *value));
      }
    }
  }
  std::ranges::sort(families, {}, &prometheus::MetricFamily::name);
  return families;
}

}  // namespace zke

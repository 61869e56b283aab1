#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <prometheus/metric_family.h>

#include "base/config_state.hpp"
#include "metrics/process.hpp"

namespace zke {

/// The exporter's metrics about itself.
class SelfMetrics {
 public:
  /// `process_start` is the process's, in Unix time.
  explicit SelfMetrics(double process_start = read_process_start());
  ~SelfMetrics();
  SelfMetrics(const SelfMetrics&) = delete;
  SelfMetrics& operator=(const SelfMetrics&) = delete;
  SelfMetrics(SelfMetrics&&) = delete;
  SelfMetrics& operator=(SelfMetrics&&) = delete;

  /// Members that are configured, in all ensembles.
  void set_members(std::size_t count);
  void set_config(const ConfigState& state);

  /// `handler` is the page's path, or "other": a client must not be able to make up label values.
  void count_request(const std::string& handler, int code, std::chrono::duration<double> took);
  void count_dropped_connection();
  void set_connections(std::size_t open);

  /// How late a timer fired.
  void observe_loop_lag(std::chrono::duration<double> lag);

  /// All of them, with the process's own, sorted by name.
  std::vector<prometheus::MetricFamily> families() const;

 private:
  struct Metrics;
  std::unique_ptr<Metrics> metrics_;
  double process_start_;
};

}  // namespace zke

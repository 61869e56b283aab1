#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/metric_family.h>

#include "metrics/catalogue.hpp"
#include "metrics/labels.hpp"

namespace zke {

/// A row's families: its own and, of a summary, the gauges of its extremes.
enum class Part { kMain, kMin, kMax };

/// Gathers metrics by family, in any order, and hands them out by name. Names, types and helps come
/// from the catalogue; a name without a row is a bug and throws. No series comes out twice.
class Families {
 public:
  Families();

  /// A new metric of the row's family.
  prometheus::ClientMetric& add(const CatalogueRow& row, Part part, Labels labels = {});

  /// A gauge or counter of the row called `name`.
  void add(std::string_view name, double value, Labels labels = {});

  /// What was added to the row's family so far.
  std::vector<prometheus::ClientMetric>& metrics(const CatalogueRow& row, Part part);

  /// A metric that the catalogue does not know, untyped. False when the name is one of ours.
  bool add_unknown(const std::string& name, std::string help, Labels labels, double value);

  /// Adds to `zookeeper_unparsed_lines`, which is there from the first call on.
  void count_unparsed(std::size_t lines);

  /// All families with a metric, sorted by name. Of metrics with the same labels the first stays,
  /// the others count as unparsed.
  std::vector<prometheus::MetricFamily> take();

 private:
  std::vector<std::vector<prometheus::ClientMetric>> known_;  ///< by the family's place
  std::map<std::string, prometheus::MetricFamily> unknown_;
  std::optional<std::size_t> unparsed_;
};

/// Stores `value` in the field that fits `type`; not for summaries and histograms.
void set_value(prometheus::ClientMetric& metric, prometheus::MetricType type, double value);

}  // namespace zke

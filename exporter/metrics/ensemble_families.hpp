#pragma once

#include <vector>

#include <prometheus/metric_family.h>

#include "judge/verdict.hpp"

namespace zke {

/// The verdict as families sorted by name, without the label `ensemble`; those about one member
/// carry the label `member`. What is not known has no metric.
std::vector<prometheus::MetricFamily> ensemble_families(const EnsembleVerdict& verdict);

}  // namespace zke

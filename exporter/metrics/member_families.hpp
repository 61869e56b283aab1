#pragma once

#include <vector>

#include <prometheus/metric_family.h>

#include "judge/member_sample.hpp"

namespace zke {

/// Everything that a sample says, as families sorted by name, without the labels `ensemble` and
/// `member`. What the sample does not know has no metric.
std::vector<prometheus::MetricFamily> member_families(const MemberSample& sample);

}  // namespace zke

#pragma once

#include <cstddef>

#include "fourletter/mntr.hpp"
#include "metrics/families.hpp"

namespace zke {

/// Label sets that clients can multiply are cut at this many a family and member: a ZooKeeper keeps
/// one for every top-level znode that was ever used.
constexpr std::size_t kMaxLabelSets = 100;

/// Lines with labels of the JVM's metrics that are read.
constexpr std::size_t kMaxLabelledLines = 1000;

/// Adds what `mntr` says. Of each set the label sets with the largest counts (or values) stay.
/// Negative gauges and counters, with which ZooKeeper says "none" or "no limit", are left out.
void add_mntr_families(const Mntr& mntr, Families& families);

/// `value` in our base unit; divides where that is exact, so that 27 ms is 0.027 s.
double to_base_unit(double value, const CatalogueRow& row);

}  // namespace zke

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/metric_type.h>

#include "metrics/catalogue.hpp"

namespace zke {

/// What stands above the lines of one metric.
struct Family {
  std::string name;
  std::string help;
  prometheus::MetricType type;
};

/// All families that rows yield, sorted by name; a Summary yields three.
const std::vector<Family>& known_families();
using FamilyId = std::uint16_t;  ///< a place there

/// A row's families: its own and, of a summary, the gauges of its extremes.
enum class Part : std::uint8_t { kMain, kMin, kMax };

/// Rows of one name have one family.
FamilyId family_of(RowId row, Part part = Part::kMain);

/// The place of the first known family whose name is not before `name`.
FamilyId place_of(std::string_view name);

/// Whether lines of a known family begin with this name.
bool is_known_name(std::string_view name);

}  // namespace zke

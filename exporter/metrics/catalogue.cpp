#include "metrics/catalogue.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "metrics/catalogue_parts.hpp"

namespace zke {

namespace {

std::vector<CatalogueRow> all_rows() {
  std::vector<CatalogueRow> rows(mntr_rows().begin(), mntr_rows().end());
  rows.insert(rows.end(), own_rows().begin(), own_rows().end());
  std::ranges::stable_sort(rows, {}, &CatalogueRow::name);
  return rows;
}

}  // namespace

std::span<const CatalogueRow> catalogue() {
  static const auto rows = all_rows();
  return rows;
}

const CatalogueRow* find_row(std::string_view name) {
  const auto rows = catalogue();
  const auto found = std::ranges::lower_bound(rows, name, {}, &CatalogueRow::name);
  return found != rows.end() && found->name == name ? &*found : nullptr;
}

std::string stat_name(std::string_view summary_name, std::string_view stat) {
  std::string name(summary_name);
  for (const auto* unit : {"_seconds", "_bytes"}) {
    if (summary_name.ends_with(unit)) {
      name.resize(name.size() - std::string_view(unit).size());
      return name + "_" + std::string(stat) + unit;
    }
  }
  return name + "_" + std::string(stat);
}

}  // namespace zke

#include "metrics/catalogue.hpp"

#include <algorithm>
#include <vector>

#include "metrics/catalogue_parts.hpp"

namespace zke {

namespace {

std::vector<CatalogueRow> all_rows() {
  std::vector<CatalogueRow> rows;
  for (const auto part :
       {mntr_rows(), member_rows(), tls_rows(), client_rows(), ensemble_rows(), exporter_rows()}) {
    rows.insert(rows.end(), part.begin(), part.end());
  }
  std::ranges::stable_sort(rows, {}, &CatalogueRow::name);
  return rows;
}

}  // namespace

std::span<const CatalogueRow> catalogue() {
  static const auto rows = all_rows();
  return rows;
}

const CatalogueRow& row_of(RowId id) { return catalogue()[id]; }

RowId mntr_row(std::string_view key) {
  const auto rows = catalogue();
  const auto found = std::ranges::find_if(rows, [key](const CatalogueRow& row) {
    return row.source == Source::kMntr && row.key == key;
  });
  const auto first = std::ranges::lower_bound(rows, found->name, {}, &CatalogueRow::name);
  return static_cast<RowId>(std::ranges::distance(rows.begin(), first));
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

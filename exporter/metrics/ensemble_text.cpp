#include "metrics/ensemble_text.hpp"

#include <optional>
#include <variant>

#include "metrics/catalogue.hpp"

namespace zke {

void write_ensemble(const Snapshot& ensemble, FamilyText& to) {
  for (RowId id = 0; id < catalogue().size(); ++id) {
    const auto& row = row_of(id);
    std::optional<double> value;
    to.open(known_families()[family_of(id)]);
    if (const auto* lines = std::get_if<EnsembleLines>(&row.reading)) {
      (*lines)(ensemble.verdict, to);
    } else if (const auto* read = std::get_if<EnsembleValue>(&row.reading)) {
      value = (*read)(ensemble.verdict);
    } else if (const auto* of_tls = std::get_if<TlsValue>(&row.reading);
               of_tls != nullptr && ensemble.tls) {
      value = (*of_tls)(*ensemble.tls);
    } else if (const auto* of_all = std::get_if<SnapshotValue>(&row.reading)) {
      value = (*of_all)(ensemble);
    }
    if (value) {
      to.add(*value / row.divisor);
    }
  }
}

}  // namespace zke

#include "metrics/ensemble_text.hpp"

#include <optional>
#include <variant>

#include "metrics/catalogue.hpp"

namespace zke {

void write_ensemble(const EnsembleVerdict& verdict, const std::optional<Snapshot::Tls>& tls,
                    FamilyText& to) {
  for (RowId id = 0; id < catalogue().size(); ++id) {
    const auto& row = row_of(id);
    std::optional<double> value;
    to.open(known_families()[family_of(id)]);
    if (const auto* lines = std::get_if<EnsembleLines>(&row.reading)) {
      (*lines)(verdict, to);
    } else if (const auto* read = std::get_if<EnsembleValue>(&row.reading)) {
      value = (*read)(verdict);
    } else if (const auto* of_tls = std::get_if<TlsValue>(&row.reading); of_tls != nullptr && tls) {
      value = (*of_tls)(*tls);
    }
    if (value) {
      to.add(*value / row.divisor);
    }
  }
}

}  // namespace zke

#include "metrics/ensemble_text.hpp"

#include <variant>

#include "metrics/catalogue.hpp"

namespace zke {

void write_verdict(const EnsembleVerdict& verdict, FamilyText& to) {
  for (RowId id = 0; id < catalogue().size(); ++id) {
    const auto& row = row_of(id);
    if (row.source != Source::kEnsemble) {
      continue;
    }
    to.open(known_families()[family_of(id)]);
    if (const auto* lines = std::get_if<EnsembleLines>(&row.reading)) {
      (*lines)(verdict, to);
    } else if (const auto value = std::get<EnsembleValue>(row.reading)(verdict)) {
      to.add(*value / row.divisor);
    }
  }
}

}  // namespace zke

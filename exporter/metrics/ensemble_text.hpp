#pragma once

#include <optional>

#include "judge/snapshot.hpp"
#include "metrics/family_text.hpp"

namespace zke {

/// Writes the verdict, and how TLS is spoken; lines about one member carry the label `member`. What
/// is not known has no line.
void write_ensemble(const EnsembleVerdict& verdict, const std::optional<Snapshot::Tls>& tls,
                    FamilyText& to);

}  // namespace zke

#pragma once

#include "judge/snapshot.hpp"
#include "metrics/family_text.hpp"

namespace zke {

/// Writes the verdict, how TLS is spoken and whether the canary writes; lines about one member
/// carry the label `member`. What is not known has no line.
void write_ensemble(const Snapshot& ensemble, FamilyText& to);

}  // namespace zke

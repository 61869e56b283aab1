#pragma once

#include "judge/verdict.hpp"
#include "metrics/family_text.hpp"

namespace zke {

/// Writes the verdict; lines about one member carry the label `member`. What is not known has no
/// line.
void write_verdict(const EnsembleVerdict& verdict, FamilyText& to);

}  // namespace zke

#pragma once

#include <string>
#include <vector>

#include "poll/settings.hpp"

namespace zke {

/// What differs between two lists of ensembles, each as EnsembleList makes it: one text a change.
/// Empty exactly when they are equal.
std::vector<std::string> find_ensemble_changes(const std::vector<EnsembleSettings>& before,
                                               const std::vector<EnsembleSettings>& now);

/// `a, b, c`; of a long list the first ones: `a, b and 97 more`.
std::string list_some(const std::vector<std::string>& texts);

}  // namespace zke

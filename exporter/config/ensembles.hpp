#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "poll/settings.hpp"

namespace zke {

/// Of an ensemble that has no name in the file, and of the flags' one.
constexpr std::string_view kDefaultEnsemble = "default";

/// What is wrong with an ensemble's name, which becomes a label value, or nothing.
std::string find_name_mistake(std::string_view name);

/// The ensembles as the file or the flags list them. No name and no server may be in two places,
/// whatever its spelling. What is added returns what is wrong with it, or nothing.
class EnsembleList {
 public:
  std::string add(const std::string& name);

  /// Adds `address` to the members (and observers) of the last ensemble.
  std::string add_member(const Address& address, bool is_observer);

  /// The one that was added last, for its other settings.
  EnsembleSettings& last() { return ensembles_.back(); }

  const std::vector<EnsembleSettings>& ensembles() const { return ensembles_; }

 private:
  struct Place {
    std::string spelling;
    std::size_t ensemble = 0;
    bool is_observer = false;
  };

  std::vector<EnsembleSettings> ensembles_;
  std::set<std::string> names_;
  std::map<std::string, Place> places_;
};

}  // namespace zke

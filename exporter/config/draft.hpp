#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "config/settings.hpp"

namespace zke {

/// Where a setting of an ensemble was given, by the ensemble's name and the key in the table: as
/// Draft::places. A key of `ensembles[].tls` also gives that its place.
using EnsemblePlaces = std::map<std::pair<std::string, std::string>, std::string>;

/// Settings while they are read: first from the file, then from the flags.
struct Draft {
  Settings settings;

  /// Where a setting was given last, by its key in the table: "FILE:3: poll.interval" or
  /// "--poll.interval", with which a message begins.
  std::map<std::string, std::string, std::less<>> places = {};

  EnsemblePlaces ensemble_places = {};

  bool has(std::string_view key) const { return places.find(key) != places.end(); }
};

/// A timeout that nobody gave becomes 3 s, or the interval when that is shorter.
void settle_timeout(Draft& draft);

/// Throws for a value that does not go with the others, with its place.
void check_together(const Draft& draft);

}  // namespace zke

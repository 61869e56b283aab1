#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"

namespace zke {

/// One setting: all that the file, the flags, --help and docs/configuration.md know of it. A flag
/// that is no setting (--help) has a row without a key.
struct Setting {
  struct Default {
    std::string_view value = {};  ///< as it would be written
    std::string_view more = {};   ///< what --help adds to it
  };

  std::string_view flag;              ///< "poll.interval", without the dashes
  std::string_view key = {};          ///< in the file: "poll.interval"
  std::string_view group;             ///< under which title --help lists it
  std::string_view placeholder = {};  ///< "DURATION"; empty: a switch, which has no value
  bool is_list = false;               ///< a list in the file; a flag with commas, and several times
  std::string_view help;
  Default otherwise = {};
  std::string_view bounds = {};  ///< in words, for the document

  /// Puts the value (of a list: the values) into `settings`. Returns how a message goes on after
  /// the name when that is a mistake: "is 0; choose 1 to 5". Null where code of its own reads it:
  /// the ensembles, of which the file has many and the flags one.
  std::string (*read)(const std::vector<std::string>& texts, Settings& settings) = nullptr;

  /// The value in `settings`, as `read` would read it; null where that is.
  std::vector<std::string> (*show)(const Settings& settings) = nullptr;

  /// Of a setting that each ensemble of the file has, and the flags' one: the same two. `read_for`
  /// without a value: its section is there.
  std::string (*read_for)(const std::vector<std::string>& texts,
                          EnsembleSettings& ensemble) = nullptr;
  std::vector<std::string> (*show_of)(const EnsembleSettings& ensemble) = nullptr;

  /// What `read` says, of a value that other settings bound, once all are known; null: none do.
  std::string (*check)(const Settings& settings) = nullptr;
};

/// All rows, in the order of --help.
std::span<const Setting> settings_table();

/// Those of them that have `read_for`.
std::span<const Setting> ensemble_table();

/// Those of them that are about the source of figures.
std::span<const Setting> admin_table();

/// Those of them that are about the canary.
std::span<const Setting> canary_table();

}  // namespace zke

#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/command_line.hpp"
#include "config/draft.hpp"
#include "config/section.hpp"
#include "poll/settings.hpp"

namespace YAML {
class Emitter;
}

namespace zke {

/// Reads what ensemble_table() has from an ensemble's map in the file. Throws a ConfigError.
void read_ensemble_settings(Section& map, EnsembleSettings& ensemble, EnsemblePlaces& places);

/// The same from the flags. Gives the first of them that was given, or nothing.
std::string read_ensemble_settings(const GivenFlags& flags, EnsembleSettings& ensemble,
                                   EnsemblePlaces& places);

/// Writes them into the ensemble's map, which is open.
void write_ensemble_settings(const EnsembleSettings& ensemble, YAML::Emitter& out);

/// How they differ, one text each: "tls.verify full -> none". A secret that was not read does not.
std::vector<std::string> find_setting_changes(const EnsembleSettings& before,
                                              const EnsembleSettings& now);

/// The one line in a file that holds a password (admin.password_file, canary.auth_file); it may
/// block. The error goes on after the file's name, and never shows what is in it.
Result<std::string> read_secret(const std::string& file);

/// Looks whether the files that they name can be used, and reads the secrets in them, which may
/// block; and whether each ensemble's settings fit together. Throws a ConfigError.
void read_files(const EnsemblePlaces& places, std::vector<EnsembleSettings>& ensembles);

}  // namespace zke

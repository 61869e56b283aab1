#include "config/source.hpp"

#include <array>
#include <sha2.h>
#include <string_view>
#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"
#include "config/draft.hpp"
#include "config/ensemble_settings.hpp"
#include "config/ensembles.hpp"
#include "config/file.hpp"
#include "config/table.hpp"
#include "config/yaml.hpp"

namespace zke {

namespace {

using Texts = std::vector<std::string>;

[[noreturn]] void fail(std::string_view flag, const std::string& message) {
  throw ConfigError("--" + std::string(flag) + " " + message);
}

/// Adds the servers of a flag that may be given several times, with commas.
void add_members(const GivenFlags& flags, std::string_view name, bool is_observer,
                 EnsembleList& ensembles) {
  const auto found = flags.find(name);
  std::vector<Address> servers;
  for (const auto& value : found == flags.end() ? Texts() : found->second) {
    const auto addresses = parse_addresses(value);
    if (!addresses) {
      fail(name, addresses.error().detail());
    }
    servers.insert(servers.end(), addresses->begin(), addresses->end());
  }
  for (const auto& server : servers) {
    if (const auto mistake = ensembles.add_member(server, is_observer); !mistake.empty()) {
      fail(name, mistake);
    }
  }
}

/// The flags' ensemble takes the place of all those of the file.
void read_ensemble(const GivenFlags& flags, Draft& draft, Texts& overridden) {
  auto& settings = draft.settings;
  const auto name = value_of(flags, "zookeeper.ensemble");
  if (name && !find_name_mistake(*name).empty()) {
    fail("zookeeper.ensemble", find_name_mistake(*name));
  }
  if (!flags.contains("zookeeper.servers")) {
    if (name && flags.contains("config.file")) {
      fail("zookeeper.ensemble", "names the servers of --zookeeper.servers; give both or neither");
    }
    if (flags.contains("zookeeper.observers")) {
      fail("zookeeper.observers", "adds to --zookeeper.servers; give both");
    }
    EnsembleSettings ensemble = settings.ensembles[0];
    ensemble.name = name.value_or(ensemble.name);
    const auto other = read_ensemble_settings(flags, ensemble, draft.ensemble_places);
    if (!other.empty() && flags.contains("config.file")) {
      fail(other,
           "is about the servers of --zookeeper.servers; give both, or write it into the file");
    }
    if (!flags.contains("config.file")) {
      settings.ensembles = {ensemble};
    }
    return;
  }
  EnsembleList ensembles;
  ensembles.add(name.value_or(std::string(kDefaultEnsemble)));
  add_members(flags, "zookeeper.servers", false, ensembles);
  add_members(flags, "zookeeper.observers", true, ensembles);
  read_ensemble_settings(flags, ensembles.last(), draft.ensemble_places);
  settings.ensembles = ensembles.ensembles();
  if (draft.has("ensembles")) {
    overridden.emplace_back("ensembles");
  }
}

/// The values of a flag; those of a list are taken apart.
Texts split_values(const Setting& setting, const Texts& values) {
  if (!setting.is_list) {
    return values;
  }
  Texts parts;
  for (const auto& value : values) {
    for (const auto part : split(value, ',')) {
      parts.emplace_back(trim(part));
    }
  }
  return parts;
}

void read_table(const GivenFlags& flags, Draft& draft, Texts& overridden) {
  for (const auto& setting : settings_table()) {
    const auto found = flags.find(setting.flag);
    if (setting.read == nullptr || found == flags.end()) {
      continue;
    }
    const auto texts = split_values(setting, found->second);
    if (const auto mistake = setting.read(texts, draft.settings); !mistake.empty()) {
      fail(setting.flag, mistake);
    }
    if (draft.has(setting.key)) {
      overridden.emplace_back(setting.key);
    }
    draft.places.insert_or_assign(std::string(setting.key), "--" + std::string(setting.flag));
  }
}

}  // namespace

ConfigSource::ConfigSource(GivenFlags flags)
    : flags_(std::move(flags)), file_(value_of(flags_, "config.file").value_or("")) {}

std::string ConfigSource::read_text() const { return file_.empty() ? "" : read_config_file(file_); }

Configuration ConfigSource::parse(const std::string& text) const {
  Configuration config;
  Draft draft;
  if (!file_.empty()) {
    draft = read_config_text(shown_path(file_), text);
    config.sha256 = sha256_of(text);
    config.is_file_empty = draft.places.empty();
  }
  read_ensemble(flags_, draft, config.overridden);
  read_table(flags_, draft, config.overridden);
  settle_timeout(draft);
  check_together(draft);
  read_files(draft.ensemble_places, draft.settings.ensembles);
  config.settings = std::move(draft.settings);
  for (const auto& ensemble : config.settings.ensembles) {
    if (const auto& admin = ensemble.admin; !admin.password_file.empty()) {
      config.secrets[admin.password_file] = admin.password;
    }
    if (const auto& canary = ensemble.canary; !canary.auth_file.empty()) {
      config.secrets[canary.auth_file] = canary.auth;
    }
  }
  return config;
}

std::string sha256_of(const std::string& text) {
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  std::array<char, SHA256_DIGEST_STRING_LENGTH> hex{};
  SHA256Data(bytes.data(), bytes.size(), hex.data());
  return hex.data();
}

}  // namespace zke

#include "config/ensemble_settings.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

#include <yaml-cpp/yaml.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "config/settings.hpp"
#include "config/table.hpp"
#include "net/tls_context.hpp"

namespace zke {

namespace {

/// Where a setting stands in the map of an ensemble: `tls.ca_file` is `ca_file` of the map `tls`,
/// `tls` alone is a map, another name alone a value.
struct Place {
  std::string section;
  std::string key;

  explicit Place(const Setting& setting) {
    auto name = setting.key.substr(setting.key.find('.') + 1);
    const bool is_value = name.find('.') == std::string_view::npos && !setting.placeholder.empty();
    section = is_value ? "" : take_until(name, '.');
    key = name;
  }
};

/// What is not set has its default, in words.
std::string text_of(const Setting& setting, const std::vector<std::string>& texts) {
  return texts.empty() ? std::string(setting.otherwise.more) : texts.front();
}

constexpr std::string_view kTls = "ensembles[].tls";

/// Where the ensemble's key stands, with which a message begins.
std::string place_of(const EnsemblePlaces& places, const EnsembleSettings& ensemble,
                     std::string_view key) {
  const auto found = places.find({ensemble.name, std::string(key)});
  return found == places.end() ? "ensemble " + ensemble.name + ": " + std::string(key)
                               : found->second;
}

void note_place(EnsemblePlaces& places, const EnsembleSettings& ensemble, std::string_view key,
                const std::string& place) {
  places.insert_or_assign({ensemble.name, std::string(key)}, place);
  if (key.starts_with(kTls)) {
    places.try_emplace({ensemble.name, std::string(kTls)}, place);
  }
}

/// What belongs to the settings of the AdminServer beside their values.
void read_admin_password(const EnsemblePlaces& places, EnsembleSettings& ensemble) {
  auto& admin = ensemble.admin;
  const auto fail = [&](std::string_view key, const std::string& message) {
    throw ConfigError(place_of(places, ensemble, "ensembles[].admin." + std::string(key)) + " " +
                      message);
  };
  if (admin.is_https && !ensemble.tls) {
    fail("scheme",
         "is https, which needs tls: (--zookeeper.tls.enabled); `tls: {}` takes the system's "
         "authorities");
  }
  if (!admin.username.empty() && admin.password_file.empty()) {
    fail("username", "needs admin.password_file, the file with the password");
  }
  if (admin.username.empty() && !admin.password_file.empty()) {
    fail("password_file", "needs admin.username, whose password it holds");
  }
  if (admin.password_file.empty()) {
    return;
  }
  auto password = read_secret(admin.password_file);
  if (!password) {
    fail("password_file", shown_path(admin.password_file) + " " + password.error().detail() +
                              "; it must hold one line, the password");
  }
  admin.password = std::move(*password);
}

bool is_user_and_password(std::string_view line) {
  const auto colon = line.find(':');
  return colon != std::string_view::npos && colon != 0 && colon + 1 != line.size();
}

void read_canary_auth(const EnsemblePlaces& places, EnsembleSettings& ensemble) {
  auto& canary = ensemble.canary;
  if (canary.auth_file.empty()) {
    return;
  }
  auto auth = read_secret(canary.auth_file);
  if (!auth || !is_user_and_password(*auth)) {
    throw ConfigError(place_of(places, ensemble, "ensembles[].canary.auth_file") + " " +
                      shown_path(canary.auth_file) + " " +
                      (auth ? "holds no user and password" : auth.error().detail()) +
                      "; it must hold one line, user:password");
  }
  canary.auth = std::move(*auth);
}

/// Whether a file of one name holds another secret; one that was not read is none.
bool is_other_secret(const std::string& last_file, const std::string& last, const std::string& file,
                     const std::string& now) {
  return file == last_file && now != last && !last.empty();
}

/// The mistake begins with the key that it is about, if it is about one.
[[noreturn]] void fail_tls(const EnsemblePlaces& places, const EnsembleSettings& ensemble,
                           std::string_view mistake) {
  auto rest = mistake;
  const auto key = std::string(kTls) + "." + std::string(take_until(rest, ' '));
  if (places.contains({ensemble.name, key})) {
    throw ConfigError(place_of(places, ensemble, key) + " " + std::string(rest));
  }
  throw ConfigError(place_of(places, ensemble, kTls) + ": " + std::string(mistake));
}

}  // namespace

Result<std::string> read_secret(const std::string& file) {
  constexpr std::size_t kMaxSecret = 4096;
  const auto read = read_file(file, kMaxSecret);
  if (!read) {
    return read.error();
  }
  std::string_view rest = read->text;
  const auto line = take_line(rest);
  if (line.empty() || !rest.empty()) {
    return Error(Reason::kMalformed, "holds no line, or several");
  }
  return std::string(line);
}

void read_ensemble_settings(Section& map, EnsembleSettings& ensemble, EnsemblePlaces& places) {
  std::map<std::string, std::optional<Section>> sections;
  for (const auto& setting : ensemble_table()) {
    const Place place(setting);
    auto* in = &map;
    if (!place.section.empty()) {
      auto [section, is_new] = sections.try_emplace(place.section);
      if (is_new) {
        section->second = map.find_section(place.section);
      }
      in = section->second ? &*section->second : nullptr;
    }
    if (in == nullptr) {
      continue;
    }
    if (place.key.empty()) {
      setting.read_for({}, ensemble);
      note_place(places, ensemble, setting.key, in->place());
    } else if (const auto value = in->find(place.key)) {
      if (const auto mistake = setting.read_for({value->text()}, ensemble); !mistake.empty()) {
        value->fail(mistake);
      }
      note_place(places, ensemble, setting.key, value->place());
    }
  }
  for (const auto& [name, section] : sections) {
    if (section) {
      section->finish();
    }
  }
}

std::string read_ensemble_settings(const GivenFlags& flags, EnsembleSettings& ensemble,
                                   EnsemblePlaces& places) {
  std::string first;
  for (const auto& setting : ensemble_table()) {
    const auto found = flags.find(setting.flag);
    if (found == flags.end()) {
      continue;
    }
    const std::string flag(setting.flag);
    first = first.empty() ? flag : first;
    if (const auto mistake = setting.read_for(found->second, ensemble); !mistake.empty()) {
      throw ConfigError("--" + flag + " " + mistake);
    }
    note_place(places, ensemble, setting.key, "--" + flag);
  }
  return first;
}

void write_ensemble_settings(const EnsembleSettings& ensemble, YAML::Emitter& out) {
  std::string open;
  const auto open_section = [&](const std::string& section) {
    if (!open.empty() && section != open) {
      out << YAML::EndMap;
    }
    if (!section.empty() && section != open) {
      out << YAML::Key << section << YAML::Value << YAML::BeginMap;
    }
    open = section;
  };
  for (const auto& setting : ensemble_table()) {
    const auto texts = setting.show_of(ensemble);
    if (texts.empty()) {
      continue;
    }
    const Place place(setting);
    open_section(place.section);
    if (!place.key.empty()) {
      // In quotes: `1.2` is a text for us, not for every reader of YAML.
      out << YAML::Key << place.key << YAML::Value << YAML::DoubleQuoted << texts.front();
    }
  }
  open_section("");
}

std::vector<std::string> find_setting_changes(const EnsembleSettings& before,
                                              const EnsembleSettings& now) {
  std::vector<std::string> changes;
  std::string told;  // a section that came or went as a whole
  for (const auto& setting : ensemble_table()) {
    const auto last = setting.show_of(before);
    const auto next = setting.show_of(now);
    const Place place(setting);
    if (last == next || (!told.empty() && place.section == told)) {
      continue;
    }
    if (place.key.empty()) {
      told = place.section;
      changes.push_back(told + (last.empty() ? " added" : " removed"));
    } else {
      const auto name = place.section.empty() ? place.key : place.section + "." + place.key;
      changes.push_back(name + " " + text_of(setting, last) + " -> " + text_of(setting, next));
    }
  }
  if (is_other_secret(before.admin.password_file, before.admin.password, now.admin.password_file,
                      now.admin.password)) {
    changes.emplace_back("admin.password_file holds another password");
  }
  if (is_other_secret(before.canary.auth_file, before.canary.auth, now.canary.auth_file,
                      now.canary.auth)) {
    changes.emplace_back("canary.auth_file holds another user or password");
  }
  return changes;
}

void read_files(const EnsemblePlaces& places, std::vector<EnsembleSettings>& ensembles) {
  std::vector<TlsSettings> good;
  for (auto& ensemble : ensembles) {
    read_admin_password(places, ensemble);
    read_canary_auth(places, ensemble);
    if (!ensemble.tls || std::ranges::find(good, *ensemble.tls) != good.end()) {
      continue;
    }
    const auto context = TlsContext::load(*ensemble.tls);
    if (!context) {
      fail_tls(places, ensemble, context.error().detail());
    }
    good.push_back(*ensemble.tls);
  }
}

}  // namespace zke

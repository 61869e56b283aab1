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

std::string text_of(const std::vector<std::string>& texts) {
  return texts.empty() ? "not set" : texts.front();
}

/// What belongs to the settings of the AdminServer beside their values.
void read_admin_password(const std::string& place, EnsembleSettings& ensemble) {
  auto& admin = ensemble.admin;
  if (admin.is_https && !ensemble.tls) {
    throw ConfigError(place +
                      "admin.scheme https needs tls:, be it `tls: {}` (the system's authorities)");
  }
  if (admin.username.empty() != admin.password_file.empty()) {
    throw ConfigError(place + "admin.username and admin.password_file need each other");
  }
  if (admin.password_file.empty()) {
    return;
  }
  auto password = read_password(admin.password_file);
  if (!password) {
    throw ConfigError(place + "admin.password_file " + shown_path(admin.password_file) + " " +
                      password.error().detail());
  }
  admin.password = std::move(*password);
}

}  // namespace

Result<std::string> read_password(const std::string& file) {
  constexpr std::size_t kMaxPassword = 4096;
  const auto read = read_file(file, kMaxPassword);
  if (!read) {
    return read.error();
  }
  std::string_view rest = read->text;
  const auto line = take_line(rest);
  if (line.empty() || !rest.empty()) {
    return Error(Reason::kMalformed, "must hold one line, the password");
  }
  return std::string(line);
}

void read_ensemble_settings(Section& map, EnsembleSettings& ensemble) {
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
    } else if (const auto value = in->find(place.key)) {
      if (const auto mistake = setting.read_for({value->text()}, ensemble); !mistake.empty()) {
        value->fail(mistake);
      }
    }
  }
  for (const auto& [name, section] : sections) {
    if (section) {
      section->finish();
    }
  }
}

std::string read_ensemble_settings(const GivenFlags& flags, EnsembleSettings& ensemble) {
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
      changes.push_back(name + " " + text_of(last) + " -> " + text_of(next));
    }
  }
  if (now.admin.password_file == before.admin.password_file &&
      now.admin.password != before.admin.password && !before.admin.password.empty()) {
    changes.emplace_back("admin.password_file holds another password");
  }
  return changes;
}

void read_files(const std::string& place, std::vector<EnsembleSettings>& ensembles) {
  std::vector<TlsSettings> good;
  for (auto& ensemble : ensembles) {
    read_admin_password(place + "ensemble " + ensemble.name + ": ", ensemble);
    if (!ensemble.tls || std::ranges::find(good, *ensemble.tls) != good.end()) {
      continue;
    }
    const auto context = TlsContext::load(*ensemble.tls);
    if (!context) {
      throw ConfigError(place + "ensemble " + ensemble.name + ": tls: " + context.error().detail());
    }
    good.push_back(*ensemble.tls);
  }
}

}  // namespace zke

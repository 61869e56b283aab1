#include "config/dump.hpp"

#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "base/text.hpp"
#include "config/ensemble_settings.hpp"
#include "config/table.hpp"

namespace zke {

namespace {

void write_setting(const Setting& setting, std::string_view key, const Settings& settings,
                   YAML::Emitter& out) {
  const auto texts = setting.show(settings);
  out << YAML::Key << std::string(key) << YAML::Value;
  if (setting.is_list) {
    out << texts;
  } else {
    out << texts.front();
  }
}

/// All of the table that the file has, one map a section.
void write_table(const Settings& settings, YAML::Emitter& out) {
  std::string_view open;
  for (const auto& setting : settings_table()) {
    if (setting.show == nullptr) {
      continue;
    }
    auto key = setting.key;
    const auto section = take_until(key, '.');
    if (section != open) {
      if (!open.empty()) {
        out << YAML::EndMap;
      }
      out << YAML::Key << std::string(section) << YAML::Value << YAML::BeginMap;
      open = section;
    }
    write_setting(setting, key, settings, out);
  }
  out << YAML::EndMap;
}

void write_members(const char* key, const std::vector<std::string>& members, YAML::Emitter& out) {
  if (!members.empty()) {
    out << YAML::Key << key << YAML::Value << members;
  }
}

void write_ensemble(const EnsembleSettings& ensemble, YAML::Emitter& out) {
  // In quotes: `yes` and `0x10` are texts for us, not for every reader of YAML.
  out << YAML::BeginMap << YAML::Key << "name" << YAML::Value << YAML::DoubleQuoted
      << ensemble.name;
  std::vector<std::string> observers;
  for (const auto& observer : ensemble.observers) {
    observers.push_back(to_string(observer));
  }
  const std::set<std::string> is_observer(observers.begin(), observers.end());
  std::vector<std::string> others;
  for (const auto& member : ensemble.members) {
    auto name = to_string(member);
    if (!is_observer.contains(name)) {
      others.push_back(std::move(name));
    }
  }
  write_members("members", others, out);
  write_members("observers", observers, out);
  write_ensemble_settings(ensemble, out);
  out << YAML::EndMap;
}

}  // namespace

std::string to_yaml(const Settings& settings) {
  YAML::Emitter out;
  out << YAML::BeginMap;
  write_table(settings, out);
  out << YAML::Key << "ensembles" << YAML::Value << YAML::BeginSeq;
  for (const auto& ensemble : settings.ensembles) {
    write_ensemble(ensemble, out);
  }
  out << YAML::EndSeq << YAML::EndMap;
  return out.c_str() + std::string("\n");
}

}  // namespace zke

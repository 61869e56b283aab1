#include "config/section.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <yaml-cpp/yaml.h>

#include "base/text.hpp"
#include "config/settings.hpp"

namespace zke {

FileValue::FileValue(std::string file, const YAML::Node& node, std::string name)
    : file_(std::move(file)), node_(node), name_(std::move(name)) {}

std::string FileValue::text() const {
  if (!node_.IsScalar()) {
    fail("must be a single value, not a list, a map or nothing");
  }
  return node_.Scalar();
}

std::vector<std::string> FileValue::texts() const {
  if (!node_.IsSequence() || node_.size() == 0) {
    fail("must be a list with at least one entry, such as [a, b]");
  }
  std::vector<std::string> texts;
  for (const auto& entry : entries()) {
    texts.push_back(entry.text());
  }
  return texts;
}

std::vector<FileValue> FileValue::entries() const {
  std::vector<FileValue> entries;
  for (const auto& entry : node_) {
    entries.push_back(at(entry, name_));
  }
  return entries;
}

FileValue FileValue::at(const YAML::Node& node, std::string name) const {
  return {file_, node, std::move(name)};
}

void FileValue::fail(const std::string& message) const {
  throw ConfigError(place() + (name_.empty() ? "" : " ") + message);
}

std::string FileValue::place() const {
  constexpr std::size_t kMaxShown = 100;
  const auto line = node_.Mark().is_null() ? 1 : node_.Mark().line + 1;
  return file_ + ":" + std::to_string(line) + ": " + printable(name_, kMaxShown);
}

Section::Section(FileValue map) : map_(std::move(map)) {
  if (!map_.node().IsMap()) {
    map_.fail(map_.name().empty() ? "the file must be a map; see docs/configuration.md"
                                  : "must be a map, such as {key: value}");
  }
  std::set<std::string> seen;
  for (const auto& entry : map_.node()) {
    if (!entry.first.IsScalar()) {
      map_.at(entry.first, map_.name()).fail("has a key that is no text");
    }
    if (!seen.insert(entry.first.Scalar()).second) {
      child(entry.first, entry.first.Scalar()).fail("stands there twice; remove one");
    }
  }
}

std::optional<FileValue> Section::find(std::string_view key) {
  known_.emplace_back(key);
  for (const auto& entry : map_.node()) {
    if (entry.first.Scalar() == key) {
      if (entry.second.IsNull()) {
        child(entry.first, key).fail("has no value; give it one or remove the key");
      }
      return child(entry.second, key);
    }
  }
  return std::nullopt;
}

std::optional<Section> Section::find_section(std::string_view key) {
  auto value = find(key);
  return value ? std::optional(Section(*std::move(value))) : std::nullopt;
}

void Section::finish() const {
  for (const auto& entry : map_.node()) {
    const auto& key = entry.first.Scalar();
    if (std::ranges::find(known_, key) == known_.end()) {
      std::string names;
      for (const auto& name : known_) {
        names += (names.empty() ? "" : ", ") + name;
      }
      child(entry.first, key).fail("is not a known key; known here: " + names);
    }
  }
}

void Section::fail(std::string_view key, const std::string& message) const {
  child(map_.node(), key).fail(message);
}

FileValue Section::child(const YAML::Node& node, std::string_view key) const {
  const auto& name = map_.name();
  return map_.at(node, name + (name.empty() || key.empty() ? "" : ".") + std::string(key));
}

}  // namespace zke

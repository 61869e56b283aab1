#include "config/section.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <yaml-cpp/yaml.h>

#include "base/text.hpp"

namespace zke {

namespace {

constexpr std::size_t kMaxShown = 100;

}  // namespace

Section::Section(std::string file, const YAML::Node& node, std::string path)
    : file_(std::move(file)), node_(node), path_(std::move(path)) {
  if (!node_.IsMap()) {
    const auto* const message = path_.empty() ? "the file must be a map; see docs/configuration.md"
                                              : "must be a map, such as {key: value}";
    fail(node_, "", message);
  }
  std::set<std::string> seen;
  for (const auto& entry : node_) {
    if (!entry.first.IsScalar()) {
      fail(entry.first, "", "has a key that is no text");
    }
    if (!seen.insert(entry.first.Scalar()).second) {
      fail(entry.first, entry.first.Scalar(), "stands there twice; remove one");
    }
  }
}

void Section::read(const char* key, const std::function<void(const YAML::Node&)>& use) {
  known_.emplace_back(key);
  for (const auto& entry : node_) {
    if (entry.first.Scalar() == key) {
      if (entry.second.IsNull()) {
        fail(entry.first, key, "has no value; give it one or remove the key");
      }
      use(entry.second);
    }
  }
}

void Section::read(const char* key, std::string& into) {
  read(key, [&](const YAML::Node& value) { into = text_of(*this, key, value); });
}

void Section::read(const char* key, std::vector<std::string>& into) {
  read(key, [&](const YAML::Node& value) {
    if (!value.IsSequence() || value.size() == 0) {
      fail(value, key, "must be a list with at least one entry, such as [a, b]");
    }
    into.clear();
    for (const auto& entry : value) {
      into.push_back(text_of(*this, key, entry));
    }
  });
}

void Section::finish() const {
  for (const auto& entry : node_) {
    const auto& key = entry.first.Scalar();
    if (std::ranges::find(known_, key) == known_.end()) {
      std::string names;
      for (const auto& name : known_) {
        names += (names.empty() ? "" : ", ") + name;
      }
      fail(entry.first, key, "is not a known key; known here: " + names);
    }
  }
}

void Section::fail(const YAML::Node& at, const std::string& key, const std::string& message) const {
  const auto start = place(at, key);
  throw ConfigError(start + (start.ends_with(' ') ? "" : " ") + message);
}

std::string Section::place(const YAML::Node& at, const std::string& key) const {
  const auto line = at.Mark().is_null() ? 1 : at.Mark().line + 1;
  return file_ + ":" + std::to_string(line) + ": " + printable(full_name(key), kMaxShown);
}

std::string Section::full_name(const std::string& key) const {
  return path_.empty() || key.empty() ? path_ + key : path_ + "." + key;
}

std::string text_of(const Section& section, const std::string& key, const YAML::Node& node) {
  if (!node.IsScalar()) {
    section.fail(node, key, "must be a single value, not a list, a map or nothing");
  }
  return node.Scalar();
}

}  // namespace zke

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/node/node.h>

namespace zke {

/// A value in the YAML file. It knows where it stands: what is wrong with it is thrown as a
/// ConfigError "FILE:7: poll.interval MESSAGE".
class FileValue {
 public:
  /// `name` is all of it: "poll.interval", "ensembles[0]"; empty for the whole file.
  FileValue(std::string file, const YAML::Node& node, std::string name);

  const YAML::Node& node() const { return node_; }
  const std::string& name() const { return name_; }

  /// Throws for anything but a scalar.
  std::string text() const;

  /// Throws for anything but a list of scalars, one at least.
  std::vector<std::string> texts() const;

  /// Those of a list. Each bears the list's name, and stands at its own line.
  std::vector<FileValue> entries() const;

  /// Another node of the file under another name.
  FileValue at(const YAML::Node& node, std::string name) const;

  [[noreturn]] void fail(const std::string& message) const;

  /// "FILE:7: poll.interval", with which a message begins.
  std::string place() const;

 private:
  std::string file_;
  YAML::Node node_;
  std::string name_;
};

/// One map of the YAML file. Every key must be asked for; what is left over is a mistake.
class Section {
 public:
  /// Throws when `map` is none or has a key twice.
  explicit Section(FileValue map);

  /// The value of `key`, if it is there. Throws when it is empty.
  std::optional<FileValue> find(std::string_view key);

  /// The same for a map.
  std::optional<Section> find_section(std::string_view key);

  /// FileValue::place of the map.
  std::string place() const { return map_.place(); }

  /// Throws when the file has a key that nobody asked for.
  void finish() const;

  /// For a key that is not there: "FILE:7: ensembles[0].members MESSAGE", at the map's first line.
  [[noreturn]] void fail(std::string_view key, const std::string& message) const;

 private:
  FileValue child(const YAML::Node& node, std::string_view key) const;

  FileValue map_;
  std::vector<std::string> known_;
};

}  // namespace zke

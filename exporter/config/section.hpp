#pragma once

#include <functional>
#include <string>
#include <vector>

#include <yaml-cpp/node/node.h>

#include "config/settings.hpp"

namespace zke {

/// One map of the YAML file. Every key must be asked for; what is left over is a mistake.
class Section {
 public:
  /// `path` is where it stands (`poll`, `ensembles[0]`), empty for the whole file. Throws a
  /// ConfigError when `node` is no map or has a key twice.
  Section(std::string file, const YAML::Node& node, std::string path);

  /// Calls `use` with the value of `key`, if it is there. Throws when it is empty.
  void read(const char* key, const std::function<void(const YAML::Node&)>& use);

  void read(const char* key, std::string& into);
  void read(const char* key, std::vector<std::string>& into);

  /// Throws when the file has a key that nobody asked for.
  void finish() const;

  /// "FILE:7: poll.interval MESSAGE"
  [[noreturn]] void fail(const YAML::Node& at, const std::string& key,
                         const std::string& message) const;

  /// "FILE:7: poll.interval", with which a message begins.
  std::string place(const YAML::Node& at, const std::string& key) const;

  const std::string& file() const { return file_; }

 private:
  std::string full_name(const std::string& key) const;

  std::string file_;
  YAML::Node node_;
  std::string path_;
  std::vector<std::string> known_;
};

/// The text of a scalar; anything else throws.
std::string text_of(const Section& section, const std::string& key, const YAML::Node& node);

}  // namespace zke

#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "net/address.hpp"
#include "poll/settings.hpp"

namespace zke {

/// A mistake in the flags or in the file: one line that names the place and the remedy.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Everything that can be configured, with its default. How each is written stands in table.cpp.
struct Settings {
  PollSettings poll;
  std::vector<EnsembleSettings> ensembles{{"default", {{"localhost", 2181}}}};
  std::vector<Address> listen{{"", 9141}};
  std::string telemetry_path = "/metrics";
  log::Level log_level = log::Level::kInfo;
  log::Format log_format = log::Format::kLogfmt;

  std::size_t member_count() const;

  bool operator==(const Settings&) const = default;
};

}  // namespace zke

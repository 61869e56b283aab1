#pragma once

#include <map>
#include <string>
#include <string_view>

#include "config/settings.hpp"

/// What the file and the flags must both keep to. Each function says what is wrong and what to do
/// about it, or nothing.
namespace zke {

constexpr std::string_view kLevelMistake = "must be debug, info, warn or error";
constexpr std::string_view kFormatMistake = "must be logfmt or json";

constexpr std::string_view kIntervalMistake = ", no duration; write one of 1s to 1h, such as 10s";
constexpr std::string_view kTimeoutMistake =
    ", no duration; write one of 10ms to the interval, such as 3s or 500ms";

/// A timeout that nobody gave becomes 3 s, or the interval when that is shorter.
void settle_timeout(Settings& settings);

/// Of the interval and the timeout, with the place of the one that is wrong.
std::string find_poll_mistake(const Settings& settings);

/// Fills the ensembles' members; no server may be in two places, whatever its spelling.
class MemberList {
 public:
  explicit MemberList(Settings& settings) : settings_(settings) {}

  /// Adds `address` to the members (and observers) of the last ensemble.
  std::string add(const Address& address, bool is_observer);

 private:
  struct Place {
    std::string spelling;
    std::size_t ensemble = 0;
    bool is_observer = false;
  };

  Settings& settings_;
  std::map<std::string, Place> places_;
};

/// Adds `address` to the listeners, unless another one takes its place.
std::string add_listener(Settings& settings, const Address& address);

/// Of an ensemble's name, which becomes a label value.
std::string find_name_mistake(std::string_view name);

/// Of the path of /metrics.
std::string find_path_mistake(std::string_view path);

}  // namespace zke

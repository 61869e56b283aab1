#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "net/address.hpp"
#include "net/tls_settings.hpp"

namespace zke {

struct PollSettings {
  std::chrono::milliseconds interval = std::chrono::seconds(10);  ///< of each member
  std::chrono::milliseconds timeout = std::chrono::seconds(3);  ///< of one poll, all words together

  bool operator==(const PollSettings&) const = default;
};

struct EnsembleSettings {
  std::string name;
  std::vector<Address> members;         ///< all that are polled
  std::vector<Address> observers = {};  ///< those of them that have no vote, where no server tells
  std::optional<TlsSettings> tls = {};  ///< empty: plain TCP

  bool operator==(const EnsembleSettings&) const = default;
};

}  // namespace zke

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "net/address.hpp"
#include "net/tls_settings.hpp"
#include "session/canary_settings.hpp"

namespace zke {

struct PollSettings {
  std::chrono::milliseconds interval = std::chrono::seconds(10);  ///< of each member
  std::chrono::milliseconds timeout = std::chrono::seconds(3);  ///< of one poll, all words together

  bool operator==(const PollSettings&) const = default;
};

/// Which source of figures the members are asked by.
enum class SourceChoice {
  kAuto,             ///< four-letter words; what they do not give, the AdminServer does if it can
  kFourLetterWords,  ///< these alone
  kAdminServer,      ///< that alone: the client port is never connected to
};

/// Where the AdminServers of an ensemble are, and how they are asked.
struct AdminSettings {
  std::uint16_t port = 8080;
  std::string path = "/commands";
  bool is_https = false;      ///< with the ensemble's TLS
  std::string username = {};  ///< empty: none is sent
  std::string password_file = {};
  std::string password = {};  ///< what was in it

  bool operator==(const AdminSettings&) const = default;
};

/// `host:port` of a member's AdminServer, by one spelling.
inline std::string admin_place(const Address& member, const AdminSettings& admin) {
  return server_key({member.host, admin.port});
}

struct EnsembleSettings {
  std::string name;
  std::vector<Address> members;         ///< all that are polled
  std::vector<Address> observers = {};  ///< those of them that have no vote, where no server tells
  std::optional<TlsSettings> tls = {};  ///< empty: plain TCP
  SourceChoice source = SourceChoice::kAuto;
  AdminSettings admin = {};
  CanarySettings canary = {};

  bool operator==(const EnsembleSettings&) const = default;
};

}  // namespace zke

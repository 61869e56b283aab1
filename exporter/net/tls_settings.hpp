#pragma once

#include <string>

namespace zke {

/// How TLS is spoken to a server. Files are PEM.
struct TlsSettings {
  enum class Version { k12, k13 };

  std::string ca_file;      ///< authorities that are believed; empty: the system's
  std::string cert_file;    ///< ours, with what leads to its authority; empty: none is shown
  std::string key_file;     ///< of cert_file
  std::string server_name;  ///< whom the server's certificate must name; empty: the address's host
  bool verify = true;       ///< its authority, its dates and its name
  Version min_version = Version::k12;

  bool operator==(const TlsSettings&) const = default;
};

}  // namespace zke

#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace zke {

/// What a TLS connection showed.
struct TlsFacts {
  std::string version;  ///< "TLSv1.3"; empty when the handshake failed
  std::string cipher;   ///< "TLS_AES_256_GCM_SHA384"
  std::optional<std::chrono::sys_seconds> not_after;  ///< the end of the server's certificate

  bool operator==(const TlsFacts&) const = default;
};

}  // namespace zke

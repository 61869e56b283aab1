#pragma once

#include <string>
#include <string_view>

namespace zke {

/// A server's version, taken apart:
///   3.9.5-06ae3b1b1..., built on 2026-02-11 20:15 UTC
///   3.8.0-${mvngit.commit.id}, built on 2024-12-29 17:54 UTC     (Debian's builds)
///   v24.3.1.1-stable-7a4a0b0edef0ad6e0aa662cd3b90c3f4acf796e7    (ClickHouse Keeper)
struct ServerVersion {
  std::string number;    ///< `3.9.5`; the whole text when it has another form
  std::string revision;  ///< empty when unknown
  std::string built;     ///< empty when unknown

  bool operator==(const ServerVersion&) const = default;
};

ServerVersion parse_version(std::string_view text);

/// Whether `version` is ZooKeeper `major.minor` or newer; false for other servers.
bool is_at_least(const ServerVersion& version, int major, int minor);

}  // namespace zke

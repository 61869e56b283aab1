#pragma once

#include <string>
#include <string_view>

namespace zke {

/// A server's version, taken apart:
///   3.9.5-06ae3b1b1..., built on 2026-02-11 20:15 UTC
///   3.8.0-${mvngit.commit.id}, built on 2024-12-29 17:54 UTC     (Debian's builds)
///   3.6.1--104dcb3e3fb4..., built on 04/21/2020 15:01 GMT        (an empty word: 3.6.1 it is)
///   3.4.5-cdh4.4.0--1, built on 09/04/2013 01:46 GMT             (revision -1: not known)
///   3.5.5.7.1.7.0-551-d3a1b2c4                                   (number 3.5.5.7.1.7.0-551)
///   v24.3.1.1-stable-7a4a0b0edef0ad6e0aa662cd3b90c3f4acf796e7    (ClickHouse Keeper)
struct ServerVersion {
  std::string number;    ///< `3.9.5`, `3.10.0-SNAPSHOT`; the whole text when it has another form
  std::string revision;  ///< empty when unknown
  std::string built;     ///< empty when unknown

  bool operator==(const ServerVersion&) const = default;
};

ServerVersion parse_version(std::string_view text);

/// Whether `version` is ZooKeeper `major.minor` or newer; false for other servers.
bool is_at_least(const ServerVersion& version, int major, int minor);

}  // namespace zke

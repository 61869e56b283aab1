#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace zke {

/// Where a server listens: a name or an IP address without brackets, and a port.
struct Address {
  std::string host;
  std::uint16_t port = 0;

  bool operator==(const Address&) const = default;
};

/// Reads `zk-0.zk:2181`, `10.0.0.1:2181` or `[::1]:2181`; names become lower case. The error says
/// what is wrong and what to write instead.
Result<Address> parse_address(std::string_view text);

/// The same for a place to listen on: the host may be left out (`:9141` means every address).
Result<Address> parse_listen_address(std::string_view text);

/// `host:port`, IPv6 in brackets; parse_address gives the same address back.
std::string to_string(const Address& address);

}  // namespace zke

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace zke {

/// Where a server listens: a name or an IP address without brackets, and a port.
struct Address {
  std::string host;
  std::uint16_t port = 0;

  bool operator==(const Address&) const = default;
};

/// Reads `zk-0.zk:2181`, `10.0.0.1:2181` or `[::1]:2181`; names become lower case, an IP address
/// has one spelling. The error says what the text is and what to write instead.
Result<Address> parse_address(std::string_view text);

/// The same for a place to listen on: the host may be left out (`:9141` means every address).
Result<Address> parse_listen_address(std::string_view text);

/// The same without an error's text, for who writes such texts.
std::optional<Address> read_address(std::string_view text);

/// `a:2181,b:2181`: addresses with commas between them. The error also knows other separators.
Result<std::vector<Address>> parse_addresses(std::string_view text);

/// `host:port`, IPv6 in brackets; parse_address gives the same address back.
std::string to_string(const Address& address);

/// The same for the same server, as far as the spelling tells: `zk.:2181` is `zk:2181`.
std::string server_key(const Address& address);

/// Whether nobody can listen on both: `:9141` takes the port on all addresses.
bool is_same_listener(const Address& a, const Address& b);

}  // namespace zke

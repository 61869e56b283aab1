#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fourletter/conf.hpp"

namespace zke {

/// One spelling a host: lower case, no trailing dot, no brackets, IP addresses in their shortest
/// form, `localhost` for the loopback addresses; empty for one that stands for every address.
std::string normal_host(std::string_view host);

/// Whether two lines of memberships can be the same server: its id, and a host that both name, if
/// both name any.
bool is_same_server(const ConfServer& a, const ConfServer& b);

/// Which of `servers` each of `members` (`host:port`) is, by its addresses; no id where that can't
/// be told. The best fit wins: the client address, then any host of the line with the port for
/// clients, any host, and a short name against the full one. A fit that is not the only one, for
/// the member and for the server, is none.
std::vector<std::optional<std::int64_t>> match_servers(const std::vector<std::string>& members,
                                                       const std::vector<ConfServer>& servers);

}  // namespace zke

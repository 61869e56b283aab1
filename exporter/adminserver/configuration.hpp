#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "fourletter/conf.hpp"

namespace zke {

/// What the AdminServer says of a server's configuration: a list of its answers to `configuration`,
/// `voting_view`, `dirs` and `last_snapshot`, without those that it does not know.
///   [{"client_port" : 2181, "tick_time" : 2000, "server_id" : 2, …},
///    {"current_config" : {"1" : {"server_addresses" : [ "10.0.0.1:2888" ], "client_address" : "",
///                                "learner_type" : "participant", …}, …}, …},
///    {"datadir_size" : 448, "logdir_size" : 67108880, …},
///    {"zxid" : "100000000", "timestamp" : 1795344286, …}]
/// Under the keys of `conf`; read by the same rules. The membership is the voters alone
/// (Conf::is_voters_only), without groups and weights. Whether the server is one of them is its
/// `peer_type`.
Conf parse_configuration(std::string_view json);

/// When it wrote its last snapshot, in Unix seconds; empty when it says that there is none.
std::optional<std::int64_t> parse_last_snapshot(std::string_view json);

}  // namespace zke

#pragma once

#include <string_view>

#include "fourletter/srvr.hpp"

namespace zke {

/// The answer to `server_stats`: what `srvr` says, and more that is not read.
///   {"version" : "3.9.3-<revision>, built on …", "read_only" : false,
///    "server_stats" : {"packets_sent" : 504, "server_state" : "leader", "min_latency" : 0,
///                      "last_processed_zxid" : 4294968282, …},
///    "proposal_stats" : {"last_buffer_size" : 48, …}, "node_count" : 155, …}
Srvr parse_server_stats(std::string_view json);

}  // namespace zke

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zke {

/// One server of the membership that a member believes in: a line of `/zookeeper/config`.
///   server.4=127.0.0.1:23204:23304:observer;127.0.0.1:23004
/// In a hierarchical quorum further lines give groups and weights (QuorumHierarchical.toString):
///   group.1=1:2:3
///   weight.1=1
struct ConfServer {
  std::int64_t id = 0;
  bool is_observer = false;
  std::string client_address;      ///< `host:port`, empty when the server did not say it
  std::vector<std::string> hosts;  ///< of all addresses in the line, as they are spelt there
  std::int64_t group = 0;          ///< 0: none
  std::int64_t weight = 1;         ///< counts in a hierarchical quorum only

  bool operator==(const ConfServer&) const = default;
};

/// The reply to `conf`. Times in milliseconds and limits in ticks, as ZooKeeper has them; what the
/// server did not say is empty (3.4 has no sizes and no membership, a standalone has no quorum
/// part), or when it can't be true (limits.hpp). Of a membership with a line that can't be read, or
/// with too many, nothing is believed: half a membership would give a wrong verdict. ClickHouse
/// Keeper answers with keys of its own; only `server_id` of them is read.
struct Conf {
  std::optional<std::int64_t> server_id;
  std::optional<std::int64_t> tick_time;
  std::optional<std::int64_t> init_limit;
  std::optional<std::int64_t> sync_limit;
  std::optional<std::int64_t> min_session_timeout;
  std::optional<std::int64_t> max_session_timeout;
  std::optional<std::int64_t> max_client_connections;  ///< per client address; 0: no limit
  std::optional<std::int64_t> data_dir_size;           ///< bytes: the snapshots' directory
  std::optional<std::int64_t> data_log_dir_size;       ///< bytes: may be the same directory
  std::optional<std::int64_t> peer_type;               ///< 0 participant, 1 observer
  std::vector<ConfServer> servers;                     ///< its membership, observers too
  std::uint64_t version = 0;                           ///< of the membership: the zxid it came with
  int unparsed_lines = 0;  ///< of those that are read; what can't be true counts here
};

Conf parse_conf(std::string_view reply);

bool is_conf(std::string_view reply);
bool is_whole_conf(std::string_view reply);

}  // namespace zke

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

/// A line that is not judged by: `dataDirSize=448`. It is read by who knows its key.
struct ConfFigure {
  std::string key;
  std::optional<std::int64_t> value;  ///< up to kMaxCount; -1: none; empty: no such number
};

/// The reply to `conf`. Times in milliseconds and limits in ticks, as ZooKeeper has them; what the
/// server did not say is empty (3.4 has no sizes and no membership, a standalone has no quorum
/// part), or when it can't be true (limits.hpp). Of a membership with a line that can't be read, or
/// with too many, nothing is believed: half a membership would give a wrong verdict. ClickHouse
/// Keeper answers with keys of its own; only `server_id` of them is judged by.
struct Conf {
  std::optional<std::int64_t> server_id;
  std::optional<std::int64_t> tick_time;
  std::optional<std::int64_t> sync_limit;
  std::optional<std::int64_t> peer_type;  ///< 0 participant, 1 observer
  std::vector<ConfFigure> figures;        ///< all other lines, in the server's order
  std::vector<ConfServer> servers;        ///< its membership, observers too
  bool is_voters_only = false;            ///< observers are not told (AdminServer)
  std::uint64_t version = 0;              ///< of the membership: the zxid it came with
  int unparsed_lines = 0;  ///< of those that are judged by; what can't be true counts here
};

Conf parse_conf(std::string_view reply);

/// A figure as far as it can be true.
struct BoundedFigure {
  std::optional<std::int64_t> value;  ///< what the key's last line says
  int unparsed_lines = 0;             ///< of those of the key
};

BoundedFigure find_figure(const Conf& conf, std::string_view key, std::int64_t min,
                          std::int64_t max);

bool is_conf(std::string_view reply);
bool is_whole_conf(std::string_view reply);

}  // namespace zke

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "fourletter/version.hpp"

namespace zke {

/// What a serving member is. `srvr` says it as `Mode:`, `mntr` as `zk_server_state`.
enum class Mode { kLeader, kFollower, kObserver, kStandalone, kReadOnly };

std::optional<Mode> parse_mode(std::string_view text);

/// A transaction id: leader epoch and counter within it.
struct Zxid {
  std::uint32_t epoch = 0;
  std::uint32_t counter = 0;

  bool operator==(const Zxid&) const = default;
};

constexpr std::uint64_t to_number(const Zxid& zxid) {
  return (std::uint64_t{zxid.epoch} << 32U) | zxid.counter;
}

struct ProposalSizes {  ///< bytes; -1 before the first proposal
  std::int64_t last = 0;
  std::int64_t min = 0;
  std::int64_t max = 0;
};

/// The reply to `srvr`, the one command that no ZooKeeper can refuse. What a line did not say, or
/// what can't be true (limits.hpp), is empty. Counters and latencies (milliseconds) are since the
/// member took its role.
///   Zookeeper version: 3.9.3-<revision>, built on 2026-03-08 16:19 UTC
///   Latency min/avg/max: 0/2.7466/60
///   Received: 522
///   Sent: 533
///   Connections: 6
///   Outstanding: 0
///   Zxid: 0x1000003d5
///   Mode: leader
///   Node count: 144
///   Proposal sizes last/min/max: 48/36/908      (leader only)
struct Srvr {
  bool is_zookeeper = false;  ///< Apache ZooKeeper, by its first line; not ClickHouse Keeper
  ServerVersion version;
  std::optional<Mode> mode;
  std::optional<double> latency_min;
  std::optional<double> latency_avg;
  std::optional<double> latency_max;
  std::optional<std::int64_t> received;
  std::optional<std::int64_t> sent;
  std::optional<std::int64_t> connections;
  std::optional<std::int64_t> outstanding;
  std::optional<Zxid> zxid;
  std::optional<std::int64_t> node_count;
  std::optional<ProposalSizes> proposal_sizes;
  int unparsed_lines = 0;
};

Srvr parse_srvr(std::string_view reply);

bool is_srvr(std::string_view reply);
bool is_whole_srvr(std::string_view reply);

}  // namespace zke

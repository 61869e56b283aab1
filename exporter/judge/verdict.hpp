#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zke {

/// How well an ensemble serves its clients.
enum class Level {
  kHealthy,    ///< every voter serves, under one leader, in sync
  kDegraded,   ///< it serves and tolerates a failure, but something is not as it should be
  kAtRisk,     ///< it serves, and one more failure ends that
  kNoQuorum,   ///< it serves nobody
  kSplitView,  ///< its members contradict each other
  kUnknown,    ///< no member can be reached: it may be dead, or we may be cut off
};

constexpr auto kLevels =
    std::to_array<Level>({Level::kHealthy, Level::kDegraded, Level::kAtRisk, Level::kNoQuorum,
                          Level::kSplitView, Level::kUnknown});

std::string_view to_string(Level level);

/// Whether clients can be served at this level: healthy, degraded or at risk.
bool has_quorum(Level level);

/// Something that is not as it should be.
struct Finding {
  std::string_view code;  ///< for machines, one of docs/health.md: "voter_down"
  std::string member;     ///< whom it concerns, or empty
  std::string text;       ///< for people: "zk-2:2181 can't be reached: connection refused"
};

struct MemberVerdict {
  std::string member;
  std::optional<std::int64_t> id;  ///< the server's, once it is known
  bool is_voter = false;
  bool is_role_known = true;  ///< whether it can be told if it has a vote
  bool is_read_only = false;
  bool serves = false;               ///< seen serving; or known to by the leader's word
  bool is_leader = false;            ///< by its own word; or by exclusion, with leaderServes=no
  std::optional<std::uint32_t> lag;  ///< transactions behind the leader; never more than is true
  std::vector<std::string> unsafe_to_stop;  ///< why it must not be stopped now; empty: it may be
};

struct EnsembleVerdict {
  Level level = Level::kUnknown;
  std::string summary;            ///< one sentence for a person
  std::vector<Finding> findings;  ///< the most important first
  std::size_t voters = 0;         ///< that the ensemble should have
  std::size_t voters_serving = 0;
  int failures_tolerated = 0;  ///< negative: so many voters must come back; 0 when unknown
  bool is_sync_known = true;   ///< whether a leader tells if its followers are in sync
  std::size_t leaders = 0;
  std::optional<std::uint32_t> epoch;  ///< the newest
  std::uint64_t elections = 0;         ///< seen since the exporter started
  std::vector<MemberVerdict> members;  ///< in the order of the configuration

  const MemberVerdict* find(std::string_view member) const;
};

}  // namespace zke

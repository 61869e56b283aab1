#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "judge/quorum.hpp"
#include "judge/snapshot.hpp"
#include "judge/verdict.hpp"

namespace zke {

/// What is remembered of an ensemble between two verdicts: what must not vanish together with the
/// quorum, and since when something has lasted.
struct EnsembleMemory {
  using Clock = std::chrono::steady_clock;
  struct LeaderReading {
    Clock::time_point clock;
    Zxid zxid;
  };
  struct Lag {
    Clock::time_point clock;  ///< of the sample that it was computed for
    std::optional<std::uint32_t> transactions;
  };

  std::vector<ConfServer> membership;       ///< the last known
  std::optional<std::int64_t> quorum_size;  ///< the last known, of servers without membership
  std::map<std::string, std::int64_t> server_ids;  ///< by member
  std::map<std::string, bool> votes;               ///< by member, where no membership tells
  std::map<std::string, Clock::time_point, std::less<>> since;  ///< what lasts, by its name
  std::map<std::string, Lag> lags;                              ///< by member
  std::deque<LeaderReading> leader_readings;                    ///< newest first
  std::string hidden_leader;  ///< the member that leads with leaderServes=no, or empty
  std::optional<std::uint32_t> epoch;
  std::uint64_t elections = 0;
};

/// Forgets a member that belongs to the ensemble no more.
void forget(EnsembleMemory& memory, const std::string& member);

/// Judges an ensemble by the newest sample of each member. The same `memory` goes into each call.
///
/// Leaders are told apart by epoch: two in different epochs are a hand-over for one election time
/// (syncLimit x tickTime, at least 10 s) and a stale leader after it; two in the same epoch are two
/// ensembles under one name. A voter that can't be seen counts as down, until the leader has gone
/// on counting it as synced for longer than it could do with a dead one; at once when the member
/// closes connections, and never when nothing listens on its port, or the leader is no ZooKeeper.
/// What we failed to ask (local_error) is not called down. A sample older than `max_age` makes
/// nothing safe to stop.
EnsembleVerdict judge_ensemble(const Snapshot& view, EnsembleMemory& memory,
                               EnsembleMemory::Clock::time_point now,
                               EnsembleMemory::Clock::duration max_age);

}  // namespace zke

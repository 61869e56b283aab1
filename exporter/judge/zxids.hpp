#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "judge/membership.hpp"
#include "judge/roles.hpp"

namespace zke {

/// What must be remembered to follow an ensemble's transactions from poll to poll.
struct ZxidMemory {
  using Clock = std::chrono::steady_clock;
  struct Reading {
    Clock::time_point clock;  ///< when the poll ended
    Zxid zxid;
  };
  struct Lag {
    Clock::time_point clock;  ///< of the sample that it was found for
    std::optional<std::uint32_t> transactions;
  };

  std::deque<Reading> leader;       ///< the leader's last polls, newest first
  std::map<std::string, Lag> lags;  ///< by member
  std::optional<std::uint32_t> epoch;
  std::uint64_t elections = 0;
};

/// What the zxids tell.
struct Progress {
  std::optional<std::uint32_t> epoch;              ///< the newest that any member is in
  std::uint64_t elections = 0;                     ///< since the exporter started
  std::vector<std::optional<std::uint32_t>> lags;  ///< of each member, in transactions
};

/// Reads the zxids of all members that serve, and keeps in `memory` what later polls need.
///
/// Lag: leader and follower are polled at different moments, between which a busy ensemble writes
/// thousands of transactions. So a follower is compared with the newest poll of the leader that had
/// ended before the follower was asked: what the leader had then, the follower should have by now.
/// What was written since is left out. That can make the figure too small, but a lag that it shows
/// is one. It is found once, when the follower's poll is new: what the leader reaches later says
/// nothing about it. Zxids of different epochs can't be subtracted.
///
/// Elections: each leader that is elected begins an epoch, so the epochs that passed are elections,
/// also those between two polls. They are counted once there is one leader: two may be a hand-over,
/// and without one the epoch is that of the past. A lower epoch is an ensemble that was made anew.
Progress follow_zxids(const Membership& membership, const Roles& roles, ZxidMemory& memory);

}  // namespace zke

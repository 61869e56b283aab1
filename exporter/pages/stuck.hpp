#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "judge/probe.hpp"
#include "pages/board.hpp"

namespace zke {

/// The liveness policy `stuck`: a member that has served nobody for long, while a quorum of the
/// others serves under one leader, may be restarted, one restart in 30 minutes. It frees a member
/// that a stale name or an election bug keeps out, and never acts when the quorum is lost.
class StuckMembers {
 public:
  using Clock = std::chrono::steady_clock;

  /// Makes `verdict` "dead" when `member` is stuck for longer than `patience`. Members that nobody
  /// asks about any more are forgotten.
  void judge(const Snapshot& ensemble, const std::string& member,
             std::chrono::milliseconds patience, Clock::time_point now, ProbeVerdict& verdict);

 private:
  struct Entry {
    bool has_budget(Clock::time_point now) const;

    Clock::time_point since;  ///< when it was last seen otherwise, or asked for anew
    Clock::time_point asked;
    std::optional<Clock::time_point>
        answered;  ///< when it was last called dead; repeats don't count
  };

  void forget(Clock::time_point now);

  std::map<std::string, Entry> entries_;  ///< by ensemble and member
};

}  // namespace zke

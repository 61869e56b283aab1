#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace zke {

/// Tokens that come back with time.
class TokenBucket {
 public:
  using Clock = std::chrono::steady_clock;

  TokenBucket(int size, Clock::duration refill) : size_(size), refill_(refill), left_(size) {}

  /// Whether there was one; it is taken.
  bool take(Clock::time_point now);

 private:
  int size_;
  Clock::duration refill_;  ///< time for one token
  int left_;
  Clock::time_point since_;  ///< the last token came back
};

/// When the members of one ensemble are polled beside their grids: at once when something changes,
/// then after 1, 2 and 4 s, until nothing has changed for 5 s. Two budgets bound that in the long
/// run: a cause that changes again and again starts it twice, then once in six intervals; and all
/// causes together give one extra round an interval, after a reserve of 15. So a healthy member is
/// polled at most about twice as often as configured, whatever its neighbours do.
class CloseWatch {
 public:
  using Clock = TokenBucket::Clock;

  explicit CloseWatch(Clock::duration interval);

  /// `cause` (a member, or the ensemble) has changed.
  void note_change(const std::string& cause, Clock::time_point now);

  /// `cause` is no more: its budget goes with it.
  void forget(const std::string& cause) { causes_.erase(cause); }

  /// When the next extra round is, at `now` or later; nothing when none is wanted or paid for.
  std::optional<Clock::time_point> next_round(Clock::time_point now);

 private:
  Clock::duration interval_;
  std::map<std::string, TokenBucket> causes_;
  TokenBucket rounds_;
  std::optional<Clock::time_point> changed_;
  std::optional<Clock::time_point> round_;  ///< the newest that was given out
};

}  // namespace zke

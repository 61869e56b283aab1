#pragma once

#include <chrono>

namespace zke {

/// The time by which the exporter polls and judges: the steady clock's, or in tests so many times
/// as fast, so that they need not wait for whole intervals.
class Clock {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit Clock(int speed = 1) : speed_(speed) {}

  time_point now() const { return start_ + (std::chrono::steady_clock::now() - start_) * speed_; }

  /// When it is `at` on this clock, by the steady clock: for timers and deadlines.
  time_point steady(time_point at) const {
    return at == time_point::max() ? at : start_ + (at - start_) / speed_;
  }

 private:
  int speed_;
  time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace zke

#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

namespace zke {

/// The grid on which one member is polled: `start + offset + k * interval`. The members of an
/// ensemble stand at equal distances, so that some member notices a failure of several soon.
class Schedule {
 public:
  using Clock = std::chrono::steady_clock;

  /// For member `index` of the `count` members of the ensemble `name`. The offset is the same after
  /// a restart: a hash of the name and the member's share of the interval.
  Schedule(std::string_view name, Clock::duration interval, Clock::time_point start,
           std::size_t index = 0, std::size_t count = 1);

  /// The first poll of a member that comes `now`: within a tenth of the interval, so that something
  /// is known of it soon.
  Clock::time_point first(Clock::time_point now) const { return now + offset_ / 10; }

  /// The grid's next moment after `now`, but not less than a tenth of the interval after `last`,
  /// when the latest poll began. Moments that a long poll ran over are left out.
  Clock::time_point next(Clock::time_point now, Clock::time_point last) const;

  Clock::duration interval() const { return interval_; }

 private:
  Clock::duration interval_;
  Clock::duration offset_;
  Clock::time_point start_;
};

}  // namespace zke

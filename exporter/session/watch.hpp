#pragma once

#include <chrono>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace zke {

/// One watch on a znode, as it is set with an operation of a Session. It tells once.
class Watch {
 public:
  using Clock = std::chrono::steady_clock;

  enum class State {
    kSet,
    kTold,  ///< the znode has changed
    kLost,  ///< the connection has ended, and the watch with it
  };

  explicit Watch(const boost::asio::any_io_executor& loop) : changed_(loop) {}

  State state() const { return state_; }

  /// When it told.
  Clock::time_point told() const { return told_; }

  /// Waits until it is not set any more, until `deadline` at most. For one waiter.
  boost::asio::awaitable<void> wait(Clock::time_point deadline);

  /// For the Session.
  void end(State state);

 private:
  State state_ = State::kSet;
  Clock::time_point told_;
  boost::asio::steady_timer changed_;
};

using WatchPtr = std::shared_ptr<Watch>;

}  // namespace zke

#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "session/messages.hpp"

namespace zke {

/// One watch on a znode, as it is set with an operation of a Session. It tells once.
class Watch {
 public:
  using Clock = std::chrono::steady_clock;

  enum class State {
    kSet,
    kTold,  ///< the znode has changed
    kLost,  ///< it was not set, or ended with the connection
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

/// The watches that are set over one connection, 1,024 at most.
class Watches {
 public:
  enum class Of { kData, kChildren };

  /// Loses it if there are too many.
  void add(const std::string& path, Of of, const WatchPtr& watch);
  void tell(const WatchEvent& event);
  void lose_all();

 private:
  using Place = std::pair<std::string, Of>;

  void tell(const Place& place);

  std::multimap<Place, std::weak_ptr<Watch>> watches_;
};

}  // namespace zke

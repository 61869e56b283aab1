#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace zke {

/// Measures every second how late the loop is, and tells when it is stuck.
class Heartbeat {
 public:
  using OnBeat = std::function<void(std::chrono::steady_clock::duration lag)>;

  Heartbeat(const boost::asio::any_io_executor& loop, OnBeat on_beat)
      : timer_(loop), on_beat_(std::move(on_beat)) {}

  /// Beats until it is cancelled.
  boost::asio::awaitable<void> run();

  /// How long there was no beat, when that is long; else empty.
  std::string find_fault() const;

 private:
  boost::asio::steady_timer timer_;
  OnBeat on_beat_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace zke

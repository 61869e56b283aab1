#pragma once

#include <chrono>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/error.hpp>

#include "net/address.hpp"

namespace zke {

/// A place where connections come in, until it leaves: then it takes what the kernel has accepted
/// there already, and no more.
class Listener {
 public:
  using Clock = std::chrono::steady_clock;

  Listener(Address address, boost::asio::ip::tcp::acceptor acceptor);

  const Address& address() const { return address_; }
  bool is_leaving() const { return end_ != Clock::time_point::max(); }

  /// When it has left at the latest.
  Clock::time_point end() const { return end_; }

  /// Its socket, while connections can still come in.
  boost::asio::ip::tcp::acceptor* acceptor() { return acceptor_.is_open() ? &acceptor_ : nullptr; }

  /// Leaves, within `grace`.
  void leave(Clock::duration grace);

  /// Waits for a connection; `would_block` when it has left.
  boost::asio::awaitable<boost::beast::error_code> accept(boost::asio::ip::tcp::socket& socket);

  /// Waits for wake(), until `deadline` at most.
  boost::asio::awaitable<void> wait(Clock::time_point deadline);
  void wake() { news_.cancel(); }

 private:
  Address address_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer news_;
  Clock::time_point end_ = Clock::time_point::max();
};

}  // namespace zke

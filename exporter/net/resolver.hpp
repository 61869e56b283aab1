#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include "base/result.hpp"

namespace zke {

/// What is known about a name.
struct Resolution {
  std::vector<boost::asio::ip::address> addresses;  ///< the last good answer, all of it
  bool answered = false;                            ///< a look-up has ended, well or badly
  std::string error;                                ///< why the newest look-up failed, or empty
};

/// Looks names up in the background: first when they are watched, then every 30 s, every 5 s while
/// that fails. Look-ups run on threads of their own, because getaddrinfo can neither be cancelled
/// nor given a deadline; a hanging one delays neither the polls nor the other names nor the end of
/// the process. Names that were slow the last time wait apart from the others.
class Resolver {
 public:
  using Addresses = std::vector<boost::asio::ip::address>;
  using Lookup = std::function<Result<Addresses>(const std::string& host)>;

  /// Answers arrive on `loop`, which must be run by one thread and outlive the Resolver.
  explicit Resolver(boost::asio::any_io_executor loop, Lookup lookup = look_up);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  Resolver(Resolver&&) = delete;
  Resolver& operator=(Resolver&&) = delete;

  class Name;

  /// Looks `host` up from now on, for as long as somebody holds what is returned. An IP address is
  /// its own answer, at once.
  std::shared_ptr<Name> watch(const std::string& host);

  /// Names that are looked up now: those that somebody holds.
  std::size_t watched() const;

  /// getaddrinfo: every address, IPv4 and IPv6, in the system's order.
  static Result<Addresses> look_up(const std::string& host);

 private:
  class State;
  std::shared_ptr<State> state_;
};

/// A name that is watched.
class Resolver::Name {
 public:
  Name(std::string host, std::weak_ptr<State> state);

  const Resolution& known() const { return known_; }

  /// Looks it up now, if that is not under way: its addresses may have moved.
  void refresh();

  /// Waits for the first answer, until `deadline` at most. Hold the name meanwhile.
  boost::asio::awaitable<void> wait_first(std::chrono::steady_clock::time_point deadline);

 private:
  friend class Resolver::State;

  std::string host_;
  std::weak_ptr<State> state_;
  Resolution known_;
  bool is_pending_ = false;
  bool is_slow_ = false;  ///< its last look-up was
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point finished_;
};

}  // namespace zke

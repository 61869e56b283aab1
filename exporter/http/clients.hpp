#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>

#include <boost/asio/ip/tcp.hpp>

#include "http/body.hpp"
#include "http/listener.hpp"
#include "http/session.hpp"

namespace zke {

/// A connection, and where it came in.
struct Client {
  Client(boost::asio::ip::tcp::socket socket, std::shared_ptr<Listener> its_listener)
      : session(std::move(socket)), listener(std::move(its_listener)) {}

  /// Whether it came in at `place` and waits for a request.
  bool waits_at(const Listener& place) const {
    return listener.get() == &place && session.is_waiting();
  }

  HttpSession session;
  std::shared_ptr<Listener> listener;
};

using Clients = std::list<Client>;

/// Those that may still ask or get something.
std::size_t count_open(const Clients& clients);

/// Ends the connection that has been silent longest, and for `silence` at least; false when there
/// is none: all wait for their pages.
bool make_room(Clients& clients, std::chrono::steady_clock::duration silence);

/// Ends the slowest readers until `body` can be sent beside the others, with `bytes` in all;
/// returns how many. Three bodies of its size may be sent at once in any case.
std::size_t make_memory(Clients& clients, const Body& body, std::size_t bytes);

}  // namespace zke

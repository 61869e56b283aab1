#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "base/result.hpp"
#include "base/task_group.hpp"
#include "http/clients.hpp"
#include "http/limits.hpp"
#include "http/listen.hpp"
#include "http/router.hpp"
#include "net/address.hpp"

namespace zke {

/// What happens on the server, for metrics.
struct HttpEvents {
  /// A response was sent. `route` is the path of the route, or "other".
  std::function<void(const std::string& route, int status, std::chrono::duration<double> took)>
      answered;
  std::function<void(std::size_t open)> connections;
  std::function<void()> dropped;  ///< a connection was closed because there were too many
};

/// Serves a Router's pages and actions over HTTP/1.0 and 1.1: no bodies, heads up to 8 kB. When
/// there are too many connections, or no descriptor is left, the one that has been silent longest
/// gives way, whether it is to ask or to read; when too much is being sent, the slowest reader.
class HttpServer {
 public:
  /// `router` must outlive the server, and the loop must not run any more when the server ends.
  HttpServer(boost::asio::any_io_executor loop, const Router& router, HttpEvents events,
             HttpLimits limits = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  HttpServer(HttpServer&&) = delete;
  HttpServer& operator=(HttpServer&&) = delete;

  /// Listens there from now on (an empty host: all addresses, IPv4 and IPv6) and returns the port.
  /// The error says why it can't.
  Result<std::uint16_t> listen(const Address& address);

  /// Listens on all of `added`, then no more on `removed`, which may have held the same ports.
  /// Returns the ports of `added`; when one can't be opened, nothing has changed. What had reached
  /// `removed` before gets its response; connections there that wait for a request are closed.
  Result<std::vector<std::uint16_t>> change_listeners(const std::vector<ListenPlace>& added,
                                                      const std::vector<Address>& removed);

  /// These hold from now on: with fewer connections, new ones take the place of those that are
  /// silent longest.
  void set_limits(const HttpLimits& limits) { limits_ = limits; }

  /// Takes no more connections, closes those that wait for a request, and the others after their
  /// response. Nothing listens any more.
  void drain();

  /// The same, and waits for the last response, until `deadline`; what is left then is cut off.
  boost::asio::awaitable<void> stop(std::chrono::steady_clock::time_point deadline);

  /// Those that may still ask or get something.
  std::size_t connections() const { return count_open(clients_); }

 private:
  boost::asio::awaitable<void> accept(std::shared_ptr<Listener> listener);
  boost::asio::awaitable<void> take_all(std::shared_ptr<Listener> listener);
  boost::asio::awaitable<void> talk(Clients::iterator client);
  boost::asio::awaitable<bool> serve_one(Client& client);
  boost::asio::awaitable<Response> answer(const Request& request, const Router::Route* route,
                                          bool is_action);
  boost::asio::awaitable<bool> find_room(Listener& listener);
  bool drop_silent(std::chrono::steady_clock::duration silence);

  boost::asio::any_io_executor loop_;
  const Router& router_;
  HttpEvents events_;
  HttpLimits limits_;
  std::vector<std::shared_ptr<Listener>> listeners_;  ///< those that leave until they have left
  Clients clients_;
  bool draining_ = false;
  TaskGroup tasks_;
};

}  // namespace zke

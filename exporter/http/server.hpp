#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "base/result.hpp"
#include "base/task_group.hpp"
#include "http/limits.hpp"
#include "http/router.hpp"
#include "net/address.hpp"

namespace zke {

class Session;
struct Head;

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

  /// Takes no more connections, closes those that wait for a request, and the others after their
  /// response.
  void drain();

  /// The same, and waits for the last response, until `deadline`; what is left then is cut off.
  boost::asio::awaitable<void> stop(std::chrono::steady_clock::time_point deadline);

  /// Those that may still ask or get something.
  std::size_t connections() const;

 private:
  struct Listener;
  using Sessions = std::list<std::unique_ptr<Session>>;

  boost::asio::awaitable<void> accept(Listener& listener);
  boost::asio::awaitable<void> talk(Sessions::iterator place);
  boost::asio::awaitable<bool> serve_one(Session& session);
  boost::asio::awaitable<Response> answer(const Request& request, const Router::Route* route,
                                          bool is_action);
  boost::asio::awaitable<bool> find_room(Listener& listener);
  bool make_room(std::chrono::steady_clock::duration silence);
  void make_memory(const Body& body);

  boost::asio::any_io_executor loop_;
  const Router& router_;
  HttpEvents events_;
  HttpLimits limits_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  Sessions sessions_;
  bool draining_ = false;
  TaskGroup tasks_;
};

}  // namespace zke

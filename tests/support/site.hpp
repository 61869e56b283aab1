#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "support/http_client.hpp"
#include "support/wait.hpp"

namespace zke::test {

inline Address at(const std::string& host, std::uint16_t port = 0) {
  Address address;
  address.host = host;
  address.port = port;
  return address;
}

/// A HttpServer on the test's loop with a page of every kind.
struct Site {
  static constexpr std::size_t kBig = 16U << 20U;

  explicit Site(HttpLimits limits = {}) : release(io, std::chrono::hours(1)) {
    log::configure(log::Level::kError, log::Format::kLogfmt);
    add_text("/hello", "says hello", "hello\n");
    add_text("/lines", "says a lot", many_lines());
    add_text("/big", "says more than a socket takes", std::string(kBig, 'x'));
    router.add("/echo", "says what it was asked", echo);
    router.add("/throws", "",
               [](const Request&) -> Response { throw std::runtime_error("this page is broken"); });
    router.add("/waits", "", [this](const Request&) -> boost::asio::awaitable<Response> {
      ++waiting;
      co_await release.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
      Response response;
      response.body = "at last\n";
      co_return response;
    });
    HttpEvents events;
    events.answered = [this](const std::string& route, int status, auto) {
      answered.push_back(route + " " + std::to_string(status));
    };
    events.connections = [this](std::size_t) { ++changes; };
    events.dropped = [this] { ++dropped; };
    server = std::make_unique<HttpServer>(io.get_executor(), router, events, limits);
    Address address;
    address.host = "127.0.0.1";
    port = *server->listen(address);
  }

  HttpClient connect() { return {io, port}; }

  /// One request on a connection of its own.
  HttpReply ask(const std::string& text) { return connect().ask(text); }

  static std::string many_lines() {
    std::string lines;
    for (int i = 0; i < 500; ++i) {
      lines += "line " + std::to_string(i) + " of many\n";
    }
    return lines;
  }

  boost::asio::io_context io{1};
  boost::asio::steady_timer release;  ///< cancelled, it lets /waits answer
  int waiting = 0;                    ///< requests that /waits has got
  std::vector<std::string> answered;  ///< "/hello 200"
  int dropped = 0;
  int changes = 0;  ///< connections that came or are quite gone
  Router router;
  std::unique_ptr<HttpServer> server;
  std::uint16_t port = 0;

 private:
  void add_text(const std::string& path, const std::string& what, std::string body) {
    router.add(path, what, [text = std::move(body)](const Request&) {
      Response response;
      response.body = text;
      return response;
    });
  }

  static Response echo(const Request& request) {
    Response response;
    response.body = request.path + "\n";
    for (const auto& [name, value] : request.query) {
      response.body += name + " is " + value + "\n";
    }
    return response;
  }
};

/// The head of a request.
inline std::string request(const std::string& target, const std::string& more = "",
                           const std::string& method = "GET") {
  return method + " " + target + " HTTP/1.1\r\nHost: test\r\n" + more + "\r\n";
}

}  // namespace zke::test

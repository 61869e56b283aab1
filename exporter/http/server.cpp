#include "http/server.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/error.hpp>

#include "base/log.hpp"
#include "base/text.hpp"
#include "http/query.hpp"
#include "http/refusal.hpp"
#include "http/response.hpp"

namespace zke {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool lacks_room(const beast::error_code& ec) {
  return ec == asio::error::no_descriptors || ec == beast::errc::too_many_files_open_in_system ||
         ec == asio::error::no_buffer_space || ec == asio::error::no_memory;
}

}  // namespace

HttpServer::HttpServer(asio::any_io_executor loop, const Router& router, HttpEvents events,
                       HttpLimits limits)
    : loop_(std::move(loop)),
      router_(router),
      events_(std::move(events)),
      limits_(limits),
      tasks_(loop_) {}

HttpServer::~HttpServer() = default;

Result<std::uint16_t> HttpServer::listen(const Address& address) {
  const auto ports = change_listeners({ListenPlace{address, std::nullopt}}, {});
  return ports ? Result<std::uint16_t>(ports->front()) : ports.error();
}

Result<std::vector<std::uint16_t>> HttpServer::change_listeners(
    const std::vector<ListenPlace>& added, const std::vector<Address>& removed) {
  std::vector<std::shared_ptr<Listener>> leaving;
  std::vector<tcp::acceptor*> yielding;
  for (const auto& listener : listeners_) {
    if (listener->is_leaving() ||
        std::ranges::find(removed, listener->address()) != removed.end()) {
      leaving.push_back(listener);
      if (auto* acceptor = listener->acceptor()) {
        yielding.push_back(acceptor);
      }
    }
  }
  std::vector<std::shared_ptr<Listener>> opened;
  std::vector<std::uint16_t> ports;
  for (const auto& place : added) {
    if (draining_) {
      return Error(Reason::kLocalError,
                   "cannot listen on " + to_string(place.address) + ": the server is stopping");
    }
    auto acceptor = open_listener(loop_, place, yielding);
    if (!acceptor) {
      return acceptor.error();
    }
    ports.push_back(acceptor->local_endpoint().port());
    opened.push_back(std::make_shared<Listener>(place.address, std::move(*acceptor)));
  }
  for (const auto& listener : opened) {
    listeners_.push_back(listener);
    tasks_.spawn("HTTP listener", accept(listener));
  }
  for (const auto& listener : leaving) {
    listener->leave(limits_.grace);
  }
  return ports;
}

/// Until the listener has left. Who had just connected then has a moment to ask.
asio::awaitable<void> HttpServer::accept(std::shared_ptr<Listener> listener) {
  co_await take_all(listener);
  while (steady_clock::now() < listener->end() &&
         std::ranges::any_of(clients_, [&](auto& each) { return each.waits_at(*listener); })) {
    co_await listener->wait(listener->end());
  }
  for (auto& client : clients_) {
    if (client.waits_at(*listener)) {
      client.session.stop_waiting();
    }
  }
  std::erase(listeners_, listener);
}

asio::awaitable<void> HttpServer::take_all(std::shared_ptr<Listener> listener) {
  constexpr auto kPause = milliseconds(100);
  constexpr auto kQuiet = std::chrono::minutes(1);
  auto quiet_until = steady_clock::time_point();
  for (;;) {
    tcp::socket socket(loop_);
    const auto ec = co_await listener->accept(socket);
    if (ec == asio::error::would_block) {
      co_return;
    }
    if (ec) {
      const auto now = steady_clock::now();
      if (now >= quiet_until) {
        log::warn("connections can't be accepted", {{"error", ec.message()}});
        quiet_until = now + kQuiet;
      }
      if (!lacks_room(ec) || !drop_silent(milliseconds(0))) {
        co_await listener->wait(now + kPause);
      }
      continue;
    }
    if (!co_await find_room(*listener)) {
      events_.dropped();
      continue;
    }
    clients_.emplace_back(std::move(socket), listener);
    events_.connections(connections());
    tasks_.spawn("HTTP session", talk(std::prev(clients_.end())));
  }
}

/// Waits a moment for a place: most requests end at once, and one that is just being made must not
/// give way to the next. False when none can be had, since all wait for their pages.
asio::awaitable<bool> HttpServer::find_room(Listener& listener) {
  const auto deadline = steady_clock::now() + limits_.grace;
  while (connections() >= limits_.connections) {
    const bool is_late = steady_clock::now() >= deadline;
    if (drop_silent(is_late ? milliseconds(0) : limits_.grace)) {
      continue;
    }
    if (is_late) {
      co_return false;
    }
    co_await listener.wait(deadline);  // a connection may end meanwhile
  }
  co_return true;
}

bool HttpServer::drop_silent(steady_clock::duration silence) {
  const bool is_found = make_room(clients_, silence);
  if (is_found) {
    events_.dropped();
  }
  return is_found;
}

asio::awaitable<void> HttpServer::talk(Clients::iterator client) {
  auto& session = client->session;
  while (co_await serve_one(*client) && !client->listener->is_leaving()) {
  }
  for (const auto& listener : listeners_) {
    listener->wake();
  }
  if (draining_) {
    session.release();
  } else {
    co_await session.end();
  }
  clients_.erase(client);
  events_.connections(connections());
}

/// One request and its response; whether the connection stays open.
asio::awaitable<bool> HttpServer::serve_one(Client& client) {
  auto& session = client.session;
  auto head = co_await session.read_head(limits_);
  if (!head) {
    session.release();  // a response may be on its way to a client that only sends no more
    co_return false;
  }
  const auto began = steady_clock::now();
  auto request = parse_target(head->target);
  request.headers = std::move(head->headers);
  const auto* route = router_.find(request.path);
  Response response;
  if (!head->fault) {
    response = co_await answer(request, route, head->is_action);
  } else {
    response = head->fault->status == 405
                   ? wrong_method(route, request)
                   : refuse(request.wants_json(), head->fault->status, head->fault->text + ".");
    route = nullptr;
  }
  auto body = response.shared ? std::move(response.shared)
                              : std::make_shared<Body>(std::move(response.body));
  const auto part = pack(response, *body, request);
  for (auto dropped = make_memory(clients_, *body, limits_.bytes); dropped > 0; --dropped) {
    events_.dropped();
  }
  const bool keep_alive = head->keep_alive && !client.listener->is_leaving();
  auto text = head_text(response, part.size(), *head, keep_alive);
  const auto sent = head->is_head ? std::string_view() : part;
  const bool is_sent = co_await session.write(std::move(text), std::move(body), sent, limits_);
  events_.answered(route == nullptr ? "other" : route->path, response.status,
                   steady_clock::now() - began);
  if (!is_sent) {
    session.reset();
  }
  co_return keep_alive&& is_sent;
}

asio::awaitable<Response> HttpServer::answer(const Request& request, const Router::Route* route,
                                             bool is_action) {
  if (route == nullptr) {
    co_return not_found(router_, request);
  }
  if (route->is_action != is_action) {
    co_return wrong_method(route, request);
  }
  std::string what;
  try {
    co_return co_await route->answer(request);
  } catch (const std::exception& e) {
    what = e.what();
  }
  log::error("bug: a page failed", {{"page", route->path}, {"error", what}});
  co_return refuse(request.wants_json(), 500, "this page failed; the exporter's log says why.");
}

void HttpServer::drain() {
  draining_ = true;
  for (const auto& listener : listeners_) {
    listener->leave(limits_.grace);
  }
  for (auto& client : clients_) {
    if (client.session.is_ending()) {
      client.session.release();
    }
    client.session.stop_waiting();
  }
}

asio::awaitable<void> HttpServer::stop(steady_clock::time_point deadline) {
  constexpr auto kLast = milliseconds(200);
  drain();
  if (!co_await tasks_.join(deadline)) {
    for (auto& client : clients_) {
      client.session.reset();
    }
    co_await tasks_.join(steady_clock::now() + kLast);
  }
}

}  // namespace zke

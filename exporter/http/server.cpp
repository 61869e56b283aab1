#include "http/server.hpp"

#include <algorithm>
#include <exception>
#include <set>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>

#include "base/log.hpp"
#include "base/text.hpp"
#include "http/listen.hpp"
#include "http/query.hpp"
#include "http/refusal.hpp"
#include "http/response.hpp"
#include "http/session.hpp"

namespace zke {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

/// The open session that has been silent longest, among those that `may` give way; or nullptr.
template <class Sessions, class May>
Session* find_silent(const Sessions& sessions, May may) {
  Session* longest = nullptr;
  for (const auto& session : sessions) {
    if (may(*session) && (longest == nullptr || session->since() < longest->since())) {
      longest = session.get();
    }
  }
  return longest;
}

}  // namespace

struct HttpServer::Listener {
  Listener(tcp::acceptor its_acceptor, const asio::any_io_executor& loop)
      : acceptor(std::move(its_acceptor)), pause(loop) {}
  tcp::acceptor acceptor;
  asio::steady_timer pause;
};

HttpServer::HttpServer(asio::any_io_executor loop, const Router& router, HttpEvents events,
                       HttpLimits limits)
    : loop_(std::move(loop)),
      router_(router),
      events_(std::move(events)),
      limits_(limits),
      tasks_(loop_) {}

HttpServer::~HttpServer() = default;

Result<std::uint16_t> HttpServer::listen(const Address& address) {
  auto acceptor = open_listener(loop_, address);
  if (!acceptor) {
    return acceptor.error();
  }
  const auto port = acceptor->local_endpoint().port();
  auto listener = std::make_unique<Listener>(std::move(*acceptor), loop_);
  tasks_.spawn("HTTP listener", accept(*listener));
  listeners_.push_back(std::move(listener));
  return port;
}

asio::awaitable<void> HttpServer::accept(Listener& listener) {
  constexpr auto kPause = milliseconds(100);
  constexpr auto kQuiet = std::chrono::minutes(1);
  auto quiet_until = steady_clock::time_point();
  for (;;) {
    auto [ec, socket] = co_await listener.acceptor.async_accept(kTuple);
    if (draining_) {
      co_return;
    }
    if (ec) {
      const auto now = steady_clock::now();
      if (now >= quiet_until) {
        log::warn("connections can't be accepted", {{"error", ec.message()}});
        quiet_until = now + kQuiet;
      }
      const bool is_full = ec == asio::error::no_descriptors ||
                           ec == beast::errc::too_many_files_open_in_system ||
                           ec == asio::error::no_buffer_space || ec == asio::error::no_memory;
      if (is_full && make_room(milliseconds(0))) {
        continue;
      }
      listener.pause.expires_after(kPause);
      co_await listener.pause.async_wait(kTuple);
      continue;
    }
    if (!co_await find_room(listener)) {
      events_.dropped();
      continue;
    }
    sessions_.push_back(std::make_unique<Session>(std::move(socket)));
    events_.connections(connections());
    tasks_.spawn("HTTP session", talk(std::prev(sessions_.end())));
  }
}

std::size_t HttpServer::connections() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(sessions_, [](const auto& session) { return !session->is_ending(); }));
}

/// Waits a moment for a place: most requests end at once, and one that is just being made must not
/// give way to the next. False when none can be had, since all wait for their pages.
asio::awaitable<bool> HttpServer::find_room(Listener& listener) {
  const auto deadline = steady_clock::now() + limits_.grace;
  while (connections() >= limits_.connections && !draining_) {
    const bool is_late = steady_clock::now() >= deadline;
    if (make_room(is_late ? milliseconds(0) : limits_.grace)) {
      break;
    }
    if (is_late) {
      co_return false;
    }
    listener.pause.expires_at(deadline);  // cancelled when a connection ends
    co_await listener.pause.async_wait(kTuple);
  }
  co_return !draining_;
}

/// Ends the connection that has been silent longest, and for `silence` at least; false when there
/// is none: all wait for their pages.
bool HttpServer::make_room(steady_clock::duration silence) {
  const auto latest = steady_clock::now() - silence;
  auto* longest = find_silent(sessions_, [&](const Session& session) {
    return session.gives_way() && !session.is_ending() && session.since() <= latest;
  });
  if (longest == nullptr) {
    return false;
  }
  events_.dropped();
  longest->reset();
  return true;
}

/// Ends the slowest readers until `body` can be sent within the limit. Three bodies of its size may
/// be sent at once in any case.
void HttpServer::make_memory(const Body& body) {
  const auto most = std::max(limits_.bytes, 3 * body.size());
  for (;;) {
    std::set<const Body*> bodies{&body};
    for (const auto& session : sessions_) {
      bodies.insert(session->body());
    }
    std::size_t held = 0;
    for (const auto* each : bodies) {
      held += each == nullptr ? 0 : each->size();
    }
    auto* slowest =
        find_silent(sessions_, [](const Session& session) { return session.is_writing(); });
    if (held <= most || slowest == nullptr) {
      return;
    }
    events_.dropped();
    slowest->reset();
  }
}

asio::awaitable<void> HttpServer::talk(Sessions::iterator place) {
  auto& session = **place;
  while (!draining_ && co_await serve_one(session)) {
  }
  for (const auto& listener : listeners_) {
    listener->pause.cancel();
  }
  if (draining_) {
    session.release();
  } else {
    co_await session.end();
  }
  sessions_.erase(place);
  events_.connections(connections());
}

/// One request and its response; whether the connection stays open.
asio::awaitable<bool> HttpServer::serve_one(Session& session) {
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
  make_memory(*body);
  const bool keep_alive = head->keep_alive && !draining_;
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
    beast::error_code ignored;
    listener->acceptor.close(ignored);
    listener->pause.cancel();
  }
  for (const auto& session : sessions_) {
    if (session->is_waiting() || session->is_ending()) {
      session->release();
    }
  }
}

asio::awaitable<void> HttpServer::stop(steady_clock::time_point deadline) {
  constexpr auto kLast = milliseconds(200);
  drain();
  if (!co_await tasks_.join(deadline)) {
    for (const auto& session : sessions_) {
      session->reset();
    }
    co_await tasks_.join(steady_clock::now() + kLast);
  }
}

}  // namespace zke

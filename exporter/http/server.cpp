#include "http/server.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <tuple>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "base/log.hpp"
#include "base/spawn.hpp"
#include "base/version.hpp"
#include "http/gzip.hpp"
#include "http/query.hpp"

namespace zke {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace {

using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::uint32_t kHeadLimit = 8 << 10;
constexpr std::size_t kMinGzip = 1 << 10;
constexpr std::size_t kMaxGzip = 4 << 20;  // a larger one would hold up the loop
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

using Parser = http::request_parser<http::empty_body>;

Response plain(int status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

/// Reads a request as far as the end of its head.
asio::awaitable<beast::error_code> read_head(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                             Parser& parser) {
  parser.header_limit(kHeadLimit);
  std::size_t size = 0;
  while (!parser.is_header_done()) {
    auto [ec, n] = co_await http::async_read_some(stream, buffer, parser, kTuple);
    if (ec) {
      co_return ec;
    }
    size += n;
    if (size > kHeadLimit) {  // the parser's limit is one line's: parsed ones no longer count
      co_return make_error_code(http::error::header_limit);
    }
  }
  co_return beast::error_code();
}

/// What a broken request deserves; nothing when the connection ended or was too slow.
std::optional<Response> complaint(beast::error_code ec) {
  if (ec == http::error::header_limit) {
    return plain(431, "431: the request's head is longer than 8 kB.\n");
  }
  const bool is_syntax = ec.category() == make_error_code(http::error::bad_method).category() &&
                         ec != http::error::end_of_stream && ec != http::error::partial_message;
  if (is_syntax) {
    return plain(400, "400: that is no HTTP request: " + ec.message() + ".\n");
  }
  return std::nullopt;
}

std::optional<Response> refusal(const Parser& parser) {
  const auto method = parser.get().method();
  if (method != http::verb::get && method != http::verb::head) {
    auto response = plain(405, "405: only GET and HEAD are served here.\n");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  if (parser.chunked() || parser.content_length_remaining().value_or(0) > 0) {
    return plain(413, "413: send no body with the request.\n");
  }
  return std::nullopt;
}

template <class Body>
void fill_head(http::response<Body>& message, const Response& response, unsigned version,
               bool keep_alive) {
  message.version(version);
  message.result(static_cast<unsigned>(response.status));
  message.set(http::field::server, std::string("zookeeper-exporter/") + kVersion);
  message.set(http::field::content_type, response.content_type);
  message.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) {
    message.set(name, value);
  }
  message.keep_alive(keep_alive);
}

void pack(Response& response, const http::request<http::empty_body>& request) {
  if (response.body.size() < kMinGzip || response.body.size() > kMaxGzip) {
    return;
  }
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (!accepts_gzip(request[http::field::accept_encoding])) {
    return;
  }
  if (auto packed = gzip(response.body)) {
    response.body = std::move(*packed);
    response.headers.emplace_back("Content-Encoding", "gzip");
  }
}

Error listen_error(const Address& address, const beast::error_code& ec) {
  std::string hint;
  if (ec == asio::error::address_in_use) {
    hint =
        "; another process listens there: stop it or choose another port with "
        "--web.listen-address";
  }
  return {Reason::kLocalError,
          "cannot listen on " + to_string(address) + ": " + ec.message() + hint};
}

}  // namespace

struct HttpServer::Listener {
  explicit Listener(const asio::any_io_executor& loop) : acceptor(loop), pause(loop) {}
  tcp::acceptor acceptor;
  asio::steady_timer pause;
};

struct HttpServer::Session {
  explicit Session(tcp::socket socket) : stream(std::move(socket)) {}
  beast::tcp_stream stream;
  beast::flat_buffer buffer;
  bool is_waiting = true;  ///< for a request
  steady_clock::time_point since = steady_clock::now();
};

HttpServer::HttpServer(asio::any_io_executor loop, const Router& router, HttpEvents events,
                       HttpLimits limits)
    : loop_(std::move(loop)), router_(router), events_(std::move(events)), limits_(limits) {}

HttpServer::~HttpServer() = default;

Result<std::uint16_t> HttpServer::listen(const Address& address) {
  beast::error_code ec;
  auto ip = asio::ip::make_address(address.host.empty() ? "::" : address.host, ec);
  if (ec) {  // a name
    tcp::resolver resolver(loop_);
    const auto found = resolver.resolve(address.host, std::to_string(address.port), ec);
    if (ec) {
      return listen_error(address, ec);
    }
    ip = found.begin()->endpoint().address();
  }
  auto listener = std::make_unique<Listener>(loop_);
  auto& acceptor = listener->acceptor;
  acceptor.open(ip.is_v6() ? tcp::v6() : tcp::v4(), ec);
  if (ec && address.host.empty()) {  // a host without IPv6
    ip = asio::ip::address_v4::any();
    acceptor.open(tcp::v4(), ec);
  }
  if (!ec && ip.is_v6()) {
    acceptor.set_option(asio::ip::v6_only(false), ec);
  }
  if (!ec) {
    acceptor.set_option(asio::socket_base::reuse_address(true), ec);
  }
  if (!ec) {
    acceptor.bind(tcp::endpoint(ip, address.port), ec);
  }
  if (!ec) {
    acceptor.listen(asio::socket_base::max_listen_connections, ec);
  }
  if (ec) {
    return listen_error(address, ec);
  }
  const auto port = acceptor.local_endpoint().port();
  spawn(loop_, "HTTP listener", accept(*listener));
  listeners_.push_back(std::move(listener));
  return port;
}

asio::awaitable<void> HttpServer::accept(Listener& listener) {
  constexpr auto kPause = milliseconds(100);  // out of descriptors: some will be closed
  constexpr auto kQuiet = std::chrono::minutes(1);
  auto quiet_until = std::chrono::steady_clock::time_point();
  for (;;) {
    auto [ec, socket] = co_await listener.acceptor.async_accept(kTuple);
    if (draining_) {
      co_return;
    }
    if (ec) {
      const auto now = std::chrono::steady_clock::now();
      if (now >= quiet_until) {
        log::warn("connections can't be accepted", {{"error", ec.message()}});
        quiet_until = now + kQuiet;
      }
      listener.pause.expires_after(kPause);
      co_await listener.pause.async_wait(kTuple);
      continue;
    }
    if (!make_room()) {
      events_.dropped();
      continue;
    }
    sessions_.push_back(std::make_unique<Session>(std::move(socket)));
    events_.connections(sessions_.size());
    spawn(loop_, "HTTP session", talk(std::prev(sessions_.end())));
  }
}

/// Closes the connection that has waited longest for a request when there are too many; false when
/// none waits.
bool HttpServer::make_room() {
  if (sessions_.size() < limits_.connections) {
    return true;
  }
  Session* longest = nullptr;
  for (const auto& session : sessions_) {
    if (session->is_waiting && (longest == nullptr || session->since < longest->since)) {
      longest = session.get();
    }
  }
  if (longest == nullptr) {
    return false;
  }
  events_.dropped();
  longest->is_waiting = false;
  longest->stream.close();
  return true;
}

asio::awaitable<void> HttpServer::talk(Sessions::iterator place) {
  auto& session = **place;
  while (!draining_ && co_await serve_one(session)) {
    session.is_waiting = true;
    session.since = steady_clock::now();
  }
  beast::error_code ignored;
  session.stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
  sessions_.erase(place);
  events_.connections(sessions_.size());
}

/// One request and its response; whether the connection stays open.
asio::awaitable<bool> HttpServer::serve_one(Session& session) {
  auto& stream = session.stream;
  if (session.buffer.size() == 0) {
    constexpr std::size_t kFirstRead = 2048;
    stream.expires_after(limits_.idle);
    auto [ec, n] = co_await stream.async_read_some(session.buffer.prepare(kFirstRead), kTuple);
    if (ec) {
      co_return false;
    }
    session.buffer.commit(n);
  }
  Parser parser;
  stream.expires_after(limits_.patience);
  const auto failed = co_await read_head(stream, session.buffer, parser);
  const auto began = steady_clock::now();
  session.is_waiting = false;
  const auto& head = parser.get();
  auto response = failed ? complaint(failed) : refusal(parser);
  if (failed && !response) {
    co_return false;
  }
  bool keep_alive = !response && head.keep_alive();
  const Router::Route* route = nullptr;
  if (!response) {
    auto request = parse_target(std::string_view(head.target().data(), head.target().size()));
    request.accept = head[http::field::accept];
    route = router_.find(request.path);
    response = co_await answer(request, route);
    pack(*response, head);
  }
  keep_alive = keep_alive && !draining_;
  const auto version = failed ? 11 : head.version();
  stream.expires_after(limits_.patience);
  beast::error_code sent;
  if (head.method() == http::verb::head) {
    http::response<http::empty_body> message;
    fill_head(message, *response, version, keep_alive);
    message.content_length(response->body.size());
    std::tie(sent, std::ignore) = co_await http::async_write(stream, message, kTuple);
  } else {
    http::response<http::string_body> message;
    fill_head(message, *response, version, keep_alive);
    message.body() = std::move(response->body);
    message.prepare_payload();
    std::tie(sent, std::ignore) = co_await http::async_write(stream, message, kTuple);
  }
  events_.answered(route == nullptr ? "other" : route->path, response->status,
                   steady_clock::now() - began);
  co_return keep_alive && !sent;
}

asio::awaitable<Response> HttpServer::answer(const Request& request, const Router::Route* route) {
  if (route == nullptr) {
    co_return not_found(router_, request);
  }
  std::string what;
  try {
    co_return co_await route->page(request);
  } catch (const std::exception& e) {
    what = e.what();
  }
  log::error("bug: a page failed", {{"page", route->path}, {"error", what}});
  co_return plain(500, "500: this page failed; the exporter's log says why.\n");
}

void HttpServer::drain() {
  draining_ = true;
  for (const auto& listener : listeners_) {
    beast::error_code ignored;
    listener->acceptor.close(ignored);
    listener->pause.cancel();
  }
  for (const auto& session : sessions_) {
    if (session->is_waiting) {
      session->stream.close();
    }
  }
}

}  // namespace zke

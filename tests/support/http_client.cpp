#include "support/http_client.hpp"

#include <array>
#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "support/run.hpp"

namespace zke::test {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace {

using asio::ip::tcp;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr auto kPatience = std::chrono::seconds(20);
constexpr std::size_t kMaxBody = 512 << 20;

}  // namespace

std::string HttpReply::header(const std::string& name) const {
  for (const auto& [key, value] : head) {
    if (beast::iequals(key, name)) {
      return value;
    }
  }
  return {};
}

HttpClient::HttpClient(asio::io_context& io, std::uint16_t port, const std::string& host,
                       int receive_buffer)
    : io_(io), stream_(io) {
  const tcp::endpoint server(asio::ip::make_address(host), port);
  auto& socket = stream_.socket();
  socket.open(server.protocol());
  if (receive_buffer > 0) {
    socket.set_option(asio::socket_base::receive_buffer_size(receive_buffer));
  }
  socket.connect(server);
}

bool HttpClient::send(const std::string& text) { return run(io_, write(text)); }

HttpReply HttpClient::read(bool is_head) { return run(io_, receive(is_head)); }

HttpReply HttpClient::ask(const std::string& text) { return run(io_, exchange(text)); }

bool HttpClient::is_closed() { return run(io_, wait_for_end()); }

void HttpClient::finish() { stream_.socket().shutdown(tcp::socket::shutdown_send); }

asio::awaitable<HttpReply> HttpClient::exchange(std::string text) {
  const bool is_head = text.starts_with("HEAD ");
  co_await write(std::move(text));
  co_return co_await receive(is_head);
}

asio::awaitable<bool> HttpClient::write(std::string text) {
  stream_.expires_after(kPatience);
  auto [ec, n] = co_await asio::async_write(stream_, asio::buffer(text), kTuple);
  co_return !ec;
}

asio::awaitable<HttpReply> HttpClient::receive(bool is_head) {
  http::response_parser<http::string_body> parser;
  parser.body_limit(kMaxBody);
  parser.skip(is_head);
  stream_.expires_after(kPatience);
  auto [ec, n] = co_await http::async_read(stream_, buffer_, parser, kTuple);
  HttpReply reply;
  if (ec) {
    co_return reply;
  }
  auto message = parser.release();
  reply.status = message.result_int();
  for (const auto& field : message) {
    reply.head.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  reply.body = std::move(message.body());
  co_return reply;
}

asio::awaitable<bool> HttpClient::wait_for_end() {
  std::array<char, 256> rest{};
  stream_.expires_after(kPatience);
  auto [ec, n] = co_await stream_.async_read_some(asio::buffer(rest), kTuple);
  co_return buffer_.size() == 0 && (ec == asio::error::eof || ec == asio::error::connection_reset);
}

asio::awaitable<bool> HttpClient::drip(std::string text, int milliseconds) {
  asio::steady_timer pause(io_);
  for (const char& byte : text) {
    auto [ec, n] = co_await asio::async_write(stream_, asio::buffer(&byte, 1), kTuple);
    if (ec) {
      co_return false;
    }
    pause.expires_after(std::chrono::milliseconds(milliseconds));
    co_await pause.async_wait(kTuple);
  }
  co_return true;
}

HttpReply get(asio::io_context& io, std::uint16_t port, const std::string& target) {
  HttpClient client(io, port);
  return client.ask("GET " + target + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
}

}  // namespace zke::test

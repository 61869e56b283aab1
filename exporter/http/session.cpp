#include "http/session.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_suffix.hpp>
#include <boost/beast/core/error.hpp>

namespace zke {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

using asio::ip::tcp;
using std::chrono::steady_clock;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::string_view kHeadEnd = "\r\n\r\n";

/// The size of the head that `text` begins with, 0 while its end is not there.
std::size_t head_size(std::string_view text, std::size_t checked) {
  const auto from = checked < kHeadEnd.size() ? 0 : checked - kHeadEnd.size() + 1;
  const auto end = text.find(kHeadEnd, from);
  return end == std::string_view::npos ? 0 : end + kHeadEnd.size();
}

/// A head that can't be read. Whether JSON is wanted is taken from what there is of it.
Head broken(HeadFault fault, std::string_view text) {
  Head head;
  head.fault = std::move(fault);
  if (text.find("application/json") != std::string_view::npos) {
    head.headers.emplace_back("Accept", "application/json");
  }
  return head;
}

}  // namespace

void HttpSession::enter(Stage stage) {
  if (is_open()) {
    stage_ = stage;
    since_ = steady_clock::now();
  }
}

asio::awaitable<bool> HttpSession::read_some(steady_clock::time_point deadline) {
  constexpr std::size_t kPiece = 2048;
  std::array<char, kPiece> piece{};
  const auto into = asio::buffer(piece);
  stream_.expires_at(deadline);
  auto [ec, n] = co_await stream_.async_read_some(into, kTuple);
  buffer_.append(piece.data(), n);
  co_return !ec && is_open();
}

asio::awaitable<std::optional<Head>> HttpSession::read_head(HttpLimits limits) {
  enter(Stage::kReading);
  if (buffer_.empty() && !co_await read_some(steady_clock::now() + limits.idle)) {
    co_return std::nullopt;
  }
  const auto deadline = steady_clock::now() + limits.patience;
  std::size_t checked = 0;
  std::optional<Head> head;
  while (!head) {
    const std::string_view text = buffer_;
    const auto size = head_size(text, checked);
    const auto begun = size == 0 ? text : text.substr(0, size);
    if (begun.size() > kHeadLimit) {
      head = broken(HeadFault{431, "the request's head is longer than 8 kB"}, begun);
    } else if (auto fault = find_early_fault(begun, checked)) {
      head = broken(*std::move(fault), begun);
    } else if (size > 0) {
      head = parse_head(begun);
      buffer_.erase(0, size);
    } else {
      checked = text.size();
      if (!co_await read_some(deadline)) {
        co_return std::nullopt;
      }
    }
  }
  enter(Stage::kWorking);
  co_return head;
}

asio::awaitable<bool> HttpSession::write(std::string head, std::shared_ptr<Body> body,
                                         std::string_view part, HttpLimits limits) {
  enter(Stage::kWriting);
  body_ = std::move(body);
  const auto deadline = steady_clock::now() + limits.patience;
  const std::array<asio::const_buffer, 2> parts = {asio::buffer(head),
                                                   asio::buffer(part.data(), part.size())};
  beast::buffers_suffix<std::array<asio::const_buffer, 2>> rest(parts);
  bool is_good = is_open();
  while (is_good && asio::buffer_size(rest) > 0) {
    stream_.expires_at(std::min(deadline, steady_clock::now() + limits.stall));
    auto [ec, n] = co_await stream_.async_write_some(rest, kTuple);
    rest.consume(n);
    since_ = steady_clock::now();
    is_good = !ec && is_open();
  }
  body_.reset();
  co_return is_good;
}

asio::awaitable<void> HttpSession::end() {
  constexpr auto kPatience = std::chrono::seconds(2);
  constexpr std::size_t kMost = 4 << 20;
  enter(Stage::kEnding);
  beast::error_code ec;
  // Before the wait: at its deadline the stream closes the socket by itself, and a reset would take
  // from a slow reader what the kernel still has for it.
  stream_.socket().set_option(asio::socket_base::linger(false, 0), ec);
  stream_.socket().shutdown(tcp::socket::shutdown_send, ec);
  const auto deadline = steady_clock::now() + kPatience;
  bool goes_on = !ec && is_open();
  for (std::size_t taken = 0; goes_on && taken < kMost; taken += buffer_.size()) {
    buffer_.clear();
    goes_on = co_await read_some(deadline);
  }
  release();
}

void HttpSession::reset() {
  stage_ = Stage::kEnded;
  stream_.close();  // with the listener's SO_LINGER of 0 s
}

void HttpSession::stop_waiting() {
  beast::error_code ec;
  if (is_waiting() && stream_.socket().available(ec) == 0) {
    stream_.cancel();  // not closed: a read that has succeeded already is still told
  }
}

void HttpSession::release() {
  beast::error_code ignored;
  stream_.socket().set_option(asio::socket_base::linger(false, 0), ignored);
  reset();
}

}  // namespace zke

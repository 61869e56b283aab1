#include "fourletter/ask.hpp"

#include <sstream>
#include <string_view>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace zke {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

using asio::ip::tcp;
using std::chrono::steady_clock;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

std::string describe(Command command, const tcp::endpoint& server, std::string_view what) {
  std::ostringstream text;
  text << to_string(command) << " " << server << ": " << what;
  return text.str();
}

bool is_local(beast::error_code ec) {
  return ec == asio::error::no_descriptors || ec == asio::error::no_memory ||
         ec == asio::error::no_buffer_space || ec == asio::error::address_in_use ||
         ec == boost::system::errc::too_many_files_open_in_system ||
         ec == boost::system::errc::address_not_available ||
         ec == boost::system::errc::operation_not_permitted;
}

Error closed_without_answer(Command command, const tcp::endpoint& server) {
  return {Reason::kClosedWithoutAnswer,
          describe(command, server,
                   "closed without an answer: too many connections (maxClientCnxns), or no "
                   "ZooKeeper")};
}

Error connect_failure(Command command, const tcp::endpoint& server, beast::error_code ec) {
  if (ec == beast::error::timeout || ec == asio::error::timed_out) {
    return {Reason::kTimeout, describe(command, server, "no connection before the deadline")};
  }
  if (ec == asio::error::connection_reset || ec == asio::error::broken_pipe) {
    // Accepted, and reset before we looked: a server at maxClientCnxns closes with SO_LINGER 0.
    return closed_without_answer(command, server);
  }
  const auto reason = is_local(ec)                            ? Reason::kLocalError
                      : ec == asio::error::connection_refused ? Reason::kRefused
                                                              : Reason::kNoRoute;
  return {reason, describe(command, server, ec.message())};
}

Error read_failure(Command command, const tcp::endpoint& server, beast::error_code ec,
                   std::size_t received) {
  const auto after = " after " + std::to_string(received) + " bytes";
  if (!ec) {
    return {Reason::kTooLarge, describe(command, server,
                                        "the answer is longer than the limit of " +
                                            std::to_string(received) + " bytes")};
  }
  if (ec == beast::error::timeout) {
    const auto what = received == 0 ? "connected, but no answer before the deadline"
                                    : "no end of the answer before the deadline," + after;
    return {Reason::kTimeout, describe(command, server, what)};
  }
  if (received == 0) {
    return closed_without_answer(command, server);
  }
  return {Reason::kTruncated, describe(command, server, ec.message() + after)};
}

/// Whether closing means RST instead of FIN, because nobody will read the rest. To be said in
/// advance: at the deadline the stream closes the socket itself.
void reset_on_close(tcp::socket& socket, bool yes) {
  beast::error_code ignored;
  socket.set_option(asio::socket_base::linger(yes, 0), ignored);
}

asio::awaitable<Result<Answer>> ask_one(tcp::endpoint server, Command command,
                                        steady_clock::time_point connect_deadline,
                                        steady_clock::time_point deadline) {
  const std::size_t usual_reply = command == Command::kMntr ? 32 << 10 : 1 << 10;
  beast::tcp_stream stream(co_await asio::this_coro::executor);
  stream.expires_at(connect_deadline);
  if (auto [ec] = co_await stream.async_connect(server, kTuple); ec) {
    co_return connect_failure(command, server, ec);
  }
  reset_on_close(stream.socket(), true);
  stream.expires_at(deadline);
  const auto word = to_string(command);
  std::size_t received = 0;
  auto [sent, n] = co_await asio::async_write(stream, asio::buffer(word), kTuple);
  if (sent) {
    co_return read_failure(command, server, sent, received);
  }
  std::string text;
  text.reserve(usual_reply);
  auto buffer = asio::dynamic_buffer(text, reply_limit(command));
  auto [ec, size] = co_await asio::async_read(stream, buffer, kTuple);
  received = size;
  if (ec != asio::error::eof || received == 0) {
    co_return read_failure(command, server, ec, received);
  }
  text.shrink_to_fit();  // it is kept until the next poll
  reset_on_close(stream.socket(), false);
  auto reply = read_reply(command, std::move(text));
  if (!reply) {
    co_return Error(reply.error().reason(), describe(command, server, reply.error().detail()));
  }
  Answer answer{server, std::move(*reply)};
  co_return answer;
}

}  // namespace

asio::awaitable<Result<Answer>> ask(std::vector<tcp::endpoint> servers, Command command,
                                    steady_clock::time_point deadline) {
  Result<Answer> answer = Error(Reason::kDns, "no address");
  for (auto left = servers.size(); left > 0; --left) {
    // A silent address leaves time for the others.
    const auto now = steady_clock::now();
    const auto share = now + (deadline - now) / static_cast<int>(left);
    answer = co_await ask_one(servers[servers.size() - left], command, share, deadline);
    const bool tried_connect_only =
        !answer &&
        (answer.error().reason() == Reason::kRefused ||
         answer.error().reason() == Reason::kNoRoute ||
         (answer.error().reason() == Reason::kTimeout && steady_clock::now() < deadline));
    if (!tried_connect_only) {
      co_return answer;
    }
  }
  co_return answer;
}

}  // namespace zke

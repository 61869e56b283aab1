#include "fourletter/ask.hpp"

#include <optional>
#include <sstream>
#include <string_view>
#include <utility>
#include <variant>

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

/// What a failed address tells about the server, the least first. A name's addresses mostly lead to
/// one server, of which some may be unused: what speaks for a running server counts most.
enum class Telling {
  kNotPossible,  ///< we can't use this address: IPv6 is off, or it is not permitted
  kNoRoute,      ///< nor can the network
  kNoAnswer,     ///< no connection in time: a firewall drops, or the host is down
  kForeign,      ///< another service is there
  kRefused,      ///< the host itself says that nobody is there
  kOwnWant,      ///< we had no descriptor or memory to ask it: it may be well
  kSilent,       ///< it accepted: a frozen server does
  kClosed,       ///< so does one with too many connections
  kBroken,       ///< it began to answer
};

/// Why an address gave no ZooKeeper's answer.
struct Failure {
  Failure(Telling its_telling, Error its_error)
      : telling(its_telling), error(std::move(its_error)) {}

  Telling telling;
  Error error;
};

bool is_own_want(beast::error_code ec) {
  return ec == asio::error::no_descriptors || ec == asio::error::no_memory ||
         ec == asio::error::no_buffer_space || ec == asio::error::address_in_use ||
         ec == boost::system::errc::too_many_files_open_in_system;
}

bool is_not_possible(beast::error_code ec) {
  return ec == boost::system::errc::address_not_available ||
         ec == asio::error::address_family_not_supported || ec == asio::error::access_denied ||
         ec == boost::system::errc::operation_not_permitted;
}

Failure closed_without_answer(Command command, const tcp::endpoint& server) {
  const auto* why = command == Command::kSrvr
                        ? "closed without an answer: too many connections (maxClientCnxns), or no "
                          "ZooKeeper"
                        : "closed without an answer: the server does not allow this word "
                          "(four_letter_word_allow_list, 4lw.commands.whitelist), or has too many "
                          "connections";
  return {Telling::kClosed, Error(Reason::kClosedWithoutAnswer, describe(command, server, why))};
}

Failure connect_failure(Command command, const tcp::endpoint& server, beast::error_code ec) {
  if (ec == beast::error::timeout || ec == asio::error::timed_out) {
    return {
        Telling::kNoAnswer,
        Error(Reason::kTimeout, describe(command, server, "no connection before the deadline"))};
  }
  if (ec == asio::error::connection_reset || ec == asio::error::broken_pipe) {
    // Accepted, and reset before we looked: a server at maxClientCnxns closes with SO_LINGER 0.
    return closed_without_answer(command, server);
  }
  const auto what = describe(command, server, ec.message());
  if (is_own_want(ec)) {
    return {Telling::kOwnWant, Error(Reason::kLocalError, what)};
  }
  if (is_not_possible(ec)) {
    return {Telling::kNotPossible, Error(Reason::kLocalError, what)};
  }
  if (ec == asio::error::connection_refused) {
    return {Telling::kRefused, Error(Reason::kRefused, what)};
  }
  return {Telling::kNoRoute, Error(Reason::kNoRoute, what)};
}

Failure read_failure(Command command, const tcp::endpoint& server, beast::error_code ec,
                     std::size_t received) {
  const auto after = " after " + std::to_string(received) + " bytes";
  if (!ec) {
    const auto what =
        "the answer is longer than the limit of " + std::to_string(received) + " bytes";
    return {Telling::kBroken, Error(Reason::kTooLarge, describe(command, server, what))};
  }
  if (ec == beast::error::timeout) {
    const auto what = received == 0 ? "connected, but no answer before the deadline"
                                    : "no end of the answer before the deadline," + after;
    return {received == 0 ? Telling::kSilent : Telling::kBroken,
            Error(Reason::kTimeout, describe(command, server, what))};
  }
  if (received == 0) {
    return closed_without_answer(command, server);
  }
  return {Telling::kBroken,
          Error(Reason::kTruncated, describe(command, server, ec.message() + after))};
}

/// Whether closing means RST instead of FIN, because nobody will read the rest. To be said in
/// advance: at the deadline the stream closes the socket itself.
void reset_on_close(tcp::socket& socket, bool yes) {
  beast::error_code ignored;
  socket.set_option(asio::socket_base::linger(yes, 0), ignored);
}

asio::awaitable<std::variant<Answer, Failure>> ask_one(tcp::endpoint server, Command command,
                                                       steady_clock::time_point deadline) {
  const std::size_t usual_reply = command == Command::kMntr ? 32 << 10 : 1 << 10;
  beast::tcp_stream stream(co_await asio::this_coro::executor);
  stream.expires_at(deadline);
  if (auto [ec] = co_await stream.async_connect(server, kTuple); ec) {
    co_return connect_failure(command, server, ec);
  }
  reset_on_close(stream.socket(), true);
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
    const auto reason = reply.error().reason();
    co_return Failure(reason == Reason::kMalformed ? Telling::kForeign : Telling::kBroken,
                      Error(reason, describe(command, server, reply.error().detail())));
  }
  Answer answer{server, std::move(*reply)};
  co_return answer;
}

}  // namespace

asio::awaitable<Result<Answer>> ask(Target target, Command command,
                                    steady_clock::time_point deadline) {
  std::optional<Failure> most_telling;
  const auto& servers = target.endpoints;
  for (auto left = servers.size(); left > 0; --left) {
    const auto now = steady_clock::now();
    if (most_telling && now >= deadline) {
      break;
    }
    // A silent address leaves time for the others.
    const auto share = now + (deadline - now) / static_cast<int>(left);
    auto outcome = co_await ask_one(servers[servers.size() - left], command, share);
    if (auto* answer = std::get_if<Answer>(&outcome)) {
      co_return std::move(*answer);
    }
    auto& failure = std::get<Failure>(outcome);
    if (!most_telling || failure.telling > most_telling->telling) {
      most_telling = std::move(failure);
    }
  }
  co_return most_telling ? most_telling->error : Error(Reason::kDns, "no address");
}

}  // namespace zke

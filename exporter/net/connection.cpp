#include "net/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/system/system_error.hpp>

namespace zke {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

using asio::ip::tcp;
using beast::error_code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

/// Nobody waits for the outcome any more: it must not be taken for the peer's doing.
void throw_if_cancelled(error_code ec) {
  if (ec == asio::error::operation_aborted) {
    throw boost::system::system_error(ec);
  }
}

NotConnected::Kind kind_of(error_code ec) {
  using Kind = NotConnected::Kind;
  if (ec == asio::error::timed_out) {
    return Kind::kNoAnswer;
  }
  if (ec == asio::error::connection_reset || ec == asio::error::broken_pipe) {
    return Kind::kReset;
  }
  if (ec == asio::error::no_descriptors || ec == asio::error::no_memory ||
      ec == asio::error::no_buffer_space || ec == asio::error::address_in_use ||
      ec == boost::system::errc::too_many_files_open_in_system) {
    return Kind::kOwnWant;
  }
  if (ec == boost::system::errc::address_not_available ||
      ec == asio::error::address_family_not_supported || ec == asio::error::access_denied ||
      ec == boost::system::errc::operation_not_permitted) {
    return Kind::kNotPossible;
  }
  return ec == asio::error::connection_refused ? Kind::kRefused : Kind::kNoRoute;
}

Transfer transfer_of(error_code ec) {
  throw_if_cancelled(ec);
  if (ec == beast::error::timeout) {
    return {Transfer::End::kLate};
  }
  return {Transfer::End::kBroken, ec.message()};
}

/// Whether closing means RST instead of FIN. To be said in advance: at the deadline the stream
/// closes the socket itself.
void reset_on_close(tcp::socket& socket, bool yes) {
  error_code ignored;
  socket.set_option(asio::socket_base::linger(yes, 0), ignored);
}

}  // namespace

Connection::Connection(const asio::any_io_executor& on,
                       std::chrono::steady_clock::time_point deadline)
    : stream_(on) {
  stream_.expires_at(deadline);
}

asio::awaitable<std::optional<NotConnected>> Connection::connect(tcp::endpoint server) {
  auto [ec] = co_await stream_.async_connect(server, kTuple);
  throw_if_cancelled(ec);
  if (ec == beast::error::timeout) {
    ec = asio::error::timed_out;  // the deadline came before the kernel's own
  }
  if (ec) {
    const auto kind = kind_of(ec);
    NotConnected failure{kind, kind == NotConnected::Kind::kNoAnswer
                                   ? "no connection before the deadline"
                                   : ec.message()};
    co_return failure;
  }
  reset_on_close(stream_.socket(), true);
  co_return std::nullopt;
}

asio::awaitable<Transfer> Connection::write(std::string_view bytes) {
  auto [ec, n] = co_await asio::async_write(stream_, asio::buffer(bytes), kTuple);
  co_return ec ? transfer_of(ec) : Transfer();
}

asio::awaitable<Transfer> Connection::read_to_end(std::string& text, std::size_t limit) {
  auto buffer = asio::dynamic_buffer(text, limit);
  auto [ec, n] = co_await asio::async_read(stream_, buffer, kTuple);
  if (ec && ec != asio::error::eof) {
    co_return transfer_of(ec);
  }
  Transfer ended;
  ended.end = ec ? Transfer::End::kDone : Transfer::End::kFull;
  co_return ended;
}

void Connection::close() {
  reset_on_close(stream_.socket(), false);
  stream_.close();
}

}  // namespace zke

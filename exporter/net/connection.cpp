#include "net/connection.hpp"

#include <array>
#include <tuple>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/system/system_error.hpp>

#include "net/tls_peer.hpp"

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

/// The end of what the peer says: over TLS also without its close_notify, which not all send. The
/// end of the stream is never taken for a proof that a text is whole.
bool is_end(error_code ec) {
  return ec == asio::error::eof || ec == asio::ssl::error::stream_truncated;
}

bool is_of_openssl(error_code ec) { return ec.category() == asio::error::get_ssl_category(); }

/// Whether closing means RST instead of FIN. To be said in advance: at the deadline the stream
/// closes the socket itself.
void reset_on_close(tcp::socket& socket, bool yes) {
  error_code ignored;
  socket.set_option(asio::socket_base::linger(yes, 0), ignored);
}

}  // namespace

struct Connection::Tls {
  Tls(beast::tcp_stream& tcp, const std::shared_ptr<TlsPeer>& peer)
      : context(peer->context()),
        stream(tcp, SSL_new(context->openssl())),
        handshake(stream.native_handle(), peer) {}

  TlsContext::Ptr context;
  asio::ssl::stream<beast::tcp_stream&> stream;
  TlsHandshake handshake;
};

/// Notes that the peer has said something; as a condition of Asio: read all.
struct Connection::Listener {
  Tcp& tcp;

  std::size_t operator()(error_code ec, std::size_t received) const {
    tcp.has_heard = tcp.has_heard || received > 0;
    return asio::transfer_all()(ec, received);
  }
};

Connection::Connection(const asio::any_io_executor& on, Clock::time_point deadline,
                       const std::shared_ptr<TlsPeer>& peer)
    : tcp_(std::make_shared<Tcp>(on)),
      tls_(peer ? std::make_unique<Tls>(tcp_->stream, peer) : nullptr),
      nudge_(on),
      end_(on) {
  tcp_->stream.expires_at(deadline);
  if (tls_) {
    end_at(deadline);
  }
}

Connection::~Connection() { tcp_->stream.close(); }

/// Beast's own deadline ends only a read that waits. A peer that never stops to send what is no
/// data, such as requests of a greeting, would hold us in OpenSSL for ever.
void Connection::end_at(Clock::time_point deadline) {
  tcp_->end = deadline;
  end_.expires_at(deadline);
  end_.async_wait([weak = std::weak_ptr(tcp_)](error_code ec) {
    const auto tcp = weak.lock();
    if (!ec && tcp && Clock::now() >= tcp->end) {  // it may have been put off meanwhile
      tcp->is_late = true;
      tcp->stream.close();
    }
  });
}

error_code Connection::outcome(error_code ec) const {
  return ec && tcp_->is_late ? error_code(beast::error::timeout) : ec;
}

asio::awaitable<std::optional<NotConnected>> Connection::connect(tcp::endpoint server) {
  auto [ec] = co_await tcp_->stream.async_connect(server, kTuple);
  ec = outcome(ec);
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
  reset_on_close(tcp_->stream.socket(), true);
  if (tls_) {
    tcp_->stream.socket().set_option(tcp::no_delay(true), ec);  // what we send comes in two parts
    co_return co_await shake_hands();
  }
  co_return std::nullopt;
}

asio::awaitable<std::optional<NotConnected>> Connection::shake_hands() {
  using Kind = NotConnected::Kind;
  auto [ec] = co_await tls_->stream.async_handshake(asio::ssl::stream_base::client, kTuple);
  ec = outcome(ec);
  throw_if_cancelled(ec);
  tls_->handshake.tell_peer();
  if (!ec) {
    co_return std::nullopt;
  }
  NotConnected failure{Kind::kTls, {}};
  if (ec == beast::error::timeout) {
    failure = {Kind::kSilent, "connected, but no whole TLS handshake before the deadline"};
  } else if (is_of_openssl(ec)) {
    const auto error = static_cast<unsigned long>(ec.value());
    failure.kind = is_no_tls(error) ? Kind::kNoTls : Kind::kTls;
    failure.why = tls_->handshake.describe(error);
  } else if (tls_->handshake.has_heard()) {
    failure.why = "the server closed the connection within the TLS handshake";
  } else {
    failure = {Kind::kReset, "closed instead of a TLS handshake"};
  }
  co_return failure;
}

Transfer Connection::transfer_of(const error_code& ec) const {
  throw_if_cancelled(ec);
  if (ec == beast::error::timeout) {
    return {Transfer::End::kLate};
  }
  if (is_of_openssl(ec)) {
    return {Transfer::End::kTls, tls_->handshake.describe(static_cast<unsigned long>(ec.value()))};
  }
  const auto refusal = find_refusal();
  return refusal.empty() ? Transfer{Transfer::End::kBroken, ec.message()}
                         : Transfer{Transfer::End::kTls, refusal};
}

/// Why the peer may have closed without a word after the handshake: with TLS 1.3 it looks at our
/// certificate after we think that all is done.
std::string Connection::find_refusal() const {
  return tls_ && tls_->handshake.is_certificate_missing()
             ? "the server asked for a client certificate, and closed when it got none; set "
               "cert_file and key_file"
             : "";
}

asio::awaitable<Transfer> Connection::write(std::string_view bytes) {
  const auto buffer = asio::buffer(bytes);
  error_code ec;
  if (tls_) {
    std::tie(ec, std::ignore) = co_await asio::async_write(tls_->stream, buffer, kTuple);
  } else {
    std::tie(ec, std::ignore) = co_await asio::async_write(tcp_->stream, buffer, kTuple);
  }
  ec = outcome(ec);
  co_return ec ? transfer_of(ec) : Transfer();
}

asio::awaitable<Transfer> Connection::read_to_end(std::string& text, std::size_t limit) {
  auto buffer = asio::dynamic_buffer(text, limit);
  const Listener listener{*tcp_};
  error_code ec;
  if (tls_) {
    std::tie(ec, std::ignore) = co_await asio::async_read(tls_->stream, buffer, kTuple);
  } else {
    std::tie(ec, std::ignore) = co_await asio::async_read(tcp_->stream, buffer, listener, kTuple);
  }
  nudge_.cancel();
  ec = outcome(ec);
  if (ec && !is_end(ec)) {
    co_return transfer_of(ec);
  }
  Transfer ended;
  ended.end = ec ? Transfer::End::kDone : Transfer::End::kFull;
  if (ec && text.empty()) {
    ended.why = find_refusal();
    ended.end = ended.why.empty() ? Transfer::End::kDone : Transfer::End::kTls;
  }
  co_return ended;
}

asio::awaitable<Transfer> Connection::read_exactly(std::string& text, std::size_t size) {
  text.resize(size);
  const auto buffer = asio::buffer(text);
  error_code ec;
  if (tls_) {
    std::tie(ec, std::ignore) = co_await asio::async_read(tls_->stream, buffer, kTuple);
  } else {
    std::tie(ec, std::ignore) = co_await asio::async_read(tcp_->stream, buffer, kTuple);
  }
  ec = outcome(ec);
  if (is_end(ec)) {
    const auto refusal = find_refusal();
    Transfer closed{Transfer::End::kBroken, refusal.empty() ? "the server closed it" : refusal};
    co_return closed;
  }
  co_return ec ? transfer_of(ec) : Transfer();
}

void Connection::hold_until(Clock::time_point deadline) {
  if (!std::exchange(tcp_->is_held, true)) {
    error_code ignored;
    tcp_->stream.expires_never();
    tcp_->stream.socket().set_option(tcp::no_delay(true), ignored);
  }
  end_at(deadline);
}

void Connection::nudge_at(Clock::time_point time) {
  if (tls_) {
    return;
  }
  nudge_.expires_at(time);
  nudge_.async_wait([weak = std::weak_ptr(tcp_)](error_code ec) {
    const auto tcp = weak.lock();
    if (!ec && tcp) {
      tcp->nudge();
    }
  });
}

void Connection::Tcp::nudge() {
  constexpr std::array<char, 16> kNothing{};
  auto& socket = stream.socket();
  error_code ec;
  if (has_heard || !socket.is_open() || socket.available(ec) > 0 || ec) {
    return;
  }
  socket.non_blocking(true, ec);
  socket.write_some(asio::buffer(kNothing), ec);
  is_nudged = !ec;
}

void Connection::close() {
  reset_on_close(tcp_->stream.socket(), false);
  tcp_->stream.close();
}

}  // namespace zke

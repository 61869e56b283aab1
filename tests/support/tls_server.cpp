#include "support/tls_server.hpp"

#include <stdexcept>
#include <tuple>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <openssl/err.h>

#include "support/run.hpp"

namespace zke::test {

namespace asio = boost::asio;

namespace {

using asio::ip::tcp;
using boost::system::error_code;
using End = TlsManners::End;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

void require(bool is_done) {
  if (!is_done) {
    throw std::runtime_error("OpenSSL makes no server: " + take_openssl_error());
  }
}

void set_up(SSL_CTX* context, const Credential& identity, const TlsManners& manners) {
  require(SSL_CTX_set_cipher_list(context, manners.ciphers.c_str()) == 1);
  require(SSL_CTX_use_certificate(context, identity.certificate.get()) == 1);
  require(SSL_CTX_use_PrivateKey(context, identity.key.get()) == 1);
  SSL_CTX_set_min_proto_version(context, manners.min_version);
  SSL_CTX_set_max_proto_version(context, manners.max_version);
  for (std::size_t i = 0; i < manners.chain_length; ++i) {
    require(SSL_CTX_add1_chain_cert(context, identity.certificate.get()) == 1);
  }
  const unsigned char id = 1;  // sessions are resumed only where this is the same
  SSL_CTX_set_session_id_context(context, &id, sizeof id);
}

/// Whether the client said that it wants no other handshake.
bool is_refusal(error_code ec) {
  return ec.category() == asio::error::get_ssl_category() &&
         ERR_GET_REASON(static_cast<unsigned long>(ec.value())) == SSL_R_NO_RENEGOTIATION;
}

}  // namespace

struct TlsServer::State {
  explicit State(asio::io_context& io) : acceptor(io) {}

  struct Session {
    Session(std::shared_ptr<State> its_state, tcp::socket socket)
        : state(std::move(its_state)), stream(std::move(socket), state->context) {
      ++state->seen.connections;
      ++state->seen.open;
    }
    ~Session() { --state->seen.open; }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    Session(Session&&) = delete;
    Session& operator=(Session&&) = delete;

    std::shared_ptr<State> state;
    asio::ssl::stream<tcp::socket> stream;
  };

  static asio::awaitable<void> serve(std::shared_ptr<State> state);
  static asio::awaitable<void> speak(std::unique_ptr<Session> session);
  static asio::awaitable<void> end(Session& session);
  void note_handshake(SSL* ssl);

  asio::ssl::context context{asio::ssl::context::tls_server};
  tcp::acceptor acceptor;
  TlsManners manners;
  Seen seen;
};

void TlsServer::State::note_handshake(SSL* ssl) {
  const auto* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  seen.names.emplace_back(name == nullptr ? "" : name);
  ++seen.handshakes;
  seen.resumed += SSL_session_reused(ssl) == 1 ? 1 : 0;
}

asio::awaitable<void> TlsServer::State::serve(std::shared_ptr<State> state) {
  for (;;) {
    auto [ec, socket] = co_await state->acceptor.async_accept(kTuple);
    if (ec) {
      co_return;
    }
    start(state->acceptor.get_executor(),
          speak(std::make_unique<Session>(state, std::move(socket))));
  }
}

asio::awaitable<void> TlsServer::State::speak(std::unique_ptr<Session> session) {
  auto& stream = session->stream;
  auto& state = *session->state;
  auto [failed] = co_await stream.async_handshake(asio::ssl::stream_base::server, kTuple);
  if (failed) {
    co_return;
  }
  state.note_handshake(stream.native_handle());
  if (state.manners.end == End::kWordless) {
    co_return;
  }
  std::string word(4, '\0');
  auto [ec, n] = co_await asio::async_read(stream, asio::buffer(word), kTuple);
  if (ec) {
    co_return;
  }
  state.seen.words.push_back(word);
  auto [write_ec, sent] =
      co_await asio::async_write(stream, asio::buffer(state.manners.answer), kTuple);
  if (!write_ec) {
    co_await end(*session);
  }
}

asio::awaitable<void> TlsServer::State::end(Session& session) {
  auto& stream = session.stream;
  error_code ignored;
  error_code failed;
  std::string more(1, '\0');
  switch (session.state->manners.end) {
    case End::kNotify:
      co_await stream.async_shutdown(kTuple);
      break;
    case End::kReset:
      stream.next_layer().set_option(asio::socket_base::linger(true, 0), ignored);
      stream.next_layer().close(ignored);
      break;
    case End::kRenegotiate:
      SSL_renegotiate(stream.native_handle());
      co_await stream.async_handshake(asio::ssl::stream_base::server, kTuple);
      std::tie(failed, std::ignore) = co_await asio::async_read(stream, asio::buffer(more), kTuple);
      session.state->seen.refusals += is_refusal(failed) ? 1 : 0;
      break;
    case End::kHang:
      co_await asio::async_read(stream, asio::buffer(more), kTuple);
      break;
    default:
      break;
  }
}

TlsServer::TlsServer(asio::io_context& io, const Credential& identity, const TlsManners& manners)
    : state_(std::make_shared<State>(io)) {
  state_->manners = manners;
  set_up(state_->context.native_handle(), identity, manners);
  if (!manners.client_authority.empty()) {
    state_->context.add_certificate_authority(asio::buffer(manners.client_authority));
    state_->context.set_verify_mode(asio::ssl::verify_peer |
                                    asio::ssl::verify_fail_if_no_peer_cert);
  }
  auto& acceptor = state_->acceptor;
  acceptor.open(tcp::v4());
  acceptor.bind(tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  acceptor.listen();
  start(io.get_executor(), State::serve(state_));
}

TlsServer::~TlsServer() {
  error_code ignored;
  state_->acceptor.close(ignored);
}

tcp::endpoint TlsServer::endpoint() const { return state_->acceptor.local_endpoint(); }

const TlsServer::Seen& TlsServer::seen() const { return state_->seen; }

}  // namespace zke::test

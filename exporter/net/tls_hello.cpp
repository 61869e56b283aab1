#include "net/tls_hello.hpp"

#include <string>

#include <boost/asio/this_coro.hpp>

#include "net/connection.hpp"
#include "net/openssl.hpp"

namespace zke {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kAnswer = 6;

/// The first bytes of a client, as OpenSSL writes them.
std::string client_hello() {
  const OpensslPtr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  const OpensslPtr<SSL> ssl(SSL_new(context.get()));
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_connect(ssl.get());  // it wants an answer now
  char* data = nullptr;
  const auto size = BIO_get_mem_data(SSL_get_wbio(ssl.get()), &data);
  take_openssl_error();
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

bool is_tls_answer(std::string_view bytes) {
  // RFC 8446, 5.1: type, version 3.x, length; then an alert's two bytes, or a message's type.
  using namespace std::string_view_literals;
  if (bytes.size() < kAnswer || bytes[1] != '\x03' || bytes[2] < 0 || bytes[2] > '\x04') {
    return false;
  }
  const auto type = bytes.substr(0, 1);
  const bool is_alert = type == "\x15"sv && bytes.substr(3, 2) == "\x00\x02"sv;
  const bool is_server_hello = type == "\x16"sv && bytes.substr(5, 1) == "\x02"sv;
  return is_alert || is_server_hello;
}

asio::awaitable<bool> speaks_tls(asio::ip::tcp::endpoint server,
                                 std::chrono::steady_clock::time_point deadline) {
  Connection connection(co_await asio::this_coro::executor, deadline);
  if (co_await connection.connect(server)) {
    co_return false;
  }
  const auto hello = client_hello();
  std::string said;
  const auto sent = co_await connection.write(hello);
  if (sent.end == Transfer::End::kDone) {
    co_await connection.read_to_end(said, kAnswer);
  }
  co_return is_tls_answer(said);
}

}  // namespace zke

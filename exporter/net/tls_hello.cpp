#include "net/tls_hello.hpp"

#include <string>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/this_coro.hpp>

#include "net/connection.hpp"
#include "net/openssl.hpp"

namespace zke {

namespace asio = boost::asio;

namespace {

/// The first bytes of a client, as OpenSSL writes them.
std::string client_hello() {
  asio::ssl::context context(asio::ssl::context::tls_client);
  const OpensslPtr<SSL> ssl(SSL_new(context.native_handle()));
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_connect(ssl.get());  // it wants an answer now
  char* data = nullptr;
  const auto size = BIO_get_mem_data(SSL_get_wbio(ssl.get()), &data);
  take_openssl_error();
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

bool is_tls_record(std::string_view bytes) {
  constexpr char kAlert = 0x15;
  constexpr char kHandshake = 0x16;
  constexpr char kMajor = 3;
  constexpr char kNewestMinor = 4;
  constexpr std::size_t kHeader = 5;
  return bytes.size() >= kHeader && (bytes[0] == kAlert || bytes[0] == kHandshake) &&
         bytes[1] == kMajor && bytes[2] >= 0 && bytes[2] <= kNewestMinor;
}

asio::awaitable<bool> speaks_tls(asio::ip::tcp::endpoint server,
                                 std::chrono::steady_clock::time_point deadline) {
  constexpr std::size_t kRecord = 5;
  Connection connection(co_await asio::this_coro::executor, deadline);
  if (co_await connection.connect(server)) {
    co_return false;
  }
  const auto hello = client_hello();
  std::string said;
  const auto sent = co_await connection.write(hello);
  if (sent.end == Transfer::End::kDone) {
    co_await connection.read_to_end(said, kRecord);
  }
  co_return is_tls_record(said);
}

}  // namespace zke

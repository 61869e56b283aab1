#include "http/listen.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <utility>

#include <boost/asio/ip/v6_only.hpp>
#include <boost/beast/core/error.hpp>

namespace zke {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

namespace {

constexpr int kSendBuffer = 256 << 10;     // else a client that does not read may take megabytes
constexpr unsigned kUserTimeout = 10'000;  // milliseconds that the kernel keeps what nobody takes

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

Result<tcp::acceptor> open_listener(const asio::any_io_executor& loop, const Address& address) {
  beast::error_code ec;
  auto ip = asio::ip::make_address(address.host.empty() ? "::" : address.host, ec);
  if (ec) {  // a name
    tcp::resolver resolver(loop);
    const auto found = resolver.resolve(address.host, std::to_string(address.port), ec);
    if (ec) {
      return listen_error(address, ec);
    }
    ip = found.begin()->endpoint().address();
  }
  tcp::acceptor acceptor(loop);
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
  if (!ec) {  // accepted sockets inherit these
    acceptor.set_option(asio::socket_base::linger(true, 0), ec);
    acceptor.set_option(asio::socket_base::send_buffer_size(kSendBuffer), ec);
    setsockopt(acceptor.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &kUserTimeout,
               sizeof kUserTimeout);
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
  return acceptor;
}

}  // namespace zke

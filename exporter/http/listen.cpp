#include "http/listen.hpp"

#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <utility>
#include <vector>

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

/// Whether one of these takes what comes to the other. `::` takes IPv4 as well.
bool overlap(const tcp::endpoint& a, const tcp::endpoint& b) {
  const auto takes = [](const asio::ip::address& one, const asio::ip::address& other) {
    return one == other || (one.is_unspecified() && (one.is_v6() || other.is_v4()));
  };
  return a.port() != 0 && a.port() == b.port() &&
         (takes(a.address(), b.address()) || takes(b.address(), a.address()));
}

/// Lets sockets of ours listen on the same port while it lives. Linux wants each of them to allow
/// it, so that a process which does not ask for it is kept out all the time.
class PortSharing {
 public:
  PortSharing() = default;
  ~PortSharing() {
    for (auto* acceptor : sharing_) {
      set(*acceptor, 0);
    }
  }
  PortSharing(const PortSharing&) = delete;
  PortSharing& operator=(const PortSharing&) = delete;
  PortSharing(PortSharing&&) = delete;
  PortSharing& operator=(PortSharing&&) = delete;

  void add(tcp::acceptor& acceptor) {
    set(acceptor, 1);
    sharing_.push_back(&acceptor);
  }

 private:
  static void set(tcp::acceptor& acceptor, int on) {
    setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  }

  std::vector<tcp::acceptor*> sharing_;
};

void take_port(tcp::acceptor& acceptor, const tcp::endpoint& endpoint,
               const std::vector<tcp::acceptor*>& ours, beast::error_code& ec) {
  PortSharing sharing;
  for (auto* held : ours) {
    if (overlap(held->local_endpoint(ec), endpoint)) {
      sharing.add(*held);
      sharing.add(acceptor);
    }
  }
  acceptor.bind(endpoint, ec);
  if (!ec) {
    acceptor.listen(asio::socket_base::max_listen_connections, ec);
  }
}

}  // namespace

asio::awaitable<Result<std::vector<ListenPlace>>> find_places(
    Resolver& resolver, std::vector<Address> addresses,
    std::chrono::steady_clock::time_point deadline) {
  std::vector<std::shared_ptr<Resolver::Name>> names;
  names.reserve(addresses.size());
  for (const auto& address : addresses) {
    names.push_back(address.host.empty() ? nullptr : resolver.watch(address.host));
  }
  std::vector<ListenPlace> places;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    auto& place = places.emplace_back(ListenPlace{addresses[i], std::nullopt});
    if (names[i] == nullptr) {
      continue;
    }
    co_await names[i]->wait_first(deadline);
    const auto& known = names[i]->known();
    if (known.addresses.empty()) {
      co_return Error(
          Reason::kDns,
          "cannot listen on " + to_string(place.address) + ": " +
              (known.answered ? known.error : "the look-up of its name takes too long"));
    }
    place.ip = known.addresses.front();
  }
  co_return places;
}

Result<tcp::acceptor> open_listener(const asio::any_io_executor& loop, const ListenPlace& place,
                                    const std::vector<tcp::acceptor*>& ours) {
  const auto& address = place.address;
  beast::error_code ec;
  auto ip = place.ip.value_or(asio::ip::address());
  if (!place.ip) {
    ip = asio::ip::make_address(address.host.empty() ? "::" : address.host, ec);
  }
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
    take_port(acceptor, tcp::endpoint(ip, address.port), ours, ec);
  }
  if (ec) {
    return listen_error(address, ec);
  }
  return acceptor;
}

}  // namespace zke

#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/result.hpp"
#include "net/address.hpp"
#include "net/resolver.hpp"

namespace zke {

/// A place to listen on: an empty host means all addresses, IPv4 and IPv6.
struct ListenPlace {
  Address address;
  std::optional<boost::asio::ip::address> ip;  ///< of a name; else it is looked up, which may block
};

/// The places of these addresses, with the IPs of their names: for who must not block. The error
/// names the first that has none by `deadline`.
boost::asio::awaitable<Result<std::vector<ListenPlace>>> find_places(
    Resolver& resolver, std::vector<Address> addresses,
    std::chrono::steady_clock::time_point deadline);

/// An acceptor that listens there; the error says why it can't. Its connections have bounded
/// buffers, which the kernel frees when they are closed. Acceptors of `ours`, which are open, may
/// hold the same port and go on. Others may not, unless they run as our user and ask for it.
Result<boost::asio::ip::tcp::acceptor> open_listener(
    const boost::asio::any_io_executor& loop, const ListenPlace& place,
    const std::vector<boost::asio::ip::tcp::acceptor*>& ours = {});

}  // namespace zke

#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/result.hpp"
#include "net/address.hpp"

namespace zke {

/// An acceptor that listens there (an empty host: all addresses, IPv4 and IPv6); the error says why
/// it can't. Its connections have bounded buffers, which the kernel frees when they are closed.
Result<boost::asio::ip::tcp::acceptor> open_listener(const boost::asio::any_io_executor& loop,
                                                     const Address& address);

}  // namespace zke

#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

namespace zke {

class TlsPeer;

/// A server to connect to: its name, and the addresses at which it may be.
struct Target {
  std::string name;                                       ///< `host:port` as configured
  std::vector<boost::asio::ip::tcp::endpoint> endpoints;  ///< in the order in which they are tried
  std::shared_ptr<TlsPeer> tls = nullptr;                 ///< speaks TLS there; nullptr: plain TCP
};

}  // namespace zke

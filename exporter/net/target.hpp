#pragma once

#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

namespace zke {

/// A server to connect to: its name, and the addresses at which it may be.
struct Target {
  std::string name;                                       ///< `host:port` as configured
  std::vector<boost::asio::ip::tcp::endpoint> endpoints;  ///< in the order in which they are tried
};

}  // namespace zke

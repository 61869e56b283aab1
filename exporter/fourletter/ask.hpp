#pragma once

#include <chrono>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/result.hpp"
#include "fourletter/command.hpp"
#include "net/target.hpp"

namespace zke {

/// A reply and the address that gave it.
struct Answer {
  boost::asio::ip::tcp::endpoint server;
  Reply reply;
};

/// Sends one command, exactly its four bytes, to one address of `target` after the other until one
/// gives a ZooKeeper's answer, and reads at full speed until that closes the connection. `deadline`
/// covers all of it, each address gets its share of what is left. On a failure the connection is
/// reset, which frees the server's thread at once. Errors: refused, timeout, closed_without_answer,
/// truncated, too_large, malformed, local_error; of several that which tells most.
boost::asio::awaitable<Result<Answer>> ask(Target target, Command command,
                                           std::chrono::steady_clock::time_point deadline);

}  // namespace zke

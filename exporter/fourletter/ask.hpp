#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

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

/// What is sent to a server, and how its answer is read.
struct Question {
  Question(std::string its_name, std::string its_bytes, std::size_t its_limit)
      : name(std::move(its_name)), bytes(std::move(its_bytes)), limit(its_limit) {}

  std::string name;                      ///< for people: "srvr"
  std::string bytes;                     ///< exactly what is sent
  std::size_t limit;                     ///< of the answer, in bytes
  std::string_view closed;               ///< why a server may close without an answer
  std::string_view speaks_tls;           ///< what to do about a port that does, when we do not
  std::string_view speaks_plain;         ///< … that does not, when we do
  bool is_secret = false;                ///< never sent in the clear when TLS was meant
  bool is_nudged = false;                ///< too short for a port that waits for TLS to say so
  std::size_t usual_answer = 1U << 10U;  ///< what to make room for
  std::function<Result<Reply>(std::string)> read;
};

/// Asks one address of `target` after the other until one gives a ZooKeeper's answer, and reads at
/// full speed until that closes the connection. `deadline` covers all of it, each address gets its
/// share of what is left. On a failure the connection is reset, which frees the server's thread at
/// once. Errors: refused, timeout, closed_without_answer, truncated, too_large, malformed,
/// local_error, what `read` gives; of several that which tells most.
boost::asio::awaitable<Result<Answer>> ask(Target target, Question question,
                                           std::chrono::steady_clock::time_point deadline);

/// The same for a four-letter word, exactly its four bytes.
boost::asio::awaitable<Result<Answer>> ask(Target target, Command command,
                                           std::chrono::steady_clock::time_point deadline);

}  // namespace zke

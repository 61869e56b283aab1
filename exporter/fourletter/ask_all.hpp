#pragma once

#include <chrono>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/result.hpp"
#include "fourletter/command.hpp"
#include "fourletter/commands.hpp"
#include "net/target.hpp"

namespace zke {

/// What a member said to each command; empty where it was not asked.
using Replies = PerCommand<std::optional<Result<Reply>>>;

struct AllAnswers {
  Replies replies;
  std::optional<boost::asio::ip::tcp::endpoint> server;  ///< the address that answered
};

/// Asks one member for every command in `due`, one after the other, all before
/// `deadline`. After the first failure, and when it serves nobody, it is spared the rest; but a
/// word that is closed without an answer after others were answered may be refused, and ends
/// nothing.
boost::asio::awaitable<AllAnswers> ask_all(Target target, Commands due,
                                           std::chrono::steady_clock::time_point deadline);

}  // namespace zke

#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/result.hpp"
#include "fourletter/command.hpp"

namespace zke {

/// What a member said to each command; empty where it was not asked.
using Replies = std::array<std::optional<Result<Reply>>, kCommandCount>;

struct AllAnswers {
  Replies replies;                                       ///< by Command
  std::optional<boost::asio::ip::tcp::endpoint> server;  ///< the address that answered
};

/// Asks one member for every command in `due` (by Command), one after the other, all before
/// `deadline`. After the first failure, and when it serves nobody, it is spared the rest; but a
/// word that is closed without an answer after others were answered may be refused, and ends
/// nothing.
boost::asio::awaitable<AllAnswers> ask_all(std::vector<boost::asio::ip::tcp::endpoint> servers,
                                           std::array<bool, kCommandCount> due,
                                           std::chrono::steady_clock::time_point deadline);

}  // namespace zke

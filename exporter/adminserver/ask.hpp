#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "base/result.hpp"
#include "fourletter/ask.hpp"
#include "fourletter/ask_all.hpp"
#include "fourletter/command.hpp"
#include "net/target.hpp"

namespace zke {

/// Where a member's AdminServer is, and how it is asked.
struct AdminServer {
  Target target;                   ///< `zk-0.zk:8080`
  std::string path = "/commands";  ///< before the name of a page
  std::string authorization = {};  ///< the header's value; empty: none is sent
};

/// Asks for the pages that stand for `command` (adminserver/pages.hpp), each over a connection of
/// its own, at one address of the target after the other, as fourletter/ask does; `deadline` covers
/// all of it. The reply's text is the page's JSON; that of kConf a list of those pages that the
/// server knows. Errors: as of fourletter/ask; tls and malformed say what to configure.
boost::asio::awaitable<Result<Answer>> ask_admin(AdminServer server, Command command,
                                                 std::chrono::steady_clock::time_point deadline);

/// Asks for every command in `due`, as ask_all does: after the first failure, and when it serves
/// nobody, it is spared the rest.
boost::asio::awaitable<AllAnswers> ask_admin(AdminServer server, Commands due,
                                             std::chrono::steady_clock::time_point deadline);

/// The port on which that server takes clients without TLS, -1 when it has none; empty when it does
/// not serve. It tells whether this is the AdminServer of the server that is meant.
boost::asio::awaitable<Result<std::optional<std::int64_t>>> ask_client_port(
    AdminServer server, std::chrono::steady_clock::time_point deadline);

/// The header's value for a name and a password, as HTTP's basic authentication has it.
std::string basic_authorization(std::string_view username, std::string_view password);

}  // namespace zke

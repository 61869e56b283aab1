#pragma once

#include <string_view>

#include "base/result.hpp"
#include "fourletter/command.hpp"
#include "net/http_answer.hpp"

namespace zke {

/// Tells what the AdminServer said to a GET of `page`; an error says what to do about it.
///   200 {"packets_sent" : 504, …, "command" : "server_stats", "error" : null}     an answer
///   200 {"command" : …, "error" : "This ZooKeeper instance is not currently …"}   kNotServing
///   200 {"command" : …, "error" : "Unknown command: voting_view"}                 kNotAllowed
/// Errors: malformed (another status, no JSON, another service, or a password is wanted: it may be
/// a proxy that wants it), truncated, tls (it speaks TLS only).
Result<Reply> read_admin_reply(std::string_view page, const HttpAnswer& answer);

/// What `monitor` says since 3.6 when the server has no quorum; but garbage in a quota node brings
/// it as well. Only another page can tell.
bool is_server_fault(const HttpAnswer& answer);

}  // namespace zke

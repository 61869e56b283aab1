#pragma once

#include <chrono>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "base/result.hpp"
#include "http/url.hpp"

namespace zke {

/// GETs `page` ("/config") below `url` and gives its body: of a 200 only, at most 2 MiB, redirects
/// are not followed. It ends by `deadline`, whatever the name server and the server do. The error
/// says in some words why there is none.
boost::asio::awaitable<Result<std::string>> fetch(HttpUrl url, std::string page,
                                                  std::chrono::steady_clock::time_point deadline);

/// The same for who has no loop: waits for it, as long as `timeout` at most.
Result<std::string> fetch_now(const HttpUrl& url, const std::string& page,
                              std::chrono::milliseconds timeout);

}  // namespace zke

#pragma once

#include <functional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "base/result.hpp"
#include "http/router.hpp"
#include "pages/looks.hpp"

namespace zke {

/// Reads the configuration again: what has changed, or the mistake in one line.
using LiveReload = std::function<boost::asio::awaitable<Result<std::string>>(std::string cause)>;

/// Adds `POST /-/reload`, as Prometheus has it: 200 and what has changed; 500 and the mistake; 403
/// when it `is_allowed` to nobody. `limit` bounds those who wait for it.
void add_reload_page(Router& router, LiveReload reload, bool is_allowed, LookLimit limit);

}  // namespace zke

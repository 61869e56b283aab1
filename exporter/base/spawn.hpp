#pragma once

#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace zke {

/// Starts `work` on its own. An exception that leaves it is a bug of ours: it is
/// logged under `name` and ends the process. (`asio::detached` would hide it.)
void spawn(const boost::asio::any_io_executor& on, std::string name,
           boost::asio::awaitable<void> work);

}  // namespace zke

#pragma once

#include <cstddef>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "base/result.hpp"
#include "net/resolver.hpp"
#include "poll/settings.hpp"

namespace zke {

/// Removes all that canaries have made below the ensemble's canary.path, through the first of its
/// members that lets us in; tells how many znodes that were. What else is there stays. An exporter
/// whose canary still writes makes them again.
boost::asio::awaitable<Result<std::size_t>> clean_up_canary(boost::asio::any_io_executor loop,
                                                            Resolver& resolver,
                                                            EnsembleSettings ensemble);

}  // namespace zke

#pragma once

#include <functional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "judge/probe.hpp"

namespace zke {

/// Asks a member what it is now.
using LiveCheck =
    std::function<boost::asio::awaitable<Observation>(std::string ensemble, std::string member)>;

}  // namespace zke

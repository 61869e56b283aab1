#pragma once

#include <string>
#include <string_view>

#include "http/message.hpp"

namespace zke {

/// Takes a request target apart: `/probe?member=zk-0%3A2181&verbose`. An absolute form
/// (`http://host/path`) loses its host. A broken percent escape stays as it is.
Request parse_target(std::string_view target);

/// `text` as the value of a parameter in a link: `a%20b%26c`.
std::string escape_parameter(std::string_view text);

}  // namespace zke

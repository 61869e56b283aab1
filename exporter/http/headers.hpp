#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zke {

/// The headers of a message, in order.
using Headers = std::vector<std::pair<std::string, std::string>>;

/// The value of each header that has this name, in whatever case it is written. They point into
/// `headers`.
std::vector<std::string_view> values_of(const Headers& headers, std::string_view name);

/// The same as one text, with ", " between two values; empty without any.
std::string joined_values_of(const Headers& headers, std::string_view name);

}  // namespace zke

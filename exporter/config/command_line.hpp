#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zke {

/// The flags that were given, without the dashes, and their values: a switch has none, a list's
/// values are not taken apart.
using GivenFlags = std::map<std::string, std::vector<std::string>, std::less<>>;

/// Reads the arguments as flags of the table. Throws a ConfigError for what is none.
GivenFlags parse_command_line(const std::vector<std::string>& arguments);

/// The value of a flag that is given once at most.
std::optional<std::string> value_of(const GivenFlags& flags, std::string_view name);

/// All flags of the table with their help and their defaults, under their titles.
std::string list_flags();

}  // namespace zke

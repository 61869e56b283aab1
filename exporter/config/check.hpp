#pragma once

#include <string>
#include <string_view>

#include "ensemble/settings.hpp"

/// What the file and the flags must both keep to. Each function says what is wrong and what to do
/// about it, or nothing.
namespace zke {

constexpr std::string_view kLevelMistake = "must be debug, info, warn or error";
constexpr std::string_view kFormatMistake = "must be logfmt or json";

/// A timeout of 0 means that none was given: 3 s, or the interval when that is shorter.
PollSettings with_default_timeout(PollSettings poll);

std::string find_mistake(const PollSettings& poll);

/// Of an ensemble's name, which becomes a label value.
std::string find_name_mistake(std::string_view name);

/// Of the path of /metrics.
std::string find_path_mistake(std::string_view path);

}  // namespace zke

#pragma once

#include <string>
#include <string_view>

namespace zke::test {

/// How a page of metrics differs from `base`, line by line in the order of the page. A line of a
/// series is named without its value; what is not named is the same.
///
///     = zookeeper_znodes 12                   has another value
///     - zookeeper_proposals_total             is not there
///       # TYPE zookeeper_serving gauge        is there; what follows stands behind it
///     + zookeeper_serving{state="x"} 1        is there as well
std::string page_difference(const std::string& base, const std::string& page);

/// The page that differs so from `base`; std::runtime_error where that lacks a line that is named.
std::string apply_difference(const std::string& base, std::string_view difference);

}  // namespace zke::test

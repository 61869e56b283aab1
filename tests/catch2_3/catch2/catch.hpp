#pragma once

// Catch2 3 with the names of version 2; in the include path only where 3 is installed.

#include <catch2/catch_all.hpp>

using Catch::Approx;
namespace Catch {
using namespace Matchers;
/// A part of a text, as in version 2; version 3's own Contains is about elements.
inline auto Contains(const std::string& part) { return ContainsSubstring(part); }
}  // namespace Catch

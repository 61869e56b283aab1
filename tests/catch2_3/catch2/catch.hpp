#pragma once

// Catch2 3 with the names of version 2; in the include path only where 3 is installed.

#include <catch2/catch_all.hpp>

using Catch::Approx;
namespace Catch {
using namespace Matchers;
}

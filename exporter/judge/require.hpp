#pragma once

#include <optional>
#include <string_view>

#include "judge/verdict.hpp"

namespace zke {

/// What a gate can ask of an ensemble.
enum class Require {
  kQuorum,    ///< clients are served
  kWritable,  ///< … and one leader is known, and no canary says that writes fail
  kHealthy,   ///< … and every voter serves, in sync, and so do all observers
  kFull,      ///< … and there is no finding at all
};

std::optional<Require> parse_require(std::string_view text);

bool meets(const EnsembleVerdict& verdict, Require require);

}  // namespace zke

#pragma once

#include <chrono>

#include "http/router.hpp"
#include "pages/board.hpp"
#include "pages/live_check.hpp"
#include "pages/look_limit.hpp"

namespace zke {

/// Adds /health/ensemble (?ensemble=, ?require=quorum|writable|healthy|full): 200 when the level
/// meets what is required, else 503; and /health/ensemble/disruption (disruption.hpp). `board` must
/// outlive the pages.
void add_health_pages(Router& router, const Board& board, LiveCheck check,
                      LookLimit limit = LookLimit({}),
                      std::chrono::milliseconds timeout = std::chrono::seconds(3));

}  // namespace zke

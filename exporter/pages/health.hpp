#pragma once

#include "http/router.hpp"
#include "pages/board.hpp"

namespace zke {

/// Adds /health/ensemble (?ensemble=, ?require=quorum|writable|healthy|full): 200 when the level
/// meets what is required, else 503. `board` must outlive the page.
void add_health_page(Router& router, const Board& board);

}  // namespace zke

#pragma once

#include "ensemble/board.hpp"
#include "http/router.hpp"
#include "pages/live_check.hpp"

namespace zke {

/// Adds /health/ensemble (?ensemble=, ?require=quorum|writable|healthy|full) and
/// /health/ensemble/disruption (?member=): 200 when the level meets what is required, and when the
/// member may be stopped; else 503 and why. Before it says that, `check` asks every member anew:
/// the last polls may be older than the stop of another. `board` must outlive the pages.
void add_health_pages(Router& router, const Board& board, LiveCheck check);

}  // namespace zke

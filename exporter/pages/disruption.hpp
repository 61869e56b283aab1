#pragma once

#include <chrono>
#include <functional>

#include "http/router.hpp"
#include "pages/board.hpp"
#include "pages/looks.hpp"

namespace zke {

/// Adds /health/ensemble/disruption (?member=): 200 when that member may be stopped, else 503 and
/// why. Before it says yes, `check` asks every member anew, all at once: the last polls may be
/// older than the stop of another. A look that takes longer than a second and what `timeout` says
/// then, or that `limit` does not let in, makes it a no. `board` must outlive the page.
void add_disruption_page(
    Router& router, const Board& board, LiveCheck check, LookLimit limit = LookLimit({}),
    std::function<std::chrono::milliseconds()> timeout = [] { return std::chrono::seconds(3); });

}  // namespace zke

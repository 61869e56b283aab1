#pragma once

#include "ensemble/board.hpp"
#include "http/router.hpp"

namespace zke {

/// Adds `/`: the ensembles' verdicts, the members and their states, and links to the other pages. `board` and `router` must
/// outlive the page.
void add_status_page(Router& router, const Board& board);

}  // namespace zke

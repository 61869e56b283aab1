#pragma once

#include "ensemble/board.hpp"
#include "http/router.hpp"

namespace zke {

/// Adds `/`: what the ensembles are worth, their members' states, and links to the other pages.
/// `board` and `router` must outlive the page.
void add_status_page(Router& router, const Board& board);

}  // namespace zke

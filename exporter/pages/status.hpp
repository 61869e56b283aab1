#pragma once

#include "http/router.hpp"
#include "pages/board.hpp"

namespace zke {

/// Adds `/`: the level of each ensemble and its findings, its members' states with the reason of
/// each bad one, and links: from members to their checks, and to the other pages. `board` and
/// `router` must outlive the page.
void add_status_page(Router& router, const Board& board);

}  // namespace zke

#pragma once

#include "base/config_state.hpp"
#include "http/router.hpp"
#include "pages/board.hpp"

namespace zke {

/// Adds `/`: the level of each ensemble and its findings, its members' states with the reason of
/// each bad one, and links: from members to their checks, and to the other pages; and what became
/// of the configuration. All three must outlive the page.
void add_status_page(Router& router, const Board& board, const ConfigState& config);

}  // namespace zke

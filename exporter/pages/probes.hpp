#pragma once

#include "http/router.hpp"
#include "pages/board.hpp"
#include "pages/looks.hpp"

namespace zke {

/// Adds /probe/startup, /probe/liveness and /probe/readiness (?member=HOST:PORT): 200 or 503 by the
/// verdict table of docs/health.md, with the headers X-ZK-Verdict and X-ZK-Reason. `board` must
/// outlive the pages. `check` may give an answer that is less than a second old. A request
/// that `limit` does not let in gets its answer at once, with the reason "busy".
void add_probe_pages(Router& router, const Board& board, LiveCheck check,
                     LookLimit limit = LookLimit({}));

}  // namespace zke

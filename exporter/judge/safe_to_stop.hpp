#pragma once

#include "judge/membership.hpp"
#include "judge/service.hpp"
#include "judge/verdict.hpp"

namespace zke {

/// Fills `unsafe_to_stop` of every member: it is safe to stop one when all others that have a vote
/// were seen to serve, are in sync, and are a quorum without it, no member's poll is old
/// (`is_stale`), and a client can read and write through all others. Whatever is unknown makes it
/// unsafe: a "yes" is acted on.
void judge_safe_to_stop(EnsembleVerdict& verdict, const Membership& membership,
                        const Service& service, bool is_stale);

}  // namespace zke

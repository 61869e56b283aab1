#pragma once

#include "judge/finding.hpp"
#include "judge/lasting.hpp"
#include "judge/membership.hpp"
#include "judge/roles.hpp"

namespace zke {

/// Where members contradict each other: who leads, and who belongs to the ensemble.
///
/// Leaders are told apart by epoch, since each election begins a new one.
/// - Two in one epoch, or with memberships that share no server, are not of one ensemble: two
///   ensembles are configured under one name.
/// - Of two in different epochs the older one was deposed. If it is cut off it does not know yet:
///   it gives up when it has heard of no quorum for an election time. So until then it is a
///   hand-over, as after any election. Nothing that its clients write is accepted meanwhile.
/// - One that leads an old epoch for longer is stale: its clients go on to read old data.
///
/// Memberships may differ for as long as a change takes to reach each member's `conf`.
Findings find_contradictions(const Membership& membership, const Roles& roles, Lasting& lasting);

/// Whether one of these is a contradiction that does not pass by itself.
bool is_split(const Findings& findings);

}  // namespace zke

#pragma once

#include <chrono>
#include <string>

#include "judge/digests.hpp"
#include "judge/lasting.hpp"
#include "judge/snapshot.hpp"
#include "judge/told.hpp"
#include "judge/verdict.hpp"
#include "judge/zxids.hpp"

namespace zke {

/// What is remembered of an ensemble between two verdicts: a part for each step that needs one.
struct EnsembleMemory {
  using Clock = std::chrono::steady_clock;

  Told told;
  Lasting::Since since;
  std::string hidden_leader;  ///< the member that leads with leaderServes=no, or empty
  ZxidMemory zxids;
  DigestMemory digests;
};

/// Forgets a member that belongs to the ensemble no more.
void forget(EnsembleMemory& memory, const std::string& member);

/// Judges an ensemble by the newest sample of each member. The same `memory` goes into each call.
///
/// A voter that can't be seen counts as down until something proves that it serves. What we failed
/// to ask (local_error) is not called down. A sample older than `max_age` and than was promised
/// makes nothing safe to stop. A member that is new, and not polled yet, changes nothing but that.
/// The steps, in their order, are told in the headers of told, membership, lasting, roles, service,
/// zxids, contradictions, quorum_sight, faults, digests, client_findings, drift, verdict_text and
/// safe_to_stop.
EnsembleVerdict judge_ensemble(const Snapshot& view, EnsembleMemory& memory,
                               EnsembleMemory::Clock::time_point now,
                               EnsembleMemory::Clock::duration max_age);

}  // namespace zke

#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "judge/finding.hpp"
#include "judge/snapshot.hpp"

namespace zke {

/// What is wrong by what a client sees, the most important first.
struct ClientFaults {
  Findings findings;
  std::string unwritable;  ///< writes fail through every member that can tell: how; or empty
};

/// Of the members that serve by their polls (`serves`, by their places): one that does not has a
/// finding of its own, and one that has not for an election time (`steady`) may fail yet.
///
/// - What fails is believed after two rounds and an election time: during an election all fails.
///   What is slow or late is believed after three rounds.
/// - What no round has seen lately is not known any more: the canary may do other things now.
/// - Where the canary is not let in or not permitted, it says so, and nothing else.
ClientFaults find_client_faults(const Snapshot& view, const std::vector<bool>& serves,
                                const std::vector<bool>& steady,
                                std::chrono::steady_clock::time_point now,
                                std::chrono::steady_clock::duration election_time);

/// Of each such finding's code, whether it says that clients are not served.
bool is_client_failure(FindingCode code);

}  // namespace zke

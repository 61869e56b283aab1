#pragma once

#include <vector>

#include "judge/difference.hpp"
#include "judge/finding.hpp"
#include "judge/lasting.hpp"
#include "judge/membership.hpp"
#include "judge/told.hpp"

namespace zke {

/// Where the members run something else than each other.
struct Drift {
  std::vector<Difference> settings;  ///< keys of config_keys.hpp that differ, each once
  Difference versions;               ///< the last known of each member; no sides: none is known
};

/// Settings are compared among members that say them now. They must differ for longer than two
/// rounds of `conf` and an election time: a reconfiguration and a restarted member show for a
/// while what is true no more. A member whose address leads to several servers is left out.
Drift find_drift(const Membership& membership, const Told& told, Lasting& lasting);

/// Of each setting that differs, and of the versions if they are several. Nothing of it is an
/// outage: a rolling restart and an upgrade are meant to look like that for a while.
Findings find_drift_findings(const Drift& drift);

}  // namespace zke

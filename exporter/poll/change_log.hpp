#pragma once

#include "judge/snapshot.hpp"

namespace zke {

/// For Publication: a log line when a member's state or failure changes, and one when an ensemble's
/// level does; none when a poll brings nothing new.
void log_changes(const SnapshotPtr& last, const SnapshotPtr& now);

}  // namespace zke

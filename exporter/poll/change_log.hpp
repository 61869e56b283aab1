#pragma once

#include "judge/snapshot.hpp"

namespace zke {

/// For Publication: a log line when a member's state or failure changes, when an ensemble's level
/// does, and when data, settings or versions begin or cease to differ; none when a poll brings
/// nothing new.
void log_changes(const SnapshotPtr& last, const SnapshotPtr& now);

}  // namespace zke

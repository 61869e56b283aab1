#pragma once

#include "judge/snapshot.hpp"
#include "metrics/exposition.hpp"

namespace zke {

/// For Publication: renders anew what differs between the two snapshots of an ensemble, and takes
/// away what is gone. Members that were not polled yet, and their ensemble before any was, have no
/// series.
void render_changes(Exposition& exposition, const SnapshotPtr& last, const SnapshotPtr& now);

}  // namespace zke

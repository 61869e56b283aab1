#pragma once

namespace zke {

/// From now on no signal reaches this thread. It waits for one that takes it, or for the end of the
/// process.
void hold_signals();

}  // namespace zke

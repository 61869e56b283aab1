#pragma once

#include <array>
#include <string_view>

namespace zke {

/// How well an ensemble serves its clients.
enum class Level {
  kHealthy,    ///< every voter serves, under one leader, in sync
  kDegraded,   ///< it serves and tolerates a failure, but something is not as it should be
  kAtRisk,     ///< it serves, and one more failure ends that
  kNoQuorum,   ///< it serves nobody
  kSplitView,  ///< its members contradict each other
  kUnknown,    ///< no member can be reached: it may be dead, or we may be cut off
};

constexpr auto kLevels =
    std::to_array<Level>({Level::kHealthy, Level::kDegraded, Level::kAtRisk, Level::kNoQuorum,
                          Level::kSplitView, Level::kUnknown});

std::string_view to_string(Level level);

/// Whether clients can be served at this level: healthy, degraded or at risk.
bool has_quorum(Level level);

}  // namespace zke

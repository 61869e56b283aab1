#include "judge/level.hpp"

namespace zke {

std::string_view to_string(Level level) {
  switch (level) {
    case Level::kHealthy:
      return "healthy";
    case Level::kDegraded:
      return "degraded";
    case Level::kAtRisk:
      return "at_risk";
    case Level::kNoQuorum:
      return "no_quorum";
    case Level::kSplitView:
      return "split_view";
    case Level::kUnknown:
      break;
  }
  return "unknown";
}

bool has_quorum(Level level) {
  return level == Level::kHealthy || level == Level::kDegraded || level == Level::kAtRisk;
}

}  // namespace zke

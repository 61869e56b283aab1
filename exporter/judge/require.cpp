#include "judge/require.hpp"

namespace zke {

std::optional<Require> parse_require(std::string_view text) {
  if (text == "quorum") {
    return Require::kQuorum;
  }
  if (text == "writable") {
    return Require::kWritable;
  }
  if (text == "healthy") {
    return Require::kHealthy;
  }
  if (text == "full") {
    return Require::kFull;
  }
  return std::nullopt;
}

bool meets(const EnsembleVerdict& verdict, Require require) {
  switch (require) {
    case Require::kQuorum:
      return has_quorum(verdict.level);
    case Require::kWritable:
      return has_quorum(verdict.level) && (verdict.leaders == 1 || verdict.voters == 1) &&
             verdict.unwritable.empty();
    case Require::kHealthy:
      return verdict.level == Level::kHealthy;
    case Require::kFull:
      break;
  }
  return verdict.level == Level::kHealthy && verdict.findings.empty();
}

}  // namespace zke

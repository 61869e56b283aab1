#include "metrics/ensemble_families.hpp"

#include <string>

#include "metrics/families.hpp"

namespace zke {

namespace {

void add_ensemble(const EnsembleVerdict& verdict, Families& families) {
  for (const auto level : kLevels) {
    families.add("zookeeper_ensemble_state", level == verdict.level ? 1 : 0,
                 {{"state", std::string(to_string(level))}});
  }
  families.add("zookeeper_ensemble_voters", static_cast<double>(verdict.voters));
  families.add("zookeeper_ensemble_voters_serving", static_cast<double>(verdict.voters_serving));
  families.add("zookeeper_ensemble_leaders", static_cast<double>(verdict.leaders));
  families.add("zookeeper_ensemble_elections_total", static_cast<double>(verdict.elections));
  if (verdict.level != Level::kUnknown) {
    families.add("zookeeper_ensemble_failures_tolerated", verdict.failures_tolerated);
  }
  if (verdict.epoch) {
    families.add("zookeeper_ensemble_epoch", *verdict.epoch);
  }
}

}  // namespace

std::vector<prometheus::MetricFamily> ensemble_families(const EnsembleVerdict& verdict) {
  Families families;
  add_ensemble(verdict, families);
  for (const auto& finding : verdict.findings) {
    const std::string code(to_string(finding.code));
    families.add("zookeeper_ensemble_finding", 1, {{"member", finding.member}, {"finding", code}});
  }
  for (const auto& member : verdict.members) {
    families.add("zookeeper_member_safe_to_stop", member.unsafe_to_stop.empty() ? 1 : 0,
                 {{"member", member.member}});
    if (member.lag) {
      families.add("zookeeper_lag_transactions", *member.lag, {{"member", member.member}});
    }
  }
  return families.take();
}

}  // namespace zke

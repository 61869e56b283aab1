#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "metrics/catalogue_parts.hpp"
#include "metrics/family_text.hpp"

namespace zke {

namespace {

using enum prometheus::MetricType;
using enum Source;

void write_levels(const EnsembleVerdict& of, FamilyText& to) {
  for (const auto level : kLevels) {
    to.add(level == of.level ? 1 : 0, {{"state", to_string(level)}});
  }
}

void write_findings(const EnsembleVerdict& of, FamilyText& to) {
  std::set<std::pair<std::string_view, std::string_view>> seen;  // no series may come twice
  for (const auto& finding : of.findings) {
    const auto code = to_string(finding.code);
    if (seen.emplace(finding.member, code).second) {
      to.add(1, {{"member", finding.member}, {"finding", code}});
    }
  }
}

void write_safe_to_stop(const EnsembleVerdict& of, FamilyText& to) {
  for (const auto& member : of.members) {
    to.add(member.unsafe_to_stop.empty() ? 1 : 0, {{"member", member.member}});
  }
}

void write_lags(const EnsembleVerdict& of, FamilyText& to) {
  for (const auto& member : of.members) {
    if (member.lag) {
      to.add(*member.lag, {{"member", member.member}});
    }
  }
}

void write_config_drift(const EnsembleVerdict& of, FamilyText& to) {
  for (const auto& setting : of.config_drift) {
    to.add(1, {{"key", setting.key}});
  }
}

// clang-format off
constexpr auto kRows = std::to_array<CatalogueRow>({
    // Judged from all members.
    {kEnsemble, "", "zookeeper_ensemble_state", Gauge, 1, "state", "", "1 for the level of the ensemble, 0 for all others: healthy, degraded, at_risk, no_quorum, split_view or unknown.", write_levels},
    {kEnsemble, "", "zookeeper_ensemble_voters", Gauge, 1, "", "", "Voters that the ensemble should have, by its servers' own membership; the last known.", [](const EnsembleVerdict& of) { return known(of.voters); }},
    {kEnsemble, "", "zookeeper_ensemble_voters_serving", Gauge, 1, "", "", "Voters that serve now.", [](const EnsembleVerdict& of) { return known(of.voters_serving); }},
    {kEnsemble, "", "zookeeper_ensemble_failures_tolerated", Gauge, 1, "", "", "How many more voters may fail before the quorum is lost; negative: so many must come back. Absent while the state is unknown.", [](const EnsembleVerdict& of) { return of.level == Level::kUnknown ? std::nullopt : known(of.failures_tolerated); }},
    {kEnsemble, "", "zookeeper_ensemble_leaders", Gauge, 1, "", "", "Members that lead now; one, apart from elections.", [](const EnsembleVerdict& of) { return known(of.leaders); }},
    {kEnsemble, "", "zookeeper_ensemble_epoch", Gauge, 1, "", "", "Newest leader epoch among the serving members.", [](const EnsembleVerdict& of) { return of.epoch ? known(*of.epoch) : std::nullopt; }},
    {kEnsemble, "", "zookeeper_ensemble_elections_total", Counter, 1, "", "", "Elections since the exporter started, counted from epochs: also those between two scrapes.", [](const EnsembleVerdict& of) { return known(of.elections); }},
    {kEnsemble, "", "zookeeper_ensemble_finding", Gauge, 1, "member,finding", "", "1 for each thing that is not as it should be, with the member that it concerns, if it is one.", write_findings},
    {kEnsemble, "", "zookeeper_ensemble_data_differs", Gauge, 1, "", "3.6.0", "1 if members hold different data, by their digests at a common transaction (hash), until they agree again; 0 if all that could be compared agree; absent where nothing could be compared.", [](const EnsembleVerdict& of) { return known(of.data_differs); }},
    {kEnsemble, "", "zookeeper_ensemble_config_drift", Gauge, 1, "key", "", "1 for each setting of conf that should be equal on all members and has not been for some minutes; who has which value is in the finding config_drift.", write_config_drift},
    {kEnsemble, "Zookeeper version", "zookeeper_ensemble_versions", Gauge, 1, "", "", "Different versions of ZooKeeper that the members run, by what each said last; 1 apart from upgrades.", [](const EnsembleVerdict& of) { return of.versions == 0 ? std::nullopt : known(of.versions); }},
    {kEnsemble, "", "zookeeper_member_safe_to_stop", Gauge, 1, "member", "", "1 if the others are a quorum in sync without this member; 0 if not, or if that is not known.", write_safe_to_stop},
    {kEnsemble, "Zxid", "zookeeper_lag_transactions", Gauge, 1, "member", "", "Transactions that a follower or observer was behind the leader when it was polled; never more than is true.", write_lags},
});
// clang-format on

}  // namespace

std::span<const CatalogueRow> ensemble_rows() { return kRows; }

}  // namespace zke

#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "judge/level.hpp"

namespace zke {

/// What can be wrong with an ensemble or a member. docs/health.md says more of each.
enum class FindingCode {
  kVoterDown,
  kRoleUnknown,
  kNotAsked,
  kSeveralServers,
  kObserverDown,
  kNotPolled,
  kPartialView,
  kQuorumUnseen,
  kNotSynced,
  kHandOver,
  kNoLeaderSeen,
  kUnmonitoredVoters,
  kNotInMembership,
  kWritesFail,
  kWritesSlow,
  kReadsFail,
  kWatchesLate,
  kStaleLeader,
  kTwoEnsembles,
  kStandaloneMember,
  kMembershipDisagreement,
  kDataDiffers,
  kConfigDrift,
  kVersionDrift,
  kCanaryBlind,
};

/// The one table of findings: a new one is a code and a row here, and the place that finds it. Its
/// row in docs/health.md is held equal by a test. The texts are made where a finding is found: most
/// of them name members and what was seen of them.
struct FindingRow {
  FindingCode code;
  std::string_view name;  ///< for machines: in labels, JSON, alerts and dashboards
  /// That it gives at least. Healthy: it changes nothing; none: the voters that are left decide.
  std::optional<Level> level;
};

// clang-format off
constexpr auto kFindings = std::to_array<FindingRow>({
    {FindingCode::kVoterDown,              "voter_down",              std::nullopt},
    {FindingCode::kRoleUnknown,            "role_unknown",            std::nullopt},
    {FindingCode::kNotAsked,               "not_asked",               Level::kDegraded},
    {FindingCode::kSeveralServers,         "several_servers",         Level::kDegraded},
    {FindingCode::kObserverDown,           "observer_down",           Level::kDegraded},
    {FindingCode::kNotPolled,              "not_polled",              Level::kUnknown},
    {FindingCode::kPartialView,            "partial_view",            Level::kDegraded},
    {FindingCode::kQuorumUnseen,           "quorum_unseen",           Level::kDegraded},
    {FindingCode::kNotSynced,              "not_synced",              Level::kDegraded},
    {FindingCode::kHandOver,               "hand_over",               Level::kDegraded},
    {FindingCode::kNoLeaderSeen,           "no_leader_seen",          Level::kDegraded},
    {FindingCode::kUnmonitoredVoters,      "unmonitored_voters",      Level::kDegraded},
    {FindingCode::kNotInMembership,        "not_in_membership",       Level::kDegraded},
    {FindingCode::kWritesFail,             "writes_fail",             Level::kDegraded},
    {FindingCode::kWritesSlow,             "writes_slow",             Level::kDegraded},
    {FindingCode::kReadsFail,              "reads_fail",              Level::kDegraded},
    {FindingCode::kWatchesLate,            "watches_late",            Level::kDegraded},
    {FindingCode::kStaleLeader,            "stale_leader",            Level::kSplitView},
    {FindingCode::kTwoEnsembles,           "two_ensembles",           Level::kSplitView},
    {FindingCode::kStandaloneMember,       "standalone_member",       Level::kSplitView},
    {FindingCode::kMembershipDisagreement, "membership_disagreement", Level::kSplitView},
    {FindingCode::kDataDiffers,            "data_differs",            Level::kSplitView},
    {FindingCode::kConfigDrift,            "config_drift",            Level::kHealthy},
    {FindingCode::kVersionDrift,           "version_drift",           Level::kHealthy},
    {FindingCode::kCanaryBlind,            "canary_blind",            Level::kHealthy},
});
// clang-format on

constexpr bool is_row_of_each_code() {
  for (std::size_t i = 0; i < kFindings.size(); ++i) {
    if (kFindings.at(i).code != static_cast<FindingCode>(i)) {
      return false;
    }
  }
  return true;
}
static_assert(is_row_of_each_code(), "a row a code, in the same order");

constexpr const FindingRow& row_of(FindingCode code) {
  return kFindings.at(static_cast<std::size_t>(code));
}

constexpr std::string_view to_string(FindingCode code) { return row_of(code).name; }

/// Something that is not as it should be.
struct Finding {
  FindingCode code{};
  std::string member;  ///< whom it concerns, or empty
  std::string text;    ///< for people: "zk-2:2181 can't be reached: connection refused"
};

/// The most important first.
using Findings = std::vector<Finding>;

}  // namespace zke

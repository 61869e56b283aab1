#include "judge/drift.hpp"

#include <chrono>
#include <optional>
#include <string>

#include "judge/config_keys.hpp"

namespace zke {

namespace {

using Member = Membership::Member;

bool has_vote(const Member& member) { return member.sample->is_voter.value_or(true); }

/// What those of the members say that `is_asked` holds for.
template <class Predicate>
Difference compare(const Membership& membership, const ConfigKey& key, Predicate is_asked) {
  Sayings sayings;
  for (const auto& member : membership.members) {
    if (member.sample == nullptr || !member.sample->conf || member.is_several ||
        !is_asked(member)) {
      continue;
    }
    if (auto value = find_setting(*member.sample->conf, key)) {
      sayings.emplace_back(member.name, std::move(*value));
    }
  }
  return find_difference(key.name, sayings);
}

Difference compare(const Membership& membership, const ConfigKey& key) {
  if (key.among == Among::kAll) {
    return compare(membership, key, [](const auto&) { return true; });
  }
  auto of_voters = compare(membership, key, has_vote);
  return of_voters.sides.size() > 1
             ? of_voters
             : compare(membership, key, [](const auto& member) { return !has_vote(member); });
}

Difference compare_versions(const Membership& membership, const Told& told) {
  Sayings sayings;
  for (const auto& member : membership.members) {
    if (const auto known = told.versions.find(member.name); known != told.versions.end()) {
      sayings.emplace_back(member.name, known->second);
    }
  }
  return find_difference("version", sayings);
}

}  // namespace

Drift find_drift(const Membership& membership, const Told& told, Lasting& lasting) {
  constexpr auto kConfAge = std::chrono::seconds(70);
  Drift drift;
  for (const auto& key : config_keys()) {
    auto difference = compare(membership, key);
    if (difference.sides.size() > 1 &&
        lasting.is_proven({SignKind::kConfigDrift, std::string(key.name)}, 2 * kConfAge)) {
      drift.settings.push_back(std::move(difference));
    }
  }
  drift.versions = compare_versions(membership, told);
  return drift;
}

Findings find_drift_findings(const Drift& drift) {
  Findings findings;
  for (const auto& setting : drift.settings) {
    findings.push_back(
        {FindingCode::kConfigDrift, odd_member(setting),
         std::string(setting.key) + " is not equal on all members: " + describe(setting)});
  }
  if (drift.versions.sides.size() > 1) {
    findings.push_back({FindingCode::kVersionDrift, odd_member(drift.versions),
                        "the members run different versions: " + describe(drift.versions)});
  }
  return findings;
}

}  // namespace zke

#include "judge/judge_ensemble.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "judge/client_findings.hpp"
#include "judge/contradictions.hpp"
#include "judge/drift.hpp"
#include "judge/faults.hpp"
#include "judge/membership.hpp"
#include "judge/quorum_sight.hpp"
#include "judge/roles.hpp"
#include "judge/safe_to_stop.hpp"
#include "judge/service.hpp"
#include "judge/verdict_text.hpp"

namespace zke {

namespace {

using Clock = EnsembleMemory::Clock;

std::vector<MemberVerdict> judge_members(const Membership& membership, const Roles& roles,
                                         const Service& service, const Progress& progress) {
  std::vector<MemberVerdict> verdicts;
  verdicts.reserve(membership.members.size());
  for (std::size_t i = 0; i < membership.members.size(); ++i) {
    const auto& member = membership.members[i];
    auto& verdict = verdicts.emplace_back();
    verdict.member = member.name;
    verdict.id = member.id;
    verdict.is_voter = member.is_voter();
    verdict.is_role_known = member.is_role_known;
    verdict.is_read_only = member.state() == MemberState::kReadOnly;
    verdict.serves = roles.serves[i] || service.trusted.contains(i);
    verdict.is_leader = roles.is_leader(i);
    verdict.lag = progress.lags[i];
  }
  return verdicts;
}

/// Which members have served for longer than an election time: what a client could not do before
/// says nothing of them.
std::vector<bool> find_steady(const Membership& membership, const Roles& roles, Lasting& lasting) {
  std::vector<bool> steady;
  for (std::size_t i = 0; i < membership.members.size(); ++i) {
    Sign serves;
    serves.kind = SignKind::kServes;
    serves.member = membership.members[i].name;
    steady.push_back(roles.serves[i] && lasting.is_proven(serves));
  }
  return steady;
}

/// Whether a leader tells if its followers are in sync, or there is none to tell of.
bool is_sync_known(const Membership& membership, const Roles& roles) {
  const auto leader = roles.only_leader();
  return membership.voters.size() <= 1 ||
         (leader && membership.members[*leader].sample->synced_followers);
}

/// 0 where it can't be told.
int count_tolerated(const Membership& membership, const Service& service, QuorumSight sight) {
  const bool is_counted = sight == QuorumSight::kSeen || sight == QuorumSight::kLost;
  return is_counted && membership.voters.size() > 0
             ? membership.voters.failures_tolerated(service.known)
             : 0;
}

/// Whether the next voter that is lost ends the service, even if all that we failed to ask serve.
/// One or two voters are always like that, and were meant so.
bool is_last_quorum(const Membership& membership, const Service& service) {
  constexpr std::size_t kFewestRedundant = 3;
  return membership.voters.size() >= kFewestRedundant &&
         membership.voters.failures_tolerated(service.possible) == 0;
}

/// `is_contradicted`: the members contradict each other in what they say of the ensemble, so that
/// the quorum can't be judged. That their data differs says nothing of it.
Level decide_level(const Findings& findings, bool is_contradicted, QuorumSight sight,
                   bool is_last) {
  if (sight == QuorumSight::kUnknown) {
    return Level::kUnknown;
  }
  if (is_contradicted) {
    return Level::kSplitView;
  }
  if (sight == QuorumSight::kLost) {
    return Level::kNoQuorum;
  }
  if (is_split(findings)) {
    return Level::kSplitView;
  }
  if (sight == QuorumSight::kSeen && is_last) {
    return Level::kAtRisk;
  }
  const bool is_well = std::ranges::all_of(
      findings, [](const auto& finding) { return row_of(finding.code).level == Level::kHealthy; });
  return is_well ? Level::kHealthy : Level::kDegraded;
}

bool is_stale(const Snapshot& view, Clock::time_point now, Clock::duration max_age) {
  return std::ranges::any_of(view.members, [&](const auto& member) {
    return !member.sample || now - member.sample->clock > std::max(max_age, member.promised_age);
  });
}

void append(Findings more, Findings& findings) {
  std::ranges::move(more, std::back_inserter(findings));
}

bool is_waited_for(const Snapshot::Member& member) { return member.is_new && !member.sample; }

MemberVerdict judge_newcomer(const std::string& name) {
  MemberVerdict verdict;
  verdict.member = name;
  verdict.is_role_known = false;
  verdict.unsafe_to_stop = {"it was not polled yet"};
  return verdict;
}

EnsembleVerdict judge_all(const Snapshot& view, EnsembleMemory& memory, Clock::time_point now,
                          bool is_any_stale) {
  remember(view, memory.told);
  const auto membership = find_membership(view, memory.told);
  const auto longest_election = election_time(view);
  Lasting lasting(memory.since, now, longest_election);

  const auto roles = find_roles(membership, memory.hidden_leader, lasting);
  memory.hidden_leader =
      roles.hidden_leader ? membership.members[*roles.hidden_leader].name : std::string();
  const auto service = find_service(membership, roles, lasting);
  const auto progress = follow_zxids(membership, roles, memory.zxids);

  Findings findings;
  Quorum quorum;
  const bool is_served = is_served_by_several(membership, lasting);
  if (!is_blind(membership, is_served)) {
    findings = find_contradictions(membership, roles, lasting);
    quorum = find_quorum(membership, service, is_served, is_split(findings), lasting);
  }
  const bool is_contradicted = is_split(findings);
  const auto data = compare_data(membership, memory.told, memory.digests);
  append(data.findings, findings);
  if (quorum.finding) {
    findings.push_back(*quorum.finding);
  }
  append(find_member_faults(membership, roles, service), findings);
  if (quorum.sight != QuorumSight::kUnknown) {
    append(find_ensemble_faults(membership, roles, service), findings);
  }
  const auto steady = find_steady(membership, roles, lasting);
  auto client = find_client_faults(view, roles.serves, steady, now, longest_election);
  append(std::move(client.findings), findings);
  auto drift = find_drift(membership, memory.told, lasting);
  append(find_drift_findings(drift), findings);
  memory.since = lasting.take();

  EnsembleVerdict verdict;
  verdict.level =
      decide_level(findings, is_contradicted, quorum.sight, is_last_quorum(membership, service));
  verdict.findings = std::move(findings);
  verdict.unwritable = std::move(client.unwritable);
  verdict.voters = membership.voters.size();
  verdict.voters_serving = service.known.size();
  verdict.failures_tolerated = count_tolerated(membership, service, quorum.sight);
  verdict.is_sync_known = is_sync_known(membership, roles);
  verdict.leaders = roles.count_leaders();
  verdict.epoch = progress.epoch;
  verdict.elections = progress.elections;
  verdict.config_drift = std::move(drift.settings);
  verdict.data_differs = data.differs;
  verdict.versions = drift.versions.sides.size();
  verdict.members = judge_members(membership, roles, service, progress);
  verdict.summary = summarise(verdict);
  judge_safe_to_stop(verdict, membership, service, is_any_stale);
  return verdict;
}

}  // namespace

void forget(EnsembleMemory& memory, const std::string& member) {
  memory.told.server_ids.erase(member);
  memory.told.votes.erase(member);
  memory.told.versions.erase(member);
  memory.zxids.lags.erase(member);
  memory.digests.differing.erase(member);
  memory.digests.doubted.erase(member);
}

EnsembleVerdict judge_ensemble(const Snapshot& view, EnsembleMemory& memory, Clock::time_point now,
                               Clock::duration max_age) {
  const bool is_any_stale = is_stale(view, now, max_age);
  if (std::ranges::none_of(view.members, is_waited_for)) {
    return judge_all(view, memory, now, is_any_stale);
  }
  auto known = view;
  std::erase_if(known.members, is_waited_for);
  auto verdict = judge_all(known, memory, now, is_any_stale);
  std::vector<MemberVerdict> all;
  all.reserve(view.members.size());
  auto next = verdict.members.begin();
  for (const auto& member : view.members) {
    all.push_back(is_waited_for(member) ? judge_newcomer(member.name) : std::move(*next++));
  }
  verdict.members = std::move(all);
  return verdict;
}

}  // namespace zke

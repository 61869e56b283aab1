#include "judge/contradictions.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "judge/server_match.hpp"

namespace zke {

namespace {

using Member = Membership::Member;

std::uint32_t epoch_of(const Member& member) {
  const auto& srvr = member.sample->srvr;
  return srvr && srvr->zxid ? srvr->zxid->epoch : 0;
}

/// Whether the two hold memberships without a common server.
bool are_strangers(const Member& a, const Member& b) {
  const bool have_common = std::ranges::any_of(a.held(), [&](const auto& server) {
    const auto* const same = find_server(b.held(), server.id);
    return same != nullptr && is_same_server(server, *same);
  });
  return !a.held().empty() && !b.held().empty() && !have_common;
}

Findings find_leader_conflicts(const Membership& membership, const Roles& roles, Lasting& lasting) {
  Findings findings;
  if (roles.leaders.size() < 2) {
    return findings;
  }
  const auto& newest = membership.members[*std::ranges::max_element(
      roles.leaders, {}, [&](std::size_t i) { return epoch_of(membership.members[i]); })];
  for (const auto i : roles.leaders) {
    const auto& leader = membership.members[i];
    if (&leader == &newest) {
      continue;
    }
    if (epoch_of(leader) == epoch_of(newest) || are_strangers(leader, newest)) {
      findings.push_back({FindingCode::kTwoEnsembles, leader.name,
                          leader.name + " and " + newest.name +
                              " lead different ensembles that are configured under one name"});
    } else if (lasting.is_proven({SignKind::kLeadsOldEpoch, leader.name})) {
      findings.push_back({FindingCode::kStaleLeader, leader.name,
                          leader.name + " still says that it leads, though " + newest.name +
                              " leads a newer epoch"});
    } else {
      findings.push_back({FindingCode::kHandOver, leader.name,
                          "the leadership moves from " + leader.name + " to " + newest.name});
    }
  }
  return findings;
}

using Vote = std::tuple<std::int64_t, bool, std::int64_t, std::int64_t>;

/// The votes that a membership gives. Not the addresses: each server may spell them in its own way,
/// itself as 0.0.0.0, say. `is_voters_only`: as the AdminServer would tell them.
std::set<Vote> votes_of(const std::vector<ConfServer>& servers, bool is_voters_only) {
  std::set<Vote> votes;
  for (const auto& server : servers) {
    if (!is_voters_only) {
      votes.emplace(server.id, server.is_observer, server.group, server.weight);
    } else if (!server.is_observer) {
      votes.emplace(server.id, false, 0, 1);
    }
  }
  return votes;
}

bool holds_voters_only(const Member& member) {
  return !member.held().empty() && member.sample->conf->is_voters_only;
}

bool do_memberships_differ(const Membership& membership) {
  const bool is_voters_only = std::ranges::any_of(membership.members, holds_voters_only);
  std::optional<std::set<Vote>> first;
  for (const auto& member : membership.members) {
    if (member.held().empty()) {
      continue;
    }
    auto votes = votes_of(member.held(), is_voters_only);
    if (first && *first != votes) {
      return true;
    }
    first = std::move(votes);
  }
  return false;
}

}  // namespace

Findings find_contradictions(const Membership& membership, const Roles& roles, Lasting& lasting) {
  // Each member's conf is up to a minute old: only then it is news that they differ.
  constexpr auto kConfAge = std::chrono::seconds(70);
  Findings findings;
  for (const auto& member : membership.members) {
    if (member.state() == MemberState::kStandalone && !membership.is_standalone()) {
      findings.push_back({FindingCode::kStandaloneMember, member.name,
                          member.name + " is a standalone server, not a part of this ensemble"});
    }
  }
  const auto of_leaders = find_leader_conflicts(membership, roles, lasting);
  findings.insert(findings.end(), of_leaders.begin(), of_leaders.end());
  if (!is_split(of_leaders) && do_memberships_differ(membership) &&
      lasting.is_proven({SignKind::kDisagreement}, kConfAge)) {
    findings.push_back({FindingCode::kMembershipDisagreement, "",
                        "the members do not agree on who belongs to the ensemble"});
  }
  return findings;
}

bool is_split(const Findings& findings) {
  return std::ranges::any_of(findings, [](const auto& finding) {
    return row_of(finding.code).level == Level::kSplitView;
  });
}

}  // namespace zke

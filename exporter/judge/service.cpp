#include "judge/service.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace zke {

namespace {

using Member = Membership::Member;

/// The voters that serve and that the leader knows of: while a changed configuration is rolled out
/// by restarts, it may not know all yet, and then does not count them.
std::int64_t count_seen_by(const Member& leader, const VoterSet::Ids& serving) {
  const auto& servers = leader.held();
  return std::ranges::count_if(serving, [&](std::int64_t id) {
    const auto* const server = find_server(servers, id);
    return servers.empty() || (server != nullptr && !server->is_observer);
  });
}

/// Servers of weight 0 whose member is in this state. They have no say in a quorum, but a leader
/// counts them like voters.
std::int64_t count_weightless(const Membership& membership, MemberState state) {
  return std::ranges::count_if(membership.weightless, [&](std::int64_t id) {
    auto now = MemberState::kUnreachable;
    for (const auto& member : membership.members) {
      now = member.id == id ? member.state() : now;
    }
    return now == state;
  });
}

/// Whether the leader's count is proof for this voter, of which `member` is null when it is not
/// polled.
bool is_counted_on(std::int64_t id, const Member* member, const Member& leader,
                   const Membership& membership, Lasting& lasting) {
  if (member != nullptr && member->sample == nullptr) {
    return false;  // its first poll will tell
  }
  switch (member != nullptr ? member->sample->reason : Reason::kNone) {
    case Reason::kRefused:
      return false;
    case Reason::kClosedWithoutAnswer:
    case Reason::kLocalError:
      return true;
    default:
      break;
  }
  const bool are_roles_known = std::ranges::all_of(membership.members, &Member::is_role_known);
  if (member == nullptr && are_roles_known) {
    return true;
  }
  // By the time of the leader's poll: what it counted then, it need not count now.
  return lasting.is_proven_by(leader.sample->clock, {SignKind::kIsCountedOn, {}, id});
}

void trust_leader(const Membership& membership, const Member& leader, Lasting& lasting,
                  Service& service) {
  const auto& sample = *leader.sample;
  // The leader itself is no follower; what is left of its count is followers that we do not see.
  auto surplus = *sample.synced_followers + 1 - sample.synced_non_voting_followers.value_or(0) -
                 count_seen_by(leader, service.seen) -
                 count_weightless(membership, MemberState::kFollower);
  service.is_unsynced = surplus < 0;
  surplus -= count_weightless(membership, MemberState::kUnreachable);  // any of them may be it
  if (surplus <= 0 || !leader.is_zookeeper()) {
    return;
  }
  std::vector<std::int64_t> unseen;
  for (const auto id : membership.voters.ids()) {
    const auto* const member = membership.find_voter(id);
    if (!service.seen.contains(id) &&
        (member == nullptr || member->state() == MemberState::kUnreachable)) {
      unseen.push_back(id);
    }
  }
  if (surplus > static_cast<std::int64_t>(unseen.size())) {
    return;  // it counts more than there can be
  }
  for (const auto id : unseen) {
    const auto* const member = membership.find_voter(id);
    if (surplus > 0 && is_counted_on(id, member, leader, membership, lasting)) {
      --surplus;
      service.known.insert(id);
      if (member != nullptr) {
        service.trusted.insert(static_cast<std::size_t>(member - membership.members.data()));
      }
    }
  }
}

bool is_unasked(const Member& member) {
  return member.sample != nullptr && member.state() == MemberState::kUnreachable &&
         member.sample->reason == Reason::kLocalError;
}

}  // namespace

Service find_service(const Membership& membership, const Roles& roles, Lasting& lasting) {
  Service service;
  service.seen = roles.voters_serving;
  service.known = service.seen;
  if (const auto leader = roles.only_leader();
      leader && membership.members[*leader].sample->synced_followers) {
    trust_leader(membership, membership.members[*leader], lasting, service);
  }
  service.possible = service.known;
  for (std::size_t i = 0; i < membership.members.size(); ++i) {
    const auto& member = membership.members[i];
    if (!is_unasked(member) || service.trusted.contains(i)) {
      continue;
    }
    service.unasked.insert(i);
    if (member.vote) {
      service.possible.insert(*member.vote);
    }
  }
  return service;
}

}  // namespace zke

#include "judge/quorum_sight.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace zke {

namespace {

using Member = Membership::Member;

/// Whether the voters that are known to serve and those that can't be seen are a quorum.
bool is_quorum_possible(const Membership& membership, const Service& service) {
  auto possible = service.known;
  for (const auto id : membership.voters.ids()) {
    const auto* const member = membership.find_voter(id);
    if (member == nullptr || member->state() == MemberState::kUnreachable) {
      possible.insert(id);
    }
  }
  return membership.voters.size() == 0 || membership.voters.is_quorum(possible);
}

/// Whether its role is one that a server has only with a quorum of this ensemble.
bool has_role(const Member& member) {
  return is_serving(member.state()) && member.state() != MemberState::kStandalone &&
         !member.is_stranger && member.is_zookeeper();
}

std::optional<Finding> find_unseen_quorum(const Membership& membership, const Service& service,
                                          Lasting& lasting) {
  if (!is_quorum_possible(membership, service)) {
    return std::nullopt;
  }
  for (const auto& member : membership.members) {
    if (has_role(member) &&
        lasting.is_proven_by(member.sample->clock, {SignKind::kServesAlone, member.name})) {
      return Finding{FindingCode::kQuorumUnseen, "",
                     member.name + " goes on to serve as " +
                         std::string(to_string(member.state())) +
                         ", which takes a quorum, but too few voters can be seen from here"};
    }
  }
  return std::nullopt;
}

}  // namespace

bool is_served_by_several(const Membership& membership, Lasting& lasting) {
  return std::ranges::any_of(membership.members, [&](const Member& member) {
    return member.is_several && (is_serving(member.state()) ||
                                 !lasting.is_proven({SignKind::kServesNobody, member.name}));
  });
}

bool is_blind(const Membership& membership, bool is_served_by_several) {
  const bool is_any_up = std::ranges::any_of(membership.members, [](const Member& member) {
    return member.state() != MemberState::kUnreachable;
  });
  return !membership.is_polled() || !(is_any_up || is_served_by_several);
}

Quorum find_quorum(const Membership& membership, const Service& service, bool is_served_by_several,
                   bool is_split, Lasting& lasting) {
  if (membership.voters.is_quorum(service.known)) {
    return {QuorumSight::kSeen, {}};
  }
  if (is_served_by_several) {
    return {QuorumSight::kImplied, {}};
  }
  if (!is_split && membership.voters.is_quorum(service.possible)) {
    return {QuorumSight::kUnknown, {}};
  }
  auto finding = find_unseen_quorum(membership, service, lasting);
  return {finding ? QuorumSight::kImplied : QuorumSight::kLost, std::move(finding)};
}

}  // namespace zke

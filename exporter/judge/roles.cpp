#include "judge/roles.hpp"

#include <algorithm>

namespace zke {

namespace {

/// By its own word. A voter that runs as an observer serves clients, but is missing in the quorum.
bool says_it_serves(const Membership& membership, const Membership::Member& member) {
  const auto state = member.state();
  if (state == MemberState::kStandalone) {
    return membership.is_standalone();
  }
  return member.is_voter() ? state == MemberState::kLeader || state == MemberState::kFollower
                           : is_serving(state);
}

Roles read_roles(const Membership& membership) {
  Roles roles;
  for (std::size_t i = 0; i < membership.members.size(); ++i) {
    const auto& member = membership.members[i];
    roles.serves.push_back(says_it_serves(membership, member));
    if (member.vote && roles.serves[i]) {
      roles.voters_serving.insert(*member.vote);
    }
    if (member.state() == MemberState::kLeader && !member.is_several) {
      roles.leaders.push_back(i);
    }
  }
  return roles;
}

std::optional<std::size_t> find_hidden_leader(const Membership& membership, const Roles& roles,
                                              const std::string& last, Lasting& lasting) {
  const auto& members = membership.members;
  if (!roles.leaders.empty() || roles.voters_serving.empty()) {
    return std::nullopt;
  }
  const bool is_one_missing = roles.voters_serving.size() + 1 == membership.voters.size();
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto& member = members[i];
    if (!member.is_voter() || member.state() != MemberState::kNotServing) {
      continue;
    }
    const bool is_proven =
        is_one_missing && lasting.is_proven({SignKind::kHidesLeadership, member.name});
    if (is_proven || member.name == last) {
      return i;
    }
  }
  return std::nullopt;
}

}  // namespace

bool Roles::is_leader(std::size_t member) const {
  return hidden_leader == member || std::ranges::find(leaders, member) != leaders.end();
}

std::optional<std::size_t> Roles::only_leader() const {
  return leaders.size() == 1 ? std::optional(leaders[0]) : std::nullopt;
}

Roles find_roles(const Membership& membership, const std::string& last, Lasting& lasting) {
  auto roles = read_roles(membership);
  roles.hidden_leader = find_hidden_leader(membership, roles, last, lasting);
  if (const auto hidden = roles.hidden_leader) {
    roles.serves[*hidden] = true;
    roles.voters_serving.insert(*membership.members[*hidden].vote);
  }
  return roles;
}

}  // namespace zke

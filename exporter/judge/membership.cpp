#include "judge/membership.hpp"

#include <algorithm>
#include <set>

#include "judge/server_match.hpp"

namespace zke {

namespace {

using Member = Membership::Member;

/// What is known of a member's vote without a membership: by its own word, the last known, else by
/// the configuration.
std::optional<bool> vote_hint(const Snapshot::Member& member, const Told& told) {
  const auto vote = told.votes.find(member.name);
  if (vote != told.votes.end()) {
    return vote->second;
  }
  return member.is_observer ? std::optional(false) : std::nullopt;
}

/// Each member's id: by its own word, else by its addresses in the membership.
void identify(const Told& told, std::vector<Member>& members) {
  auto servers = told.membership;
  std::vector<Member*> unnamed;
  std::vector<std::string> names;
  for (auto& member : members) {
    const auto known = told.server_ids.find(member.name);
    if (known != told.server_ids.end()) {
      member.id = known->second;
      std::erase_if(servers, [&](const auto& server) { return server.id == known->second; });
    } else if (!member.is_several) {
      unnamed.push_back(&member);
      names.push_back(member.name);
    }
  }
  if (names.empty() || servers.empty()) {
    return;
  }
  const auto ids = match_servers(names, servers);
  for (std::size_t n = 0; n < ids.size(); ++n) {
    unnamed[n]->id = ids[n];
  }
}

/// Gives the `votes` that are left to the members that are left, `unknown`, when there are enough
/// for all and none of them can be an observer. Else their role stays unknown.
void share_votes(const std::vector<std::int64_t>& votes, const std::vector<Member*>& unknown,
                 bool may_be_observers) {
  if (votes.empty()) {
    return;
  }
  const bool is_clear = !may_be_observers && unknown.size() <= votes.size();
  for (std::size_t n = 0; n < unknown.size(); ++n) {
    unknown[n]->is_role_known = is_clear;
    if (is_clear) {
      unknown[n]->vote = votes[n];
    }
  }
}

/// By the membership that the servers told.
void resolve_by_membership(const Snapshot& view, const Told& told, Membership& membership) {
  membership.voters = VoterSet(told.membership);
  for (const auto& server : told.membership) {
    if (!server.is_observer && !membership.voters.contains(server.id)) {
      membership.weightless.push_back(server.id);
    }
  }
  std::set<std::int64_t> left = membership.voters.ids();
  std::size_t left_observers = told.membership.size() - left.size();
  for (auto& member : membership.members) {
    if (!member.id) {
      continue;
    }
    member.is_stranger =
        !told.is_voters_only && find_server(told.membership, *member.id) == nullptr;
    if (membership.voters.contains(*member.id)) {
      member.vote = member.id;
      left.erase(*member.id);
    } else if (!member.is_stranger && left_observers > 0) {
      --left_observers;
    }
  }
  // Never reached, and addressed differently in the membership.
  std::vector<Member*> unknown;
  for (std::size_t i = 0; i < view.members.size(); ++i) {
    auto& member = membership.members[i];
    if (member.id || member.is_several) {
      continue;
    }
    const auto hint = vote_hint(view.members[i], told);
    if (!hint) {
      unknown.push_back(&member);
    } else if (*hint && !left.empty()) {
      member.vote = *left.begin();
      left.erase(left.begin());
    } else if (!*hint && left_observers > 0) {
      --left_observers;
    }
  }
  const bool may_be_observers = left_observers > 0 || told.is_voters_only;
  share_votes({left.begin(), left.end()}, unknown, may_be_observers);
}

/// Voters that there must be by what ZooKeepers among the members are: a leader of its followers,
/// or followers of a leader that is not polled.
std::size_t count_implied(const Membership& membership, std::size_t polled) {
  std::size_t followers = 0;
  std::int64_t implied = 0;
  for (const auto& member : membership.members) {
    if (member.is_several || !member.is_zookeeper()) {
      continue;
    }
    const auto& sample = *member.sample;
    followers += sample.state == MemberState::kFollower ? 1 : 0;
    if (sample.state == MemberState::kLeader && sample.synced_followers) {
      const auto synced = *sample.synced_followers - sample.synced_non_voting_followers.value_or(0);
      implied = std::max(implied, synced + 1);
    }
  }
  const bool is_leader_elsewhere = followers > 0 && followers == polled;
  return is_leader_elsewhere ? polled + 1 : static_cast<std::size_t>(implied);
}

/// No server tells its membership: 3.4, a refused `conf`, ClickHouse Keeper.
void resolve_by_roles(const Snapshot& view, const Told& told, Membership& membership) {
  std::vector<Member*> voters;
  std::vector<Member*> unknown;
  for (std::size_t i = 0; i < view.members.size(); ++i) {
    const auto hint = vote_hint(view.members[i], told);
    auto& member = membership.members[i];
    if (member.is_several) {
      continue;
    }
    if (!hint) {
      unknown.push_back(&member);
    } else if (*hint) {
      voters.push_back(&member);
    }
  }
  // When there are more that had a vote once than voters, those that serve have one now.
  std::stable_partition(voters.begin(), voters.end(),
                        [](const auto* member) { return is_serving(member->state()); });
  const auto polled = voters.size() + unknown.size();
  const auto size = told.quorum_size.value_or(0);
  const auto count = size > 0 ? static_cast<std::size_t>(size)
                              : std::max(polled, count_implied(membership, polled));
  auto vote = -static_cast<std::int64_t>(count);
  membership.voters = VoterSet(count, vote);
  std::vector<std::int64_t> left;
  for (std::size_t n = 0; n < count; ++n, ++vote) {
    if (n < voters.size()) {
      voters[n]->vote = vote;
    } else {
      left.push_back(vote);
    }
  }
  share_votes(left, unknown, false);
  for (auto* const member : unknown) {
    member->is_assumed = member->is_voter() && size == 0;
  }
}

}  // namespace

MemberState Member::state() const {
  return sample == nullptr ? MemberState::kUnreachable : sample->state;
}

bool Member::is_zookeeper() const {
  return sample != nullptr && sample->srvr && sample->srvr->is_zookeeper;
}

const std::vector<ConfServer>& Member::held() const {
  static const std::vector<ConfServer> none;
  return sample != nullptr && sample->conf ? sample->conf->servers : none;
}

const Member* Membership::find_voter(std::int64_t vote) const {
  const auto found = std::ranges::find(members, std::optional(vote), &Member::vote);
  return found == members.end() ? nullptr : &*found;
}

std::size_t Membership::count_unmonitored() const {
  std::set<std::int64_t> known;
  std::size_t possible = 0;
  for (const auto& member : members) {
    if (member.vote) {
      known.insert(*member.vote);
    }
    possible += member.is_role_known && !member.is_several ? 0 : 1;
  }
  const auto missing = voters.size() - std::min(known.size(), voters.size());
  return missing - std::min(missing, possible);
}

bool Membership::is_polled() const {
  return std::ranges::find(members, nullptr, &Member::sample) == members.end();
}

bool Membership::is_standalone() const {
  return members.size() == 1 && members[0].state() == MemberState::kStandalone;
}

Membership find_membership(const Snapshot& view, const Told& told) {
  Membership membership;
  membership.members.reserve(view.members.size());
  for (const auto& member : view.members) {
    auto& entry = membership.members.emplace_back();
    entry.name = member.name;
    entry.sample = member.sample.get();
    entry.is_several = member.sample && member.sample->is_several_servers;
  }
  identify(told, membership.members);
  if (told.membership.empty()) {
    resolve_by_roles(view, told, membership);
  } else {
    resolve_by_membership(view, told, membership);
  }
  return membership;
}

const ConfServer* find_server(const std::vector<ConfServer>& servers, std::int64_t id) {
  const auto found = std::ranges::find(servers, id, &ConfServer::id);
  return found == servers.end() ? nullptr : &*found;
}

}  // namespace zke

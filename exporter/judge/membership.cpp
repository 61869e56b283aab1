#include "judge/membership.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <tuple>

#include "judge/server_match.hpp"

namespace zke {

namespace {

const Conf* conf_of(const Snapshot::Member& member) {
  const auto* sample = member.sample.get();
  return sample != nullptr && sample->conf ? &*sample->conf : nullptr;
}

bool is_several(const Snapshot::Member& member) {
  return member.sample && member.sample->is_several_servers;
}

/// Whether both memberships give the same servers the same votes. Each server may spell the
/// addresses in its own way: itself as 0.0.0.0, say.
bool is_same(const std::vector<ConfServer>& a, const std::vector<ConfServer>& b) {
  using Vote = std::tuple<std::int64_t, bool, std::int64_t, std::int64_t>;
  const auto votes_of = [](const std::vector<ConfServer>& servers) {
    std::set<Vote> votes;
    for (const auto& server : servers) {
      votes.emplace(server.id, server.is_observer, server.group, server.weight);
    }
    return votes;
  };
  return a.size() == b.size() && votes_of(a) == votes_of(b);
}

/// Takes over what the samples say now; what they do not say stays as it was.
bool update_memory(const Snapshot& view, EnsembleMemory& memory) {
  const Conf* newest = nullptr;
  bool is_disputed = false;
  for (const auto& member : view.members) {
    const auto* conf = conf_of(member);
    if (is_several(member)) {
      memory.server_ids.erase(member.name);
      memory.votes.erase(member.name);
    } else {
      if (conf != nullptr && conf->server_id) {
        memory.server_ids[member.name] = *conf->server_id;
      }
      if (member.sample && member.sample->is_voter) {
        memory.votes[member.name] = *member.sample->is_voter;
      }
    }
    if (conf != nullptr && !conf->servers.empty()) {
      is_disputed = is_disputed || (newest != nullptr && !is_same(newest->servers, conf->servers));
      newest = newest == nullptr || conf->version > newest->version ? conf : newest;
    }
    if (member.sample && member.sample->quorum_size.value_or(0) > 0) {
      memory.quorum_size = member.sample->quorum_size;
    }
  }
  if (newest != nullptr) {
    memory.membership = newest->servers;
  }
  return is_disputed;
}

const ConfServer* find_server(const std::vector<ConfServer>& servers, std::int64_t id) {
  const auto found = std::ranges::find(servers, id, &ConfServer::id);
  return found == servers.end() ? nullptr : &*found;
}

/// What is known of a member's vote without a membership: by its own word, the last known, else by
/// the configuration.
std::optional<bool> vote_hint(const Snapshot::Member& member, const EnsembleMemory& memory) {
  const auto vote = memory.votes.find(member.name);
  if (vote != memory.votes.end()) {
    return vote->second;
  }
  return member.is_observer ? std::optional(false) : std::nullopt;
}

/// Each member's id: by its own word, else by its addresses in the membership.
void identify(const Snapshot& view, const EnsembleMemory& memory, Membership& membership) {
  auto servers = memory.membership;
  std::vector<std::size_t> unnamed;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < view.members.size(); ++i) {
    auto& member = membership.members[i];
    const auto known = memory.server_ids.find(view.members[i].name);
    if (known != memory.server_ids.end()) {
      member.id = known->second;
      std::erase_if(servers, [&](const auto& server) { return server.id == known->second; });
    } else if (!member.is_several) {
      unnamed.push_back(i);
      names.push_back(view.members[i].name);
    }
  }
  if (names.empty() || servers.empty()) {
    return;
  }
  const auto ids = match_servers(names, servers);
  for (std::size_t n = 0; n < ids.size(); ++n) {
    membership.members[unnamed[n]].id = ids[n];
  }
}

/// Gives the votes that are left, `ids`, to the members that are left, `unknown`, when there are
/// enough for all and none of them can be an observer. Else their role stays unknown.
void share_votes(const std::vector<std::int64_t>& ids, const std::vector<std::size_t>& unknown,
                 bool may_be_observers, Membership& membership) {
  if (ids.empty() || unknown.empty()) {
    return;
  }
  const bool is_clear = !may_be_observers && unknown.size() <= ids.size();
  for (std::size_t n = 0; n < unknown.size(); ++n) {
    auto& member = membership.members[unknown[n]];
    member.is_role_known = is_clear;
    if (is_clear) {
      member.is_voter = true;
      member.vote = ids[n];
    }
  }
}

void read_known(const Snapshot& view, const EnsembleMemory& memory, Membership& membership) {
  membership.voters = VoterSet(memory.membership);
  std::set<std::int64_t> left = membership.voters.ids();
  std::size_t left_observers = memory.membership.size() - left.size();
  for (auto& member : membership.members) {
    if (!member.id) {
      continue;
    }
    const auto* const server = find_server(memory.membership, *member.id);
    member.is_stranger = server == nullptr;
    member.is_voter = membership.voters.contains(*member.id);
    member.vote = *member.id;
    left.erase(*member.id);
    left_observers -= server != nullptr && !member.is_voter && left_observers > 0 ? 1 : 0;
  }
  // Never reached, and addressed differently in the membership.
  std::vector<std::size_t> unknown;
  for (std::size_t i = 0; i < view.members.size(); ++i) {
    auto& member = membership.members[i];
    if (member.id || member.is_several) {
      continue;
    }
    const auto hint = vote_hint(view.members[i], memory);
    if (!hint) {
      unknown.push_back(i);
    } else if (*hint && !left.empty()) {
      member.is_voter = true;
      member.vote = *left.begin();
      left.erase(left.begin());
    } else if (!*hint && left_observers > 0) {
      --left_observers;
    }
  }
  share_votes({left.begin(), left.end()}, unknown, left_observers > 0, membership);
}

/// Voters that there must be by what ZooKeepers among the members are: a leader of its followers,
/// or followers of a leader that is not polled.
std::size_t count_implied(const Snapshot& view, std::size_t polled) {
  std::size_t followers = 0;
  std::int64_t implied = 0;
  for (const auto& member : view.members) {
    const auto* const sample = member.sample.get();
    if (is_several(member) || sample == nullptr || !sample->srvr || !sample->srvr->is_zookeeper) {
      continue;
    }
    followers += sample->state == MemberState::kFollower ? 1 : 0;
    if (sample->state == MemberState::kLeader && sample->synced_followers) {
      const auto synced =
          *sample->synced_followers - sample->synced_non_voting_followers.value_or(0);
      implied = std::max(implied, synced + 1);
    }
  }
  const bool is_leader_elsewhere = followers > 0 && followers == polled;
  return is_leader_elsewhere ? polled + 1 : static_cast<std::size_t>(implied);
}

/// No server tells its membership: 3.4, a refused `conf`, ClickHouse Keeper.
void read_assumed(const Snapshot& view, const EnsembleMemory& memory, Membership& membership) {
  std::vector<std::size_t> voters;
  std::vector<std::size_t> unknown;
  for (std::size_t i = 0; i < view.members.size(); ++i) {
    const auto hint = vote_hint(view.members[i], memory);
    if (membership.members[i].is_several) {
      continue;
    }
    if (!hint) {
      unknown.push_back(i);
    } else if (*hint) {
      voters.push_back(i);
    }
  }
  const auto serves = [&](std::size_t i) {
    const auto* sample = view.members[i].sample.get();
    return sample != nullptr && is_serving(sample->state);
  };
  std::stable_partition(voters.begin(), voters.end(), serves);
  const auto told = memory.quorum_size.value_or(0);
  const auto polled = voters.size() + unknown.size();
  const auto count =
      told > 0 ? static_cast<std::size_t>(told) : std::max(polled, count_implied(view, polled));
  membership.voters = VoterSet(count, -static_cast<std::int64_t>(count));
  std::vector<std::int64_t> left;
  auto vote = -static_cast<std::int64_t>(count);
  for (std::size_t n = 0; n < count; ++n, ++vote) {
    if (n >= voters.size()) {
      left.push_back(vote);
      continue;
    }
    auto& member = membership.members[voters[n]];
    member.is_voter = true;
    member.vote = vote;
  }
  share_votes(left, unknown, false, membership);
  for (const auto i : unknown) {
    membership.members[i].is_assumed = membership.members[i].is_voter && told == 0;
  }
}

}  // namespace

std::optional<std::int64_t> Membership::id_of(std::size_t member) const {
  return members.at(member).id;
}

bool Membership::is_voter(std::size_t member) const { return members.at(member).is_voter; }

std::int64_t Membership::vote_of(std::size_t member) const { return members.at(member).vote; }

std::optional<std::size_t> Membership::member_with(std::int64_t id) const {
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (members[i].is_voter && members[i].vote == id) {
      return i;
    }
  }
  return std::nullopt;
}

bool Membership::is_stranger(std::size_t member) const { return members.at(member).is_stranger; }

bool Membership::are_strangers(std::size_t a, std::size_t b) const {
  const auto& first = members.at(a).servers;
  const auto& second = members.at(b).servers;
  const bool have_common = std::ranges::any_of(first, [&](const auto& server) {
    const auto* const same = find_server(second, server.id);
    return same != nullptr && is_same_server(server, *same);
  });
  return !first.empty() && !second.empty() && !have_common;
}

bool Membership::is_voter_of(std::size_t member, std::int64_t id) const {
  const auto& servers = members.at(member).servers;
  const auto* const server = find_server(servers, id);
  return servers.empty() || (server != nullptr && !server->is_observer);
}

bool Membership::is_role_known(std::size_t member) const {
  return members.at(member).is_role_known;
}

bool Membership::has_unknown_roles() const {
  return !std::ranges::all_of(members, &Member::is_role_known);
}

bool Membership::is_assumed(std::size_t member) const { return members.at(member).is_assumed; }

bool Membership::is_several(std::size_t member) const { return members.at(member).is_several; }

std::size_t Membership::unmonitored() const {
  std::set<std::int64_t> known;
  std::size_t possible = 0;
  for (const auto& member : members) {
    if (member.is_voter) {
      known.insert(member.vote);
    }
    possible += member.is_role_known && !member.is_several ? 0 : 1;
  }
  const auto missing = voters.size() - std::min(known.size(), voters.size());
  return missing - std::min(missing, possible);
}

bool Membership::may_split() const {
  std::vector<VoterSet> held;
  const std::vector<ConfServer>* newest = nullptr;
  for (const auto& member : members) {
    if (member.is_static && !member.servers.empty()) {
      held.emplace_back(member.servers);
      newest = &member.servers;
    }
  }
  if (held.empty()) {
    return false;
  }
  // Those that were never reached, and are in nobody's membership, are likely to be new.
  std::set<std::int64_t> ids;
  std::size_t unnamed = 0;
  for (const auto& member : members) {
    if (member.id) {
      ids.insert(*member.id);
    } else if (!member.is_several && !member.is_up) {
      ++unnamed;
    }
  }
  auto grown = *newest;
  for (const auto& server : *newest) {
    unnamed -= unnamed > 0 && !ids.contains(server.id) ? 1 : 0;
  }
  for (std::size_t n = 0; n < unnamed; ++n) {
    ConfServer newcomer;
    newcomer.id = -1 - static_cast<std::int64_t>(n);
    grown.push_back(newcomer);
  }
  held.emplace_back(grown);
  return std::ranges::any_of(held, [&](const auto& one) {
    return std::ranges::any_of(held, [&](const auto& other) { return one.may_split(other); });
  });
}

Membership find_membership(const Snapshot& view, EnsembleMemory& memory) {
  Membership membership;
  membership.is_disputed = update_memory(view, memory);
  for (const auto& member : view.members) {
    auto& entry = membership.members.emplace_back();
    entry.is_several = is_several(member);
    entry.is_up = member.sample && member.sample->is_up();
    if (const auto* conf = conf_of(member)) {
      entry.servers = conf->servers;
      entry.is_static = conf->version == 0;
    }
  }
  identify(view, memory, membership);
  if (memory.membership.empty()) {
    read_assumed(view, memory, membership);
  } else {
    read_known(view, memory, membership);
  }
  return membership;
}

EnsembleMemory::Clock::duration election_time(const Snapshot& view) {
  constexpr std::int64_t kShortest = 10'000;
  constexpr std::int64_t kLongest = 600'000;  // whatever a server says, a verdict must come
  auto longest = kShortest;
  for (const auto& member : view.members) {
    const auto* conf = conf_of(member);
    if (conf != nullptr && conf->tick_time && conf->sync_limit) {
      longest = std::max(longest, std::min(*conf->tick_time * *conf->sync_limit, kLongest));
    }
  }
  return std::chrono::milliseconds(longest);
}

}  // namespace zke

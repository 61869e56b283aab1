#include "ensemble/membership.hpp"

#include <algorithm>
#include <chrono>

namespace zke {

namespace {

const Conf* conf_of(const EnsembleView::Member& member) {
  const auto* sample = member.sample.get();
  return sample != nullptr && sample->conf ? &*sample->conf : nullptr;
}

/// Takes over what the samples say now; what they do not say stays as it was.
bool update_memory(const EnsembleView& view, EnsembleMemory& memory) {
  const Conf* newest = nullptr;
  bool is_disputed = false;
  for (const auto& member : view.members) {
    const auto* conf = conf_of(member);
    if (conf != nullptr && conf->server_id) {
      memory.server_ids[member.name] = *conf->server_id;
    }
    if (conf != nullptr && !conf->servers.empty()) {
      is_disputed = is_disputed || (newest != nullptr && newest->servers != conf->servers);
      newest = newest == nullptr || conf->version > newest->version ? conf : newest;
    }
    if (member.sample && member.sample->is_voter) {
      memory.votes[member.name] = *member.sample->is_voter;
    }
    if (member.sample && member.sample->quorum_size) {
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

/// By its own word, else by the address that the membership gives for clients.
std::optional<std::int64_t> find_id(const EnsembleView::Member& member,
                                    const EnsembleMemory& memory) {
  const auto known = memory.server_ids.find(member.name);
  if (known != memory.server_ids.end()) {
    return known->second;
  }
  const auto server =
      std::ranges::find(memory.membership, member.name, &ConfServer::client_address);
  return server == memory.membership.end() ? std::nullopt : std::optional(server->id);
}

void read_known(const EnsembleView& view, const EnsembleMemory& memory, Membership& membership) {
  membership.voters = VoterSet(memory.membership);
  std::size_t unidentified = 0;
  for (std::size_t i = 0; i < view.members.size(); ++i) {
    auto& member = membership.members[i];
    const auto* server = member.id ? find_server(memory.membership, *member.id) : nullptr;
    member.is_stranger = member.id && server == nullptr;
    member.is_voter = member.id && membership.voters.contains(*member.id);
    member.vote = member.id.value_or(0);
    unidentified += member.id ? 0 : 1;
  }
  // Never reached, and addressed differently in the membership: they are the voters that are left.
  for (const auto id : membership.voters.ids()) {
    if (unidentified == 0 || membership.member_with(id)) {
      continue;
    }
    for (std::size_t i = 0; i < view.members.size(); ++i) {
      auto& member = membership.members[i];
      const auto vote = memory.votes.find(view.members[i].name);
      const bool is_observer = vote != memory.votes.end() && !vote->second;
      if (!member.id && !member.is_voter && !is_observer) {
        member.is_voter = true;
        member.vote = id;
        --unidentified;
        break;
      }
    }
  }
}

/// No server tells its membership: 3.4, a refused `conf`, ClickHouse Keeper.
void read_assumed(const EnsembleView& view, const EnsembleMemory& memory, Membership& membership) {
  std::vector<std::size_t> voters;
  for (std::size_t i = 0; i < view.members.size(); ++i) {
    const auto vote = memory.votes.find(view.members[i].name);
    const bool has_vote = vote == memory.votes.end() || vote->second;
    if (has_vote) {
      voters.push_back(i);
    }
  }
  const auto serves = [&](std::size_t i) {
    const auto* sample = view.members[i].sample.get();
    return sample != nullptr && is_serving(sample->state);
  };
  std::stable_partition(voters.begin(), voters.end(), serves);
  auto count = voters.size();
  if (memory.quorum_size) {
    count = static_cast<std::size_t>(*memory.quorum_size);
  }
  membership.voters = VoterSet(count, -static_cast<std::int64_t>(count));
  auto vote = -static_cast<std::int64_t>(count);
  for (std::size_t n = 0; n < voters.size() && n < count; ++n) {
    auto& member = membership.members[voters[n]];
    member.is_voter = true;
    member.vote = vote++;
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
  const bool have_common = std::ranges::any_of(
      first, [&](const auto& server) { return std::ranges::find(second, server) != second.end(); });
  return !first.empty() && !second.empty() && !have_common;
}

bool Membership::is_voter_of(std::size_t member, std::int64_t id) const {
  const auto& servers = members.at(member).servers;
  const auto* const server = find_server(servers, id);
  return servers.empty() || (server != nullptr && !server->is_observer);
}

std::size_t Membership::unmonitored() const {
  std::size_t count = 0;
  for (const auto id : voters.ids()) {
    count += member_with(id) ? 0 : 1;
  }
  return count;
}

Membership find_membership(const EnsembleView& view, EnsembleMemory& memory) {
  Membership membership;
  membership.is_disputed = update_memory(view, memory);
  for (const auto& member : view.members) {
    auto& entry = membership.members.emplace_back();
    entry.id = find_id(member, memory);
    if (const auto* conf = conf_of(member)) {
      entry.servers = conf->servers;
    }
  }
  if (memory.membership.empty()) {
    read_assumed(view, memory, membership);
  } else {
    read_known(view, memory, membership);
  }
  return membership;
}

EnsembleMemory::Clock::duration election_time(const EnsembleView& view) {
  std::int64_t longest = 10'000;
  for (const auto& member : view.members) {
    if (const auto* conf = conf_of(member);
        conf != nullptr && conf->tick_time && conf->sync_limit) {
      longest = std::max(longest, *conf->tick_time * *conf->sync_limit);
    }
  }
  return std::chrono::milliseconds(longest);
}

}  // namespace zke

#include "judge/safe_to_stop.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "judge/client_findings.hpp"

namespace zke {

namespace {

constexpr std::uint32_t kMaxLag = 1000;  // transactions; more than a moment's work to catch up
constexpr std::size_t kMaxNamed = 10;    // troubles of other members

using Reasons = std::vector<std::string>;

using Member = Membership::Member;

/// `held` and the members that were never reached and are in nobody's membership: they are likely
/// to be new, and to come with a longer list.
std::vector<ConfServer> with_newcomers(std::vector<ConfServer> held,
                                       const std::vector<Member>& members) {
  std::set<std::int64_t> ids;
  std::size_t unnamed = 0;
  for (const auto& member : members) {
    if (member.id) {
      ids.insert(*member.id);
    } else if (!member.is_several && member.state() == MemberState::kUnreachable) {
      ++unnamed;
    }
  }
  for (const auto& server : held) {
    unnamed -= unnamed > 0 && !ids.contains(server.id) ? 1 : 0;
  }
  for (std::size_t n = 0; n < unnamed; ++n) {
    ConfServer newcomer;
    newcomer.id = -1 - static_cast<std::int64_t>(n);
    held.push_back(newcomer);
  }
  return held;
}

/// Whether two memberships from the members' files could each have a quorum. A membership that came
/// by a reconfig, which has a version, is left out: a reconfig sees to that itself.
bool may_split(const std::vector<Member>& members) {
  std::vector<VoterSet> held;
  const Member* last = nullptr;
  for (const auto& member : members) {
    if (!member.held().empty() && member.sample->conf->version == 0) {
      held.emplace_back(member.held());
      last = &member;
    }
  }
  if (last == nullptr) {
    return false;
  }
  held.emplace_back(with_newcomers(last->held(), members));
  return std::ranges::any_of(held, [&](const auto& one) {
    return std::ranges::any_of(held, [&](const auto& other) { return one.may_split(other); });
  });
}

/// What forbids to stop anything at all.
Reasons find_common(const EnsembleVerdict& verdict, const Membership& membership,
                    const Service& service, bool is_stale) {
  Reasons reasons;
  if (may_split(membership.members)) {
    reasons.emplace_back(
        "the members' lists of servers differ so much that there could be two quorums, each of "
        "which writes: only one server may come or go at a time");
  }
  if (!has_quorum(verdict.level)) {
    reasons.emplace_back("the ensemble is " + std::string(to_string(verdict.level)) + ": " +
                         verdict.summary);
    return reasons;
  }
  if (!verdict.unwritable.empty()) {
    reasons.push_back(verdict.unwritable);
  }
  if (is_stale) {
    reasons.emplace_back("a member was not polled lately: what is known may be out of date");
  }
  if (service.is_unsynced) {
    reasons.emplace_back("a follower has not caught up with the leader yet");
  }
  for (const auto& member : membership.members) {
    if (member.is_several) {
      reasons.push_back(member.name + " leads to several servers: configure an address for each");
    }
  }
  if (!verdict.is_sync_known) {
    reasons.emplace_back(
        "no leader tells whether the followers are in sync: it needs mntr in its "
        "4lw.commands.whitelist, and leaderServes=yes");
  }
  if (verdict.leaders != 1 && verdict.voters > 1) {
    reasons.emplace_back("it is not clear who leads: an election may be on");
  }
  return reasons;
}

/// What is wrong with a member, and so forbids to stop another one.
struct Trouble {
  std::size_t member;
  std::string text;
};

std::vector<Trouble> find_of_members(const EnsembleVerdict& verdict, const Membership& membership,
                                     const Service& service) {
  std::vector<Trouble> troubles;
  for (std::size_t n = 0; n < verdict.members.size(); ++n) {
    const auto& member = verdict.members[n];
    if (member.is_role_known && !member.is_voter) {
      continue;
    }
    if (service.unasked.contains(n)) {
      troubles.push_back(
          {n, member.member + " could not be asked: a failure of the monitoring itself"});
    } else if (!member.is_role_known) {
      if (!member.serves) {
        troubles.push_back(
            {n, member.member + " does not serve, and may be a voter: bring it back first"});
      }
    } else if (!service.seen.contains(*membership.members[n].vote)) {
      troubles.push_back({n, member.member + (service.known.contains(*membership.members[n].vote)
                                                  ? " may serve, but can't be seen from here"
                                                  : " does not serve: bring it back first")});
    }
  }
  for (std::size_t n = 0; n < verdict.members.size(); ++n) {
    const auto& member = verdict.members[n];
    if (member.is_voter && member.lag.value_or(0) > kMaxLag) {
      troubles.push_back({n, member.member + " is " + std::to_string(*member.lag) +
                                 " transactions behind the leader"});
    }
  }
  for (const auto& finding : verdict.findings) {
    if (is_client_failure(finding.code)) {
      const auto member =
          std::ranges::find(verdict.members, finding.member, &MemberVerdict::member);
      troubles.push_back(
          {static_cast<std::size_t>(member - verdict.members.begin()), finding.text});
    }
  }
  return troubles;
}

/// Adds the troubles of all but member `i`. They are counted, not named, from a point on: with
/// 1,000 members down, each of the others would have 999 lines.
void append_others(Reasons& reasons, const std::vector<Trouble>& troubles, std::size_t i) {
  std::size_t others = 0;
  for (const auto& trouble : troubles) {
    if (trouble.member != i && ++others <= kMaxNamed) {
      reasons.push_back(trouble.text);
    }
  }
  if (others > kMaxNamed) {
    reasons.push_back("more like these: " + std::to_string(others - kMaxNamed));
  }
}

}  // namespace

void judge_safe_to_stop(EnsembleVerdict& verdict, const Membership& membership,
                        const Service& service, bool is_stale) {
  const auto common = find_common(verdict, membership, service, is_stale);
  const auto unmonitored = membership.count_unmonitored();
  const bool is_quorum_known = membership.voters.is_quorum(service.known);
  const auto is_quorum_without = [&](const Member& member, VoterSet::Ids ids) {
    if (member.vote) {
      ids.erase(*member.vote);
    }
    return membership.voters.is_quorum(ids);
  };
  const auto of_members = find_of_members(verdict, membership, service);
  for (std::size_t i = 0; i < verdict.members.size(); ++i) {
    const auto& member = membership.members[i];
    auto& reasons = verdict.members[i].unsafe_to_stop;
    reasons = common;
    if (unmonitored > 0) {
      reasons.emplace_back("not all voters are polled: name all servers of the ensemble");
    }
    append_others(reasons, of_members, i);
    if (is_quorum_known && !is_quorum_without(member, service.known)) {
      reasons.emplace_back("without it no quorum is left");
    } else if (reasons.empty() && !is_quorum_without(member, service.seen)) {
      reasons.emplace_back("the others that can be seen from here are no quorum");
    }
  }
}

}  // namespace zke

#include "judge/faults.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "judge/verdict_text.hpp"

namespace zke {

namespace {

using Member = Membership::Member;

/// The places of the members, those first that one should look after first.
std::vector<std::size_t> order_by_concern(const Membership& membership, const Service& service) {
  std::vector<std::size_t> order(membership.members.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) {
    const auto& member = membership.members[i];
    const bool is_lost =
        member.state() == MemberState::kUnreachable && !service.trusted.contains(i);
    return !member.is_voter() ? 2 : is_lost ? 0 : 1;
  });
  return order;
}

/// Of a member that does not serve.
Finding find_outage(const Member& member, bool is_anybody_serving) {
  auto text = describe_state(member.name, member.sample);
  const bool is_polled = member.sample != nullptr;
  if (is_polled && member.is_assumed && is_anybody_serving) {
    text +=
        "; it is taken for a voter: if it is an observer, name it so in the configuration "
        "(observers:)";
  }
  const auto code = !is_polled          ? FindingCode::kNotPolled
                    : member.is_voter() ? FindingCode::kVoterDown
                                        : FindingCode::kObserverDown;
  return {code, member.name, std::move(text)};
}

std::optional<Finding> find_fault(const Membership& membership, std::size_t i, bool serves,
                                  const Service& service) {
  const auto& member = membership.members[i];
  const auto& name = member.name;
  if (member.state() == MemberState::kStandalone && !membership.is_standalone()) {
    return std::nullopt;
  }
  if (member.is_several) {
    return Finding{FindingCode::kSeveralServers, name,
                   name +
                       " leads to one server now and to another then, so that its figures are "
                       "mixed: give each server an address of its own in the configuration"};
  }
  if (service.trusted.contains(i)) {
    return Finding{FindingCode::kPartialView, name,
                   describe_unseen(name, *member.sample) + ", but the leader counts on it"};
  }
  if (service.unasked.contains(i)) {
    return Finding{FindingCode::kNotAsked, name, describe_state(name, member.sample)};
  }
  if (!member.is_role_known && !serves) {
    return Finding{member.sample == nullptr ? FindingCode::kNotPolled : FindingCode::kRoleUnknown,
                   name,
                   describe_state(name, member.sample) +
                       "; whether it has a vote is not known, since no server's membership has its "
                       "address"};
  }
  if (member.is_stranger) {
    return Finding{FindingCode::kNotInMembership, name,
                   serves ? name + " serves, but is not in the membership of the others"
                          : describe_state(name, member.sample) +
                                "; it is not in the membership of the others"};
  }
  return serves ? std::nullopt : std::optional(find_outage(member, !service.known.empty()));
}

}  // namespace

Findings find_member_faults(const Membership& membership, const Roles& roles,
                            const Service& service) {
  Findings findings;
  for (const auto i : order_by_concern(membership, service)) {
    if (auto fault = find_fault(membership, i, roles.serves[i], service)) {
      findings.push_back(std::move(*fault));
    }
  }
  return findings;
}

Findings find_ensemble_faults(const Membership& membership, const Roles& roles,
                              const Service& service) {
  Findings findings;
  if (service.is_unsynced) {
    findings.push_back(
        {FindingCode::kNotSynced, "", "a follower has not caught up with the leader yet"});
  }
  if (roles.count_leaders() == 0 && !service.known.empty() && !membership.is_standalone()) {
    findings.push_back(
        {FindingCode::kNoLeaderSeen, "",
         "no member says that it leads: an election is on, or the leader is not among the members "
         "that can be polled"});
  }
  const auto unseen = membership.count_unmonitored();
  // Behind an address of several servers there may be any of them.
  if (unseen > 0 && std::ranges::none_of(membership.members, &Member::is_several)) {
    findings.push_back({FindingCode::kUnmonitoredVoters, "",
                        (unseen == 1 ? "one voter of the ensemble is"
                                     : std::to_string(unseen) + " voters of the ensemble are") +
                            std::string(" not among the members polled")});
  }
  return findings;
}

}  // namespace zke

#include "judge/judge_ensemble.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "judge/membership.hpp"
#include "judge/safe_to_stop.hpp"
#include "judge/verdict_text.hpp"

namespace zke {

namespace {

using Clock = EnsembleMemory::Clock;
using Ids = VoterSet::Ids;

constexpr std::size_t kMaxReadings = 16;

std::uint32_t epoch_of(const MemberSample& sample) { return sample.srvr->zxid->epoch; }

bool has_zxid(const MemberSample& sample) { return sample.srvr && sample.srvr->zxid; }

bool is_zookeeper(const MemberSample& sample) { return sample.srvr && sample.srvr->is_zookeeper; }

bool serves_as_voter(MemberState state) {
  return state == MemberState::kLeader || state == MemberState::kFollower;
}

/// One judgement: the steps run in the order of `run` and fill in the verdict.
class Judge {
 public:
  Judge(const Snapshot& view, EnsembleMemory& memory, Clock::time_point now,
        Clock::duration max_age)
      : view_(view),
        memory_(memory),
        now_(now),
        max_age_(max_age),
        patience_(election_time(view)),
        membership_(find_membership(view, memory)),
        is_incomplete_(
            std::ranges::any_of(view.members, [](const auto& member) { return !member.sample; })) {}

  EnsembleVerdict run() {
    for (std::size_t i = 0; i < view_.members.size(); ++i) {
      add_member(i);
    }
    find_leaders();
    trust_the_leader();
    find_unasked();
    count();
    follow_zxids();
    decide();
    verdict_.summary = summarise(verdict_);
    const bool is_stale = std::ranges::any_of(view_.members, [&](const auto& member) {
      return !member.sample || now_ - member.sample->clock > max_age_;
    });
    judge_safe_to_stop(verdict_, membership_, {serving_, seen_serving_},
                       {is_stale, unsynced_, unasked_});
    forget_what_ended();
    return std::move(verdict_);
  }

 private:
  const MemberSample* sample(std::size_t i) const { return view_.members[i].sample.get(); }
  MemberState state(std::size_t i) const {
    return sample(i) == nullptr ? MemberState::kUnreachable : sample(i)->state;
  }

  void add(FindingCode code, std::string member, std::string text) {
    verdict_.findings.push_back({code, std::move(member), std::move(text)});
  }

  /// The first judgement of those in a row that saw `what`.
  Clock::time_point since(const std::string& what) {
    lasting_.insert(what);
    return memory_.since.try_emplace(what, now_).first->second;
  }
  Clock::duration lasting(const std::string& what) { return now_ - since(what); }

  void forget_what_ended() {
    std::erase_if(memory_.since,
                  [&](const auto& entry) { return !lasting_.contains(entry.first); });
  }

  void add_member(std::size_t i) {
    auto& member = verdict_.members.emplace_back();
    member.member = view_.members[i].name;
    member.id = membership_.id_of(i);
    member.is_voter = membership_.is_voter(i);
    member.is_role_known = membership_.is_role_known(i);
    member.is_read_only = state(i) == MemberState::kReadOnly;
    member.serves = member.is_voter ? serves_as_voter(state(i)) : is_serving(state(i));
    if (state(i) == MemberState::kStandalone) {
      member.serves = view_.members.size() == 1;
    }
    if (member.is_voter && member.serves) {
      serving_.insert(membership_.vote_of(i));
    }
    if (state(i) == MemberState::kLeader && !membership_.is_several(i)) {
      leaders_.push_back(i);
      member.is_leader = true;
    }
  }

  /// Followers serve only under a leader. When no member says that it leads, and one answers "not
  /// serving" while all other voters serve, it leads with leaderServes=no; and goes on to, as long
  /// as it answers so and others serve.
  void find_leaders() {
    const auto last = std::exchange(memory_.hidden_leader, {});
    if (!leaders_.empty() || serving_.empty() || state(0) == MemberState::kStandalone) {
      return;
    }
    const bool is_one_missing = serving_.size() + 1 == membership_.voters.size();
    for (std::size_t i = 0; i < view_.members.size() && !hidden_leader_; ++i) {
      const auto& member = verdict_.members[i];
      if (!member.is_voter || state(i) != MemberState::kNotServing) {
        continue;
      }
      const bool is_proven =
          is_one_missing && lasting("hidden_leader " + member.member) > patience_;
      if (is_proven || member.member == last) {
        hidden_leader_ = i;
      }
    }
    if (hidden_leader_) {
      auto& member = verdict_.members[*hidden_leader_];
      member.is_leader = true;
      member.serves = true;
      serving_.insert(membership_.vote_of(*hidden_leader_));
      memory_.hidden_leader = member.member;
    }
  }

  /// Voters that we can't see may serve all the same: the leader counts its synced followers. A
  /// ZooKeeper drops dead ones within an election time; ClickHouse Keeper goes on to count them.
  void trust_the_leader() {
    seen_serving_ = serving_;
    if (leaders_.size() != 1 || !sample(leaders_[0])->synced_followers) {
      return;
    }
    const auto& leader = *sample(leaders_[0]);
    auto missing = *leader.synced_followers + 1 - leader.synced_non_voting_followers.value_or(0) -
                   count_serving_voters_of(leaders_[0]) - count_weightless(true);
    unsynced_ = missing < 0;
    missing -= count_weightless(false);
    if (missing <= 0 || !is_zookeeper(leader)) {
      return;
    }
    std::vector<std::int64_t> unseen;
    for (const auto id : membership_.voters.ids()) {
      const auto member = membership_.member_with(id);
      if (!serving_.contains(id) && (!member || state(*member) == MemberState::kUnreachable)) {
        unseen.push_back(id);
      }
    }
    if (missing > static_cast<std::int64_t>(unseen.size())) {
      return;  // it counts more than there can be
    }
    for (const auto id : unseen) {
      const auto member = membership_.member_with(id);
      if (missing > 0 && is_counted_on(id, member, leader)) {
        serving_.insert(id);
        --missing;
        if (member) {
          verdict_.members[*member].serves = true;
          trusted_.insert(*member);
        }
      }
    }
  }

  /// Whether the leader's word is proof for a voter that can't be seen. Where nothing listens on
  /// its port there is no server; one that closes connections runs, and has too many of them.
  bool is_counted_on(std::int64_t id, std::optional<std::size_t> member,
                     const MemberSample& leader) {
    if (member && sample(*member) == nullptr) {
      return false;  // its first poll will tell
    }
    const auto reason = member ? sample(*member)->reason : Reason::kNone;
    switch (reason) {
      case Reason::kRefused:
        return false;
      case Reason::kClosedWithoutAnswer:
      case Reason::kLocalError:
        return true;
      default:
        break;
    }
    if (!member && !membership_.has_unknown_roles()) {
      return true;
    }
    return leader.clock - since("counted " + std::to_string(id)) > patience_;
  }

  /// Members that we failed to ask: that says nothing about them.
  void find_unasked() {
    for (std::size_t i = 0; i < view_.members.size(); ++i) {
      if (sample(i) != nullptr && sample(i)->reason == Reason::kLocalError &&
          state(i) == MemberState::kUnreachable && !trusted_.contains(i)) {
        unasked_.insert(i);
      }
    }
  }

  /// While a changed configuration is rolled out by restarts, the leader may not know all voters.
  std::int64_t count_serving_voters_of(std::size_t leader) const {
    return std::ranges::count_if(
        serving_, [&](std::int64_t id) { return membership_.is_voter_of(leader, id); });
  }

  /// Participants of weight 0, which a leader counts like voters: those seen following, or those
  /// that may follow unseen.
  std::int64_t count_weightless(bool seen) const {
    std::int64_t count = 0;
    for (const auto& server : memory_.membership) {
      if (server.is_observer || membership_.voters.contains(server.id)) {
        continue;
      }
      auto now = MemberState::kUnreachable;
      for (std::size_t i = 0; i < view_.members.size(); ++i) {
        now = membership_.id_of(i) == server.id ? state(i) : now;
      }
      count += now == (seen ? MemberState::kFollower : MemberState::kUnreachable) ? 1 : 0;
    }
    return count;
  }

  void count() {
    verdict_.voters = membership_.voters.size();
    verdict_.voters_serving = serving_.size();
    verdict_.leaders = leaders_.size() + (hidden_leader_ ? 1 : 0);
    verdict_.failures_tolerated =
        verdict_.voters == 0 ? 0 : membership_.voters.failures_tolerated(serving_);
    verdict_.is_sync_known =
        verdict_.voters <= 1 || (leaders_.size() == 1 && sample(leaders_[0])->synced_followers);
  }

  /// Epochs, elections and lags.
  void follow_zxids() {
    for (std::size_t i = 0; i < view_.members.size(); ++i) {
      if (is_serving(state(i)) && has_zxid(*sample(i)) && !membership_.is_several(i)) {
        verdict_.epoch = std::max(verdict_.epoch.value_or(0), epoch_of(*sample(i)));
        read_lag(i);
      }
    }
    if (is_incomplete_) {
      return;
    }
    if (leaders_.size() == 1 && has_zxid(*sample(leaders_[0]))) {
      const auto& leader = *sample(leaders_[0]);
      auto& readings = memory_.leader_readings;
      if (readings.empty() || readings.front().clock != leader.clock) {
        readings.push_front({leader.clock, *leader.srvr->zxid});
        readings.resize(std::min(readings.size(), kMaxReadings));
      }
    }
    // Only a leader shows that an epoch has begun: a fresh follower may still be at 0.
    if (verdict_.leaders == 1 && verdict_.epoch) {
      const auto last = memory_.epoch.value_or(*verdict_.epoch);
      constexpr std::uint32_t kMostAtOnce = 1000;  // more between two polls is no election
      memory_.elections +=
          *verdict_.epoch > last ? std::min(*verdict_.epoch - last, kMostAtOnce) : 0;
      memory_.epoch = verdict_.epoch;
    }
    verdict_.elections = memory_.elections;
  }

  /// A follower is compared with what the leader had reached before the follower was asked: the
  /// time between the two polls can hide a lag, but not fake one.
  void read_lag(std::size_t i) {
    if (state(i) != MemberState::kFollower && state(i) != MemberState::kObserver) {
      memory_.lags.erase(view_.members[i].name);
      return;
    }
    auto& lag = memory_.lags[view_.members[i].name];
    const auto& follower = *sample(i);
    if (lag.clock != follower.clock) {
      lag = {follower.clock, std::nullopt};
      for (const auto& leader : memory_.leader_readings) {
        if (leader.clock <= follower.clock - follower.took) {
          if (leader.zxid.epoch == epoch_of(follower)) {
            const auto reached = follower.srvr->zxid->counter;
            lag.transactions = leader.zxid.counter - std::min(leader.zxid.counter, reached);
          }
          break;
        }
      }
    }
    verdict_.members[i].lag = lag.transactions;
  }

  bool is_any_up() const {
    return std::ranges::any_of(
        view_.members, [](const auto& member) { return member.sample && member.sample->is_up(); });
  }

  void decide() {
    const bool is_served = find_served_by_several();
    if (is_incomplete_ || !(is_any_up() || is_served)) {
      become_unknown();
      return;
    }
    const bool is_split = find_splits();
    const bool is_quorum = membership_.voters.is_quorum(serving_);
    const auto with_unasked = serving_or_unasked();
    if (!is_split && !is_quorum && !is_served && membership_.voters.is_quorum(with_unasked)) {
      become_unknown();
      return;
    }
    const bool has_quorum = is_quorum || is_served || find_unseen_quorum();
    if (has_quorum && !is_quorum) {
      verdict_.failures_tolerated = 0;  // how many can't be told
      is_faulty_ = true;
    }
    find_member_faults();
    find_ensemble_faults();
    constexpr std::size_t kFewestRedundant = 3;
    const bool is_last = is_quorum && verdict_.voters >= kFewestRedundant &&
                         membership_.voters.failures_tolerated(with_unasked) == 0;
    if (is_split) {
      verdict_.level = Level::kSplitView;
    } else if (!has_quorum) {
      verdict_.level = Level::kNoQuorum;
    } else if (is_last) {
      verdict_.level = Level::kAtRisk;
    } else {
      verdict_.level = is_faulty_ ? Level::kDegraded : Level::kHealthy;
    }
  }

  void become_unknown() {
    verdict_.level = Level::kUnknown;
    verdict_.failures_tolerated = 0;
    find_member_faults();
  }

  /// Voters that serve, and those that may, for all that we know: we failed to ask them.
  Ids serving_or_unasked() const {
    auto possible = serving_;
    for (const auto i : unasked_) {
      if (membership_.is_voter(i)) {
        possible.insert(membership_.vote_of(i));
      }
    }
    return possible;
  }

  /// Behind one address for several servers somebody serves, or did a moment ago: its answers
  /// change from poll to poll, and must not move the level each time.
  bool find_served_by_several() {
    bool is_served = false;
    for (std::size_t i = 0; i < view_.members.size(); ++i) {
      if (membership_.is_several(i)) {
        is_served = is_served || is_serving(state(i)) ||
                    lasting("several, not serving " + view_.members[i].name) <= patience_;
      }
    }
    return is_served;
  }

  /// A server drops its role within an election time without a quorum. One that serves for longer
  /// proves that there is one, though too few voters can be seen from here.
  bool find_unseen_quorum() {
    auto possible = serving_;
    for (const auto id : membership_.voters.ids()) {
      const auto member = membership_.member_with(id);
      if (!member || state(*member) == MemberState::kUnreachable) {
        possible.insert(id);
      }
    }
    if (verdict_.voters > 0 && !membership_.voters.is_quorum(possible)) {
      return false;
    }
    for (std::size_t i = 0; i < view_.members.size(); ++i) {
      const auto& name = view_.members[i].name;
      const bool has_role = is_serving(state(i)) && state(i) != MemberState::kStandalone &&
                            !membership_.is_several(i) && is_zookeeper(*sample(i));
      if (has_role && !membership_.is_stranger(i) &&
          sample(i)->clock - since("serves alone " + name) > patience_) {
        add(FindingCode::kQuorumUnseen, "",
            name + " goes on to serve as " + std::string(to_string(state(i))) +
                ", which takes a quorum, but too few voters can be seen from here");
        return true;
      }
    }
    return false;
  }

  /// Members that contradict each other; whether that is more than a hand-over.
  bool find_splits() {
    bool is_split = false;
    for (std::size_t i = 0; i < view_.members.size() && view_.members.size() > 1; ++i) {
      if (state(i) == MemberState::kStandalone) {
        add(FindingCode::kStandaloneMember, view_.members[i].name,
            view_.members[i].name + " is a standalone server, not a part of this ensemble");
        is_split = true;
      }
    }
    return find_leader_conflict() || find_membership_conflict() || is_split;
  }

  bool find_leader_conflict() {
    if (leaders_.size() < 2) {
      return false;
    }
    const auto older = [&](std::size_t a, std::size_t b) {
      return epoch_or_zero(a) < epoch_or_zero(b);
    };
    const auto newest = *std::ranges::max_element(leaders_, older);
    bool is_split = false;
    for (const auto i : leaders_) {
      if (i == newest) {
        continue;
      }
      const auto both = view_.members[i].name + " and " + view_.members[newest].name;
      if (epoch_or_zero(i) == epoch_or_zero(newest) || membership_.are_strangers(i, newest)) {
        add(FindingCode::kTwoEnsembles, view_.members[i].name,
            both + " lead different ensembles that are configured under one name");
        is_split = true;
      } else if (lasting("stale_leader " + view_.members[i].name) > patience_) {
        add(FindingCode::kStaleLeader, view_.members[i].name,
            view_.members[i].name + " still says that it leads, though " +
                view_.members[newest].name + " leads a newer epoch");
        is_split = true;
      } else {
        add(FindingCode::kHandOver, view_.members[i].name,
            "the leadership moves from " + view_.members[i].name + " to " +
                view_.members[newest].name);
        is_faulty_ = true;
      }
    }
    return is_split;
  }

  std::uint32_t epoch_or_zero(std::size_t i) const {
    return has_zxid(*sample(i)) ? epoch_of(*sample(i)) : 0;
  }

  bool find_membership_conflict() {
    // Each member's conf is up to a minute old: only then it is news that they differ.
    constexpr auto kConfAge = std::chrono::seconds(70);
    if (!membership_.is_disputed || lasting("membership") <= patience_ + kConfAge) {
      return false;
    }
    add(FindingCode::kMembershipDisagreement, "",
        "the members do not agree on who belongs to the ensemble");
    return true;
  }

  /// The voters that can't be reached come first: they are the ones to look after.
  void find_member_faults() {
    std::vector<std::size_t> order(view_.members.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, {}, [&](std::size_t i) {
      const bool is_unseen = state(i) == MemberState::kUnreachable;
      return !verdict_.members[i].is_voter ? 2 : is_unseen && !trusted_.contains(i) ? 0 : 1;
    });
    for (const auto i : order) {
      find_member_fault(i);
    }
  }

  void find_member_fault(std::size_t i) {
    const auto& member = verdict_.members[i];
    const bool is_odd_one = state(i) == MemberState::kStandalone && view_.members.size() > 1;
    if (is_odd_one) {
      return;  // is a finding already
    }
    if (membership_.is_several(i)) {
      add(FindingCode::kSeveralServers, member.member,
          member.member +
              " leads to one server now and to another then, so that its figures are mixed: give "
              "each server an address of its own in the configuration");
    } else if (trusted_.contains(i)) {
      add(FindingCode::kPartialView, member.member,
          describe_unseen(member.member, *sample(i)) + ", but the leader counts on it");
    } else if (unasked_.contains(i)) {
      add(FindingCode::kNotAsked, member.member, describe_state(member.member, sample(i)));
    } else if (!member.is_role_known && !member.serves) {
      add(sample(i) == nullptr ? FindingCode::kNotPolled : FindingCode::kRoleUnknown, member.member,
          describe_state(member.member, sample(i)) +
              "; whether it has a vote is not known, since no server's membership has its address");
    } else if (membership_.is_stranger(i)) {
      add(FindingCode::kNotInMembership, member.member,
          member.serves ? member.member + " serves, but is not in the membership of the others"
                        : describe_state(member.member, sample(i)) +
                              "; it is not in the membership of the others");
    } else if (!member.serves) {
      const auto code = sample(i) == nullptr ? FindingCode::kNotPolled
                        : member.is_voter    ? FindingCode::kVoterDown
                                             : FindingCode::kObserverDown;
      const bool is_guess = sample(i) != nullptr && membership_.is_assumed(i) && !serving_.empty();
      add(code, member.member,
          describe_state(member.member, sample(i)) +
              (is_guess ? "; it is taken for a voter: if it is an observer, name it so in the "
                          "configuration (observers:)"
                        : ""));
    } else {
      return;
    }
    is_faulty_ = true;
  }

  void find_ensemble_faults() {
    if (unsynced_) {
      add(FindingCode::kNotSynced, "", "a follower has not caught up with the leader yet");
      is_faulty_ = true;
    }
    const bool has_members = view_.members.size() > 1 || state(0) != MemberState::kStandalone;
    const bool is_any_several =
        std::ranges::any_of(membership_.members, &Membership::Member::is_several);
    if (verdict_.leaders == 0 && !serving_.empty() && has_members) {
      add(FindingCode::kNoLeaderSeen, "",
          "no member says that it leads: an election is on, or the leader is not among the members "
          "that can be polled");
      is_faulty_ = true;
    }
    const auto unseen = membership_.unmonitored();
    if (unseen > 0 && !is_any_several) {
      add(FindingCode::kUnmonitoredVoters, "",
          (unseen == 1 ? "one voter of the ensemble is"
                       : std::to_string(unseen) + " voters of the ensemble are") +
              std::string(" not among the members polled"));
      is_faulty_ = true;
    }
  }

  const Snapshot& view_;
  EnsembleMemory& memory_;
  Clock::time_point now_;
  Clock::duration max_age_;
  Clock::duration patience_;
  Membership membership_;
  bool is_incomplete_;  ///< a member's first poll has not ended yet
  EnsembleVerdict verdict_;
  Ids serving_;
  Ids seen_serving_;  ///< without those that only the leader tells of
  std::vector<std::size_t> leaders_;
  std::optional<std::size_t> hidden_leader_;
  std::set<std::size_t> trusted_;
  std::set<std::size_t> unasked_;  ///< that we failed to ask
  std::set<std::string> lasting_;
  bool unsynced_ = false;
  bool is_faulty_ = false;
};

}  // namespace

void forget(EnsembleMemory& memory, const std::string& member) {
  memory.server_ids.erase(member);
  memory.votes.erase(member);
  memory.lags.erase(member);
}

EnsembleVerdict judge_ensemble(const Snapshot& view, EnsembleMemory& memory, Clock::time_point now,
                               Clock::duration max_age) {
  return Judge(view, memory, now, max_age).run();
}

}  // namespace zke

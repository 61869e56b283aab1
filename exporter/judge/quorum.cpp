#include "judge/quorum.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>

namespace zke {

namespace {

/// The least number of `weights`, heaviest first, that sum up to at least `goal`.
int count_to_reach(std::vector<std::int64_t> weights, std::int64_t goal) {
  std::ranges::sort(weights, std::greater<>());
  int count = 0;
  for (const auto weight : weights) {
    if (goal <= 0) {
      break;
    }
    goal -= weight;
    ++count;
  }
  return count;
}

/// The sum of the `count` smallest.
int sum_of_smallest(std::vector<int> numbers, std::size_t count) {
  std::ranges::sort(numbers);
  const auto end = numbers.begin() + static_cast<std::ptrdiff_t>(std::min(count, numbers.size()));
  return std::accumulate(numbers.begin(), end, 0);
}

}  // namespace

struct VoterSet::Group {
  std::int64_t total = 0;
  std::int64_t serving = 0;
  std::vector<std::int64_t> serving_weights;
  std::vector<std::int64_t> missing_weights;

  bool has_quorum() const { return 2 * serving > total; }
  /// Losses that end this group's quorum: half or less of its weight must be left.
  int losses_to_break() const { return count_to_reach(serving_weights, serving - total / 2); }
  int returns_to_regain() const { return count_to_reach(missing_weights, total / 2 + 1 - serving); }
};

VoterSet::VoterSet(const std::vector<ConfServer>& servers) {
  for (const auto& server : servers) {
    is_hierarchical_ = is_hierarchical_ || server.group != 0;
  }
  for (const auto& server : servers) {
    const bool has_vote = !server.is_observer && (!is_hierarchical_ || server.weight > 0);
    if (has_vote) {
      voters_.push_back(
          {server.id, is_hierarchical_ ? server.group : 0, is_hierarchical_ ? server.weight : 1});
    }
  }
  std::ranges::sort(voters_, {}, &Voter::id);
}

VoterSet::VoterSet(std::size_t count, std::int64_t first_id) {
  for (std::size_t i = 0; i < count; ++i) {
    voters_.push_back({first_id + static_cast<std::int64_t>(i), 0, 1});
  }
}

bool VoterSet::contains(std::int64_t id) const {
  return std::ranges::find(voters_, id, &Voter::id) != voters_.end();
}

VoterSet::Ids VoterSet::ids() const {
  Ids ids;
  for (const auto& voter : voters_) {
    ids.insert(voter.id);
  }
  return ids;
}

std::vector<VoterSet::Group> VoterSet::groups(const Ids& serving) const {
  std::map<std::int64_t, Group> by_id;
  for (const auto& voter : voters_) {
    auto& group = by_id[voter.group];
    const bool serves = serving.contains(voter.id);
    group.total += voter.weight;
    group.serving += serves ? voter.weight : 0;
    (serves ? group.serving_weights : group.missing_weights).push_back(voter.weight);
  }
  std::vector<Group> groups;
  groups.reserve(by_id.size());
  for (auto& [id, group] : by_id) {
    groups.push_back(std::move(group));
  }
  return groups;
}

bool VoterSet::is_quorum(const Ids& ids) const {
  const auto all = groups(ids);
  const auto with_quorum = std::ranges::count_if(all, &Group::has_quorum);
  return 2 * static_cast<std::size_t>(with_quorum) > all.size();
}

int VoterSet::failures_tolerated(const Ids& serving) const {
  const auto all = groups(serving);
  const auto needed = all.size() / 2 + 1;
  std::vector<int> losses;
  std::vector<int> returns;
  for (const auto& group : all) {
    if (group.has_quorum()) {
      losses.push_back(group.losses_to_break());
    } else {
      returns.push_back(group.returns_to_regain());
    }
  }
  if (losses.size() < needed) {
    return -sum_of_smallest(returns, needed - losses.size());
  }
  return sum_of_smallest(losses, losses.size() - needed + 1) - 1;
}

bool VoterSet::may_split(const VoterSet& other) const {
  if (voters_.empty() || other.voters_.empty() || *this == other) {
    return false;
  }
  constexpr std::size_t kMaxTried = 12;
  auto all = ids();
  all.merge(other.ids());
  const std::vector<std::int64_t> voters(all.begin(), all.end());
  if (!is_hierarchical_ && !other.is_hierarchical_) {
    return size() / 2 + 1 + other.size() / 2 + 1 <= voters.size();
  }
  if (voters.size() > kMaxTried) {
    return true;
  }
  for (std::size_t mask = 0; mask < (std::size_t{1} << voters.size()); ++mask) {
    Ids ours;
    Ids theirs;
    for (std::size_t i = 0; i < voters.size(); ++i) {
      (((mask >> i) & 1U) != 0 ? ours : theirs).insert(voters[i]);
    }
    if (is_quorum(ours) && other.is_quorum(theirs)) {
      return true;
    }
  }
  return false;
}

}  // namespace zke

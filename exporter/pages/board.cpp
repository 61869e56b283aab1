#include "pages/board.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace zke {

void Board::take(const SnapshotPtr& last, const SnapshotPtr& now) {
  const auto known = places_.find((now ? now : last)->name);
  if (now && known != places_.end()) {
    snapshots_[known->second] = now;
  } else if (now) {
    places_.emplace(now->name, snapshots_.size());
    snapshots_.push_back(now);
  } else if (known != places_.end()) {
    const auto place = known->second;
    places_.erase(known);
    if (place + 1 < snapshots_.size()) {
      snapshots_[place] = std::move(snapshots_.back());
      places_[snapshots_[place]->name] = place;
    }
    snapshots_.pop_back();
  }
}

void Board::arrange(const std::vector<std::string>& names) {
  std::map<std::string_view, std::size_t> wanted;
  for (const auto& name : names) {
    wanted.emplace(name, wanted.size());
  }
  std::ranges::stable_sort(snapshots_, {}, [&](const auto& ensemble) {
    const auto found = wanted.find(ensemble->name);
    return found == wanted.end() ? wanted.size() : found->second;
  });
  for (std::size_t i = 0; i < snapshots_.size(); ++i) {
    places_[snapshots_[i]->name] = i;
  }
}

Result<SnapshotPtr> Board::find(const std::string& name) const {
  const auto found = places_.find(name);
  if (found == places_.end()) {
    return Error(Reason::kLocalError, "no ensemble is called " + name);
  }
  return snapshots_[found->second];
}

std::size_t Board::unpolled() const {
  std::size_t count = 0;
  for (const auto& ensemble : snapshots_) {
    count += static_cast<std::size_t>(std::ranges::count_if(
        ensemble->members, [](const auto& member) { return !member.sample; }));
  }
  return count;
}

}  // namespace zke

#include "poll/board.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace zke {

Board::Board(const std::vector<EnsembleSettings>& ensembles, std::chrono::milliseconds max_age)
    : max_age_(max_age) {
  auto snapshots = std::make_shared<Snapshots>();
  for (const auto& ensemble : ensembles) {
    auto view = std::make_shared<Snapshot>();
    view->name = ensemble.name;
    for (const auto& address : ensemble.members) {
      const bool is_observer =
          std::ranges::find(ensemble.observers, address) != ensemble.observers.end();
      view->members.push_back({to_string(address), nullptr, is_observer});
      ++waiting_;
    }
    const auto now = std::chrono::steady_clock::now();
    view->verdict = judge_ensemble(*view, memories_[view->name], now, max_age_);
    snapshots->push_back(std::move(view));
  }
  snapshots_ = std::move(snapshots);
}

SamplePtr Board::put(SamplePtr sample) {
  auto next = std::make_shared<Snapshots>(*snapshots_);
  const auto ensemble = std::ranges::find(*next, sample->ensemble, &Snapshot::name);
  if (ensemble == next->end()) {
    throw std::logic_error("no ensemble is called " + sample->ensemble);
  }
  auto view = std::make_shared<Snapshot>(**ensemble);
  const auto member = std::ranges::find(view->members, sample->member, &Snapshot::Member::name);
  if (member == view->members.end()) {
    throw std::logic_error(sample->ensemble + " has no member " + sample->member);
  }
  auto last = std::exchange(member->sample, std::move(sample));
  waiting_ -= last ? 0 : 1;
  const auto now = std::chrono::steady_clock::now();
  view->verdict = judge_ensemble(*view, memories_[view->name], now, max_age_);
  *ensemble = std::move(view);
  snapshots_ = std::move(next);
  return last;
}

SnapshotPtr Board::find(const std::string& name) const {
  const auto found = std::ranges::find(*snapshots_, name, &Snapshot::name);
  return found == snapshots_->end() ? nullptr : *found;
}

}  // namespace zke

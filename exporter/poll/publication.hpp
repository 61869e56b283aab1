#pragma once

#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "judge/snapshot.hpp"

namespace zke {

/// The only way from polling to serving: who subscribes hears of every new snapshot, with the one
/// that it replaces. The first of an ensemble replaces nothing (`last` is null), and in the place
/// of the last one of an ensemble that is polled no more comes nothing (`now` is null).
///
/// Subscribers only listen: one that itself brings something to publish (by Ensembles::apply, which
/// it may post to the loop) would turn the order around for those after it. That throws.
class Publication {
 public:
  using Subscriber = std::function<void(const SnapshotPtr& last, const SnapshotPtr& now)>;

  /// They are called in the order in which they subscribed.
  void subscribe(Subscriber subscriber) { subscribers_.push_back(std::move(subscriber)); }

  void publish(const SnapshotPtr& last, const SnapshotPtr& now) {
    if (std::exchange(is_publishing_, true)) {
      throw std::logic_error("bug: a subscriber published");
    }
    for (const auto& subscriber : subscribers_) {
      subscriber(last, now);
    }
    is_publishing_ = false;
  }

 private:
  std::vector<Subscriber> subscribers_;
  bool is_publishing_ = false;
};

}  // namespace zke

#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "judge/snapshot.hpp"

namespace zke {

/// The only way from polling to serving: who subscribes hears of every new snapshot, with the one
/// that it replaces. The first of an ensemble replaces nothing (`last` is null), and in the place
/// of the last one of an ensemble that is polled no more comes nothing (`now` is null).
class Publication {
 public:
  using Subscriber = std::function<void(const SnapshotPtr& last, const SnapshotPtr& now)>;

  /// They are called in the order in which they subscribed.
  void subscribe(Subscriber subscriber) { subscribers_.push_back(std::move(subscriber)); }

  void publish(const SnapshotPtr& last, const SnapshotPtr& now) const {
    for (const auto& subscriber : subscribers_) {
      subscriber(last, now);
    }
  }

 private:
  std::vector<Subscriber> subscribers_;
};

}  // namespace zke

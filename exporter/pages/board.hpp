#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "judge/snapshot.hpp"

namespace zke {

/// The newest snapshot of every ensemble: what pages show.
class Board {
 public:
  /// For Publication: `now` takes the place of the ensemble's `last` snapshot. One may be null.
  /// Into the place of an ensemble that is gone comes the last one, until arrange(): thousands may
  /// go at once.
  void take(const SnapshotPtr& last, const SnapshotPtr& now);

  /// The ensemble called `name`; the error says that there is none.
  Result<SnapshotPtr> find(const std::string& name) const;

  /// Puts them into this order, those that are not named last. New ones come at the end.
  void arrange(const std::vector<std::string>& names);

  /// All, in their order.
  const Snapshots& snapshots() const { return snapshots_; }

  /// Members whose first poll has not ended yet.
  std::size_t unpolled() const;

 private:
  Snapshots snapshots_;
  std::map<std::string, std::size_t, std::less<>> places_;  ///< in snapshots_, by name
};

}  // namespace zke

#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "judge/judge_ensemble.hpp"
#include "judge/snapshot.hpp"
#include "poll/settings.hpp"

namespace zke {

/// Holds the newest sample of every member, and judges an ensemble whenever one changes.
class Board {
 public:
  /// A sample that is older than `max_age` is stale.
  Board(const std::vector<EnsembleSettings>& ensembles,
        std::chrono::milliseconds max_age = std::chrono::seconds(30));

  /// Puts a sample in the place of its member's last one, which is returned. A member that is not
  /// configured is a bug and throws.
  SamplePtr put(SamplePtr sample);

  /// The ensemble called `name`, or nullptr when none is configured.
  SnapshotPtr find(const std::string& name) const;

  std::shared_ptr<const Snapshots> snapshots() const { return snapshots_; }

  /// Members whose first poll has not ended yet.
  std::size_t waiting() const { return waiting_; }

 private:
  std::chrono::milliseconds max_age_;
  std::shared_ptr<const Snapshots> snapshots_;
  std::map<std::string, EnsembleMemory> memories_;  ///< by ensemble
  std::size_t waiting_ = 0;
};

}  // namespace zke

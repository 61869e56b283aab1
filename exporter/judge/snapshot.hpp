#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "judge/member_sample.hpp"
#include "judge/verdict.hpp"

namespace zke {

using SamplePtr = std::shared_ptr<const MemberSample>;

/// One ensemble at one moment: its members in the order of the configuration, and the verdict on
/// them together. Never edited once published: a new one replaces it.
struct Snapshot {
  struct Member {
    std::string name;
    SamplePtr sample;          ///< empty until its first poll has ended
    bool is_observer = false;  ///< by the configuration, which counts where no server tells
    bool is_new = false;       ///< added to a running ensemble: judged from its first poll on
    std::chrono::steady_clock::duration promised_age{};  ///< its sample is not stale before
  };
  std::string name;
  std::vector<Member> members;
  EnsembleVerdict verdict;
  std::chrono::system_clock::time_point level_since;  ///< when the verdict's level began

  /// The member of that name, or nullptr.
  const Member* find(std::string_view member) const;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

/// All ensembles, in the order of the configuration.
using Snapshots = std::vector<SnapshotPtr>;

}  // namespace zke

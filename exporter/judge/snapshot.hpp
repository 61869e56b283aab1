#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "judge/client_view.hpp"
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
    ClientViewPtr client = nullptr;                      ///< empty without a canary
  };
  /// How TLS is spoken with an ensemble.
  struct Tls {
    bool is_verifying = true;
    std::string mistake;  ///< why the newest files are not used, or empty
    std::optional<std::chrono::sys_seconds> own_not_after;  ///< the end of our own certificate
    std::vector<std::string> warnings;                      ///< about the files
  };
  std::string name;
  std::vector<Member> members;
  std::optional<Tls> tls;                ///< empty: plain TCP, or not known yet
  std::optional<bool> is_canary_writer;  ///< empty: not at level write, or not known yet
  EnsembleVerdict verdict;
  std::chrono::system_clock::time_point level_since;  ///< when the verdict's level began

  /// The member of that name, or nullptr.
  const Member* find(std::string_view member) const;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

/// All ensembles, in the order of the configuration.
using Snapshots = std::vector<SnapshotPtr>;

}  // namespace zke

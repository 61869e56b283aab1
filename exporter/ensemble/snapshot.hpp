#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ensemble/member_sample.hpp"
#include "ensemble/verdict.hpp"

namespace zke {

using SamplePtr = std::shared_ptr<const MemberSample>;

/// One ensemble: its members in the order of the configuration, and the verdict on them together.
struct EnsembleView {
  struct Member {
    std::string name;
    SamplePtr sample;          ///< empty until its first poll has ended
    bool is_observer = false;  ///< by the configuration, which counts where no server tells
  };
  std::string name;
  std::vector<Member> members;
  EnsembleVerdict verdict;
};

/// Everything that is known at one moment. Never edited: a new one replaces it.
struct Snapshot {
  std::vector<std::shared_ptr<const EnsembleView>> ensembles;
};

}  // namespace zke

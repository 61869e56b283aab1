#pragma once

#include <string>
#include <vector>

#include "judge/member_sample.hpp"
#include "judge/verdict.hpp"

namespace zke {

/// Why a member does not serve, for people; `sample` may be null. "zk-2:2181 answers, but serves
/// nobody: it has no quorum, or is still loading data".
std::string describe_state(const std::string& member, const MemberSample* sample);

/// What is seen of a member that serves all the same, by the leader's word.
std::string describe_unseen(const std::string& member, const MemberSample& sample);

/// "a", "a and b", "a, b and 3 more"
std::string names_text(const std::vector<std::string>& names);

/// The verdict in one sentence that a newcomer to ZooKeeper understands.
std::string summarise(const EnsembleVerdict& verdict);

}  // namespace zke

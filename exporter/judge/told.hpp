#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fourletter/conf.hpp"
#include "judge/snapshot.hpp"

namespace zke {

/// What the servers told last of who belongs to the ensemble. It outlives their silence: a server
/// without a quorum does not answer `conf`, and just then it must be known who is missing.
struct Told {
  std::vector<ConfServer> membership;              ///< the newest version that any member held
  bool is_voters_only = false;                     ///< … which does not tell observers
  std::optional<std::int64_t> quorum_size;         ///< by `mntr`, of servers without membership
  std::map<std::string, std::int64_t> server_ids;  ///< by member
  std::map<std::string, bool> votes;               ///< by member: whether it has one, by its role
  std::map<std::string, std::string> versions;     ///< by member: what it runs
};

/// Takes over what the samples say now; what they do not say stays as it was. Of a member whose
/// address leads to several servers no id, vote or version is kept: the next answer is another's.
void remember(const Snapshot& view, Told& told);

}  // namespace zke

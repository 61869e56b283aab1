#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "judge/difference.hpp"
#include "judge/finding.hpp"
#include "judge/level.hpp"

namespace zke {

struct MemberVerdict {
  std::string member;
  std::optional<std::int64_t> id;  ///< the server's, once it is known
  bool is_voter = false;
  bool is_role_known = true;  ///< whether it can be told if it has a vote
  bool is_read_only = false;
  bool serves = false;               ///< seen serving; or known to by the leader's word
  bool is_leader = false;            ///< by its own word; or by exclusion, with leaderServes=no
  std::optional<std::uint32_t> lag;  ///< transactions behind the leader; never more than is true
  std::vector<std::string> unsafe_to_stop;  ///< why it must not be stopped now; empty: it may be
};

struct EnsembleVerdict {
  Level level = Level::kUnknown;
  std::string summary;  ///< one sentence for a person
  Findings findings;    ///< the most important first
  std::string
      unwritable;  ///< how writes fail through every member that is tried; empty: they don't
  std::size_t voters = 0;  ///< that the ensemble should have
  std::size_t voters_serving = 0;
  int failures_tolerated = 0;  ///< negative: so many voters must come back; 0 when unknown
  bool is_sync_known = true;   ///< whether a leader tells if its followers are in sync
  std::size_t leaders = 0;
  std::optional<std::uint32_t> epoch;    ///< the newest
  std::uint64_t elections = 0;           ///< seen since the exporter started
  std::vector<Difference> config_drift;  ///< settings that should be equal, and are not
  std::optional<bool> data_differs;      ///< by digests; empty: nothing could be compared
  std::size_t versions = 0;              ///< different ones that the members run; 0: none is known
  std::vector<MemberVerdict> members;    ///< in the order of the configuration

  const MemberVerdict* find(std::string_view member) const;
  bool has(FindingCode code) const;
};

}  // namespace zke

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fourletter/srvr.hpp"
#include "fourletter/version.hpp"

namespace zke {

/// One line of `mntr`: `zk_znode_count\t5`. The key may hold a user's znode name, with any
/// character but tab and line end.
struct MntrField {
  std::string_view key;  ///< without the leading `zk_`
  std::string_view value;
};

/// The reply to `mntr`, split; all views point into the reply. The keys differ by version and by
/// metrics provider; metrics/mntr_names.hpp gives them their meaning. Lines beyond kMaxMntrLines
/// are not read, and count as unparsed.
struct Mntr {
  /// In the server's order, without the texts below, and without figures that can't be true.
  std::vector<MntrField> fields;
  std::string_view version;
  std::string_view server_state;
  std::string_view peer_state;          ///< 3.6+, quorum members
  std::string_view observer_master_id;  ///< 3.6+, observers
  // What is judged by, in `fields` too. Of a key that comes twice the first counts.
  std::optional<std::int64_t> quorum_size;
  std::optional<std::int64_t> synced_followers;
  std::optional<std::int64_t> synced_non_voting_followers;
  std::optional<std::int64_t> uptime;  ///< milliseconds
  int unparsed_lines = 0;
};

Mntr parse_mntr(std::string_view reply);

bool is_mntr(std::string_view reply);

/// Nothing when the reply was cut within a line or before the state. Else what it lacks: the end of
/// its last summary, and those summaries that every server since 3.6 has been seen to print,
/// `fsynctime, readlatency`; or an empty text. A reply that lacks some was cut at a line end, or is
/// that server's way (3.9.3 with garbage in a quota node): who gets the same again can tell.
std::optional<std::string> find_missing_in_mntr(std::string_view reply);

}  // namespace zke

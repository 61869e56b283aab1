#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fourletter/hash.hpp"
#include "judge/finding.hpp"
#include "judge/membership.hpp"
#include "judge/told.hpp"

namespace zke {

/// What is remembered of the members' digests between two judgements.
struct DigestMemory {
  struct Compared {
    std::string member;
    DigestsPtr digests;
    std::string version;

    bool operator==(const Compared&) const = default;
  };

  std::vector<Compared> last;                    ///< what was compared last
  bool is_any_compared = false;                  ///< … and whether two had a zxid in common
  std::map<std::string, Finding> differing;      ///< by member: proven, and not yet equal again
  std::map<std::string, std::uint64_t> doubted;  ///< by member: the first zxid, not yet proven
};

/// Whether the members hold different data; nothing when no two could be compared.
struct DataCheck {
  std::optional<bool> differs;
  Findings findings;
};

/// Compares the members' digests, each at the newest zxid of which all tell, or more than half tell
/// the same; where there is none, at the newest that it shares with another. (They are asked one
/// after the other: of the newest zxids only some tell, and of two nobody knows which is wrong.) A
/// zxid is given once, so that different digests of it are different data.
///
/// Left out are an address of several servers, another program than ZooKeeper, a standalone server,
/// one that holds a membership without a server of the ensemble's; and members of another version,
/// for it may make digests in another way.
///
/// A server that starts from a snapshot without a digest (before 3.6) may log wrong ones for the
/// transactions that it replays. So a member must have agreed at an older zxid before, or still
/// differ at one that is newer than the first at which it did. What was found stays until the
/// member agrees again, refuses `hash`, or is polled no more.
DataCheck compare_data(const Membership& membership, const Told& told, DigestMemory& memory);

}  // namespace zke

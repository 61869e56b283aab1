#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "judge/snapshot.hpp"

namespace zke {

/// What must be seen for a while before it is believed.
enum class SignKind {
  kHidesLeadership,  ///< of a member: it alone does not serve, and nobody leads
  kIsCountedOn,      ///< of a server's id: the leader counts a voter that can't be seen
  kServesNobody,     ///< of a member that is several servers: the one that answers does not serve
  kServesAlone,      ///< of a member: it serves, and no quorum can be seen
  kLeadsOldEpoch,    ///< of a member: it says that it leads, and another one leads a newer epoch
  kDisagreement,     ///< of all: the members hold different memberships
  kConfigDrift,      ///< of a setting: members have different values
  kServes,           ///< of a member: it serves by its polls
};

struct Sign {
  SignKind kind{};
  std::string member = {};     ///< or setting that it is about, or empty
  std::int64_t server_id = 0;  ///< that it is about, or 0

  bool operator<(const Sign& other) const {
    return std::tie(kind, member, server_id) < std::tie(other.kind, other.member, other.server_id);
  }
};

/// How long signs have lasted without a break: ZooKeeper itself needs an election time to notice
/// that a peer is gone, so that what lasts longer is no passing state. Each judgement makes a new
/// one from the last one's `take`, and asks for the signs that it sees: a sign that one judgement
/// does not ask for has ended, and begins anew when it comes back.
class Lasting {
 public:
  using Clock = std::chrono::steady_clock;
  using Since = std::map<Sign, Clock::time_point>;  ///< the first judgement in a row that saw it

  Lasting(const Since& last, Clock::time_point now, Clock::duration election_time);

  /// Notes that `sign` is seen. Whether it has lasted for more than an election time, and `more`.
  bool is_proven(const Sign& sign, Clock::duration more = {});

  /// The same as of `clock`, when the poll ended that shows the sign: what it showed then need not
  /// be true any more.
  bool is_proven_by(Clock::time_point clock, const Sign& sign);

  /// What the next judgement must know.
  Since take() { return std::move(seen_); }

 private:
  const Since& last_;
  Clock::time_point now_;
  Clock::duration election_time_;
  Since seen_;
};

/// How long a change of leader may take: syncLimit x tickTime by the members' `conf`, at least 10
/// s. A server that loses its peers goes on in its role for as long, and no longer.
Lasting::Clock::duration election_time(const Snapshot& view);

}  // namespace zke

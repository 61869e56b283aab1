#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "fourletter/commands.hpp"
#include "fourletter/conf.hpp"
#include "fourletter/dirs.hpp"
#include "fourletter/figures.hpp"
#include "fourletter/hash.hpp"
#include "fourletter/srvr.hpp"
#include "fourletter/wchs.hpp"
#include "net/tls_facts.hpp"

namespace zke {

/// What a member is now; each is one value of the `state` label.
enum class MemberState {
  kLeader,
  kFollower,
  kObserver,
  kStandalone,
  kReadOnly,
  kNotServing,   ///< it answers, but serves no client: no quorum, or still syncing
  kUnreachable,  ///< it gave no answer of a ZooKeeper
};

constexpr auto kMemberStates = std::to_array<MemberState>(
    {MemberState::kLeader, MemberState::kFollower, MemberState::kObserver, MemberState::kStandalone,
     MemberState::kReadOnly, MemberState::kNotServing, MemberState::kUnreachable});

std::string_view to_string(MemberState state);

MemberState state_of(Mode mode);

/// In words that follow a member's name: "answers, but serves nobody: …".
std::string describe(MemberState state);

/// Whether clients can read and write there: leader, follower, observer or standalone.
bool is_serving(MemberState state);

/// How a poll ended: everything asked was answered or refused / `srvr` was, something else was not
/// / not even `srvr`.
enum class PollResult { kOk, kPartial, kFailed };
constexpr std::size_t kPollResultCount = 3;

std::string_view to_string(PollResult result);

/// Counts since the exporter started.
struct PollCounts {
  std::array<std::uint64_t, kPollResultCount> polls{};  ///< by PollResult
  PerCommand<std::uint64_t> commands;                   ///< sent
};

/// All that one poll of one member found; the snapshot that it is in names the member. Immutable
/// once published. The parts of a command that was not answered in this poll are empty: nothing in
/// here is older than the poll, except `conf`, `hash` and `dirs` (a minute at most, since they are
/// asked that rarely), in a poll beside the grid `wchs` (10 s at most), and what says so.
struct MemberSample {
  MemberState state = MemberState::kUnreachable;
  PollResult result = PollResult::kFailed;
  Reason reason = Reason::kNone;    ///< of the first thing that failed
  std::string detail;               ///< for people; empty with Reason::kNone
  std::optional<bool> is_voter;     ///< the last known
  bool is_several_servers = false;  ///< its address leads to one server now, to another then
  PerCommand<std::optional<bool>> command_allowed;    ///< the last known
  std::array<bool, kPollSources.size()> is_source{};  ///< by PollSource: whether it gave answers

  std::chrono::system_clock::time_point finished;
  std::chrono::steady_clock::time_point clock;  ///< the same moment
  std::chrono::steady_clock::duration took{};
  PollCounts counts;

  std::optional<TlsFacts> tls;  ///< also of a poll that failed
  std::optional<Srvr> srvr;
  std::optional<Figures> figures;  ///< of mntr
  std::string peer_state;          ///< of mntr, with the next
  std::string observer_master_id;
  std::optional<Wchs> wchs;
  std::optional<Conf> conf;
  std::optional<Dirs> dirs;                   ///< instead of conf, where that is refused
  DigestsPtr digests;                         ///< of hash; empty: not told, or a minute old
  std::optional<std::int64_t> last_snapshot;  ///< Unix seconds; as old as `conf`
  std::optional<ServerVersion> version;
  std::optional<std::int64_t> start_time;        ///< Unix seconds at which it took its role; 3.6+
  std::optional<std::int64_t> quorum_size;       ///< voters in its membership; 3.6+
  std::optional<std::int64_t> synced_followers;  ///< of a leader, itself not counted
  std::optional<std::int64_t> synced_non_voting_followers;  ///< among them; 3.6+

  bool is_up() const { return state != MemberState::kUnreachable; }
};

}  // namespace zke

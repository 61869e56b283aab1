#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace zke {

/// How a canary's session with a member is.
enum class SessionState {
  kConnecting,  ///< it has no connection; its session may still live
  kConnected,
  kAuthFailed,  ///< the server does not accept us
  kExpired,     ///< the server has ended it, and a new one does not stand yet
  kClosed,      ///< we have
};

/// What a canary does through a member's session.
enum class CanaryOperation { kConnect, kExists, kSync, kGet, kSet, kWatch };

/// How that ended.
enum class CanaryResult { kOk, kTimeout, kConnectionLoss, kSessionExpired, kNoAuth, kError };

constexpr auto kSessionStates = std::to_array<SessionState>(
    {SessionState::kConnecting, SessionState::kConnected, SessionState::kAuthFailed,
     SessionState::kExpired, SessionState::kClosed});
constexpr auto kCanaryOperations = std::to_array<CanaryOperation>(
    {CanaryOperation::kConnect, CanaryOperation::kExists, CanaryOperation::kSync,
     CanaryOperation::kGet, CanaryOperation::kSet, CanaryOperation::kWatch});
constexpr auto kCanaryResults = std::to_array<CanaryResult>(
    {CanaryResult::kOk, CanaryResult::kTimeout, CanaryResult::kConnectionLoss,
     CanaryResult::kSessionExpired, CanaryResult::kNoAuth, CanaryResult::kError});

/// An array with a place for each of `Key`, an enumeration that begins with 0.
template <class Key, class T, std::size_t size>
struct PerEach : std::array<T, size> {
  T& operator[](Key key) { return this->at(static_cast<std::size_t>(key)); }
  const T& operator[](Key key) const { return this->at(static_cast<std::size_t>(key)); }
};
template <class T>
using PerOperation = PerEach<CanaryOperation, T, kCanaryOperations.size()>;
template <class T>
using PerResult = PerEach<CanaryResult, T, kCanaryResults.size()>;

/// How often something took how long.
struct Durations {
  static constexpr auto kBounds = std::to_array<double>(
      {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10});  ///< seconds

  void observe(std::chrono::duration<double> took);

  std::array<std::uint64_t, kBounds.size() + 1> counts{};  ///< the last one: beyond all bounds
  double sum = 0;                                          ///< seconds
};

/// What has gone wrong in every round since then.
struct Trouble {
  std::chrono::steady_clock::time_point since;  ///< when the first that failed was begun
  std::chrono::system_clock::time_point since_utc;
  std::chrono::steady_clock::time_point last;  ///< when it was seen last
  std::string why;                             ///< of the newest round, for people: one line
  int rounds = 0;
};

/// What a client sees of one member: what the canary's session counted, and what is wrong.
struct ClientView {
  SessionState session = SessionState::kConnecting;
  bool is_writing_level = false;  ///< canary.level is write: get, set and watch are done too
  std::chrono::steady_clock::duration interval = std::chrono::seconds(10);  ///< of the rounds
  PerOperation<PerResult<std::uint64_t>> operations{};
  Durations establish;
  PerOperation<Durations> durations;  ///< of those that were ok
  Durations watch_delivery;

  PerOperation<std::optional<Trouble>> failing;  ///< neither ok nor no_auth
  PerOperation<std::optional<Trouble>> denied;   ///< no_auth: we learn nothing by it
  std::optional<Trouble> slow_writes;            ///< answered, but after more than 0.5 s
  std::optional<Trouble> late_watches;           ///< not told within 1 s of the answer to the write
};

using ClientViewPtr = std::shared_ptr<const ClientView>;

/// One operation that has ended, or that did not in time.
struct CanaryNote {
  CanaryOperation operation{};
  CanaryResult result{};
  /// How long it took; of one that was not ok, how long it has been tried.
  std::chrono::steady_clock::duration took{};
  /// Of one that was not ok: "no answer within 5s"; of a watch also what helps to explain that it
  /// was late: "written through zk-2:2181".
  std::string why = {};
  /// Of a watch that was ok: how long after the answer to its write it told.
  std::chrono::steady_clock::duration late_by = {};
};

/// Counts it, and sees what goes on or ends to be wrong at `now`.
///
/// What was not permitted says nothing of the member, and what fails for lack of a session that
/// may not log in does not either. A write that is not answered in time goes on to be slow, but
/// only one that is answered can begin to be or cease.
void note(ClientView& view, const CanaryNote& note, std::chrono::steady_clock::time_point now);

/// The same of a write or a watch of another exporter, which it told us: nothing is counted.
void note_told(ClientView& view, const CanaryNote& note, std::chrono::steady_clock::time_point now);

std::string_view to_string(SessionState state);
std::string_view to_string(CanaryOperation operation);
std::string_view to_string(CanaryResult result);

}  // namespace zke

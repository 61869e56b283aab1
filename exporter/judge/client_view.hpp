#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

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

template <class T>
using PerOperation = std::array<T, 6>;
template <class T>
using PerResult = std::array<T, 6>;

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
  std::chrono::steady_clock::time_point since;
  std::chrono::system_clock::time_point since_utc;
  std::string why;  ///< of the newest round, for people
  int rounds = 0;
};

/// What a client sees of one member: what the canary's session counted, and what is wrong.
struct ClientView {
  SessionState session = SessionState::kConnecting;
  bool is_writing_level = false;  ///< canary.level is write: get, set and watch are done too
  PerOperation<PerResult<std::uint64_t>> operations{};
  Durations establish;
  PerOperation<Durations> durations;  ///< of those that were ok
  Durations watch_delivery;

  PerOperation<std::optional<Trouble>> failing;  ///< neither ok nor no_auth
  std::optional<Trouble> slow_writes;
  std::optional<Trouble> late_watches;
  std::optional<Trouble> blind;  ///< it can't log in, or has no permission
};

using ClientViewPtr = std::shared_ptr<const ClientView>;

/// One operation that has ended, or that did not in time.
struct CanaryNote {
  CanaryOperation operation{};
  CanaryResult result{};
  std::chrono::steady_clock::duration took{};  ///< of one that was ok
  std::string why = {};                        ///< of one that was not
  /// Of a watch that was ok: how long after the answer to its write it told.
  std::chrono::steady_clock::duration late_by = {};
};

/// Counts it, and sees what goes on or ends to be wrong at `now`.
void note(ClientView& view, const CanaryNote& note, std::chrono::steady_clock::time_point now);

/// The same of a write or a watch of another exporter, which it told us: nothing is counted.
void note_told(ClientView& view, const CanaryNote& note, std::chrono::steady_clock::time_point now);

}  // namespace zke

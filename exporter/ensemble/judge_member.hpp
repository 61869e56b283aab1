#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>

#include "ensemble/member_sample.hpp"
#include "fourletter/ask_all.hpp"

namespace zke {

/// What one poll brought: the reply or the failure of each command that was due, in order.
struct PollRecord {
  std::string ensemble;
  std::string member;
  Replies replies;
  std::string dns_error;  ///< why the name can't be looked up now, or empty
  std::chrono::system_clock::time_point finished;
  std::chrono::steady_clock::time_point clock;  ///< the same moment
  std::chrono::steady_clock::duration took{};
};

/// What is remembered of a member between two polls.
class MemberMemory {
 public:
  /// Whether `command` should be sent in a poll that starts `now`: a refused word is tried again
  /// every 10 minutes only, and `conf`, which hardly changes, every minute: the server logs each.
  bool is_due(Command command, std::chrono::steady_clock::time_point now) const;

  /// Makes `conf` due in the next poll.
  void forget_conf() { conf_.reset(); }

  /// Turns what a poll brought into a sample, and remembers what later polls need.
  MemberSample judge(PollRecord record);

 private:
  static void read_srvr(const PollRecord& record, MemberSample& sample);
  void read_refusals(const PollRecord& record, MemberSample& sample);
  void read_details(PollRecord& record, MemberSample& sample);
  void remember(const PollRecord& record, const MemberSample& sample);

  PollCounts counts_;
  std::optional<bool> is_voter_;
  std::array<std::optional<bool>, kCommandCount> allowed_;
  std::array<std::chrono::steady_clock::time_point, kCommandCount> last_asked_{};
  std::optional<Conf> conf_;
  std::optional<std::int64_t> start_time_;
  MemberState state_ = MemberState::kUnreachable;
};

}  // namespace zke

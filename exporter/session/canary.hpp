#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "base/task_group.hpp"
#include "judge/client_view.hpp"
#include "session/canary_member.hpp"
#include "session/canary_settings.hpp"
#include "session/session.hpp"
#include "session/writer_election.hpp"

namespace zke {

/// Tries an ensemble as a client does: one long-lived session with each member, and a round of
/// operations through it every interval, at moments that jitter.
///
/// kRead: exists and sync of the member's znode, whether it is there or not. kWrite: of several
/// exporters over one ensemble one writes, see WriterElection. It sets each member's znode through
/// that member and reads it back, while a watch on it is set through another member, in turn. The
/// others read what it says of that.
///
/// What a round could not do counts as what hindered it: a round without a session is connection
/// loss of each operation.
class Canary {
 public:
  struct Events {
    std::function<void(const std::string& member, ClientViewPtr view)> seen;
    /// The session with the member has lost its connection.
    std::function<void(const std::string& member)> dropped;
    std::function<void()> writer_changed;
  };

  struct Member {
    std::string name;
    Session::Find find;  ///< where it is
  };

  Canary(boost::asio::any_io_executor loop, Clock clock, CanarySettings settings, Events events);
  ~Canary() = default;
  Canary(const Canary&) = delete;
  Canary& operator=(const Canary&) = delete;
  Canary(Canary&&) = delete;
  Canary& operator=(Canary&&) = delete;

  const CanarySettings& settings() const { return settings_; }

  /// Has sessions with these from now on. Those that stay, by name, keep theirs.
  void follow(const std::vector<Member>& members);

  /// Whether it is this exporter that writes; nothing at kRead, or while that is not decided.
  std::optional<bool> is_writer() const;

  /// The member seems to be back: connects to it now.
  void hurry(const std::string& member);

  /// Begins no round any more, and takes leave of the servers, within a second.
  void close();

  /// Ends at once.
  void cancel();

  /// Waits until nothing of it runs any more.
  boost::asio::awaitable<void> join();

 private:
  using Role = WriterElection::Role;

  CanaryMemberPtr make_member(const Member& member);
  boost::asio::awaitable<void> run_rounds(CanaryMemberPtr member);
  boost::asio::awaitable<void> run_round(CanaryMemberPtr member);
  boost::asio::awaitable<void> write(CanaryMemberPtr member);
  boost::asio::awaitable<void> follow_writer(CanaryMember& member) const;
  static void note_watch(CanaryMember& watcher, const Watch& watch, Session::Clock::time_point sent,
                         Session::Clock::time_point answered);
  static void take_report(CanaryMember& member, const CanaryReport& report);
  void note_undecided(CanaryMember& member) const;
  void note_unwritten(CanaryMember& member, Code code, const std::string& why) const;
  CanaryMemberPtr find_watcher(const CanaryMemberPtr& member);
  boost::asio::awaitable<Result<Target>> find_any(Session::Clock::time_point deadline);
  void note_role();

  boost::asio::any_io_executor loop_;
  Clock clock_;
  CanarySettings settings_;
  Events events_;
  std::minstd_rand random_;
  std::vector<CanaryMemberPtr> members_;
  std::vector<Session::Find> finds_;  ///< of members_
  std::size_t next_find_ = 0;
  std::unique_ptr<WriterElection> election_;  ///< at kWrite
  Role last_role_ = Role::kUndecided;         ///< the last that was decided
  Session::Clock::time_point role_since_;     ///< it is another one than before
  TaskGroup retired_;                         ///< waits for members that are gone
};

}  // namespace zke

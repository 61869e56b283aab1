#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/task_group.hpp"
#include "session/canary_settings.hpp"
#include "session/session.hpp"

namespace zke {

/// Decides which of several exporters over one ensemble writes: the one whose ephemeral znode has
/// the lowest number, as long as its session is surely alive. Another one follows within a session
/// timeout.
class WriterElection {
 public:
  enum class Role {
    kUndecided,  ///< no session now, or nothing is known yet
    kWriter,
    kReader,  ///< another exporter writes
  };

  /// `find` finds any server of the ensemble. `name` tells people who we are.
  WriterElection(const boost::asio::any_io_executor& loop, Session::Find find,
                 const CanarySettings& settings, std::string name, std::function<void()> changed);

  void start();

  Role role() const;

  /// Why it is undecided, if something is wrong; else kOk.
  const Outcome<Nothing>& trouble() const { return trouble_; }

  /// Leaves the election, and the server, within a second.
  void close();
  void cancel();
  boost::asio::awaitable<void> join();

 private:
  Session::Events session_events();
  boost::asio::awaitable<void> run();
  boost::asio::awaitable<void> stand();
  boost::asio::awaitable<void> follow();
  void change(Role role);
  bool is_ours(const std::string& znode) const { return znode.starts_with(begin_); }

  CanarySettings settings_;
  std::string name_;
  std::string begin_;  ///< of the names of our znodes
  std::function<void()> changed_;
  Role role_ = Role::kUndecided;
  Outcome<Nothing> trouble_{Code::kConnectionLoss, "no session yet", {}};
  std::string own_;               ///< our znode's name, without the path
  std::int64_t own_session_ = 0;  ///< that holds it
  Session session_;
  boost::asio::steady_timer pause_;
  TaskGroup tasks_;
};

}  // namespace zke

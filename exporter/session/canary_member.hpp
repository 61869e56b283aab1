#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/clock.hpp"
#include "base/task_group.hpp"
#include "judge/client_view.hpp"
#include "session/canary_settings.hpp"
#include "session/canary_znodes.hpp"
#include "session/session.hpp"

namespace zke {

/// One member as a client sees it: the session with it, and what came of its operations. There is
/// never more than one under way: who wants another one waits, and one that has no answer yet
/// stands for those that come after it.
class CanaryMember {
 public:
  using Time = Session::Clock::time_point;

  struct Events {
    std::function<void()> seen;     ///< view() is another one
    std::function<void()> dropped;  ///< the connection has ended, not by us
  };

  CanaryMember(const boost::asio::any_io_executor& loop, Clock clock, std::string name,
               Session::Find find, const CanarySettings& settings, Events events);

  const std::string& name() const { return name_; }
  const std::string& path() const { return path_; }
  const ClientView& view() const { return view_; }
  Session& session() { return session_; }
  TaskGroup& tasks() { return tasks_; }

  // The operations of a canary, on the member's znode. Each is counted, but a watch that could be
  // set, and a get before anybody has written. It makes no difference to exists() whether the znode
  // is there; set() makes it, and those above it.
  boost::asio::awaitable<Outcome<ZnodeStat>> exists();
  boost::asio::awaitable<Outcome<Nothing>> sync();
  boost::asio::awaitable<Outcome<Znode>> get();
  boost::asio::awaitable<Outcome<ZnodeStat>> set(std::string data);
  /// After a set() of `data` that had this zxid: other data is an error.
  boost::asio::awaitable<Outcome<Znode>> get_back(std::string data, std::int64_t zxid);
  /// On any znode, whether it is there or not; false if it could not be set.
  boost::asio::awaitable<bool> set_watch(std::string path, WatchPtr watch);

  /// Counts what came of an operation.
  void note(const CanaryNote& note);
  void note(CanaryOperation operation, Code code, const std::string& why);

  // What another exporter tells of a write or a watch: it is not counted.
  void note_told(const CanaryNote& note);
  void note_told(CanaryOperation operation, Code code, const std::string& why);

  /// Waits until `next`; or until it is connected again: what failed before says nothing now.
  boost::asio::awaitable<void> wait_round(Time next);

  /// Lets the others know what was noted, if it was not told yet.
  void tell();

  void start();
  void close();
  void cancel();
  boost::asio::awaitable<void> join();

  CanaryReport report;                   ///< what is told of it with the next write
  std::size_t watchers = 0;              ///< whose watches were tried in turn
  Time written = Session::Clock::now();  ///< by another exporter, as far as we saw
  std::int64_t written_zxid = 0;

 private:
  class Turn;

  template <class T>
  using Work = std::function<boost::asio::awaitable<Outcome<T>>(Time deadline)>;

  struct Hindrance {
    Code code;
    std::string why;
  };

  Session::Events session_events();
  SessionSettings session_settings() const;
  std::optional<Hindrance> find_hindrance();
  template <class T>
  boost::asio::awaitable<Outcome<T>> perform(CanaryOperation operation, Work<T> work);
  boost::asio::awaitable<Outcome<ZnodeStat>> make_and_set(std::string data, Time deadline);
  boost::asio::awaitable<Outcome<Znode>> get_and_compare(std::string data, std::int64_t zxid,
                                                         Time deadline);

  Clock clock_;
  std::string name_;
  std::string path_;
  CanarySettings settings_;
  Events events_;
  ClientView view_;
  bool is_told_ = false;
  Session session_;
  bool is_busy_ = false;             ///< somebody has the turn
  Time asked_;                       ///< the newest operation
  boost::asio::steady_timer freed_;  ///< cancelled when nobody has it any more
  boost::asio::steady_timer round_;  ///< cancelled when it is connected
  TaskGroup tasks_;
};

using CanaryMemberPtr = std::shared_ptr<CanaryMember>;

}  // namespace zke

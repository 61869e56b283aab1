#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "judge/judge_member.hpp"
#include "judge/member_sample.hpp"
#include "judge/probe.hpp"
#include "net/resolver.hpp"
#include "poll/settings.hpp"

namespace zke {

/// Polls every member of every ensemble, all at the same time, each on a grid of its own: every
/// `interval`, with a stable offset, so that they do not fire together and never drift. A member
/// has at most one connection at a time, and a slow one delays nobody.
///
/// When a member changes, shows a new epoch, or keeps its poll waiting far longer than usual, its
/// whole ensemble is polled beside the grid, within the budget of CloseWatch: that shows a lost
/// quorum, an election and its end without waiting for the grid.
class Poller {
 public:
  using OnSample = std::function<void(std::shared_ptr<const MemberSample>)>;

  /// `on_sample` gets the outcome of every poll. `resolver` must outlive the Poller, and the loop
  /// must not run any more when the Poller ends.
  Poller(boost::asio::any_io_executor loop, PollSettings settings,
         const std::vector<EnsembleSettings>& ensembles, Resolver& resolver, OnSample on_sample);
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  Poller(Poller&&) = delete;
  Poller& operator=(Poller&&) = delete;

  /// The first polls come at once, within a tenth of the interval.
  void start();

  /// Looks at one member now by asking `srvr`, and waits for the answer. A poll or another look
  /// that is under way answers this one too, and so does one that ended less than a second ago. A
  /// name that is not configured is our failure (local_error).
  boost::asio::awaitable<Observation> look(const std::string& ensemble, const std::string& member);

  /// The same, but nothing that ended before the call answers it.
  boost::asio::awaitable<Observation> look_anew(const std::string& ensemble,
                                                const std::string& member);

  /// Something about the ensemble as a whole is new: as if a member had changed. For `on_sample`.
  void note_change(const std::string& ensemble);

  /// Asks all members of the ensemble for their `conf` in their next poll: it may have changed.
  void refresh_conf(const std::string& ensemble);

  /// No poll begins after this; those under way are abandoned with the loop.
  void stop();

 private:
  struct Member;
  struct Ensemble;

  class Turn;

  boost::asio::awaitable<void> run(std::shared_ptr<Member> owned);
  boost::asio::awaitable<void> poll(Member& member);
  std::shared_ptr<Member> find_member(const std::string& ensemble, const std::string& name) const;
  boost::asio::awaitable<Observation> look_within(std::shared_ptr<Member> owned,
                                                  std::chrono::steady_clock::duration max_age);
  boost::asio::awaitable<void> look_now(Member& member);
  boost::asio::awaitable<std::vector<boost::asio::ip::tcp::endpoint>> find_servers(
      Member& member, std::chrono::steady_clock::time_point deadline);
  static void note_server(Member& member,
                          const std::vector<boost::asio::ip::tcp::endpoint>& servers,
                          const std::optional<boost::asio::ip::tcp::endpoint>& answered,
                          PollRecord& record);
  void take(Member& member, PollRecord record);
  static void note(Member& member, Observation seen);
  static void note_change(Member& member);
  static void set_alarm(Member& member);
  static void watch_closely(Ensemble& ensemble);

  boost::asio::any_io_executor loop_;
  PollSettings settings_;
  Resolver& resolver_;
  OnSample on_sample_;
  std::vector<std::unique_ptr<Ensemble>> ensembles_;
  std::vector<std::shared_ptr<Member>> members_;
  bool stopping_ = false;
};

}  // namespace zke

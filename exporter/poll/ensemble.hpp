#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/task_group.hpp"
#include "fourletter/figures.hpp"
#include "judge/judge_ensemble.hpp"
#include "judge/probe.hpp"
#include "judge/snapshot.hpp"
#include "net/resolver.hpp"
#include "net/tls_files.hpp"
#include "poll/close_watch.hpp"
#include "poll/connection_slots.hpp"
#include "poll/ensemble_canary.hpp"
#include "poll/member_poller.hpp"
#include "poll/publication.hpp"
#include "poll/settings.hpp"

namespace zke {

/// How many members there are, in all ensembles, whose AdminServer would be there (`host:port`).
using AdminPlaces = std::map<std::string, int>;

/// What ensembles share; the references must outlive them.
struct PollContext {
  boost::asio::any_io_executor loop;
  Resolver& resolver;
  Publication& publication;
  Clock clock = Clock();
  std::shared_ptr<Shapes> shapes = std::make_shared<Shapes>();
  std::shared_ptr<ConnectionSlots> slots = std::make_shared<ConnectionSlots>();
  std::shared_ptr<AdminPlaces> admin_places = std::make_shared<AdminPlaces>();
};

/// One ensemble: owns the polls of its members and the memory of its verdicts, judges after every
/// poll, and publishes a new snapshot each time. All members are polled at the same time, each on a
/// grid of its own; a slow one delays nobody.
///
/// When a member changes, shows a new epoch, or keeps its poll waiting far longer than usual, all
/// are polled beside the grid, within the budget of CloseWatch: that shows a lost quorum, an
/// election and its end without waiting for the grid. With a canary, a session that loses its
/// connection makes its member polled at once, too.
class Ensemble {
 public:
  /// Publishes what is known without a poll, and begins to poll. It may end after join(), or when
  /// the loop does not run any more.
  Ensemble(PollContext context, const EnsembleSettings& settings, const PollSettings& poll);
  ~Ensemble() = default;
  Ensemble(const Ensemble&) = delete;
  Ensemble& operator=(const Ensemble&) = delete;
  Ensemble(Ensemble&&) = delete;
  Ensemble& operator=(Ensemble&&) = delete;

  /// Takes other settings of the same name, if they are others. Members that stay keep what is
  /// known of them, and lose no poll. Where members only come, the verdict stays what it was until
  /// they are polled; where one goes too, it is unknown till then; where all go, it begins anew.
  void apply(const EnsembleSettings& settings, const PollSettings& poll);

  /// Ends all polls, and begins none any more, and takes leave of the servers; looks go on.
  void rest();

  /// Ends all polls and looks now.
  void cancel();

  /// Waits until nothing that was cancelled runs any more.
  boost::asio::awaitable<void> join();

  const SnapshotPtr& snapshot() const { return snapshot_; }

  /// The poller of the member called `name`; the error says that there is none.
  Result<std::shared_ptr<MemberPoller>> find(const std::string& name) const;

 private:
  using Members = std::vector<std::shared_ptr<MemberPoller>>;

  void follow(const EnsembleSettings& settings, const PollSettings& poll);
  std::shared_ptr<MemberPoller> make_member(const Address& address, const std::string& name);
  void retire(const std::shared_ptr<MemberPoller>& member);
  void take(const std::string& name, const SamplePtr& sample);
  void publish(std::vector<Snapshot::Member> members);
  void choose_sources();
  void follow_canary();
  EnsembleCanary::Events canary_events();
  void take(const EnsembleCanary::Views& views);
  void follow_tls(const std::optional<TlsSettings>& tls);
  std::optional<Snapshot::Tls> tls() const;
  std::chrono::steady_clock::duration max_age() const;
  void note_change(const std::string& cause);
  void watch_closely();

  PollContext context_;
  EnsembleSettings settings_;
  PollSettings poll_;
  Clock::time_point start_;              ///< of the members' grids
  std::shared_ptr<TlsFiles> tls_files_;  ///< nullptr: plain TCP
  Members members_;                      ///< in the order of the settings
  CloseWatch watch_;
  EnsembleMemory memory_;
  SnapshotPtr snapshot_;
  EnsembleCanary canary_;
  TaskGroup retired_;  ///< waits for members that are gone
};

}  // namespace zke

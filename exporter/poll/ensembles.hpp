#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "poll/ensemble.hpp"

namespace zke {

/// All ensembles, by name.
class Ensembles {
 public:
  explicit Ensembles(PollContext context);

  /// Starts, changes and stops exactly those that differ from what runs; all others run on
  /// undisturbed. Does nothing any more after rest() and cancel().
  void apply(const std::vector<EnsembleSettings>& settings, const PollSettings& poll);

  /// The newest snapshot of the ensemble called `name`; the error says that there is none.
  Result<SnapshotPtr> find(const std::string& name) const;

  /// MemberPoller::look at a member of an ensemble. A name that is not configured is our failure
  /// (local_error).
  boost::asio::awaitable<Observation> look(std::string ensemble, std::string member,
                                           std::chrono::steady_clock::duration max_age);

  /// Begins no poll any more; looks go on, and what was published stays as it is.
  void rest();

  /// Stops them all. What was published stays as it is.
  void cancel();

  /// Waits until nothing of what was stopped runs any more.
  boost::asio::awaitable<void> join();

 private:
  void retire(std::unique_ptr<Ensemble> ensemble);

  PollContext context_;
  std::map<std::string, std::unique_ptr<Ensemble>, std::less<>> running_;
  bool is_at_rest_ = false;
  TaskGroup retired_;  ///< waits for ensembles that are gone
};

}  // namespace zke

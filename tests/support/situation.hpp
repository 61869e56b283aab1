#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "judge/judge_ensemble.hpp"

namespace zke::test {

/// A membership: "1 2 3 4o" is three voters and an observer, "1/1 2/1*3 3/2*0" gives groups and
/// weights. Server N has the client address "zk-N:2181".
std::vector<ConfServer> servers(std::string_view text);

/// What one poll of one member brought, under construction.
class Sample {
 public:
  Sample(int id, MemberState state);

  Sample& named(std::string member);
  Sample& epoch(std::uint32_t epoch);
  Sample& zxid(std::uint32_t counter);
  Sample& conf(std::vector<ConfServer> membership, std::int64_t id, std::uint64_t version = 0);
  Sample& sync_limit(std::int64_t ticks);                ///< of 2 s, in its conf
  Sample& setting(std::string key, std::int64_t value);  ///< another line of its conf
  Sample& digests(std::vector<Digest> log);
  Sample& refuses(Command command);
  Sample& runs(std::string version);
  Sample& synced(std::int64_t followers, std::int64_t non_voting = 0);
  Sample& failed(Reason reason);
  Sample& several();
  Sample& claims(std::int64_t servers, std::int64_t tick_time, std::int64_t sync_limit);
  Sample& aged(std::chrono::seconds age);  ///< the poll ended so long before the judgement
  Sample& took(std::chrono::milliseconds time);
  Sample& client(ClientView view);  ///< what a client sees of its member

  /// A release or setup that does not tell all: "3.9", "3.5", "3.4", "keeper", "noconf", "srvr".
  Sample& speaks(std::string_view kind, const std::vector<ConfServer>& membership);

  SamplePtr take(EnsembleMemory::Clock::time_point now) const;
  const std::string& name() const { return name_; }
  MemberState state() const { return sample_.state; }
  const ClientViewPtr& client() const { return client_; }

 private:
  int id_;
  std::string name_;  ///< of its member
  std::chrono::seconds age_{};
  ClientViewPtr client_;
  MemberSample sample_;
};

/// The newest poll of each member of an ensemble.
class Round {
 public:
  Round() = default;

  /// `members` are "1L 2F 3-": leader, follower, (O)bserver, (S)tandalone, (R)ead-only, (N)ot
  /// serving, - refused, ~ timed out, ? not polled yet. Then, in this order: "@6" an epoch other
  /// than 5, "+2" the followers that the leader counts as synced (else all F), ":3.4" how it speaks
  /// (else as 3.9). The membership is told by those members that can.
  Round(std::string_view membership, std::string_view members);

  Sample& at(int id);  ///< the member zk-`id`:2181
  Snapshot view(EnsembleMemory::Clock::time_point now) const;

 private:
  std::vector<Sample> samples_;
  std::vector<std::string> names_;  ///< in order, those not polled too
};

/// Judges one ensemble again and again, while a clock of its own moves.
class Watch {
 public:
  using Clock = EnsembleMemory::Clock;

  const EnsembleVerdict& see(const Round& round, Clock::duration after = {});

  EnsembleVerdict verdict;
  Snapshot view;
  EnsembleMemory memory;
  Clock::time_point now = Clock::time_point(std::chrono::hours(1));
  Clock::duration max_age = std::chrono::seconds(30);
};

/// One row of a table of situations: what was seen, and what the last verdict must be.
struct Situation {
  struct Step {
    std::chrono::seconds after;
    std::string membership;
    std::string members;
    std::function<void(Round&)> change = {};
  };
  std::string name;
  std::vector<Step> steps;
  Level level;
  std::string findings;  ///< "voter_down 3, not_synced"
  std::size_t voters;
  std::size_t serving;
  int tolerated;
  std::size_t leaders;
  std::string safe;          ///< to stop: "2 3"
  std::string summary = {};  ///< empty: not checked
};

/// Where the level, the sentence, the figures and the gate's reasons do not say the same; for all
/// verdicts that there can be.
std::vector<std::string> find_contradictions(const EnsembleVerdict& verdict);

/// Where the page, its JSON and the metrics do not say what the verdict says.
std::vector<std::string> find_differences(const Snapshot& view);

void check(const std::vector<Situation>& situations);

// Changes of a round, for a step of a situation.
using Change = std::function<void(Round&)>;
Change failed(int id, Reason reason);
Change several(int id);  ///< its address leads to several servers
Change aged(int id, std::chrono::seconds age);
Change holds(int id, const std::string& membership, std::int64_t server_id);  ///< its conf says so

}  // namespace zke::test

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/clock.hpp"
#include "base/task_group.hpp"
#include "judge/judge_member.hpp"
#include "judge/member_sample.hpp"
#include "judge/probe.hpp"
#include "judge/snapshot.hpp"
#include "net/address.hpp"
#include "net/resolver.hpp"
#include "poll/connection_slots.hpp"
#include "poll/member_sources.hpp"
#include "poll/schedule.hpp"
#include "poll/server_place.hpp"

namespace zke {

/// Polls one member of an ensemble on its grid, and looks at it when somebody asks: with one
/// connection at a time, whoever asks, also while polls of the same server from before still end.
class MemberPoller : public std::enable_shared_from_this<MemberPoller> {
 public:
  using Duration = std::chrono::steady_clock::duration;

  /// What the ensemble gets to hear, on the loop.
  struct Events {
    std::function<void(SamplePtr)> sampled;  ///< a poll has ended
    std::function<void()> changed;           ///< something about the member is new
    std::function<void()> alarmed;           ///< it keeps its poll waiting far longer than usual
    std::function<void()> idle;              ///< a poll or a look is over, and told
  };

  MemberPoller(const boost::asio::any_io_executor& loop, Clock clock, const Address& address,
               Resolver& resolver, const std::shared_ptr<Shapes>& shapes, ConnectionSlots& slots,
               Events events);

  const std::string& name() const { return place_.name(); }

  /// Polls from now on, the first time soon, by `schedule`. Later another grid counts from the end
  /// of the next poll, which comes when it was due by the old one. So no poll is lost, and none
  /// comes twice, however often the grid changes. Only when it is not due within the new interval
  /// it comes by the new grid.
  void follow(Schedule schedule, std::chrono::milliseconds timeout);

  /// From now on it speaks TLS by these files; nullptr: none.
  void speak_tls(std::shared_ptr<TlsFiles> files) { place_.speak_tls(std::move(files)); }

  /// From now on it is asked by these sources, see MemberSources.
  void choose(SourceChoice choice, const AdminSettings& admin, bool is_alone) {
    sources_.follow(choice, admin, is_alone);
  }

  /// Polls beside the grid at `at`, if that is earlier than the next poll.
  void poll_by(Clock::time_point at);

  /// Asks for its `conf` in the next poll: it may have changed.
  void forget_conf() { memory_.forget_conf(); }

  /// Looks at it now by asking `srvr`, and waits for the answer. A poll or another look that is
  /// under way answers this one too, and so does one that ended less than `max_age` ago.
  boost::asio::awaitable<Observation> look(Duration max_age);

  /// Ends the poll that is under way, and begins no other; looks go on.
  void rest();

  /// Ends polls, looks and connections now. Who waits for a look gets a local_error.
  void cancel();

  /// Waits until all that was cancelled has ended.
  boost::asio::awaitable<void> join();

 private:
  class Turn;

  boost::asio::awaitable<void> run();
  boost::asio::awaitable<void> poll(bool is_extra);
  boost::asio::awaitable<void> look_now(Turn turn);
  void take(const PollRecord& record);
  void note(Observation seen);
  void note_change() const;
  void set_alarm();

  Clock clock_;
  ServerPlace place_;
  Events events_;
  std::chrono::milliseconds timeout_{};

  std::optional<Schedule> schedule_;
  Clock::time_point began_;          ///< the newest poll
  Clock::time_point due_;            ///< when the next poll begins
  bool is_extra_ = false;            ///< that poll will be beside the grid
  boost::asio::steady_timer timer_;  ///< cancelled when it is due earlier

  MemberSources sources_;
  MemberMemory memory_;
  bool is_several_ = false;  ///< its address leads to several servers
  Observation seen_;         ///< by the last poll or look
  Clock::time_point seen_at_;
  std::optional<Reason> failure_;       ///< of the last poll; empty before the first
  std::optional<std::uint32_t> epoch_;  ///< of its last zxid
  Duration usual_{};                    ///< how long a poll takes that is answered
  boost::asio::steady_timer alarm_;     ///< fires when a poll takes far longer

  std::shared_ptr<ConnectionSlot> slot_;
  TaskGroup polls_;
  TaskGroup looks_;
};

}  // namespace zke

#include "poll/member_poller.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace zke {

namespace asio = boost::asio;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

}  // namespace

/// The member's one connection, as long as this lives. It may outlive the member, in a task that
/// was abandoned with the loop.
class MemberPoller::Turn {
 public:
  explicit Turn(MemberPoller& member) : member_(member.weak_from_this()), slot_(member.slot_) {
    slot_->is_busy = true;
  }
  ~Turn() {
    if (slot_) {
      slot_->is_busy = false;
      slot_->freed.cancel();
    }
    if (const auto member = member_.lock()) {
      member->alarm_.cancel();
    }
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  Turn(Turn&&) = default;
  Turn& operator=(Turn&&) = delete;

 private:
  std::weak_ptr<MemberPoller> member_;    ///< empty when moved from
  std::shared_ptr<ConnectionSlot> slot_;  ///< as well
};

MemberPoller::MemberPoller(const asio::any_io_executor& loop, Clock clock, const Address& address,
                           Resolver& resolver, const std::shared_ptr<Shapes>& shapes,
                           ConnectionSlots& slots, Events events)
    : clock_(clock),
      place_(address, resolver),
      events_(std::move(events)),
      timer_(loop),
      memory_(shapes),
      alarm_(loop),
      slot_(slots.find(loop, address)),
      polls_(loop),
      looks_(loop) {}

void MemberPoller::follow(Schedule schedule, std::chrono::milliseconds timeout) {
  const auto now = clock_.now();
  const bool is_first = !schedule_;
  timeout_ = timeout;
  schedule_ = schedule;
  if (is_first) {
    due_ = schedule.first(now);
    polls_.spawn("poll of " + name(), run());
    return;
  }
  if (due_ == Clock::time_point::max()) {
    return;  // it is polled now; at the end it sees when it is due
  }
  if (due_ > now + schedule.interval()) {
    due_ = std::min(due_, schedule.next(now, began_));
    is_extra_ = false;
    timer_.cancel();
  }
}

void MemberPoller::poll_by(Clock::time_point at) {
  if (at < due_) {
    due_ = at;
    is_extra_ = true;
    timer_.cancel();
  }
}

void MemberPoller::rest() { polls_.cancel(); }

void MemberPoller::cancel() {
  rest();
  looks_.cancel();
  slot_->freed.cancel();
}

asio::awaitable<void> MemberPoller::join() {
  co_await polls_.join();
  co_await looks_.join();
}

asio::awaitable<void> MemberPoller::run() {
  for (;;) {
    while (clock_.now() < due_) {
      timer_.expires_at(clock_.steady(due_));
      co_await timer_.async_wait(kTuple);
    }
    while (slot_->is_busy) {
      co_await slot_->freed.async_wait(kTuple);
    }
    began_ = clock_.now();
    due_ = Clock::time_point::max();
    {
      const Turn turn(*this);
      co_await poll(std::exchange(is_extra_, false));
    }
    const auto next = schedule_->next(clock_.now(), began_);
    if (!is_extra_ || next <= due_) {
      due_ = next;
      is_extra_ = false;
    }
    events_.idle();
  }
}

asio::awaitable<void> MemberPoller::poll(bool is_extra) {
  const auto deadline = clock_.steady(began_ + timeout_);
  PollRecord record;
  const auto target = co_await place_.find(deadline);
  record.dns_error = place_.dns_error();
  auto due = memory_.due(began_, is_extra);
  for (const auto command : sources_.again(began_)) {
    due.insert(command);
  }
  set_alarm();
  MemberSources::Answers answers;
  auto& all = answers.all;
  if (target) {
    answers = co_await sources_.ask(*target, due, began_, deadline);
  } else {
    all.replies[Command::kSrvr] = target.error();
  }
  alarm_.cancel();
  if (polls_.is_cancelled()) {
    co_return;  // what it seems to have brought is only that
  }
  if (all.server) {
    place_.note(*all.server, record);
  }
  if (record.is_moved) {
    sources_.forget();
    events_.changed();  // who is it? conf tells, soon
  }
  record.client_port = std::move(answers.client_port);
  record.replies = std::move(all.replies);
  record.tls = place_.tls();
  record.clock = clock_.now();
  record.took = record.clock - began_;
  record.finished = std::chrono::system_clock::now();
  take(record);
}

/// A member that keeps its poll waiting far longer than usual may be the first sign of something:
/// the others are asked now, not after its deadline.
void MemberPoller::set_alarm() {
  constexpr auto kShortest = std::chrono::milliseconds(250);
  constexpr int kFarBeyond = 10;
  if (!failure_ || seen_.state == MemberState::kUnreachable || is_several_) {
    return;  // it is waited for in vain anyway
  }
  const auto patience = std::max<Duration>(kShortest, kFarBeyond * usual_);
  alarm_.expires_at(clock_.steady(clock_.now() + patience));
  alarm_.async_wait([weak = weak_from_this()](auto ec) {
    const auto member = weak.lock();
    if (!ec && member && member->slot_->is_busy && !member->polls_.is_cancelled()) {
      member->events_.alarmed();
    }
  });
}

/// What a poll brought becomes a sample, and news of the member.
void MemberPoller::take(const PollRecord& record) {
  const auto sample = std::make_shared<const MemberSample>(memory_.judge(record));
  Observation seen{sample->state, sample->reason, sample->detail};
  is_several_ = sample->is_several_servers;
  if (sample->result == PollResult::kOk) {
    usual_ = usual_.count() == 0 ? sample->took : (3 * usual_ + sample->took) / 4;
  } else {
    place_.refresh();
  }
  if (failure_ && *failure_ != sample->reason) {
    note_change();
  }
  if (sample->srvr && sample->srvr->zxid) {
    const auto epoch = sample->srvr->zxid->epoch;
    if (epoch_ && *epoch_ != epoch) {
      note_change();  // an election that this member came out of as before
    }
    epoch_ = epoch;
  }
  note(std::move(seen));
  failure_ = sample->reason;  // from now on, another state is a change
  events_.sampled(sample);
}

void MemberPoller::note(Observation seen) {
  seen_at_ = clock_.now();
  if (failure_ && seen.state != seen_.state) {
    note_change();
  }
  seen_ = std::move(seen);
}

/// What an address of several servers shows changes with every poll: no news.
void MemberPoller::note_change() const {
  if (!is_several_) {
    events_.changed();
  }
}

asio::awaitable<Observation> MemberPoller::look(Duration max_age) {
  const auto self = shared_from_this();
  const auto asked = clock_.now();
  bool is_answered = failure_ && !slot_->is_busy && asked - seen_at_ < max_age;
  while (!is_answered && !looks_.is_cancelled()) {
    if (!slot_->is_busy) {
      looks_.spawn("look at " + name(), look_now(Turn(*this)));
    }
    if (slot_->is_busy) {
      co_await slot_->freed.async_wait(kTuple);
    }
    is_answered = seen_at_ >= asked;
  }
  if (looks_.is_cancelled()) {
    Observation nothing;
    nothing.reason = Reason::kLocalError;
    nothing.detail = "it is not polled any more";
    co_return nothing;
  }
  co_return seen_;
}

asio::awaitable<void> MemberPoller::look_now(Turn turn) {
  {
    const auto turn_of_this_look = std::move(turn);
    const auto now = clock_.now();
    const auto deadline = clock_.steady(now + timeout_);
    const auto target = co_await place_.find(deadline);
    Observation seen;
    if (!target) {
      seen = observe(target.error());
    } else {
      const Commands srvr{Command::kSrvr};
      const auto answers = co_await sources_.ask(*target, srvr, now, deadline);
      if (answers.all.server) {
        place_.note(*answers.all.server);
      }
      seen = observe(*answers.all.replies[Command::kSrvr]);
    }
    if (looks_.is_cancelled()) {
      co_return;
    }
    note(std::move(seen));
  }
  events_.idle();
}

}  // namespace zke

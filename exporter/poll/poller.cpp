#include "poll/poller.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/spawn.hpp"
#include "fourletter/ask.hpp"
#include "fourletter/ask_all.hpp"
#include "judge/judge_member.hpp"
#include "poll/close_watch.hpp"
#include "poll/schedule.hpp"

namespace zke {

namespace asio = boost::asio;

namespace {

using asio::ip::tcp;
using std::chrono::steady_clock;

/// Every address of a member; the one that answered last comes first.
std::vector<tcp::endpoint> endpoints_of(const Resolution& known, std::uint16_t port,
                                        const tcp::endpoint& preferred) {
  std::vector<tcp::endpoint> endpoints;
  endpoints.reserve(known.addresses.size());
  for (const auto& address : known.addresses) {
    endpoints.emplace_back(address, port);
  }
  const auto found = std::ranges::find(endpoints, preferred);
  if (found != endpoints.end()) {
    std::rotate(endpoints.begin(), found, found + 1);
  }
  return endpoints;
}

}  // namespace

/// What the members of one ensemble share.
struct Poller::Ensemble {
  Ensemble(std::string its_name, steady_clock::duration interval)
      : name(std::move(its_name)), watch(interval) {}

  std::string name;
  std::vector<Member*> members;
  CloseWatch watch;
};

struct Poller::Member {
  Member(const asio::any_io_executor& loop, Ensemble& its_ensemble, Address its_address,
         Schedule its_schedule)
      : ensemble(its_ensemble),
        address(std::move(its_address)),
        name(to_string(address)),
        schedule(its_schedule),
        due(schedule.first()),
        timer(loop),
        alarm(loop),
        idle(loop, steady_clock::time_point::max()) {}

  Ensemble& ensemble;
  Address address;
  std::string name;
  Schedule schedule;
  steady_clock::time_point due;  ///< when the next poll begins
  bool is_extra = false;         ///< that poll is beside the grid
  asio::steady_timer timer;
  asio::steady_timer alarm;        ///< fires when a poll takes far longer than usual
  steady_clock::duration usual{};  ///< how long a poll takes that is answered
  MemberMemory memory;
  tcp::endpoint answered;  ///< where the last answer came from

  bool is_busy = false;                ///< has a connection
  bool is_several = false;             ///< its address leads to several servers
  asio::steady_timer idle;             ///< cancelled when it is not busy any more
  Observation seen;                    ///< by the last poll or look
  std::optional<Reason> failure;       ///< of the last poll; empty before the first
  std::optional<std::uint32_t> epoch;  ///< of its last zxid
  steady_clock::time_point seen_at;
};

/// The member's one connection, as long as this lives. It may outlive the Poller, in a task that
/// was abandoned with the loop.
class Poller::Turn {
 public:
  explicit Turn(const std::shared_ptr<Member>& member) : member_(member) { member->is_busy = true; }
  ~Turn() {
    if (const auto member = member_.lock()) {
      member->is_busy = false;
      member->alarm.cancel();
      member->idle.cancel();
    }
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  Turn(Turn&&) = delete;
  Turn& operator=(Turn&&) = delete;

 private:
  std::weak_ptr<Member> member_;
};

Poller::Poller(asio::any_io_executor loop, PollSettings settings,
               const std::vector<EnsembleSettings>& ensembles, Resolver& resolver,
               OnSample on_sample)
    : loop_(std::move(loop)),
      settings_(settings),
      resolver_(resolver),
      on_sample_(std::move(on_sample)) {
  const auto start = steady_clock::now();
  for (const auto& configured : ensembles) {
    auto& ensemble =
        *ensembles_.emplace_back(std::make_unique<Ensemble>(configured.name, settings_.interval));
    for (std::size_t i = 0; i < configured.members.size(); ++i) {
      const Schedule schedule(configured.name, settings_.interval, start, i,
                              configured.members.size());
      members_.push_back(
          std::make_shared<Member>(loop_, ensemble, configured.members[i], schedule));
      ensemble.members.push_back(members_.back().get());
    }
  }
}

Poller::~Poller() = default;

void Poller::start() {
  for (const auto& member : members_) {
    resolver_.watch(member->address.host);
    spawn(loop_, "poll of " + member->name, run(member));
  }
}

void Poller::stop() {
  stopping_ = true;
  for (const auto& member : members_) {
    member->timer.cancel();
    member->alarm.cancel();
  }
}

asio::awaitable<void> Poller::run(std::shared_ptr<Member> owned) {
  auto& member = *owned;
  for (;;) {
    while (!stopping_ && steady_clock::now() < member.due) {
      member.timer.expires_at(member.due);  // cancelled when it is due earlier
      co_await member.timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    while (!stopping_ && member.is_busy) {
      co_await member.idle.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (stopping_) {
      co_return;
    }
    const auto began = steady_clock::now();
    member.due = steady_clock::time_point::max();
    {
      const Turn turn(owned);
      co_await poll(member);
    }
    const auto next = member.schedule.next(steady_clock::now(), began);
    if (next <= member.due) {
      member.due = next;
      member.is_extra = false;
    }
    watch_closely(member.ensemble);
  }
}

/// Makes all members of an ensemble that changed lately due earlier than by the grid.
void Poller::watch_closely(Ensemble& ensemble) {
  const auto round = ensemble.watch.next_round(steady_clock::now());
  if (!round) {
    return;
  }
  for (auto* member : ensemble.members) {
    if (*round < member->due) {
      member->due = *round;
      member->is_extra = true;
      member->timer.cancel();
    }
  }
}

/// A member that keeps its poll waiting far longer than usual may be the first sign of something:
/// the others are asked now, not after its deadline.
void Poller::set_alarm(Member& member) {
  constexpr auto kShortest = std::chrono::milliseconds(250);
  constexpr int kFarBeyond = 10;
  if (!member.failure || member.seen.state == MemberState::kUnreachable || member.is_several) {
    return;  // it is waited for in vain anyway
  }
  member.alarm.expires_after(
      std::max<steady_clock::duration>(kShortest, kFarBeyond * member.usual));
  member.alarm.async_wait([&member](auto ec) {
    if (!ec) {
      member.ensemble.watch.note_change(member.name, steady_clock::now());
      watch_closely(member.ensemble);
    }
  });
}

asio::awaitable<std::vector<tcp::endpoint>> Poller::find_servers(
    Member& member, steady_clock::time_point deadline) {
  const auto& known = resolver_.find(member.address.host);
  if (!known.answered) {
    co_await resolver_.wait_first(member.address.host, deadline);
  }
  co_return endpoints_of(known, member.address.port, member.answered);
}

asio::awaitable<void> Poller::poll(Member& member) {
  const auto began = steady_clock::now();
  const auto deadline = began + settings_.timeout;
  PollRecord record;
  record.ensemble = member.ensemble.name;
  record.member = member.name;
  auto servers = co_await find_servers(member, deadline);
  const auto& known = resolver_.find(member.address.host);
  record.dns_error = known.answered ? known.error : "the look-up of its name takes too long";
  std::array<bool, kCommandCount> due{};
  for (std::size_t i = 0; i < kCommandCount; ++i) {
    due.at(i) = member.memory.is_due(static_cast<Command>(i), began, member.is_extra);
  }
  set_alarm(member);
  auto all = co_await ask_all(servers, due, deadline);
  member.alarm.cancel();
  note_server(member, servers, all.server, record);
  record.replies = std::move(all.replies);
  record.clock = steady_clock::now();
  record.took = record.clock - began;
  record.finished = std::chrono::system_clock::now();
  take(member, std::move(record));
}

/// Which address of its name answered; another one than before may be another server.
void Poller::note_server(Member& member, const std::vector<tcp::endpoint>& servers,
                         const std::optional<tcp::endpoint>& answered, PollRecord& record) {
  if (!answered || *answered == member.answered) {
    return;
  }
  record.is_moved = member.answered != tcp::endpoint();
  record.is_other_address =
      record.is_moved && std::ranges::find(servers, member.answered) != servers.end();
  if (record.is_moved) {  // who is it? conf tells, soon
    member.ensemble.watch.note_change(member.name, steady_clock::now());
  }
  member.answered = *answered;
}

/// What a poll brought becomes a sample, and news of the member.
void Poller::take(Member& member, PollRecord record) {
  const auto sample = std::make_shared<const MemberSample>(member.memory.judge(std::move(record)));
  Observation seen{sample->state, sample->reason, sample->detail};
  member.is_several = sample->is_several_servers;
  if (sample->result == PollResult::kOk) {
    member.usual = member.usual.count() == 0 ? sample->took : (3 * member.usual + sample->took) / 4;
  } else {
    resolver_.refresh(member.address.host);
  }
  if (member.failure && *member.failure != sample->reason) {
    note_change(member);
  }
  if (sample->srvr && sample->srvr->zxid) {
    const auto epoch = sample->srvr->zxid->epoch;
    if (member.epoch && *member.epoch != epoch) {
      note_change(member);  // an election that this member came out of as before
    }
    member.epoch = epoch;
  }
  note(member, std::move(seen));
  member.failure = sample->reason;  // from now on, another state is a change
  on_sample_(sample);
}

void Poller::note(Member& member, Observation seen) {
  member.seen_at = steady_clock::now();
  if (member.failure && seen.state != member.seen.state) {
    note_change(member);
  }
  member.seen = std::move(seen);
}

/// What an address of several servers shows changes with every poll: no news.
void Poller::note_change(Member& member) {
  if (!member.is_several) {
    member.ensemble.watch.note_change(member.name, steady_clock::now());
  }
}

asio::awaitable<void> Poller::look_now(Member& member) {
  const auto deadline = steady_clock::now() + settings_.timeout;
  const auto servers = co_await find_servers(member, deadline);
  if (servers.empty()) {
    Observation seen;
    seen.reason = Reason::kDns;
    seen.detail = resolver_.find(member.address.host).error;
    note(member, std::move(seen));
    co_return;
  }
  const auto answer = co_await ask(servers, Command::kSrvr, deadline);
  if (answer) {
    member.answered = answer->server;
    note(member, observe(answer->reply));
  } else {
    note(member, observe(answer.error()));
  }
}

std::shared_ptr<Poller::Member> Poller::find_member(const std::string& ensemble,
                                                    const std::string& name) const {
  const auto found = std::ranges::find_if(members_, [&](const auto& entry) {
    return entry->ensemble.name == ensemble && entry->name == name;
  });
  return found == members_.end() ? nullptr : *found;
}

asio::awaitable<Observation> Poller::look(const std::string& ensemble, const std::string& member) {
  constexpr auto kFresh = std::chrono::seconds(1);
  return look_within(find_member(ensemble, member), kFresh);
}

asio::awaitable<Observation> Poller::look_anew(const std::string& ensemble,
                                               const std::string& member) {
  return look_within(find_member(ensemble, member), steady_clock::duration::zero());
}

asio::awaitable<Observation> Poller::look_within(std::shared_ptr<Member> owned,
                                                 steady_clock::duration max_age) {
  if (!owned) {
    Observation nothing;
    nothing.reason = Reason::kLocalError;
    nothing.detail = "no such member is configured";
    co_return nothing;
  }
  auto& member = *owned;
  if (member.is_busy) {
    co_await member.idle.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return member.seen;
  }
  if (steady_clock::now() - member.seen_at >= max_age || !member.failure) {
    {
      const Turn turn(owned);
      co_await look_now(member);
    }
    watch_closely(member.ensemble);
  }
  co_return member.seen;
}

void Poller::note_change(const std::string& ensemble) {
  for (const auto& entry : ensembles_) {
    if (entry->name == ensemble) {
      entry->watch.note_change("", steady_clock::now());
    }
  }
}

void Poller::refresh_conf(const std::string& ensemble) {
  for (const auto& member : members_) {
    if (member->ensemble.name == ensemble) {
      member->memory.forget_conf();
    }
  }
}

}  // namespace zke

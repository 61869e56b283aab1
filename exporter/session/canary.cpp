#include "session/canary.hpp"

#include <algorithm>
#include <array>
#include <unistd.h>
#include <utility>

namespace zke {

namespace asio = boost::asio;

namespace {

using SteadyClock = Session::Clock;

asio::awaitable<void> wait_for_end(CanaryMemberPtr member) { co_await member->join(); }

std::chrono::microseconds to_micros(SteadyClock::duration time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time);
}

std::chrono::milliseconds unix_time() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
}

/// Who we are, for people who look at the znodes.
std::string own_name() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return std::string(host.data()) + ":" + std::to_string(::getpid());
}

}  // namespace

Canary::Canary(asio::any_io_executor loop, Clock clock, CanarySettings settings, Events events)
    : loop_(std::move(loop)),
      clock_(clock),
      settings_(std::move(settings)),
      events_(std::move(events)),
      random_(static_cast<unsigned>(SteadyClock::now().time_since_epoch().count())),
      role_since_(SteadyClock::now()),
      retired_(loop_) {
  if (settings_.level == CanaryLevel::kWrite) {
    election_ = std::make_unique<WriterElection>(
        loop_, [this](auto deadline) { return find_any(deadline); }, settings_, own_name(),
        [this] { note_role(); });
    election_->start();
  }
}

void Canary::follow(const std::vector<Member>& members) {
  std::vector<CanaryMemberPtr> next;
  finds_.clear();
  for (const auto& member : members) {
    const auto known = std::ranges::find(members_, member.name, &CanaryMember::name);
    next.push_back(known == members_.end() ? make_member(member) : *known);
    finds_.push_back(member.find);
  }
  for (const auto& member : members_) {
    if (std::ranges::find(next, member) == next.end()) {
      member->close();
      retired_.spawn("end of a canary's session", wait_for_end(member));
    }
  }
  members_ = std::move(next);
  for (const auto& member : members_) {
    member->tell();
  }
}

CanaryMemberPtr Canary::make_member(const Member& member) {
  CanaryMember::Events events;
  const auto name = member.name;
  events.seen = [this, name] {
    const auto found = std::ranges::find(members_, name, &CanaryMember::name);
    if (found != members_.end()) {
      events_.seen(name, std::make_shared<const ClientView>((*found)->view()));
    }
  };
  events.dropped = [this, name] { events_.dropped(name); };
  auto made = std::make_shared<CanaryMember>(loop_, clock_, name, member.find, settings_,
                                             std::move(events));
  made->start();
  made->tasks().spawn("canary of " + name, run_rounds(made));
  return made;
}

std::optional<bool> Canary::is_writer() const {
  if (!election_ || last_role_ == Role::kUndecided) {
    return std::nullopt;
  }
  return election_->role() == Role::kWriter;
}

void Canary::hurry(const std::string& member) {
  const auto found = std::ranges::find(members_, member, &CanaryMember::name);
  if (found != members_.end() && !(*found)->session().is_connected()) {
    (*found)->session().hurry();
  }
}

void Canary::close() {
  for (const auto& member : members_) {
    member->close();
  }
  if (election_) {
    election_->close();
  }
}

void Canary::cancel() {
  for (const auto& member : members_) {
    member->cancel();
  }
  if (election_) {
    election_->cancel();
  }
}

asio::awaitable<void> Canary::join() {
  const auto members = members_;
  for (const auto& member : members) {
    co_await member->join();
  }
  if (election_) {
    co_await election_->join();
  }
  co_await retired_.join();
}

/// A server of the ensemble that lets clients in, or else any, in turn.
asio::awaitable<Result<Target>> Canary::find_any(SteadyClock::time_point deadline) {
  if (finds_.empty()) {
    co_return Error(Reason::kDns, "no member is known");
  }
  const auto count = finds_.size();
  auto place = next_find_ % count;
  for (std::size_t i = 0; i < count; ++i) {
    const auto next = (next_find_ + i) % count;
    if (members_[next]->session().is_connected()) {
      place = next;
      break;
    }
  }
  next_find_ = place + 1;
  const auto find = finds_[place];
  co_return co_await find(deadline);
}

void Canary::note_role() {
  const auto role = election_->role();
  if (role != Role::kUndecided) {
    last_role_ = role;
  }
  if (role == Role::kReader) {
    for (const auto& member : members_) {
      member->written = SteadyClock::now();  // who writes has its time from now on
    }
  }
  role_since_ = SteadyClock::now();
  events_.writer_changed();
}

asio::awaitable<void> Canary::run_rounds(CanaryMemberPtr member) {
  constexpr auto kFirst = std::chrono::milliseconds(500);  // the sessions stand then, mostly
  constexpr int kFull = 1000;
  constexpr int kJitter = 100;
  std::uniform_int_distribution<int> share(0, kFull);
  std::uniform_int_distribution<int> jitter(kFull - kJitter, kFull + kJitter);
  auto next = SteadyClock::now() + kFirst * share(random_) / kFull;
  co_await member->session().wait_connected(SteadyClock::now() + settings_.timeout);
  for (;;) {
    co_await member->wait_round(next);
    co_await run_round(member);
    member->tell();
    next = std::max(next + settings_.interval * jitter(random_) / kFull, SteadyClock::now());
  }
}

asio::awaitable<void> Canary::run_round(CanaryMemberPtr member) {
  const auto exists = co_await member->exists();
  if (exists.code != Code::kOk) {
    member->note(CanaryOperation::kSync, exists.code, exists.why);
    note_unwritten(*member, exists.code, exists.why);
    co_return;
  }
  const auto synced = co_await member->sync();
  if (synced.code != Code::kOk) {
    note_unwritten(*member, synced.code, synced.why);
    co_return;
  }
  const auto role = election_ ? election_->role() : Role::kUndecided;
  if (role == Role::kWriter) {
    co_await write(member);
  } else if (role == Role::kReader) {
    co_await follow_writer(*member);
  } else if (election_) {
    note_undecided(*member);
  }
}

/// A write could not be tried for what hindered the operation before.
void Canary::note_unwritten(CanaryMember& member, Code code, const std::string& why) const {
  if (election_ && last_role_ == Role::kReader) {
    member.note_told(CanaryOperation::kSet, code, why);  // it counts for the one that writes
  } else if (election_) {
    member.note(CanaryOperation::kSet, code, why);
  }
}

/// Nobody is known to write. For a while, in which sessions begin and end, that is nothing; for
/// longer an exporter that wants to write can't.
void Canary::note_undecided(CanaryMember& member) const {
  const auto& trouble = election_->trouble();
  const bool is_denied = trouble.code == Code::kNoAuth || trouble.code == Code::kAuthFailed;
  if (!is_denied && SteadyClock::now() - role_since_ < SessionSettings().timeout) {
    return;
  }
  const auto code = trouble.code == Code::kOk ? Code::kTimeout : trouble.code;
  note_unwritten(member, code,
                 is_denied ? trouble.why : "no exporter can be chosen to write: " + trouble.why);
}

/// Whose watch on the member's znode is waited for: another one's, in turn, that can be asked now.
CanaryMemberPtr Canary::find_watcher(const CanaryMemberPtr& member) {
  const auto own = std::ranges::find(members_, member);
  if (members_.size() == 1 || own == members_.end()) {
    return member;
  }
  const auto place = static_cast<std::size_t>(std::distance(members_.begin(), own));
  const auto others = members_.size() - 1;
  for (std::size_t i = 0; i < others; ++i) {
    const auto step = member->watchers++ % others;
    const auto& other = members_[(place + 1 + step) % members_.size()];
    if (other->session().is_connected()) {
      return other;
    }
  }
  return nullptr;
}

asio::awaitable<void> Canary::write(CanaryMemberPtr member) {
  const auto watcher = find_watcher(member);
  const auto watch = std::make_shared<Watch>(loop_);
  const bool is_watched = watcher && co_await watcher->set_watch(member->path(), watch);
  if (election_->role() != Role::kWriter) {
    co_return;
  }
  const auto text = encode(member->report, unix_time());
  const auto sent = SteadyClock::now();
  const auto set = co_await member->set(text);
  const auto answered = SteadyClock::now();
  member->report.write_took.reset();
  if (set.code != Code::kOk) {
    co_return;
  }
  member->report.write_took = to_micros(answered - sent);
  co_await member->get_back(text, set.value.modified_zxid);
  if (!is_watched) {
    co_return;
  }
  co_await watch->wait(sent + settings_.timeout);
  note_watch(*watcher, *watch, sent, answered);
}

void Canary::note_watch(CanaryMember& watcher, const Watch& watch, SteadyClock::time_point sent,
                        SteadyClock::time_point answered) {
  CanaryNote told;
  told.operation = CanaryOperation::kWatch;
  if (watch.state() == Watch::State::kTold) {
    if (watch.told() < sent) {
      return;  // it told of somebody else's change
    }
    told.result = CanaryResult::kOk;
    told.took = watch.told() - sent;
    told.late_by = std::max(watch.told() - answered, SteadyClock::duration());
    watcher.report.watch_late_by = to_micros(told.late_by);
  } else {
    const bool is_lost = watch.state() == Watch::State::kLost;
    told.result = is_lost ? CanaryResult::kConnectionLoss : CanaryResult::kTimeout;
    told.why = is_lost ? "the connection has ended" : "the watch has not told of a write";
    watcher.report.watch_late_by = std::chrono::hours(1);
  }
  watcher.note(told);
  watcher.tell();
}

/// Reads what the exporter that writes says of the member, and sees whether it still can.
asio::awaitable<void> Canary::follow_writer(CanaryMember& member) const {
  const auto got = co_await member.get();
  const auto now = SteadyClock::now();
  if (got.code != Code::kOk && got.code != Code::kNoNode) {
    member.note_told(CanaryOperation::kSet, got.code, got.why);
    co_return;
  }
  const auto zxid = got.value.stat.modified_zxid;
  if (zxid != member.written_zxid) {
    member.written = now;
    member.written_zxid = zxid;
    take_report(member, parse_report(got.value.data));
  } else if (now - member.written > 2 * settings_.interval + settings_.timeout) {
    const auto since = std::chrono::duration_cast<std::chrono::seconds>(now - member.written);
    member.note_told(CanaryOperation::kSet, Code::kTimeout,
                     "the exporter that writes has not written through it for " +
                         std::to_string(since.count()) + " s");
  }
}

void Canary::take_report(CanaryMember& member, const CanaryReport& report) {
  CanaryNote written;
  written.operation = CanaryOperation::kSet;
  written.result = CanaryResult::kOk;
  written.took = report.write_took.value_or(std::chrono::microseconds(0));
  member.note_told(written);
  if (report.watch_late_by) {
    CanaryNote told;
    told.operation = CanaryOperation::kWatch;
    told.result = CanaryResult::kOk;
    told.late_by = *report.watch_late_by;
    member.note_told(told);
  }
}

}  // namespace zke

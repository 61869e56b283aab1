#include "poll/ensemble.hpp"

#include <algorithm>
#include <utility>

namespace zke {

namespace asio = boost::asio;

namespace {

asio::awaitable<void> wait_for_end(std::shared_ptr<MemberPoller> member) {
  co_await member->join();
}

/// Whether the member has learnt of another membership.
bool is_reconfigured(const MemberSample& last, const MemberSample& now) {
  const bool is_conf_new = last.conf && now.conf && last.conf->version != now.conf->version;
  return is_conf_new ||
         (last.quorum_size && now.quorum_size && last.quorum_size != now.quorum_size);
}

}  // namespace

Ensemble::Ensemble(PollContext context, const EnsembleSettings& settings, const PollSettings& poll)
    : context_(std::move(context)),
      start_(context_.clock.now()),
      watch_(poll.interval),
      retired_(context_.loop) {
  follow(settings, poll);
}

void Ensemble::apply(const EnsembleSettings& settings, const PollSettings& poll) {
  if (settings != settings_ || poll != poll_) {
    watch_ = CloseWatch(poll.interval);
    follow(settings, poll);
  }
}

void Ensemble::follow(const EnsembleSettings& settings, const PollSettings& poll) {
  settings_ = settings;
  poll_ = poll;
  Members members;
  std::vector<Snapshot::Member> shown;
  for (const auto& address : settings.members) {
    members.push_back(keep_or_make(address));
    const auto& name = members.back()->name();
    const auto* known = snapshot_ ? snapshot_->find(name) : nullptr;
    const bool is_observer =
        std::ranges::find(settings.observers, address) != settings.observers.end();
    shown.push_back({name, known == nullptr ? nullptr : known->sample, is_observer});
  }
  retire_all_but(members);
  members_ = std::move(members);
  publish(std::move(shown));
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const Schedule schedule(settings.name, poll.interval, start_, i, members_.size());
    members_[i]->follow(schedule, poll.timeout);
  }
}

std::shared_ptr<MemberPoller> Ensemble::keep_or_make(const Address& address) {
  auto name = to_string(address);
  if (auto known = find(name)) {
    return *known;
  }
  MemberPoller::Events events;
  events.sampled = [this, name](const SamplePtr& sample) { take(name, sample); };
  events.changed = [this, name] { note_change(name); };
  events.alarmed = [this, name] {
    note_change(name);
    watch_closely();
  };
  events.idle = [this] { watch_closely(); };
  return std::make_shared<MemberPoller>(context_.loop, context_.clock, address, context_.resolver,
                                        context_.shapes, *context_.slots, std::move(events));
}

void Ensemble::retire_all_but(const Members& kept) {
  for (const auto& member : members_) {
    if (std::ranges::find(kept, member) == kept.end()) {
      member->cancel();
      forget(memory_, member->name());
      retired_.spawn("end of " + member->name(), wait_for_end(member));
    }
  }
}

void Ensemble::rest() {
  for (const auto& member : members_) {
    member->rest();
  }
}

void Ensemble::cancel() {
  retire_all_but({});
  members_.clear();
}

asio::awaitable<void> Ensemble::join() { co_await retired_.join(); }

Result<std::shared_ptr<MemberPoller>> Ensemble::find(const std::string& name) const {
  const auto found = std::ranges::find(members_, name, &MemberPoller::name);
  if (found == members_.end()) {
    return Error(Reason::kLocalError, "no such member is configured");
  }
  return *found;
}

void Ensemble::take(const std::string& name, const SamplePtr& sample) {
  const auto last = snapshot_;
  auto members = last->members;
  const auto member = std::ranges::find(members, name, &Snapshot::Member::name);
  const auto before = std::exchange(member->sample, sample);
  publish(std::move(members));
  if (!before) {
    return;  // others wait for their first poll
  }
  if (snapshot_->verdict.level != last->verdict.level) {
    note_change("");
  }
  if (is_reconfigured(*before, *sample)) {
    for (const auto& each : members_) {
      each->forget_conf();  // the others do not know it yet
    }
  }
}

/// Judges the members as they are now, and publishes that.
void Ensemble::publish(std::vector<Snapshot::Member> members) {
  auto next = std::make_shared<Snapshot>();
  next->name = settings_.name;
  next->members = std::move(members);
  const auto max_age = 2 * poll_.interval + poll_.timeout;
  next->verdict = judge_ensemble(*next, memory_, context_.clock.now(), max_age);
  const bool is_same = snapshot_ && snapshot_->verdict.level == next->verdict.level;
  next->level_since = is_same ? snapshot_->level_since : std::chrono::system_clock::now();
  const auto last = std::exchange(snapshot_, std::move(next));
  context_.publication.publish(last, snapshot_);
}

void Ensemble::note_change(const std::string& cause) {
  watch_.note_change(cause, context_.clock.now());
}

/// Makes all members of an ensemble that changed lately due earlier than by the grid.
void Ensemble::watch_closely() {
  if (const auto round = watch_.next_round(context_.clock.now())) {
    for (const auto& member : members_) {
      member->poll_by(*round);
    }
  }
}

}  // namespace zke

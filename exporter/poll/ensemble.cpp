#include "poll/ensemble.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>

namespace zke {

namespace asio = boost::asio;

namespace {

asio::awaitable<void> wait_for_end(std::shared_ptr<MemberPoller> member) {
  co_await member->join();
}

std::set<std::string> names_of(const std::vector<Address>& addresses) {
  std::set<std::string> names;
  for (const auto& address : addresses) {
    names.insert(to_string(address));
  }
  return names;
}

/// Whether the member has learnt of another membership.
bool is_reconfigured(const MemberSample& last, const MemberSample& now) {
  const bool is_conf_new = last.conf && now.conf &&
                           last.conf->is_voters_only == now.conf->is_voters_only &&
                           last.conf->version != now.conf->version;
  return is_conf_new ||
         (last.quorum_size && now.quorum_size && last.quorum_size != now.quorum_size);
}

}  // namespace

Ensemble::Ensemble(PollContext context, const EnsembleSettings& settings, const PollSettings& poll)
    : context_(std::move(context)),
      start_(context_.clock.now()),
      watch_(poll.interval),
      canary_(context_.loop, context_.clock, context_.resolver, canary_events()),
      retired_(context_.loop) {
  follow(settings, poll);
}

void Ensemble::apply(const EnsembleSettings& settings, const PollSettings& poll) {
  if (settings == settings_ && poll == poll_) {
    choose_sources();  // members of other ensembles may have come to its hosts
    return;
  }
  if (poll.interval != poll_.interval) {
    watch_ = CloseWatch(poll.interval);
  }
  follow(settings, poll);
}

void Ensemble::follow(const EnsembleSettings& settings, const PollSettings& poll) {
  const auto promised_age = max_age();
  follow_tls(settings.tls);
  settings_ = settings;
  poll_ = poll;
  std::map<std::string, std::size_t> places;  // in members_ and the snapshot, of those who go
  for (std::size_t i = 0; i < members_.size(); ++i) {
    places.emplace(members_[i]->name(), i);
  }
  const auto observers = names_of(settings.observers);
  Members members;
  std::vector<Snapshot::Member> shown;
  for (const auto& address : settings.members) {
    auto name = to_string(address);
    auto& member = shown.emplace_back();
    if (const auto known = places.find(name); known != places.end()) {
      members.push_back(members_[known->second]);
      member = snapshot_->members[known->second];
      member.promised_age = std::max(member.promised_age, promised_age);
      places.erase(known);
    } else {
      members.push_back(make_member(address, name));
      member.is_new = true;
    }
    member.is_observer = observers.contains(name);
    member.name = std::move(name);
  }
  if (members_.empty() || !places.empty()) {
    for (auto& member : shown) {
      member.is_new = false;
    }
  }
  for (const auto& [name, place] : places) {
    retire(members_[place]);
  }
  if (places.size() == members_.size()) {
    memory_ = {};  // of other servers
  }
  members_ = std::move(members);
  publish(std::move(shown));
  choose_sources();
  for (std::size_t i = 0; i < members_.size(); ++i) {
    members_[i]->speak_tls(tls_files_);
    const Schedule schedule(settings.name, poll.interval, start_, i, members_.size());
    members_[i]->follow(schedule, poll.timeout);
  }
  follow_canary();
}

/// What a canary of other settings has seen is shown no more.
void Ensemble::follow_canary() {
  if (canary_.follow(settings_.canary, settings_.members, tls_files_)) {
    auto members = snapshot_->members;
    for (auto& member : members) {
      member.client.reset();
    }
    publish(std::move(members));
  }
}

EnsembleCanary::Events Ensemble::canary_events() {
  EnsembleCanary::Events events;
  events.seen = [this](const auto& views) { take(views); };
  events.dropped = [this](const auto& name) {
    if (const auto member = find(name)) {
      (*member)->poll_by(context_.clock.now());  // if that shows a change, all are polled
    }
  };
  return events;
}

void Ensemble::choose_sources() {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const auto place = admin_place(settings_.members[i], settings_.admin);
    members_[i]->choose(settings_.source, settings_.admin, (*context_.admin_places)[place] <= 1);
  }
}

void Ensemble::follow_tls(const std::optional<TlsSettings>& tls) {
  if (!tls) {
    tls_files_.reset();
  } else if (!tls_files_ || tls_files_->settings() != *tls) {
    tls_files_ = std::make_shared<TlsFiles>(context_.loop, *tls);
    tls_files_->start();
  }
}

std::optional<Snapshot::Tls> Ensemble::tls() const {
  if (!tls_files_) {
    return std::nullopt;
  }
  Snapshot::Tls tls;
  tls.is_verifying = tls_files_->settings().verify;
  tls.mistake = tls_files_->mistake();
  if (const auto& context = tls_files_->context()) {
    tls.own_not_after = context->own_not_after();
    tls.warnings = context->warnings();
  }
  return tls;
}

std::shared_ptr<MemberPoller> Ensemble::make_member(const Address& address,
                                                    const std::string& name) {
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

void Ensemble::retire(const std::shared_ptr<MemberPoller>& member) {
  member->cancel();
  forget(memory_, member->name());
  watch_.forget(member->name());
  retired_.spawn("end of " + member->name(), wait_for_end(member));
}

void Ensemble::rest() {
  for (const auto& member : members_) {
    member->rest();
  }
  canary_.close();
}

void Ensemble::cancel() {
  canary_.cancel();
  for (const auto& member : std::exchange(members_, {})) {
    retire(member);
  }
}

asio::awaitable<void> Ensemble::join() {
  co_await canary_.join();
  co_await retired_.join();
}

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
  member->is_new = false;
  member->promised_age = {};
  publish(std::move(members));
  if (!before) {
    return;  // others wait for their first poll
  }
  if (snapshot_->verdict.level != last->verdict.level) {
    note_change("");
  }
  if (!is_serving(before->state) && is_serving(sample->state)) {
    canary_.hurry(name);
  }
  if (is_reconfigured(*before, *sample)) {
    for (const auto& each : members_) {
      each->forget_conf();  // the others do not know it yet
    }
  }
}

void Ensemble::take(const EnsembleCanary::Views& views) {
  auto members = snapshot_->members;
  for (auto& member : members) {
    if (const auto view = views.find(member.name); view != views.end()) {
      member.client = view->second;
    }
  }
  publish(std::move(members));
}

/// How old a sample may be before something must be wrong with the polls.
std::chrono::steady_clock::duration Ensemble::max_age() const {
  return 2 * poll_.interval + poll_.timeout;
}

/// Judges the members as they are now, and publishes that.
void Ensemble::publish(std::vector<Snapshot::Member> members) {
  auto next = std::make_shared<Snapshot>();
  next->name = settings_.name;
  next->members = std::move(members);
  next->tls = tls();
  next->is_canary_writer = canary_.is_writer();
  next->verdict = judge_ensemble(*next, memory_, context_.clock.now(), max_age());
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

#include "judge/judge_member.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "base/text.hpp"
#include "judge/probe.hpp"

namespace zke {

namespace {

using std::chrono::steady_clock;

void fail(MemberSample& sample, const Error& error) {
  if (sample.reason == Reason::kNone || sample.reason == Reason::kCommandRefused) {
    sample.reason = error.reason();
    sample.detail = printable(error.detail(), 300);
  }
}

/// Whether it has a vote, as far as this sample tells: by its own membership, else by its role.
std::optional<bool> find_voter(const MemberSample& sample) {
  if (sample.conf && sample.conf->server_id) {
    for (const auto& server : sample.conf->servers) {
      if (server.id == *sample.conf->server_id) {
        return !server.is_observer;
      }
    }
  }
  switch (sample.state) {
    case MemberState::kLeader:
    case MemberState::kFollower:
    case MemberState::kStandalone:
      return true;
    case MemberState::kObserver:
      return false;
    default:
      break;
  }
  constexpr std::int64_t kParticipant = 0;
  const bool is_told = sample.conf && sample.conf->peer_type;  // a read-only member's conf
  return is_told ? std::optional(sample.conf->peer_type == kParticipant) : std::nullopt;
}

/// When it took its role, to the second: the clock less the uptime.
std::optional<std::int64_t> start_time_of(const Mntr& mntr, const PollRecord& record) {
  const auto now = std::chrono::duration<double>(record.finished.time_since_epoch()).count();
  const auto start = now - static_cast<double>(mntr.uptime.value_or(0)) / 1000;
  return mntr.uptime ? std::optional(std::llround(start)) : std::nullopt;
}

}  // namespace

Commands MemberMemory::due(steady_clock::time_point now, bool is_extra) const {
  Commands due;
  for (const auto command : kCommands) {
    if (is_due(command, now, is_extra)) {
      due.insert(command);
    }
  }
  return due;
}

bool MemberMemory::is_due(Command command, steady_clock::time_point now, bool is_extra) const {
  if (is_optional(command) && !(version_ && is_known_to(*version_, command))) {
    return false;
  }
  if (command == Command::kDirs && !refusals_.is_refused(Command::kConf)) {
    return false;  // conf has the same figures
  }
  const auto last = last_asked_[command];
  if (last == steady_clock::time_point()) {
    return true;
  }
  if (refusals_.is_refused(command)) {
    return now - last >= kAskRefusedAgain;
  }
  const auto known = kept_.known_since(command);
  const auto age = max_age(command);
  return !known || is_sought(command) || now - *known >= (is_extra ? age.beside_grid : age.on_grid);
}

/// Whether somebody waits for news of `command`.
bool MemberMemory::is_sought(Command command) const {
  return command == Command::kConf && (is_conf_due_ || identity_.is_doubtful());
}

MemberSample MemberMemory::judge(const PollRecord& record) {
  MemberSample sample;
  sample.finished = record.finished;
  sample.clock = record.clock;
  sample.took = record.took;
  sample.tls = record.tls;
  if (record.is_moved) {
    forget_server();
  }
  for (const auto command : kCommands) {
    const auto& reply = record.replies[command];
    if (reply && *reply && (**reply).kind != Reply::Kind::kNotAllowed) {
      sample.is_source[static_cast<std::size_t>((**reply).source)] = true;
    }
  }
  read_srvr(record, sample);
  read_refusals(record, sample);
  if (sample.srvr) {
    read_details(record, sample);
  }
  if (record.client_port && sample.is_up()) {
    fail(sample, Error(record.client_port->reason(),
                       record.client_port->detail() + "; the figures are the AdminServer's"));
    sample.result = PollResult::kPartial;
  }
  if (sample.reason == Reason::kNone && !record.dns_error.empty()) {
    fail(sample, Error(Reason::kDns, record.dns_error));
  }
  remember(record, sample);
  sample.is_voter = is_voter_;
  sample.is_several_servers = identity_.is_several();
  sample.command_allowed = refusals_.allowed();
  sample.counts = counts_;
  return sample;
}

/// Another address of the name answers: what was known may be of another server.
void MemberMemory::forget_server() {
  kept_.forget();
  version_.reset();
  start_time_.reset();
  refusals_.forget();
  last_asked_.fill({});
  missing_polls_ = 0;
}

void MemberMemory::read_srvr(const PollRecord& record, MemberSample& sample) {
  const auto& reply = record.replies[Command::kSrvr];
  if (!reply) {
    fail(sample, Error(Reason::kDns, record.dns_error));
    return;
  }
  const auto seen = observe(*reply);
  sample.state = seen.state;
  if (seen.state == MemberState::kUnreachable) {
    fail(sample, Error(seen.reason, seen.detail));
    return;
  }
  sample.result = PollResult::kOk;
  if (seen.state != MemberState::kNotServing) {
    sample.srvr = zke::read_srvr(**reply);
  }
}

void MemberMemory::read_refusals(const PollRecord& record, MemberSample& sample) {
  refusals_.read(record.replies, sample.srvr.has_value());
  for (const auto command : kCommands) {
    const auto& reply = record.replies[command];
    if (!reply || refusals_.is_by_closing(command)) {
      continue;
    }
    if (!*reply) {
      fail(sample, reply->error());
      sample.result = sample.is_up() ? PollResult::kPartial : PollResult::kFailed;
    } else if ((*reply)->kind == Reply::Kind::kNotServing && sample.srvr) {
      // It stopped to serve between two words of this poll: the newer one counts.
      sample.state = MemberState::kNotServing;
      sample.srvr.reset();
    }
  }
  if (sample.srvr && sample.reason == Reason::kNone) {
    sample.detail = refusals_.describe(sample.srvr->is_zookeeper);
    sample.reason = sample.detail.empty() ? Reason::kNone : Reason::kCommandRefused;
  }
}

void MemberMemory::read_details(const PollRecord& record, MemberSample& sample) {
  IdentityMarks marks{
      record.clock,    sample.srvr->mode,      {}, sample.srvr->zxid, {}, {}, record.took,
      record.is_moved, record.is_other_address};
  sample.version = sample.srvr->version;
  kept_.read_conf(record);
  const auto last_start = start_time_;
  kept_.read_wchs(record, read_mntr(record, sample, marks));
  if (sample.state != state_ && record.answer_to(Command::kConf) == nullptr) {
    kept_.drop_conf();  // another role may come with another configuration: asked in the next poll
  }
  kept_.read_hash(record, sample.srvr->zxid, sample.state == state_ && start_time_ == last_start);
  kept_.read_dirs(record);
  kept_.show(sample);
  if (record.answer_to(Command::kConf) != nullptr) {
    marks.server_id = sample.conf->server_id;
  }
  identity_.judge(marks);
}

/// Whether there is an answer to mntr that is believed.
bool MemberMemory::read_mntr(const PollRecord& record, MemberSample& sample, IdentityMarks& marks) {
  const auto* reply = record.answer_to(Command::kMntr);
  if (reply == nullptr) {
    return false;
  }
  auto mntr = figures_.read(*reply);
  if (!is_believed(mntr, sample)) {
    return false;
  }
  constexpr std::size_t kMaxText = 100;
  sample.figures = std::move(mntr.figures);
  sample.peer_state = printable(mntr.peer_state, kMaxText);
  sample.observer_master_id = printable(mntr.observer_master_id, kMaxText);
  if (const auto mode = parse_mode(mntr.server_state)) {
    sample.state = state_of(*mode);
    marks.mntr_mode = mode;
  }
  if (mntr.uptime) {
    marks.uptime = std::chrono::milliseconds(*mntr.uptime);
  }
  sample.quorum_size = mntr.quorum_size;
  sample.synced_followers = mntr.synced_followers;
  sample.synced_non_voting_followers = mntr.synced_non_voting_followers;
  const auto start = start_time_of(mntr, record);
  // Uptime and clock are not read at the same instant: that must not move the second.
  if (!start || !start_time_ || std::abs(*start - *start_time_) > 1) {
    start_time_ = start;
  }
  sample.start_time = start_time_;
  return true;
}

/// What a reply lacks in three polls in a row, the same each time, was not cut off: it is that
/// server's way, which is said once.
bool MemberMemory::is_believed(const Mntr& mntr, MemberSample& sample) {
  constexpr int kPolls = 3;
  if (mntr.missing.empty()) {
    missing_polls_ = 0;
    return true;
  }
  missing_polls_ = missing_ == mntr.missing ? std::min(missing_polls_ + 1, kPolls + 1) : 1;
  missing_ = mntr.missing;
  if (missing_polls_ < kPolls) {
    fail(sample, Error(Reason::kTruncated, "mntr: the answer was cut short: it lacks " + missing_));
    sample.result = PollResult::kPartial;
    return false;
  }
  if (missing_polls_ == kPolls && sample.reason == Reason::kNone) {
    sample.detail =
        printable("mntr of this server lacks " + missing_ + ": believed from now on", 300);
  }
  return true;
}

void MemberMemory::remember(const PollRecord& record, const MemberSample& sample) {
  ++counts_.polls.at(static_cast<std::size_t>(sample.result));
  is_conf_due_ = is_conf_due_ && !record.replies[Command::kConf];
  for (const auto command : kCommands) {
    if (record.replies[command]) {
      ++counts_.commands[command];
      last_asked_[command] = record.clock;
    }
  }
  if (!sample.is_up()) {
    last_asked_.fill({});  // it may come back with another configuration
    kept_.forget();
  }
  version_ = sample.version;
  if (const auto known = find_voter(sample)) {
    is_voter_ = known;
  }
  state_ = sample.state;
}

}  // namespace zke

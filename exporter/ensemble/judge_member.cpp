#include "ensemble/judge_member.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "base/text.hpp"
#include "ensemble/probe.hpp"
#include "fourletter/mntr.hpp"

namespace zke {

namespace {

using std::chrono::minutes;
using std::chrono::steady_clock;

constexpr auto kAskRefusedAgain = minutes(10);
constexpr auto kAskConfAgain = minutes(1);

std::size_t index(Command command) { return static_cast<std::size_t>(command); }

void fail(MemberSample& sample, const Error& error) {
  if (sample.reason == Reason::kNone || sample.reason == Reason::kCommandRefused) {
    sample.reason = error.reason();
    sample.detail = printable(error.detail(), 300);
  }
}

/// The whole answer to `command`, or nullptr.
const Reply* answer_to(const PollRecord& record, Command command) {
  const auto& reply = record.replies.at(index(command));
  const bool is_answer = reply && *reply && (**reply).kind == Reply::Kind::kAnswer;
  return is_answer ? &**reply : nullptr;
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

bool MemberMemory::is_due(Command command, steady_clock::time_point now) const {
  const auto last = last_asked_.at(index(command));
  if (last == steady_clock::time_point()) {
    return true;
  }
  if (allowed_.at(index(command)) == false) {
    return now - last >= kAskRefusedAgain;
  }
  return command != Command::kConf || !conf_ || now - last >= kAskConfAgain;
}

MemberSample MemberMemory::judge(PollRecord record) {
  MemberSample sample;
  sample.ensemble = record.ensemble;
  sample.member = record.member;
  sample.finished = record.finished;
  sample.clock = record.clock;
  sample.took = record.took;
  read_srvr(record, sample);
  read_refusals(record, sample);
  if (sample.srvr) {
    read_details(record, sample);
  }
  if (sample.reason == Reason::kNone && !record.dns_error.empty()) {
    fail(sample, Error(Reason::kDns, record.dns_error));
  }
  remember(record, sample);
  sample.is_voter = is_voter_;
  sample.command_allowed = allowed_;
  sample.counts = counts_;
  return sample;
}

void MemberMemory::read_srvr(const PollRecord& record, MemberSample& sample) {
  const auto& reply = record.replies.at(index(Command::kSrvr));
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
    sample.srvr = parse_srvr((**reply).text);
  }
}

void MemberMemory::read_refusals(const PollRecord& record, MemberSample& sample) {
  for (std::size_t i = 0; i < kCommandCount; ++i) {
    const auto& result = record.replies.at(i);
    if (!result) {
      continue;
    }
    if (!*result) {
      fail(sample, result->error());
      sample.result = sample.is_up() ? PollResult::kPartial : PollResult::kFailed;
      continue;
    }
    const auto kind = (*result)->kind;
    if (kind == Reply::Kind::kNotServing && sample.srvr) {
      // It stopped to serve between two words of this poll: the newer one counts.
      sample.state = MemberState::kNotServing;
      sample.srvr.reset();
    }
    if (kind != Reply::Kind::kNotServing) {
      allowed_.at(i) = kind == Reply::Kind::kAnswer;
    }
  }
  std::string refused;
  for (std::size_t i = 0; i < kCommandCount && sample.srvr; ++i) {
    if (allowed_.at(i) == false) {
      refused += (refused.empty() ? "" : ", ") + std::string(to_string(static_cast<Command>(i)));
    }
  }
  if (!refused.empty() && sample.reason == Reason::kNone) {
    sample.reason = Reason::kCommandRefused;
    sample.detail = "the server refuses " + refused + ": add to its 4lw.commands.whitelist";
  }
}

void MemberMemory::read_details(PollRecord& record, MemberSample& sample) {
  sample.version = sample.srvr->version;
  if (const auto* reply = answer_to(record, Command::kWchs)) {
    sample.wchs = parse_wchs(reply->text);
  }
  if (const auto* reply = answer_to(record, Command::kConf)) {
    conf_ = parse_conf(reply->text);
  }
  if (auto& reply = record.replies.at(index(Command::kMntr));
      answer_to(record, Command::kMntr) != nullptr) {
    sample.mntr = std::move((*reply)->text);
    const auto mntr = parse_mntr(sample.mntr);
    if (const auto mode = parse_mode(mntr.server_state)) {
      sample.state = state_of(*mode);
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
  }
  if (sample.state != state_ && answer_to(record, Command::kConf) == nullptr) {
    conf_.reset();  // another role may come with another configuration: asked in the next poll
  }
  sample.conf = conf_;
}

void MemberMemory::remember(const PollRecord& record, const MemberSample& sample) {
  ++counts_.polls.at(static_cast<std::size_t>(sample.result));
  for (std::size_t i = 0; i < kCommandCount; ++i) {
    if (record.replies.at(i)) {
      ++counts_.commands.at(i);
      last_asked_.at(i) = record.clock;
    }
  }
  if (!sample.is_up()) {
    last_asked_.fill({});  // it may come back with another configuration
    conf_.reset();
  }
  if (const auto known = find_voter(sample)) {
    is_voter_ = known;
  }
  state_ = sample.state;
}

}  // namespace zke

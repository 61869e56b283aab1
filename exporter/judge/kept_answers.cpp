#include "judge/kept_answers.hpp"

#include <memory>

#include "judge/read_reply.hpp"

namespace zke {

namespace {

template <class Known>
std::optional<KeptAnswers::Clock::time_point> clock_of(const std::optional<Known>& known) {
  return known ? std::optional(known->clock) : std::nullopt;
}

/// Whether what is known is no longer to be shown beside a poll that did not bring it.
template <class Known>
bool is_too_old(const Known& known, Command command, const PollRecord& record) {
  return record.began() - known.clock >= max_age(command).beside_grid;
}

}  // namespace

std::optional<KeptAnswers::Clock::time_point> KeptAnswers::known_since(Command command) const {
  switch (command) {
    case Command::kWchs:
      return clock_of(wchs_);
    case Command::kConf:
      return clock_of(conf_);
    case Command::kHash:
      return clock_of(digests_);
    case Command::kDirs:
      return clock_of(dirs_);
    case Command::kSrvr:
    case Command::kMntr:
      break;
  }
  return std::nullopt;
}

void KeptAnswers::read_conf(const PollRecord& record) {
  if (const auto* reply = record.answer_to(Command::kConf)) {
    conf_ = {{zke::read_conf(*reply), read_last_snapshot(*reply)}, record.began()};
  } else if (conf_ && is_too_old(*conf_, Command::kConf, record)) {
    conf_.reset();
  }
}

void KeptAnswers::read_wchs(const PollRecord& record, bool is_mntr_whole) {
  if (const auto* reply = record.answer_to(Command::kWchs)) {
    const auto wchs = zke::read_wchs(*reply);
    wchs_ = wchs ? std::optional(Known<Wchs>{*wchs, record.began()}) : std::nullopt;
  } else if (record.replies[Command::kWchs] || !is_mntr_whole ||
             (wchs_ && is_too_old(*wchs_, Command::kWchs, record))) {
    wchs_.reset();
  }
}

void KeptAnswers::read_dirs(const PollRecord& record) {
  if (const auto* reply = record.answer_to(Command::kDirs)) {
    dirs_ = {parse_dirs(reply->text), record.began()};
  } else if (record.replies[Command::kDirs] ||
             (dirs_ && is_too_old(*dirs_, Command::kDirs, record))) {
    dirs_.reset();
  }
}

void KeptAnswers::read_hash(const PollRecord& record, const std::optional<Zxid>& zxid,
                            bool is_same) {
  if (const auto* reply = record.answer_to(Command::kHash)) {
    digests_ = {std::make_shared<const Digests>(zke::read_hash(*reply)), record.began()};
    return;
  }
  if (!digests_) {
    return;
  }
  const auto& log = digests_->value->log;
  const bool is_back = zxid && !log.empty() && log.back().zxid > to_number(*zxid);
  if (record.replies[Command::kHash] || is_back || !is_same ||
      is_too_old(*digests_, Command::kHash, record)) {
    digests_.reset();
  }
}

void KeptAnswers::show(MemberSample& sample) const {
  if (wchs_) {
    sample.wchs = wchs_->value;
  }
  if (conf_) {
    sample.conf = conf_->value.conf;
    sample.last_snapshot = conf_->value.last_snapshot;
  } else if (dirs_) {
    sample.dirs = dirs_->value;
  }
  sample.digests = digests_ ? digests_->value : nullptr;
}

}  // namespace zke

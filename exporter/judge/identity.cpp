#include "judge/identity.hpp"

#include <bit>

namespace zke {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint32_t kStrongPolls = 0x3F;  // six
constexpr int kStrongSigns = 2;
constexpr std::uint32_t kWeakPolls = 0xFFF;  // twelve
constexpr int kWeakSigns = 3;
constexpr auto kForget = minutes(10);
constexpr int kForgetPolls = 10;

/// A read-only server has no role among the others.
bool has_role(const std::optional<Mode>& mode) { return mode && *mode != Mode::kReadOnly; }

}  // namespace

/// A server keeps its id. Its role changes between two words of a poll, or within an epoch, at most
/// once in an election.
bool Identity::is_strong_sign(const IdentityMarks& marks) const {
  if (has_role(marks.srvr_mode) && has_role(marks.mntr_mode) &&
      marks.srvr_mode != marks.mntr_mode) {
    return true;
  }
  if (marks.server_id && server_id_ && *marks.server_id != *server_id_) {
    return true;
  }
  return last_ && has_role(marks.srvr_mode) && has_role(last_->srvr_mode) &&
         marks.srvr_mode != last_->srvr_mode && marks.zxid && last_->zxid &&
         marks.zxid->epoch == last_->zxid->epoch;
}

/// A server's last transaction and the time of its start do not go back, or once in its life.
/// Counts of packets tell nothing: an idle server that restarts again and again shows the same few.
bool Identity::is_weak_sign(const IdentityMarks& marks) const {
  if (!last_) {
    return false;
  }
  const auto number = [](const Zxid& zxid) {
    return (static_cast<std::uint64_t>(zxid.epoch) << 32U) | zxid.counter;
  };
  if (marks.zxid && last_->zxid && number(*marks.zxid) < number(*last_->zxid)) {
    return true;
  }
  if (!marks.uptime || !last_->uptime) {
    return false;
  }
  const auto start = marks.clock - *marks.uptime;  // by our own clock, which never jumps
  const auto last_start = last_->clock - *last_->uptime;
  return start + seconds(2) + marks.took + last_->took < last_start;
}

bool Identity::judge(const IdentityMarks& marks) {
  if (marks.is_moved) {
    other_id_ = marks.is_other_address ? server_id_ : std::nullopt;
    server_id_.reset();
    last_.reset();
  }
  const bool is_proof = marks.server_id && other_id_ && *marks.server_id != *other_id_;
  const bool is_strong = is_strong_sign(marks);
  const bool is_weak = is_weak_sign(marks);
  strong_ = (strong_ << 1U) | (is_strong ? 1U : 0U);
  weak_ = (weak_ << 1U) | (is_weak ? 1U : 0U);
  is_doubtful_ = is_strong || is_weak || is_proof;
  if (is_doubtful_) {
    sign_ = marks.clock;
    polls_since_sign_ = 0;
  } else {
    ++polls_since_sign_;
  }
  // A proof: one server has one id, at each of its addresses.
  if (is_proof || std::popcount(strong_ & kStrongPolls) >= kStrongSigns ||
      std::popcount(weak_ & kWeakPolls) >= kWeakSigns) {
    is_several_ = true;
  } else if (polls_since_sign_ >= kForgetPolls && marks.clock - sign_ >= kForget) {
    is_several_ = false;
  }
  if (is_proof) {
    other_id_.reset();
  }
  last_ = marks;
  server_id_ = marks.server_id ? marks.server_id : server_id_;
  return is_several_;
}

}  // namespace zke

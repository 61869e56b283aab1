#include "poll/close_watch.hpp"

#include <algorithm>

namespace zke {

namespace {

using std::chrono::seconds;

constexpr auto kUntilQuiet = seconds(5);
constexpr int kRounds = 15;
constexpr int kStarts = 2;
constexpr int kIntervalsPerStart = 6;

}  // namespace

bool TokenBucket::take(Clock::time_point now) {
  if (left_ < size_) {
    const auto back = (now - since_) / refill_;
    left_ = static_cast<int>(std::min<std::int64_t>(size_, left_ + back));
    since_ += back * refill_;
  }
  if (left_ == size_) {
    since_ = now;
  }
  if (left_ == 0) {
    return false;
  }
  --left_;
  return true;
}

CloseWatch::CloseWatch(Clock::duration interval)
    : interval_(interval), rounds_(kRounds, interval) {}

void CloseWatch::note_change(const std::string& cause, Clock::time_point now) {
  auto& starts = causes_.try_emplace(cause, kStarts, kIntervalsPerStart * interval_).first->second;
  if (starts.take(now)) {
    changed_ = now;
  }
}

std::optional<CloseWatch::Clock::time_point> CloseWatch::next_round(Clock::time_point now) {
  if (!changed_ || now - *changed_ > kUntilQuiet) {
    return std::nullopt;
  }
  if (round_ && *round_ > now) {
    return round_;
  }
  const auto gap = round_ && *round_ - *changed_ >= seconds(2) ? seconds(2) : seconds(1);
  const auto next = round_ ? std::max(now, *round_ + gap) : now;
  if (next - *changed_ > kUntilQuiet || !rounds_.take(now)) {
    return std::nullopt;
  }
  round_ = next;
  return round_;
}

}  // namespace zke

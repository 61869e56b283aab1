#include "judge/lasting.hpp"

#include <algorithm>

namespace zke {

Lasting::Lasting(const Since& last, Clock::time_point now, Clock::duration election_time)
    : last_(last), now_(now), election_time_(election_time) {}

bool Lasting::is_proven(const Sign& sign, Clock::duration more) {
  return is_proven_by(now_ - more, sign);
}

bool Lasting::is_proven_by(Clock::time_point clock, const Sign& sign) {
  const auto last = last_.find(sign);
  const auto since = last == last_.end() ? now_ : last->second;
  seen_.emplace(sign, since);
  return clock - since > election_time_;
}

Lasting::Clock::duration election_time(const Snapshot& view) {
  constexpr std::int64_t kShortest = 10'000;
  constexpr std::int64_t kLongest = 600'000;  // whatever a server says, a verdict must come
  auto longest = kShortest;
  for (const auto& member : view.members) {
    const auto* const sample = member.sample.get();
    if (sample != nullptr && sample->conf && sample->conf->tick_time && sample->conf->sync_limit) {
      longest = std::max(longest,
                         std::min(*sample->conf->tick_time * *sample->conf->sync_limit, kLongest));
    }
  }
  return std::chrono::milliseconds(longest);
}

}  // namespace zke

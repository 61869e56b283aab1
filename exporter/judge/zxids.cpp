#include "judge/zxids.hpp"

#include <algorithm>

namespace zke {

namespace {

using Member = Membership::Member;

bool has_zxid(const Member& member) {
  return member.sample != nullptr && member.sample->srvr && member.sample->srvr->zxid;
}

std::optional<std::uint32_t> find_lag(const MemberSample& follower,
                                      const std::deque<ZxidMemory::Reading>& leader) {
  const auto asked = follower.clock - follower.took;
  const auto before =
      std::ranges::find_if(leader, [&](const auto& reading) { return reading.clock <= asked; });
  const auto& reached = *follower.srvr->zxid;
  if (before == leader.end() || before->zxid.epoch != reached.epoch) {
    return std::nullopt;
  }
  return before->zxid.counter - std::min(before->zxid.counter, reached.counter);
}

std::optional<std::uint32_t> follow_lag(const Member& member, ZxidMemory& memory) {
  if (member.state() != MemberState::kFollower && member.state() != MemberState::kObserver) {
    memory.lags.erase(member.name);
    return std::nullopt;
  }
  auto& lag = memory.lags[member.name];
  if (lag.clock != member.sample->clock) {
    lag = {member.sample->clock, find_lag(*member.sample, memory.leader)};
  }
  return lag.transactions;
}

void remember_leader(const MemberSample& leader, std::deque<ZxidMemory::Reading>& readings) {
  constexpr std::size_t kMostReadings = 16;
  if (readings.empty() || readings.front().clock != leader.clock) {
    readings.push_front({leader.clock, *leader.srvr->zxid});
    readings.resize(std::min(readings.size(), kMostReadings));
  }
}

void count_elections(std::uint32_t epoch, ZxidMemory& memory) {
  constexpr std::uint32_t kMostAtOnce = 1000;  // more between two polls is no election
  const auto last = memory.epoch.value_or(epoch);
  memory.elections += epoch > last ? std::min(epoch - last, kMostAtOnce) : 0;
  memory.epoch = epoch;
}

}  // namespace

Progress follow_zxids(const Membership& membership, const Roles& roles, ZxidMemory& memory) {
  Progress progress;
  for (const auto& member : membership.members) {
    auto& lag = progress.lags.emplace_back();
    if (is_serving(member.state()) && has_zxid(member) && !member.is_several) {
      progress.epoch = std::max(progress.epoch.value_or(0), member.sample->srvr->zxid->epoch);
      lag = follow_lag(member, memory);
    }
  }
  if (membership.is_polled()) {  // a member that was not polled yet may lead
    const auto leader = roles.only_leader();
    if (leader && has_zxid(membership.members[*leader])) {
      remember_leader(*membership.members[*leader].sample, memory.leader);
    }
    if (roles.count_leaders() == 1 && progress.epoch) {
      count_elections(*progress.epoch, memory);
    }
  }
  progress.elections = memory.elections;
  return progress;
}

}  // namespace zke

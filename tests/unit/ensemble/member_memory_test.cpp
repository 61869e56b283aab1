#include <cmath>

#include <catch2/catch.hpp>

#include "support/captures.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

constexpr auto kLeader = "3.9.3/leader";

/// A poll that took place `later` than that of empty_record().
PollRecord later(PollRecord record, std::chrono::milliseconds later) {
  record.finished += later;
  record.clock += later;
  return record;
}

PollRecord unreachable() {
  auto record = empty_record();
  set_reply(record, Command::kSrvr, Error(Reason::kRefused, "connection refused"));
  return record;
}

std::chrono::steady_clock::time_point at(std::chrono::milliseconds offset) {
  return empty_record().clock + offset;
}

/// A poll of a leader with this uptime, whose reply came this much later than the clock was read.
PollRecord with_uptime(std::chrono::milliseconds uptime) {
  auto record = empty_record();
  set_reply(record, Command::kSrvr, captured_reply(kLeader, Command::kSrvr));
  set_reply(record, Command::kMntr,
            Reply{Reply::Kind::kAnswer, "zk_version\t3.9.3\nzk_server_state\tleader\nzk_uptime\t" +
                                            std::to_string(uptime.count()) + "\n"});
  return later(std::move(record), uptime);
}

}  // namespace

TEST_CASE("every command is due in the first poll", "[ensemble]") {
  const MemberMemory memory;
  for (const auto command : kCommands) {
    CHECK(memory.is_due(command, at(0s)));
  }
}

TEST_CASE("a refused command is asked again after ten minutes only", "[ensemble]") {
  MemberMemory memory;
  memory.judge(captured_record("3.9.3/not-whitelisted"));

  CHECK(memory.is_due(Command::kSrvr, at(10s)));
  for (const auto command : {Command::kMntr, Command::kWchs, Command::kConf}) {
    CHECK_FALSE(memory.is_due(command, at(10s)));
    CHECK_FALSE(memory.is_due(command, at(10min - 1ms)));
    CHECK(memory.is_due(command, at(10min)));
  }
}

TEST_CASE("a refused command is not forgotten by the polls that leave it out", "[ensemble]") {
  MemberMemory memory;
  memory.judge(captured_record("3.9.3/not-whitelisted"));
  auto record = later(empty_record(), 10s);
  set_reply(record, Command::kSrvr, captured_reply("3.9.3/not-whitelisted", Command::kSrvr));

  const auto sample = memory.judge(record);

  CHECK(sample.reason == Reason::kCommandRefused);
  CHECK(sample.command_allowed.at(1) == false);
  CHECK_FALSE(memory.is_due(Command::kMntr, at(10min - 1ms)));
  CHECK(memory.is_due(Command::kMntr, at(10min)));
}

TEST_CASE("a refused command is asked at once when the member was away", "[ensemble]") {
  MemberMemory memory;
  memory.judge(captured_record("3.9.3/not-whitelisted"));
  memory.judge(later(unreachable(), 10s));

  for (const auto command : kCommands) {
    CHECK(memory.is_due(command, at(20s)));
  }
}

TEST_CASE("a command that is allowed later is taken", "[ensemble]") {
  MemberMemory memory;
  memory.judge(captured_record("3.9.3/not-whitelisted"));

  const auto sample = memory.judge(later(captured_record("3.9.3/standalone"), 10min));

  CHECK(sample.reason == Reason::kNone);
  CHECK(sample.command_allowed.at(1) == true);
  CHECK_FALSE(sample.mntr.empty());
}

TEST_CASE("conf is asked once a minute, all else in every poll", "[ensemble]") {
  MemberMemory memory;
  memory.judge(captured_record(kLeader));

  CHECK_FALSE(memory.is_due(Command::kConf, at(10s)));
  CHECK_FALSE(memory.is_due(Command::kConf, at(1min - 1ms)));
  CHECK(memory.is_due(Command::kConf, at(1min)));
  for (const auto command : {Command::kSrvr, Command::kMntr, Command::kWchs}) {
    CHECK(memory.is_due(command, at(1s)));
  }
}

TEST_CASE("what conf said is kept until it is asked again", "[ensemble]") {
  MemberMemory memory;
  memory.judge(captured_record(kLeader));
  auto record = later(captured_record(kLeader), 10s);
  record.replies.at(3).reset();

  CHECK(memory.judge(record).conf->server_id == 2);
}

TEST_CASE("conf is asked again after a change of role, and the old one not shown", "[ensemble]") {
  MemberMemory memory;
  memory.judge(captured_record(kLeader));
  auto record = later(captured_record("3.9.3/follower"), 10s);
  record.replies.at(3).reset();

  const auto sample = memory.judge(record);

  CHECK(sample.state == MemberState::kFollower);
  CHECK_FALSE(sample.conf);
  CHECK(memory.is_due(Command::kConf, at(20s)));
}

TEST_CASE("the start time does not move with the jitter of the polls", "[ensemble]") {
  MemberMemory memory;
  const auto first = memory.judge(with_uptime(10s)).start_time;
  REQUIRE(first == 1763800000);

  for (int i = 1; i < 200; ++i) {
    const auto jitter = std::chrono::milliseconds((i * 379) % 1400 - 700);
    auto record = with_uptime(std::chrono::seconds(10 * (i + 1)));
    record.finished += jitter;
    CHECK(memory.judge(record).start_time == first);
  }
}

TEST_CASE("the start time moves when the member took another role", "[ensemble]") {
  MemberMemory memory;
  memory.judge(with_uptime(1h));

  auto record = with_uptime(3s);
  record.finished += 1h;

  CHECK(memory.judge(record).start_time == 1763800000 + 3600);
}

TEST_CASE("whether a member has a vote is kept while it does not say", "[ensemble]") {
  MemberMemory memory;
  CHECK_FALSE(memory.judge(unreachable()).is_voter);
  CHECK(memory.judge(captured_record("3.9.3/observer")).is_voter == false);
  CHECK(memory.judge(captured_record("3.9.3/not-serving-observer")).is_voter == false);
  CHECK(memory.judge(unreachable()).is_voter == false);
  CHECK(memory.judge(captured_record("3.9.3/follower")).is_voter == true);
  CHECK(memory.judge(unreachable()).is_voter == true);
}

TEST_CASE("without conf the role tells whether a member has a vote", "[ensemble]") {
  for (const auto* voter : {"leader", "follower", "standalone"}) {
    auto record = captured_record(std::string("3.9.3/") + voter);
    record.replies.at(3).reset();
    CHECK(MemberMemory().judge(record).is_voter == true);
  }
  auto record = captured_record("3.9.3/observer");
  record.replies.at(3).reset();
  CHECK(MemberMemory().judge(record).is_voter == false);
}

TEST_CASE("polls and commands are counted since the start", "[ensemble]") {
  MemberMemory memory;
  memory.judge(captured_record(kLeader));
  memory.judge(unreachable());
  memory.judge(captured_record("3.9.3/not-serving-participant"));

  const auto counts = memory.judge(captured_record(kLeader)).counts;

  CHECK(counts.polls == std::array<std::uint64_t, kPollResultCount>{3, 0, 1});
  CHECK(counts.commands == std::array<std::uint64_t, kCommandCount>{4, 2, 2, 2});
}

TEST_CASE("nothing of an earlier poll is left when a member fails", "[ensemble]") {
  MemberMemory memory;
  memory.judge(captured_record(kLeader));

  const auto sample = memory.judge(unreachable());

  CHECK_FALSE(sample.srvr);
  CHECK(sample.mntr.empty());
  CHECK_FALSE(sample.wchs);
  CHECK_FALSE(sample.conf);
  CHECK_FALSE(sample.version);
  CHECK_FALSE(sample.start_time);
}

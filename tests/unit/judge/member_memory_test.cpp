#include <cmath>

#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "support/captures.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

constexpr auto kLeader = "3.9.3/leader";
constexpr auto kTook = 5ms;  // of each poll

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
            Reply{Reply::Kind::kAnswer, "zk_version\t3.5.10\nzk_server_state\tleader\nzk_uptime\t" +
                                            std::to_string(uptime.count()) + "\n"});
  return later(std::move(record), uptime);
}

}  // namespace

TEST_CASE("every command but the optional ones is due in the first poll", "[judge]") {
  const MemberMemory memory;
  for (const auto command : kCommands) {
    CHECK(memory.due(at(0s)).contains(command) == !is_optional(command));
  }
}

TEST_CASE("hash is asked only of a server whose version is known to have it", "[judge]") {
  for (const auto& [capture, has_hash] :
       std::initializer_list<std::pair<const char*, bool>>{{"3.4.14/leader", false},
                                                           {"3.5.10/leader", false},
                                                           {"3.6.4/leader", true},
                                                           {"3.10.0-SNAPSHOT/leader", true}}) {
    CAPTURE(capture);
    auto record = captured_record(capture);
    record.replies[Command::kHash].reset();
    MemberMemory memory;
    memory.judge(record);
    CHECK(memory.due(at(10s)).contains(Command::kHash) == has_hash);

    memory.judge(later(unreachable(), 10s));
    CHECK_FALSE(memory.due(at(20s)).contains(Command::kHash));
  }
}

TEST_CASE("hash is asked once a minute, and what it said is kept", "[judge]") {
  MemberMemory memory;
  const auto first = memory.judge(captured_record(kLeader));
  REQUIRE(first.digests);
  CHECK(first.digests->log.size() == 7);
  CHECK_FALSE(memory.due(at(10s)).contains(Command::kHash));
  CHECK(memory.due(at(1min)).contains(Command::kHash));
  auto record = later(captured_record(kLeader), 10s);
  record.replies[Command::kHash].reset();
  record.replies[Command::kMntr].reset();  // its uptime stands still

  CHECK(memory.judge(record).digests == first.digests);
}

TEST_CASE("digests are forgotten when the server went back, took another role or was away",
          "[judge]") {
  auto back = later(captured_record(kLeader), 10s);
  back.replies[Command::kMntr].reset();
  auto text = captured(kLeader, Command::kSrvr);
  const auto zxid = text.find("Zxid: 0x");
  text.replace(zxid, text.find('\n', zxid) - zxid, "Zxid: 0x100000001");
  set_reply(back, Command::kSrvr, Reply{Reply::Kind::kAnswer, text});
  for (auto record : {back, later(captured_record("3.9.3/follower"), 10s), unreachable()}) {
    MemberMemory memory;
    memory.judge(captured_record(kLeader));
    record.replies[Command::kHash].reset();
    CHECK_FALSE(memory.judge(record).digests);
  }
}

TEST_CASE("dirs is asked only where conf is refused, and gives its sizes", "[judge]") {
  MemberMemory allowed;
  CHECK_FALSE(allowed.judge(captured_record(kLeader)).dirs);
  CHECK_FALSE(allowed.due(at(10s)).contains(Command::kDirs));

  MemberMemory refused;
  auto record = captured_record(kLeader);
  record.replies[Command::kDirs].reset();
  set_reply(record, Command::kConf, captured_reply("3.9.3/not-whitelisted", Command::kConf));
  CHECK_FALSE(refused.judge(record).dirs);
  CHECK(refused.due(at(10s)).contains(Command::kDirs));

  auto with_dirs = later(captured_record(kLeader), 10s);
  with_dirs.replies[Command::kConf].reset();
  const auto sample = refused.judge(with_dirs);
  REQUIRE(sample.dirs);
  CHECK(sample.dirs->data_size == 67109602);
  CHECK(sample.dirs->log_size == 67109602);
  CHECK_FALSE(refused.due(at(60s)).contains(Command::kDirs));
  CHECK(refused.due(at(70s)).contains(Command::kDirs));
}

TEST_CASE("a refused hash is no failure, and asked again after ten minutes", "[judge]") {
  MemberMemory memory;
  auto record = captured_record(kLeader);
  set_reply(record, Command::kHash, captured_reply("3.9.3/not-whitelisted", Command::kHash));

  const auto sample = memory.judge(record);

  CHECK(sample.reason == Reason::kNone);
  CHECK(sample.detail.empty());
  CHECK(sample.result == PollResult::kOk);
  CHECK(sample.command_allowed[Command::kHash] == false);
  CHECK_FALSE(sample.digests);
  CHECK_FALSE(memory.due(at(9min)).contains(Command::kHash));
  CHECK(memory.due(at(10min)).contains(Command::kHash));
}

TEST_CASE("a refused command is asked again after ten minutes only", "[judge]") {
  MemberMemory memory;
  memory.judge(captured_record("3.9.3/not-whitelisted"));

  CHECK(memory.due(at(10s)).contains(Command::kSrvr));
  for (const auto command : {Command::kMntr, Command::kWchs, Command::kConf}) {
    CHECK_FALSE(memory.due(at(10s)).contains(command));
    CHECK_FALSE(memory.due(at(10min - 1ms)).contains(command));
    CHECK(memory.due(at(10min)).contains(command));
  }
}

TEST_CASE("a refused command is not forgotten by the polls that leave it out", "[judge]") {
  MemberMemory memory;
  memory.judge(captured_record("3.9.3/not-whitelisted"));
  auto record = later(empty_record(), 10s);
  set_reply(record, Command::kSrvr, captured_reply("3.9.3/not-whitelisted", Command::kSrvr));

  const auto sample = memory.judge(record);

  CHECK(sample.reason == Reason::kCommandRefused);
  CHECK(sample.command_allowed[Command::kMntr] == false);
  CHECK_FALSE(memory.due(at(10min - 1ms)).contains(Command::kMntr));
  CHECK(memory.due(at(10min)).contains(Command::kMntr));
}

TEST_CASE("a refused command is asked at once when the member was away", "[judge]") {
  MemberMemory memory;
  memory.judge(captured_record("3.9.3/not-whitelisted"));
  memory.judge(later(unreachable(), 10s));

  for (const auto command : kCommands) {
    CHECK(memory.due(at(20s)).contains(command) == !is_optional(command));
  }
}

TEST_CASE("a command that is allowed later is taken", "[judge]") {
  MemberMemory memory;
  memory.judge(captured_record("3.9.3/not-whitelisted"));

  const auto sample = memory.judge(later(captured_record("3.9.3/standalone"), 10min));

  CHECK(sample.reason == Reason::kNone);
  CHECK(sample.command_allowed[Command::kMntr] == true);
  CHECK(sample.figures);
}

TEST_CASE("conf is asked once a minute, all else in every poll", "[judge]") {
  MemberMemory memory;
  memory.judge(captured_record(kLeader));

  CHECK_FALSE(memory.due(at(10s)).contains(Command::kConf));
  CHECK_FALSE(memory.due(at(1min - kTook - 1ms)).contains(Command::kConf));
  CHECK(memory.due(at(1min - kTook)).contains(Command::kConf));
  for (const auto command : {Command::kSrvr, Command::kMntr, Command::kWchs}) {
    CHECK(memory.due(at(1s)).contains(command));
  }
}

TEST_CASE("what conf said is kept until it is asked again", "[judge]") {
  MemberMemory memory;
  memory.judge(captured_record(kLeader));
  auto record = later(captured_record(kLeader), 10s);
  record.replies[Command::kConf].reset();

  CHECK(memory.judge(record).conf->server_id == 2);
}

TEST_CASE("conf is asked again after a change of role, and the old one not shown", "[judge]") {
  MemberMemory memory;
  memory.judge(captured_record(kLeader));
  auto record = later(captured_record("3.9.3/follower"), 10s);
  record.replies[Command::kConf].reset();

  const auto sample = memory.judge(record);

  CHECK(sample.state == MemberState::kFollower);
  CHECK_FALSE(sample.conf);
  CHECK(memory.due(at(20s)).contains(Command::kConf));
}

TEST_CASE("the start time does not move with the jitter of the polls", "[judge]") {
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

TEST_CASE("the start time moves when the member took another role", "[judge]") {
  MemberMemory memory;
  memory.judge(with_uptime(1h));

  auto record = with_uptime(3s);
  record.finished += 1h;

  CHECK(memory.judge(record).start_time == 1763800000 + 3600);
}

TEST_CASE("whether a member has a vote is kept while it does not say", "[judge]") {
  MemberMemory memory;
  CHECK_FALSE(memory.judge(unreachable()).is_voter);
  CHECK(memory.judge(captured_record("3.9.3/observer")).is_voter == false);
  CHECK(memory.judge(captured_record("3.9.3/not-serving-observer")).is_voter == false);
  CHECK(memory.judge(unreachable()).is_voter == false);
  CHECK(memory.judge(captured_record("3.9.3/follower")).is_voter == true);
  CHECK(memory.judge(unreachable()).is_voter == true);
}

TEST_CASE("without conf the role tells whether a member has a vote", "[judge]") {
  for (const auto* voter : {"leader", "follower", "standalone"}) {
    auto record = captured_record(std::string("3.9.3/") + voter);
    record.replies[Command::kConf].reset();
    CHECK(MemberMemory().judge(record).is_voter == true);
  }
  auto record = captured_record("3.9.3/observer");
  record.replies[Command::kConf].reset();
  CHECK(MemberMemory().judge(record).is_voter == false);
}

TEST_CASE("polls and commands are counted since the start", "[judge]") {
  MemberMemory memory;
  memory.judge(captured_record(kLeader));
  memory.judge(unreachable());
  memory.judge(captured_record("3.9.3/not-serving-participant"));

  const auto counts = memory.judge(captured_record(kLeader)).counts;

  CHECK(counts.polls == std::array<std::uint64_t, kPollResultCount>{3, 0, 1});
  CHECK(counts.commands[Command::kSrvr] == 4);
  for (const auto command : {Command::kMntr, Command::kWchs, Command::kConf}) {
    CHECK(counts.commands[command] == 2);
  }
}

TEST_CASE("nothing of an earlier poll is left when a member fails", "[judge]") {
  MemberMemory memory;
  memory.judge(captured_record(kLeader));

  const auto sample = memory.judge(unreachable());

  CHECK_FALSE(sample.srvr);
  CHECK_FALSE(sample.figures);
  CHECK_FALSE(sample.wchs);
  CHECK_FALSE(sample.conf);
  CHECK_FALSE(sample.version);
  CHECK_FALSE(sample.start_time);
}

TEST_CASE("conf is at most a minute old, however often it fails later", "[judge]") {
  MemberMemory memory;
  memory.judge(captured_record(kLeader));
  auto record = later(captured_record(kLeader), 1min - 1s);
  record.replies[Command::kConf].reset();
  CHECK(memory.judge(record).conf);

  for (const auto after : {61s, 120s, 3600s}) {
    record = later(captured_record(kLeader), after);
    set_reply(record, Command::kConf, Error(Reason::kTimeout, "no answer"));
    CHECK_FALSE(memory.judge(record).conf);
  }
}

TEST_CASE("conf is asked in the first poll that would not show it any more", "[judge]") {
  for (const auto after : {1min - 1ms, 1min - 0ms, 1min + 1ms}) {
    MemberMemory memory;
    memory.judge(captured_record(kLeader));
    const bool is_asked = memory.due(at(after - kTook)).contains(Command::kConf);
    auto record = later(captured_record(kLeader), after);
    record.replies[Command::kConf].reset();

    CHECK(memory.judge(record).conf.has_value() != is_asked);
  }
}

TEST_CASE("conf that is refused now is not shown any more", "[judge]") {
  MemberMemory memory;
  memory.judge(captured_record(kLeader));
  auto record = later(captured_record(kLeader), 61s);
  set_reply(record, Command::kConf, captured_reply("3.9.3/not-whitelisted", Command::kConf));
  CHECK_FALSE(memory.judge(record).conf);
}

TEST_CASE("a poll beside the grid leaves the watches out for ten seconds, and shows them",
          "[judge]") {
  MemberMemory memory;
  const auto paths = memory.judge(captured_record(kLeader)).wchs->paths;

  CHECK_FALSE(memory.due(at(9s), true).contains(Command::kWchs));
  CHECK(memory.due(at(9s)).contains(Command::kWchs));
  CHECK(memory.due(at(11s), true).contains(Command::kWchs));
  auto record = later(captured_record(kLeader), 9s);
  record.replies[Command::kWchs].reset();
  CHECK(memory.judge(record).wchs->paths == paths);
  record = later(captured_record(kLeader), 11s);
  record.replies[Command::kWchs].reset();
  CHECK_FALSE(memory.judge(record).wchs);
}

TEST_CASE("watches that could not be asked are not shown from before", "[judge]") {
  MemberMemory memory;
  memory.judge(captured_record(kLeader));
  auto record = later(captured_record(kLeader), 2s);
  SECTION("since they failed") {
    set_reply(record, Command::kWchs, Error(Reason::kTimeout, "no answer"));
  }
  SECTION("since mntr failed before") {
    set_reply(record, Command::kMntr, Error(Reason::kTimeout, "no answer"));
    record.replies[Command::kWchs].reset();
  }
  CHECK_FALSE(memory.judge(record).wchs);
}

TEST_CASE("words that the server closes on twice are refused, and said to be so", "[judge]") {
  MemberMemory memory;
  const auto closed = Error(Reason::kClosedWithoutAnswer, "closed");
  const auto poll = [&](std::chrono::milliseconds after) {
    auto record = later(captured_record(kLeader), after);
    set_reply(record, Command::kMntr, closed);
    set_reply(record, Command::kConf, closed);
    return memory.judge(record);
  };
  CHECK(poll(0s).reason == Reason::kClosedWithoutAnswer);

  const auto sample = poll(10s);
  CHECK(sample.reason == Reason::kCommandRefused);
  CHECK(sample.detail.find("mntr, conf") != std::string::npos);
  CHECK(sample.result == PollResult::kOk);
  CHECK(sample.command_allowed[Command::kMntr] == false);
  CHECK(sample.command_allowed[Command::kWchs] == true);
  CHECK(sample.wchs);
  CHECK_FALSE(memory.due(at(20s)).contains(Command::kMntr));
  CHECK(memory.due(at(11min)).contains(Command::kMntr));

  CHECK(poll(11min).reason == Reason::kCommandRefused);  // tried again, and no other news
  memory.judge(later(captured_record(kLeader), 22min));
  CHECK(memory.due(at(22min + 10s)).contains(Command::kMntr));
}

TEST_CASE("a limit on connections, which closes on any word, refuses none", "[judge]") {
  MemberMemory memory;
  for (int poll = 0; poll < 10; ++poll) {
    auto record = later(captured_record(kLeader), poll * 10s);
    set_reply(record, poll % 2 == 0 ? Command::kMntr : Command::kWchs,
              Error(Reason::kClosedWithoutAnswer, "closed"));
    CHECK(memory.judge(record).reason == Reason::kClosedWithoutAnswer);
  }
}

TEST_CASE("what mntr lacks three times in a row is that server's way", "[judge]") {
  MemberMemory memory;
  const auto poll = [&](int number, const std::vector<std::string>& missing) {
    auto record = later(captured_record(kLeader), number * 10s);
    auto rest = captured(kLeader, Command::kMntr);
    std::string said;
    for (std::string_view lines = rest; !lines.empty();) {
      const auto line = std::string(take_line(lines)) + "\n";
      const auto is_in = [&](const std::string& name) {
        return line.find("_" + name + "\t") != line.npos;
      };
      said += std::ranges::any_of(missing, is_in) ? "" : line;
    }
    set_reply(record, Command::kMntr, read_reply(Command::kMntr, said));
    return memory.judge(record);
  };
  for (int number = 0; number < 2; ++number) {
    const auto sample = poll(number, {"fsynctime"});
    CHECK(sample.reason == Reason::kTruncated);
    CHECK(sample.result == PollResult::kPartial);
    CHECK_FALSE(sample.figures);
  }
  const auto believed = poll(2, {"fsynctime"});
  CHECK(believed.reason == Reason::kNone);
  CHECK(believed.detail == "mntr of this server lacks fsynctime: believed from now on");
  CHECK(believed.figures);
  CHECK(poll(3, {"fsynctime"}).detail.empty());

  CHECK(poll(4, {"fsynctime", "readlatency"}).reason == Reason::kTruncated);  // another cut
  CHECK(poll(5, {"fsynctime"}).reason == Reason::kTruncated);
}

TEST_CASE("one address that leads to several servers is noticed", "[judge]") {
  MemberMemory memory;
  const auto poll = [&](int number, const std::string& capture) {
    return memory.judge(later(captured_record(capture), number * 10s)).is_several_servers;
  };
  SECTION("when each poll shows another") {
    bool is_several = false;
    for (int number = 0; number < 6; ++number) {
      is_several = poll(number, number % 2 == 0 ? kLeader : "3.9.3/follower");
    }
    CHECK(is_several);
  }
  SECTION("when each word of a poll shows another") {
    bool is_several = false;
    for (int number = 0; number < 3; ++number) {
      auto record = later(captured_record(kLeader), number * 10s);
      set_reply(record, Command::kMntr, captured_reply("3.9.3/follower", Command::kMntr));
      is_several = memory.judge(record).is_several_servers;
    }
    CHECK(is_several);
    CHECK(memory.judge(later(unreachable(), 60s)).is_several_servers);
    CHECK(poll(30, kLeader));
    for (int number = 120; number < 140; ++number) {
      is_several = poll(number, kLeader);
    }
    CHECK_FALSE(is_several);
  }
  SECTION("when another address of its name is another server") {
    poll(0, kLeader);
    auto record = later(captured_record("3.9.3/follower"), 10s);
    record.is_moved = true;
    record.is_other_address = true;
    record.replies[Command::kConf].reset();
    const auto moved = memory.judge(record);
    CHECK_FALSE(moved.conf);  // it was the other's
    CHECK_FALSE(moved.is_several_servers);
    CHECK(memory.due(at(11s)).contains(Command::kConf));
    CHECK(poll(2, "3.9.3/follower"));
  }
}

TEST_CASE("one server is not taken for several", "[judge]") {
  MemberMemory memory;
  SECTION("that restarts again and again") {
    for (int number = 1; number < 20; ++number) {
      CHECK_FALSE(memory.judge(later(with_uptime(3s), number * 10s)).is_several_servers);
      CHECK_FALSE(memory.judge(later(unreachable(), number * 10s + 5s)).is_several_servers);
    }
  }
  SECTION("of 3.4, which tells no uptime, that restarts between two polls again and again") {
    for (int number = 1; number < 20; ++number) {
      auto record = later(empty_record(), number * 10s);
      auto srvr = captured_reply("3.4.14/follower", Command::kSrvr);
      const auto at = srvr.text.find("Received: ");
      srvr.text.replace(at, srvr.text.find('\n', at) - at,
                        "Received: " + std::to_string(1 + number % 3));
      set_reply(record, Command::kSrvr, srvr);
      CHECK_FALSE(memory.judge(record).is_several_servers);
    }
  }
  SECTION("that changes its role once") {
    CHECK_FALSE(memory.judge(captured_record("3.9.3/follower")).is_several_servers);
    for (int number = 1; number < 5; ++number) {
      CHECK_FALSE(memory.judge(later(captured_record(kLeader), number * 10s)).is_several_servers);
    }
  }
  SECTION("that comes back at an address that its name has not any more") {
    memory.judge(captured_record(kLeader));
    auto record = later(captured_record("3.9.3/follower"), 10s);
    record.is_moved = true;
    CHECK_FALSE(memory.judge(record).is_several_servers);
    CHECK_FALSE(memory.judge(later(captured_record("3.9.3/follower"), 20s)).is_several_servers);
  }
}

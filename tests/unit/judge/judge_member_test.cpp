#include "judge/judge_member.hpp"

#include <utility>

#include <catch2/catch.hpp>

#include "support/captures.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

MemberSample judge_capture(const std::string& capture) {
  MemberMemory memory;
  return memory.judge(captured_record(capture));
}

std::optional<bool> allowed(const MemberSample& sample, Command command) {
  return sample.command_allowed[command];
}

std::uint64_t polls(const MemberSample& sample, PollResult result) {
  return sample.counts.polls.at(static_cast<std::size_t>(result));
}

Error timeout() { return {Reason::kTimeout, "no answer before the deadline"}; }

}  // namespace

TEST_CASE("every captured role is judged to be in its state", "[judge]") {
  const auto cases = std::to_array<std::pair<std::string, MemberState>>({
      {"/leader", MemberState::kLeader},
      {"/follower", MemberState::kFollower},
      {"/observer", MemberState::kObserver},
      {"/standalone", MemberState::kStandalone},
      {"/read-only", MemberState::kReadOnly},
      {"/not-serving-participant", MemberState::kNotServing},
      {"/not-serving-observer", MemberState::kNotServing},
      {"/leader-leaderServes-no", MemberState::kNotServing},
  });
  for (const auto& capture : captures()) {
    for (const auto& [role, state] : cases) {
      if (!capture.ends_with(role)) {
        continue;
      }
      CAPTURE(capture);
      const auto sample = judge_capture(capture);
      CHECK(to_string(sample.state) == to_string(state));
      CHECK(sample.result == PollResult::kOk);
      CHECK(sample.reason == Reason::kNone);
      CHECK(sample.detail.empty());
      CHECK(sample.is_up());
      CHECK(is_serving(state) == (state != MemberState::kReadOnly && sample.srvr.has_value()));
    }
  }
}

TEST_CASE("a sample carries what the poll brought", "[judge]") {
  const auto sample = judge_capture("3.9.3/leader");

  CHECK(sample.took == 5ms);
  CHECK(sample.is_voter == true);
  CHECK(sample.version->number == "3.9.3");
  CHECK(sample.srvr->zxid->epoch == 1);
  REQUIRE(sample.figures);
  CHECK(sample.figures->values.size() > 500);
  CHECK(sample.figures->unparsed == 0);
  CHECK(sample.peer_state == "leading - broadcast");
  CHECK(sample.observer_master_id.empty());
  CHECK(sample.wchs->connections == 3);
  CHECK(sample.conf->server_id == 2);
  CHECK(sample.start_time.has_value());
  for (const auto command : kCommands) {
    CHECK(allowed(sample, command) == true);
    CHECK(sample.counts.commands[command] == 1);
  }
  CHECK(polls(sample, PollResult::kOk) == 1);
}

TEST_CASE("3.4 and 3.5 do not tell when they started", "[judge]") {
  CHECK_FALSE(judge_capture("3.4.14/leader").start_time);
  CHECK_FALSE(judge_capture("3.5.10/follower").start_time);
}

TEST_CASE("a member without a quorum has nothing but its state", "[judge]") {
  const auto sample = judge_capture("3.9.3/not-serving-participant");

  CHECK_FALSE(sample.srvr);
  CHECK_FALSE(sample.is_voter);
  CHECK_FALSE(sample.version);
  CHECK_FALSE(sample.figures);
  CHECK_FALSE(allowed(sample, Command::kMntr));
}

TEST_CASE("a failure of srvr makes the member unreachable, with its reason", "[judge]") {
  for (const auto reason : kReasons) {
    if (reason == Reason::kNone || reason == Reason::kCommandRefused) {
      continue;
    }
    MemberMemory memory;
    auto record = empty_record();
    set_reply(record, Command::kSrvr, Error(reason, "what happened\nthere"));

    const auto sample = memory.judge(record);

    CHECK(sample.state == MemberState::kUnreachable);
    CHECK_FALSE(sample.is_up());
    CHECK(sample.result == PollResult::kFailed);
    CHECK(sample.reason == reason);
    CHECK(sample.detail == "what happened there");
    CHECK(polls(sample, PollResult::kFailed) == 1);
  }
}

TEST_CASE("a member whose name has no address is unreachable", "[judge]") {
  MemberMemory memory;
  auto record = empty_record();
  record.dns_error = "zk-0: Name or service not known";

  const auto sample = memory.judge(record);

  CHECK(sample.state == MemberState::kUnreachable);
  CHECK(sample.reason == Reason::kDns);
  CHECK(sample.detail == "zk-0: Name or service not known");
  CHECK(sample.counts.commands == PerCommand<std::uint64_t>());
}

TEST_CASE("a name that cannot be looked up any more is told while the member answers", "[judge]") {
  MemberMemory memory;
  auto record = captured_record("3.9.3/follower");
  record.dns_error = "zk-0: try again";

  const auto sample = memory.judge(record);

  CHECK(sample.state == MemberState::kFollower);
  CHECK(sample.result == PollResult::kOk);
  CHECK(sample.reason == Reason::kDns);
  CHECK(sample.detail == "zk-0: try again");
}

TEST_CASE("a mode that is not known is no answer of a ZooKeeper", "[judge]") {
  MemberMemory memory;
  auto record = empty_record();
  set_reply(
      record, Command::kSrvr,
      Reply{Reply::Kind::kAnswer, "Zookeeper version: 3.9.3\nMode: dictator\nNode count: 5\n"});

  const auto sample = memory.judge(record);

  CHECK(sample.state == MemberState::kUnreachable);
  CHECK(sample.result == PollResult::kFailed);
  CHECK(sample.reason == Reason::kMalformed);
}

TEST_CASE("srvr stands alone when the whitelist refuses the rest", "[judge]") {
  const auto sample = judge_capture("3.9.3/not-whitelisted");

  CHECK(sample.state == MemberState::kStandalone);
  CHECK(sample.result == PollResult::kOk);
  CHECK(sample.reason == Reason::kCommandRefused);
  CHECK(sample.detail == "the server refuses mntr, wchs, conf: add to its 4lw.commands.whitelist");
  CHECK(sample.srvr);
  CHECK_FALSE(sample.figures);
  CHECK(allowed(sample, Command::kSrvr) == true);
  CHECK(allowed(sample, Command::kMntr) == false);
}

TEST_CASE("a failing mntr leaves the rest of the poll standing", "[judge]") {
  MemberMemory memory;
  memory.judge(captured_record("3.9.3/leader"));
  auto record = empty_record();
  set_reply(record, Command::kSrvr, captured_reply("3.9.3/leader", Command::kSrvr));
  set_reply(record, Command::kMntr, timeout());

  const auto sample = memory.judge(record);

  CHECK(sample.state == MemberState::kLeader);
  CHECK(sample.result == PollResult::kPartial);
  CHECK(sample.reason == Reason::kTimeout);
  CHECK(sample.srvr);
  CHECK_FALSE(sample.figures);
  CHECK_FALSE(sample.wchs);
  CHECK_FALSE(sample.start_time);
  CHECK(allowed(sample, Command::kMntr) == true);  // the last known
  CHECK(polls(sample, PollResult::kPartial) == 1);
}

TEST_CASE("a failure counts for more than a refused command", "[judge]") {
  MemberMemory memory;
  auto record = captured_record("3.9.3/not-whitelisted");
  set_reply(record, Command::kWchs, timeout());

  CHECK(memory.judge(record).reason == Reason::kTimeout);
}

TEST_CASE("a member that stops serving between two words is not serving", "[judge]") {
  MemberMemory memory;
  auto record = empty_record();
  set_reply(record, Command::kSrvr, captured_reply("3.9.3/leader", Command::kSrvr));
  set_reply(record, Command::kMntr,
            captured_reply("3.9.3/not-serving-participant", Command::kMntr));

  const auto sample = memory.judge(record);

  CHECK(sample.state == MemberState::kNotServing);
  CHECK(sample.result == PollResult::kOk);
  CHECK_FALSE(sample.srvr);
  CHECK_FALSE(sample.version);
}

TEST_CASE("the role that mntr says is newer than that of srvr", "[judge]") {
  MemberMemory memory;
  auto record = captured_record("3.9.3/leader");
  set_reply(record, Command::kSrvr, captured_reply("3.9.3/follower", Command::kSrvr));

  CHECK(memory.judge(record).state == MemberState::kLeader);
}

#include <algorithm>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "support/captures.hpp"
#include "support/trio.hpp"

using namespace zke;
using namespace zke::test;

namespace {

using End = Script::End;
using Words = std::set<std::string>;

constexpr auto kLeader = "3.8.0/leader";
constexpr auto kNotServing = "This ZooKeeper instance is not currently serving requests";

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// What the odd one was asked, in whatever number of polls.
/// But the optional ones, which are asked from the second poll on.
Words words_of(const Trio& trio) {
  const auto& words = trio.odd.seen().words;
  Words asked{words.begin(), words.end()};
  asked.erase("hash");
  asked.erase("dirs");
  return asked;
}

void check_not_serving(const std::string& reply) {
  Trio trio;
  trio.odd.play_always(Script{reply});

  trio.start();
  const auto scrape = trio.scrape_after_polls(1);

  CHECK(scrape.value("zookeeper_up", trio.member) == 1);
  CHECK(scrape.value("zookeeper_serving", trio.member) == 0);
  CHECK(scrape.state(trio.member) == "not_serving");
  CHECK(scrape.failure(trio.member) == "none");
  CHECK(differences(scrape.names(trio.member), bare_series()) == "none");
  CHECK(words_of(trio) == Words{"srvr"});
  trio.check_others(scrape);
}

/// `mntr` alone is bad: what srvr says stays.
void check_mntr_failure(Trio& trio, const std::string& reason, const Words& asked) {
  trio.start();
  const auto scrape = trio.scrape_after_polls(1);

  CHECK(scrape.value("zookeeper_up", trio.member) == 1);
  CHECK(scrape.value("zookeeper_serving", trio.member) == 1);
  CHECK(scrape.state(trio.member) == "leader");
  CHECK(scrape.failure(trio.member) == reason);
  CHECK(scrape.value("zookeeper_polls_total", trio.member, R"(result="partial")") ==
        scrape.polls(trio.member));
  CHECK(scrape.names(trio.member).contains("zookeeper_znodes"));
  CHECK_FALSE(scrape.names(trio.member).contains("zookeeper_open_file_descriptors"));
  CHECK(scrape.names(trio.member).contains("zookeeper_tick_time_seconds") ==
        asked.contains("conf"));
  CHECK(words_of(trio) == asked);
  trio.check_others(scrape);
}

}  // namespace

TEST_CASE("a member that is not serving is up, and is asked one word only", "[faults]") {
  SECTION("as ZooKeeper says it") { check_not_serving(std::string(kNotServing) + "\n"); }
  SECTION("without a line end") { check_not_serving(kNotServing); }
  SECTION("with another line end") { check_not_serving(std::string(kNotServing) + "\r\n"); }
  SECTION("as ClickHouse Keeper says it") {
    check_not_serving("This instance is not currently serving requests");
  }
}

TEST_CASE("a member that answers srvr only keeps its state and what srvr says", "[faults]") {
  Trio trio;
  const Words no_more = {"mntr", "srvr"};
  const Words every = {"conf", "mntr", "srvr", "wchs"};
  SECTION("mntr hangs") {
    trio.odd.play(Command::kMntr, Script{"", End::kHang});
    check_mntr_failure(trio, "timeout", no_more);
  }
  SECTION("mntr hangs in mid-reply") {
    const auto whole = captured(kLeader, Command::kMntr);
    trio.odd.play(Command::kMntr, Script{whole.substr(0, whole.size() / 2), End::kHang});
    check_mntr_failure(trio, "timeout", no_more);
  }
  SECTION("mntr is cut within a summary") {
    const auto whole = captured(kLeader, Command::kMntr);
    const auto within = whole.find("zk_max_readlatency");
    trio.odd.play(Command::kMntr, Script{whole.substr(0, within)});
    check_mntr_failure(trio, "truncated", every);
  }
  SECTION("mntr lacks summaries") {
    const auto whole = captured(kLeader, Command::kMntr);
    const auto behind = whole.find("zk_avg_readlatency");
    trio.odd.play(Command::kMntr, Script{whole.substr(0, behind)});
    check_mntr_failure(trio, "truncated", every);
  }
  SECTION("mntr is closed without a byte") {
    trio.odd.play(Command::kMntr, Script{});
    check_mntr_failure(trio, "closed_without_answer", every);
  }
  SECTION("mntr is reset") {
    trio.odd.play(Command::kMntr, Script{"zk_version\t", End::kReset});
    check_mntr_failure(trio, "truncated", no_more);
  }
}

TEST_CASE("a member that stops to serve within a poll is not serving", "[faults]") {
  Trio trio;
  trio.odd.play(Command::kMntr, Script{std::string(kNotServing) + "\n"});

  trio.start();
  const auto scrape = trio.scrape_after_polls(1);

  CHECK(scrape.state(trio.member) == "not_serving");
  CHECK(scrape.failure(trio.member) == "none");
  CHECK(differences(scrape.names(trio.member), bare_series()) == "none");
}

TEST_CASE("a refused word is reported, and not sent again in the next polls", "[faults]") {
  Trio::Timing timing;
  timing.interval = std::chrono::milliseconds(100);
  Trio trio(timing);
  trio.odd.play("3.8.0/not-whitelisted");

  trio.start();
  const auto scrape = trio.scrape_after_polls(4);

  CHECK(scrape.value("zookeeper_up", trio.member) == 1);
  CHECK(scrape.state(trio.member) == "standalone");
  CHECK(scrape.failure(trio.member) == "command_refused");
  CHECK(scrape.value("zookeeper_command_allowed", trio.member, R"(command="srvr")") == 1);
  CHECK(scrape.value("zookeeper_command_allowed", trio.member, R"(command="mntr")") == 0);
  CHECK(scrape.names(trio.member).contains("zookeeper_znodes"));
  const auto& words = trio.odd.seen().words;
  CHECK(words.size() >= 7);
  CHECK(std::ranges::count(words, "mntr") == 1);
  CHECK(std::ranges::count(words, "wchs") == 1);
  CHECK(std::ranges::count(words, "conf") == 1);
  trio.check_others(scrape);
}

TEST_CASE("replies with other line ends are read like the usual ones", "[faults]") {
  Trio trio;
  for (const auto command : kCommands) {
    trio.odd.play(command, Script{replace_all(captured(kLeader, command), "\n", "\r\n")});
  }

  trio.start();
  const auto scrape = trio.scrape_after_polls(1);

  CHECK(scrape.state(trio.member) == "leader");
  CHECK(scrape.failure(trio.member) == "none");
  CHECK(differences(scrape.names(trio.member), full_series(kLeader)) == "none");
  CHECK(scrape.value("zookeeper_unparsed_lines", trio.member) == 0);
}

TEST_CASE("keys that come twice count once and are reported", "[faults]") {
  Trio trio;
  const auto mntr = captured(kLeader, Command::kMntr);
  trio.odd.play(Command::kMntr, Script{mntr + mntr});

  trio.start();
  const auto scrape = trio.scrape_after_polls(1);  // fails when a series comes twice

  CHECK(scrape.state(trio.member) == "leader");
  CHECK(scrape.failure(trio.member) == "none");
  CHECK(differences(scrape.names(trio.member), full_series(kLeader)) == "none");
  CHECK(scrape.value("zookeeper_unparsed_lines", trio.member) > 0);
  trio.check_others(scrape);
}

#include "pages/probes.hpp"

#include <thread>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "support/board_pages.hpp"

using namespace zke;
using namespace zke::test;

namespace {

Observation serving(MemberState state) {
  Observation seen;
  seen.state = state;
  return seen;
}

Observation failing(Reason reason) {
  Observation seen;
  seen.reason = reason;
  seen.detail = "what happened";
  return seen;
}

const std::string kMember = "?member=zk-3:2181";

}  // namespace

TEST_CASE("a probe looks at the member that is asked for", "[pages]") {
  BoardPages pages;
  pages.seen = serving(MemberState::kFollower);

  const auto response = pages.ask("/probe/readiness" + kMember);

  CHECK(pages.asked == std::vector<std::string>{"default zk-3:2181"});
  CHECK(response.status == 200);
  CHECK(response.body == "ready: zk-3:2181 serves as follower\n");
  CHECK(header(response, "X-ZK-Verdict") == "ready");
  CHECK(header(response, "X-ZK-Reason") == "serving");
  CHECK(header(response, "Cache-Control") == "no-store");
}

TEST_CASE("each probe answers by its own column of the verdict table", "[pages]") {
  BoardPages pages;
  const auto ask = [&](const std::string& probe, const Observation& seen) {
    pages.seen = seen;
    const auto response = pages.ask("/probe/" + probe + kMember);
    return std::to_string(response.status) + " " + header(response, "X-ZK-Verdict") + " " +
           header(response, "X-ZK-Reason");
  };
  const auto silent = serving(MemberState::kNotServing);

  CHECK(ask("startup", silent) == "200 started not_serving");
  CHECK(ask("liveness", silent) == "200 live not_serving");
  CHECK(ask("readiness", silent) == "503 not_ready not_serving");
  CHECK(ask("startup", failing(Reason::kTimeout)) == "503 not_started timeout");
  CHECK(ask("liveness", failing(Reason::kTimeout)) == "503 dead timeout");
  CHECK(ask("readiness", failing(Reason::kTimeout)) == "503 not_ready timeout");
  CHECK(ask("liveness", failing(Reason::kRefused)) == "503 dead refused");
  CHECK(ask("liveness", failing(Reason::kTls)) == "200 live tls");
  CHECK(ask("liveness", failing(Reason::kLocalError)) == "200 live local_error");
  CHECK(ask("liveness", failing(Reason::kCommandRefused)) == "200 live command_refused");
  CHECK(ask("readiness", failing(Reason::kCommandRefused)) == "503 not_ready command_refused");
  CHECK(ask("readiness", serving(MemberState::kReadOnly)) == "503 not_ready read_only");
}

TEST_CASE("a read-only member is ready when that is allowed", "[pages]") {
  BoardPages pages;
  pages.seen = serving(MemberState::kReadOnly);

  const auto response = pages.ask("/probe/readiness" + kMember + "&allow_read_only");

  CHECK(response.status == 200);
  CHECK(header(response, "X-ZK-Reason") == "read_only");
}

TEST_CASE("a warning is told in words and in JSON", "[pages]") {
  BoardPages pages;
  pages.seen = failing(Reason::kClosedWithoutAnswer);

  CHECK(pages.ask("/probe/liveness" + kMember).body == "live: zk-3:2181 what happened (warning)\n");
  const auto response = pages.ask("/probe/liveness" + kMember, "application/json");
  const auto json = boost::json::parse(response.body);
  CHECK(response.content_type == "application/json");
  CHECK(json.at("member").as_string() == "zk-3:2181");
  CHECK(json.at("ensemble").as_string() == "default");
  CHECK(json.at("verdict").as_string() == "live");
  CHECK(json.at("reason").as_string() == "closed_without_answer");
  CHECK(json.at("passed").as_bool());
  CHECK(json.at("warning").as_bool());
  CHECK(json.at("state").as_string() == "unreachable");
  CHECK(
      boost::json::parse(pages.ask("/probe/liveness" + kMember + "&format=json").body).is_object());
}

TEST_CASE("verbose adds the state of the ensemble", "[pages]") {
  BoardPages pages;
  pages.poll(Round("1 2 3", "1L 2F 3F"));
  pages.seen = serving(MemberState::kFollower);

  CHECK(pages.ask("/probe/readiness" + kMember + "&verbose").body ==
        "ready: zk-3:2181 serves as follower\n"
        "ensemble: default\nstate: follower\nensemble level: healthy\n"
        "All 3 voters serve, zk-1:2181 leads; one voter can be lost without harm to clients.\n");
}

TEST_CASE("a member that is not known is not asked", "[pages]") {
  BoardPages pages;
  const std::string members = "  zk-1:2181\n  zk-2:2181\n  zk-3:2181\n";

  const auto unknown = pages.ask("/probe/liveness?member=zk-9:2181");
  CHECK(unknown.status == 404);
  CHECK(unknown.body == "404: ?member= must be one of these:\n" + members);
  const auto missing = pages.ask("/probe/liveness");
  CHECK(missing.status == 400);
  CHECK(missing.body == "400: ?member= must be one of these:\n" + members);
  CHECK(pages.asked.empty());
}

TEST_CASE("a probe that is not understood is refused", "[pages]") {
  BoardPages pages;
  const auto ask = [&](const std::string& probe, const std::string& more) {
    const auto response = pages.ask("/probe/" + probe + kMember + more);
    return response.status == 400 ? response.body : std::to_string(response.status);
  };
  const std::string policy =
      "400: ?policy= must be strict or stuck, and belongs to /probe/liveness\n";

  CHECK(ask("readiness", "&depth=session") == "400: ?depth= must be 4lw\n");
  CHECK(ask("liveness", "&policy=kind") == policy);
  CHECK(ask("readiness", "&policy=stuck") == policy);
  for (const auto* bad : {"soon", "", "-1s", "366d", "106752d", "999999999d"}) {
    CHECK(ask("liveness", "&policy=stuck&stuck_after=" + std::string(bad)) ==
          "400: ?stuck_after= must be a duration such as 10m, at most 365d\n");
  }
  CHECK(ask("readiness", "&depth=4lw") == "503");
  CHECK(ask("liveness", "&policy=strict") == "200");
}

TEST_CASE("a member stuck outside of a working ensemble may be restarted", "[pages]") {
  BoardPages pages;
  pages.poll(Round("1 2 3", "1L 2F 3N"));
  pages.seen = serving(MemberState::kNotServing);
  const auto stuck = "/probe/liveness" + kMember + "&policy=stuck";

  CHECK(pages.ask(stuck).status == 200);  // ten minutes are not over
  CHECK(pages.ask("/probe/liveness" + kMember).status == 200);
  const auto response = pages.ask(stuck + "&stuck_after=0s");
  CHECK(response.status == 503);
  CHECK(header(response, "X-ZK-Verdict") == "dead");
  CHECK(header(response, "X-ZK-Reason") == "stuck");
  CHECK(pages.ask(stuck + "&stuck_after=0s").status == 503);  // a kubelet asks several times
}

TEST_CASE("a member is stuck only after the time it is given", "[pages]") {
  BoardPages pages;
  pages.poll(Round("1 2 3", "1L 2F 3N"));
  pages.seen = serving(MemberState::kNotServing);
  const auto stuck = "/probe/liveness" + kMember + "&policy=stuck&stuck_after=20ms";

  CHECK(pages.ask(stuck).status == 200);
  std::this_thread::sleep_for(std::chrono::milliseconds(25));
  CHECK(pages.ask(stuck).status == 503);
}

TEST_CASE("no member is stuck while the others have no quorum or leader", "[pages]") {
  BoardPages pages;
  pages.seen = serving(MemberState::kNotServing);
  const auto stuck = "/probe/liveness" + kMember + "&policy=stuck&stuck_after=0s";

  for (const auto* members :
       {"1N 2N 3N", "1L 2- 3N", "1- 2F 3N", "1F 2F 3N", "1L 2L 3N", "1- 2- 3N", "1L@5 2L@6 3N"}) {
    CAPTURE(members);
    pages.poll(Round("1 2 3", members));
    CHECK(pages.ask(stuck).status == 200);
  }
}

TEST_CASE("no member is stuck that serves, or that is dead anyway", "[pages]") {
  BoardPages pages;
  const auto stuck = "/probe/liveness" + kMember + "&policy=stuck&stuck_after=0s";

  pages.poll(Round("1 2 3", "1L 2F 3F"));
  pages.seen = serving(MemberState::kNotServing);
  CHECK(pages.ask(stuck).status == 200);  // it served a moment ago: the quorum may need it

  pages.poll(Round("1 2 3", "1L 2F 3R"));
  pages.seen = serving(MemberState::kReadOnly);
  CHECK(pages.ask(stuck).status == 200);

  pages.seen = failing(Reason::kTimeout);
  const auto frozen = pages.ask(stuck);
  CHECK(frozen.status == 503);
  CHECK(header(frozen, "X-ZK-Reason") == "timeout");
}

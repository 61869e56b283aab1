#include "adminserver/reply.hpp"

#include <algorithm>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "support/admin_captures.hpp"

using namespace zke;
using namespace zke::test;

namespace {

using Kind = Reply::Kind;

HttpAnswer answer(unsigned status, const std::string& body, const std::string& location = "") {
  HttpAnswer said;
  said.status = status;
  said.location = location;
  said.body = body;
  return said;
}

/// Why a page is not read, as `reason: words`.
std::string mistake(const HttpAnswer& said, std::string_view page = "monitor") {
  const auto reply = read_admin_reply(page, said);
  return reply ? "none"
               : std::string(to_string(reply.error().reason())) + ": " + reply.error().detail();
}

std::string envelope(const std::string& error) {
  return R"({"command" : "monitor", "error" : )" + error + "}";
}

}  // namespace

TEST_CASE("only pages that read something harmless are ever asked for", "[adminserver]") {
  std::set<std::string> names;
  for (const auto& page : kAdminPages) {
    names.insert(std::string(page.name));
  }
  CHECK(names == std::set<std::string>{"configuration", "dirs", "hash", "last_snapshot", "monitor",
                                       "server_stats", "voting_view", "watch_summary"});
  for (const auto command : {Command::kSrvr, Command::kMntr, Command::kWchs, Command::kConf}) {
    CHECK_FALSE(admin_pages(command).empty());
  }
}

TEST_CASE("a server without a quorum says so on every page but monitor", "[adminserver]") {
  for (const auto& capture : admin_captures()) {
    if (capture.find("not-serving") == std::string::npos) {
      continue;
    }
    CAPTURE(capture);
    for (const auto* page : {"server_stats", "watch_summary", "configuration"}) {
      const auto reply = read_admin_reply(page, admin_answer(capture, page));
      REQUIRE(reply);
      CHECK(reply->kind == Kind::kNotServing);
    }
    const auto monitor = admin_answer(capture, "monitor");
    CHECK(is_server_fault(monitor) == !capture.starts_with("3.5."));
  }
}

TEST_CASE("garbage in a quota node is not a lost quorum", "[adminserver]") {
  const auto said = admin_answer("extra/quota-garbage-3.9.3", "monitor");
  CHECK(is_server_fault(said));
  CHECK(mistake(said) ==
        "malformed: status 500: Error 500 java.lang.ArrayIndexOutOfBoundsException: Index 1 out of "
        "bounds for length 1");
}

TEST_CASE("a command that the server does not know is not allowed", "[adminserver]") {
  const auto reply = read_admin_reply("monitor", answer(200, envelope(R"("Unknown command: x")")));
  REQUIRE(reply);
  CHECK(reply->kind == Kind::kNotAllowed);
  CHECK(reply->source == PollSource::kAdminServer);
}

TEST_CASE("what is no answer says why, and what to do", "[adminserver]") {
  using Catch::StartsWith;
  const auto check = [](const HttpAnswer& said, const std::string& begin) {
    CHECK_THAT(mistake(said), StartsWith(begin));
  };
  check(answer(404, "<html>"), "malformed: status 404: there is no such page; is it the Admin");
  check(answer(401, ""), "malformed: status 401: it wants a name and a password; set admin.");
  check(answer(403, ""), "malformed: status 403");
  check(answer(302, "", "https://a/commands/monitor"),
        "tls: status 302: it wants HTTPS; set admin");
  check(answer(302, "", "/login"), "malformed: status 302: it redirects to /login");
  check(answer(200, "<html>hello</html>"), "malformed: no JSON: syntax error");
  check(answer(200, ""), "truncated: the JSON was cut short after 0 bytes");
  check(answer(200, R"({"status":"UP"})"), "malformed: JSON, but not of ZooKeeper's AdminServer");
  check(answer(200, R"({"command":"monitor"})"), "malformed: JSON, but not of ZooKeeper's");
  check(answer(200, R"({"command":"x","error":null})"), "malformed: JSON, but not of ZooKeeper's");
  check(answer(200, envelope(R"("no such \u001b[1m thing")")),
        "malformed: the server says: no such  [1m thing");
  check(answer(200, R"({"command" : "monitor", "a" : {)" +
                        envelope(R"("Exception writing command response to JSON")")),
        "truncated: the server failed while it wrote the answer");
  check(answer(200, envelope("null") + envelope("null")), "malformed: ");
}

TEST_CASE("only a whole document that says of what page it is, and that all is well, is believed",
          "[adminserver]") {
  const auto is_believed = [](const std::string& body) {
    return mistake(answer(200, body)) == "none";
  };
  CHECK(is_believed(envelope("null")));
  for (const auto* error : {R"("")", R"("null")", "false", "0", "[]", "[null]", "{}"}) {
    CAPTURE(error);
    CHECK_FALSE(is_believed(envelope(error)));
  }
  CHECK_FALSE(is_believed(R"({"command":"monitor","error":null,"error":"x"})"));
  CHECK_FALSE(is_believed(R"({"command":"monitor","error":"x","error":null})"));
  CHECK_FALSE(is_believed(R"({"data":{"command":"monitor","error":null}})"));
  CHECK_FALSE(is_believed("\xEF\xBB\xBF" + envelope("null")));
  CHECK_FALSE(is_believed("\x1f\x8b\x08" + envelope("null")));
  CHECK_FALSE(is_believed(envelope("null") + std::string(1, '\0')));
  CHECK_FALSE(is_believed(R"({"a":)" + std::string(50, '[') + std::string(50, ']') +
                          R"(,"command":"monitor","error":null})"));
}

TEST_CASE("half of a page is never an answer", "[adminserver]") {
  for (const auto* page : {"server_stats", "monitor", "configuration"}) {
    const auto whole = admin_answer("3.9.3/leader", page);
    for (std::size_t size = 0; size < whole.body.size();
         size += std::max<std::size_t>(1, whole.body.size() / 300)) {
      CAPTURE(page, size);
      const auto reply = read_admin_reply(page, answer(200, whole.body.substr(0, size)));
      REQUIRE_FALSE(reply);
      CHECK(reply.error().reason() == Reason::kTruncated);
    }
  }
}

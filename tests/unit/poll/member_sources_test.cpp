#include "poll/member_sources.hpp"

#include <chrono>
#include <string>

#include <catch2/catch.hpp>

#include "net/tls_context.hpp"
#include "net/tls_peer.hpp"
#include "support/fake_admin_server.hpp"
#include "support/fake_server.hpp"
#include "support/run.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

using boost::asio::ip::make_address;
using boost::asio::ip::tcp;
using Kind = Reply::Kind;
using Pages = std::vector<std::string>;
using Words = std::vector<std::string>;

const Commands kAll{Command::kSrvr, Command::kMntr, Command::kWchs, Command::kConf};

/// A member with both ports. The pages say that the client port is the fake's.
struct Site {
  explicit Site(Door door = Door::kOpen) : member(io, "3.9.3/leader", door), admin(io) {
    tell_port(std::to_string(member.address().port));
  }

  void tell_port(const std::string& port) {
    admin.play("configuration", R"({"client_port":)" + port +
                                    R"(,"server_id":2,"command":"configuration","error":null})");
  }

  void choose(SourceChoice choice, bool is_alone = true, bool is_https = false) {
    AdminSettings settings;
    settings.is_https = is_https;
    settings.port = admin.endpoint().port();
    sources.follow(choice, settings, is_alone);
  }

  MemberSources::Answers ask(const Commands& due = kAll, std::chrono::milliseconds timeout = 60s) {
    const Target client{to_string(member.address()),
                        {tcp::endpoint(make_address("127.0.0.1"), member.address().port)},
                        tls};
    return run(io, sources.ask(client, due, now, std::chrono::steady_clock::now() + timeout));
  }

  /// Refuses all words but srvr.
  void refuse() {
    for (const auto command : {Command::kMntr, Command::kWchs, Command::kConf}) {
      member.play(command, Script{captured("3.9.3/not-whitelisted", command)});
    }
  }

  boost::asio::io_context io{1};
  FakeServer member;
  FakeAdminServer admin;
  MemberSources sources;
  std::shared_ptr<TlsPeer> tls;
  std::chrono::steady_clock::time_point now{24h};  ///< by which it remembers
};

/// The source of each answer, `w` or `a`, `-` for a refusal, `n` for not serving, `!` for a
/// failure.
std::string sources_of(const MemberSources::Answers& answers) {
  std::string text;
  for (const auto command : kAll) {
    const auto& reply = answers.all.replies[command];
    if (!reply) {
      text += " ";
    } else if (!*reply) {
      text += "!";
    } else if ((**reply).kind != Kind::kAnswer) {
      text += (**reply).kind == Kind::kNotAllowed ? "-" : "n";
    } else {
      text += (**reply).source == PollSource::kAdminServer ? "a" : "w";
    }
  }
  return text;
}

const Script kTlsAlert{std::string("\x15\x03\x03\x00\x02\x02\x50", 7)};

}  // namespace

TEST_CASE("the AdminServer is left alone while four-letter words tell all", "[poll]") {
  Site site;
  site.choose(SourceChoice::kAuto);
  CHECK(sources_of(site.ask()) == "wwww");
  CHECK(site.admin.seen().empty());
}

TEST_CASE("each source can be the only one", "[poll]") {
  Site site;
  site.refuse();
  site.choose(SourceChoice::kFourLetterWords);
  CHECK(sources_of(site.ask()) == "w---");
  CHECK(site.admin.seen().empty());

  site.choose(SourceChoice::kAdminServer);
  const auto words = site.member.seen().words.size();
  const auto answers = site.ask();
  CHECK(sources_of(answers) == "aaaa");
  CHECK(answers.all.server->port() == site.member.address().port);
  CHECK(site.member.seen().words.size() == words);
}

TEST_CASE("a refused word is asked of the AdminServer, and not sent again at once", "[poll]") {
  Site site;
  site.refuse();
  site.choose(SourceChoice::kAuto);
  CHECK(sources_of(site.ask()) == "waaa");
  CHECK(sources_of(site.ask()) == "waaa");
  CHECK(site.member.seen().words == Words{"srvr", "mntr", "wchs", "conf", "srvr"});
  CHECK(site.member.seen().most_at_once == 1);
}

TEST_CASE("an AdminServer that does not answer is not asked in every poll", "[poll]") {
  Site site;
  site.refuse();
  site.admin.shut();
  site.choose(SourceChoice::kAuto);
  CHECK(sources_of(site.ask()) == "w---");
  CHECK(sources_of(site.ask()) == "w---");
}

TEST_CASE("an AdminServer that told is given another chance", "[poll]") {
  Site site;
  site.refuse();
  site.choose(SourceChoice::kAuto);
  CHECK(sources_of(site.ask()) == "waaa");
  site.admin.play_raw("monitor", "HTTP/1.1 503 X\r\n\r\n");
  CHECK(sources_of(site.ask()) == "w!aa");
  site.admin.play("monitor", admin_answer("3.9.3/leader", "monitor").body);
  CHECK(sources_of(site.ask()) == "waaa");
}

TEST_CASE("the AdminServer of another server is not believed", "[poll]") {
  Site site;
  site.refuse();
  site.choose(SourceChoice::kAuto, false);
  const auto* port = GENERATE("1", "-1");  // -1: TLS only, and there are several on the host
  site.tell_port(port);
  CHECK(sources_of(site.ask()) == "w---");
  CHECK(site.admin.seen() == Pages{"configuration", "configuration", "configuration"});
}

TEST_CASE("a client port that speaks TLS is replaced, and that is said", "[poll]") {
  Site site;
  site.member.play_always(kTlsAlert);
  site.tell_port("-1");
  site.choose(SourceChoice::kAuto);

  auto answers = site.ask();
  CHECK(sources_of(answers) == "aaaa");
  REQUIRE(answers.client_port);
  CHECK(answers.client_port->reason() == Reason::kTls);

  const auto words = site.member.seen().words.size();
  answers = site.ask();
  CHECK(sources_of(answers) == "aaaa");
  CHECK(answers.client_port->reason() == Reason::kTls);
  CHECK(site.member.seen().words.size() == words);  // it is tried again later

  site.admin.play("3.9.3/not-serving-participant");
  site.admin.play("configuration",
                  admin_answer("3.9.3/not-serving-participant", "configuration").body);
  CHECK(sources_of(site.ask()) == "n   ");

  site.admin.shut();
  site.member.play("3.9.3/leader");
  answers = site.ask();
  CHECK(sources_of(answers) == "wwww");  // at once, since the other one fails
  CHECK_FALSE(answers.client_port);
}

TEST_CASE("a client port that serves nobody is never replaced", "[poll]") {
  Site site;
  site.choose(SourceChoice::kAuto);
  SECTION("it refuses connections") {
    site.member.shut();
    const Target client{"zk-0:2181", {tcp::endpoint(make_address("127.0.0.1"), 1)}};
    const auto answers = run(
        site.io, site.sources.ask(client, kAll, site.now, std::chrono::steady_clock::now() + 60s));
    CHECK(sources_of(answers) == "!   ");
    CHECK(answers.all.replies[Command::kSrvr]->error().reason() == Reason::kRefused);
  }
  SECTION("it closes") {
    site.member.play_always(Script{});
    CHECK(sources_of(site.ask()) == "!   ");
  }
  SECTION("it keeps silent") {
    site.member.play_always(Script{"", Script::End::kHang});
    CHECK(sources_of(site.ask(kAll, 300ms)) == "!   ");
  }
  SECTION("it has no quorum, or has leaderServes=no") {
    site.member.play("3.9.3/leader-leaderServes-no");
    CHECK(sources_of(site.ask()) == "n   ");
  }
  CHECK(site.admin.seen().empty());
}

TEST_CASE("a client port behind a firewall is replaced from the next poll on", "[poll]") {
  Site site(Door::kBlocked);
  site.choose(SourceChoice::kAuto);
  CHECK(sources_of(site.ask(kAll, 200ms)) == "!   ");
  const auto answers = site.ask();
  CHECK(sources_of(answers) == "aaaa");
  REQUIRE(answers.client_port);
  CHECK(answers.client_port->reason() == Reason::kNoConnection);
}

TEST_CASE("a refused word is sent again after ten minutes, and counts when it is allowed",
          "[poll]") {
  Site site;
  site.refuse();
  site.choose(SourceChoice::kAuto);
  CHECK(sources_of(site.ask()) == "waaa");
  site.member.play("3.9.3/leader");
  site.now += 10min - 1s;
  CHECK(sources_of(site.ask()) == "waaa");
  site.now += 1s;
  const auto pages = site.admin.seen().size();
  CHECK(sources_of(site.ask()) == "wwww");
  CHECK(site.admin.seen().size() == pages);
}

TEST_CASE("a word that is still refused is not asked of both sources but then", "[poll]") {
  Site site;
  site.refuse();
  site.choose(SourceChoice::kAuto);
  const Words all{"srvr", "mntr", "wchs", "conf"};
  auto words = all;
  site.ask();
  for (int round = 0; round < 3; ++round) {
    site.now += 5min;
    CHECK(sources_of(site.ask()) == "waaa");
    if (round == 1) {
      words.insert(words.end(), all.begin(), all.end());
    } else {
      words.emplace_back("srvr");
    }
    CHECK(site.member.seen().words == words);
  }
}

TEST_CASE("an AdminServer that does not answer is spared for ten minutes", "[poll]") {
  Site site;
  site.refuse();
  const auto* page = GENERATE("HTTP/1.1 404 X\r\n\r\n", "hello", "");
  site.admin.play_raw("monitor", page);
  site.choose(SourceChoice::kAuto);
  CHECK(sources_of(site.ask()) == "w-aa");
  site.admin.play("monitor", admin_answer("3.9.3/leader", "monitor").body);
  site.now += 10min - 1s;
  CHECK(sources_of(site.ask()) == "w-aa");
  site.now += 1s;
  CHECK(sources_of(site.ask()) == "waaa");
}

TEST_CASE("an AdminServer that came too late is asked again after a minute", "[poll]") {
  Site site;
  site.refuse();
  site.admin.keep_silent(true);
  site.choose(SourceChoice::kAuto);
  CHECK(sources_of(site.ask(kAll, 300ms)) == "w---");
  site.admin.keep_silent(false);
  site.now += 1min - 1s;
  CHECK(sources_of(site.ask()) == "w---");
  CHECK(site.sources.again(site.now) == Commands());
  site.now += 1s;
  CHECK(site.sources.again(site.now) == Commands{Command::kMntr, Command::kWchs, Command::kConf});
  CHECK(sources_of(site.ask()) == "waaa");
  CHECK(site.sources.again(site.now) == Commands());
}

TEST_CASE("an AdminServer that says that nobody is served is believed, and asked again", "[poll]") {
  Site site;
  site.refuse();
  site.choose(SourceChoice::kAuto);
  CHECK(sources_of(site.ask()) == "waaa");
  site.admin.play(
      "monitor",
      R"({"command":"monitor","error":"This ZooKeeper instance is not currently serving requests"})");
  CHECK(sources_of(site.ask()) == "wn  ");
  site.admin.play("monitor", admin_answer("3.9.3/leader", "monitor").body);
  CHECK(sources_of(site.ask()) == "waaa");
}

TEST_CASE("a client port that is replaced is tried again after ten minutes", "[poll]") {
  Site site;
  site.member.play_always(kTlsAlert);
  site.tell_port("-1");
  site.choose(SourceChoice::kAuto);
  CHECK(sources_of(site.ask()) == "aaaa");
  site.member.play("3.9.3/leader");
  site.now += 10min - 1s;
  auto answers = site.ask();
  CHECK(sources_of(answers) == "aaaa");
  CHECK(answers.client_port);
  site.now += 1s;
  answers = site.ask();
  CHECK(sources_of(answers) == "wwww");
  CHECK_FALSE(answers.client_port);
}

TEST_CASE("a client port with which TLS fails is not replaced where TLS is configured", "[poll]") {
  Site site;
  TlsSettings settings;
  settings.verify = false;
  site.tls = std::make_shared<TlsPeer>(*TlsContext::load(settings), "zk-0");
  site.choose(SourceChoice::kAuto);
  SECTION("it speaks no TLS that we accept") { site.member.play_always(kTlsAlert); }
  SECTION("it speaks ZooKeeper without TLS") {}
  const auto answers = site.ask();
  CHECK(sources_of(answers) == "!   ");
  CHECK(answers.all.replies[Command::kSrvr]->error().reason() == Reason::kTls);
  CHECK(site.admin.seen().empty());
}

TEST_CASE("a client port without TLS beside an AdminServer with it says what to configure",
          "[poll]") {
  Site site;
  TlsSettings settings;
  settings.verify = false;
  site.tls = std::make_shared<TlsPeer>(*TlsContext::load(settings), "zk-0");
  site.choose(SourceChoice::kAuto, true, true);
  const auto answers = site.ask();
  CHECK(sources_of(answers) == "!   ");
  CHECK_THAT(
      answers.all.replies[Command::kSrvr]->error().detail(),
      Catch::Contains("without TLS; remove tls:") && Catch::Contains("set source: admin_server"));
}

TEST_CASE("of several members on a host, an AdminServer tells of one only", "[poll]") {
  Site site;
  site.choose(SourceChoice::kAdminServer, false);
  CHECK(sources_of(site.ask()) == "aaaa");
  SECTION("it is another member's") { site.tell_port("1"); }
  SECTION("it speaks TLS only, and does not say on which port") { site.tell_port("-1"); }
  site.now += 1min;
  const auto answers = site.ask();
  CHECK(sources_of(answers) == "!   ");
  CHECK_THAT(answers.all.replies[Command::kSrvr]->error().detail(),
             Catch::Contains("another server's"));
}

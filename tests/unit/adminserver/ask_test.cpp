#include "adminserver/ask.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include <catch2/catch.hpp>

#include "adminserver/configuration.hpp"
#include "adminserver/hash.hpp"
#include "support/fake_admin_server.hpp"
#include "support/fake_server.hpp"
#include "support/run.hpp"
#include "support/tls_talk.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

using Kind = Reply::Kind;
using Pages = std::vector<std::string>;
using std::chrono::steady_clock;

constexpr auto kLong = 60s;

AdminServer place_of(const boost::asio::ip::tcp::endpoint& endpoint) {
  AdminServer server;
  server.target = {"zk-0:8080", {endpoint}};
  return server;
}

Result<Answer> ask(boost::asio::io_context& io, AdminServer server, Command command,
                   std::chrono::milliseconds timeout = kLong) {
  return run(io, ask_admin(std::move(server), command, steady_clock::now() + timeout));
}

/// Why a server gives no `monitor`.
Reason reason_of(boost::asio::io_context& io, const boost::asio::ip::tcp::endpoint& endpoint,
                 std::chrono::milliseconds timeout = kLong) {
  const auto answer = ask(io, place_of(endpoint), Command::kMntr, timeout);
  return answer ? Reason::kNone : answer.error().reason();
}

}  // namespace

TEST_CASE("a page is asked for with one GET that asks for the connection's end", "[adminserver]") {
  boost::asio::io_context io(1);
  const FakeAdminServer server(io);
  auto place = place_of(server.endpoint());
  place.authorization = basic_authorization("zk", "secret");

  const auto answer = ask(io, place, Command::kSrvr);

  REQUIRE(answer);
  CHECK(answer->server == server.endpoint());
  CHECK(answer->reply.source == PollSource::kAdminServer);
  CHECK(server.last_request() ==
        "GET /commands/server_stats HTTP/1.1\r\nHost: zk-0:8080\r\nUser-Agent: zookeeper-exporter"
        "\r\nAccept: application/json\r\nAuthorization: Basic ems6c2VjcmV0\r\nConnection: close"
        "\r\n\r\n");
}

TEST_CASE("a name and a password are written as HTTP wants them", "[adminserver]") {
  CHECK(basic_authorization("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  CHECK(basic_authorization("a", "") == "Basic YTo=");
  CHECK(basic_authorization("\xff", "\xfe?") == "Basic /zr+Pw==");
}

TEST_CASE("a password that is meant for TLS is never sent without it", "[adminserver]") {
  boost::asio::io_context io(1);
  const TlsSite site;
  FakeServer server(io);  // or who stands before it
  server.play_always(Script{GENERATE("", "HTTP/1.1 400 Bad Request\r\n\r\n")});
  auto place = place_of(endpoint_of(server));
  place.target.tls = site.peer();
  place.authorization = basic_authorization("zk", "secret");

  CHECK_FALSE(ask(io, place, Command::kSrvr));
  CHECK(server.seen().connections == 1);
  CHECK(std::ranges::count(server.seen().words, "GET ") == 0);
}

TEST_CASE("the configuration is put together of those pages that the server has", "[adminserver]") {
  boost::asio::io_context io(1);
  FakeAdminServer server(io);
  const Pages all{"configuration", "voting_view", "dirs", "last_snapshot"};

  auto answer = ask(io, place_of(server.endpoint()), Command::kConf);
  REQUIRE(answer);
  CHECK(server.seen() == all);
  CHECK(parse_configuration(answer->reply.text).servers.size() == 3);
  CHECK(parse_last_snapshot(answer->reply.text) == 1795344286);

  server.play("3.5.10/leader");
  answer = ask(io, place_of(server.endpoint()), Command::kConf);
  REQUIRE(answer);
  CHECK(parse_configuration(answer->reply.text).server_id == 2);
  CHECK(parse_configuration(answer->reply.text).servers.empty());
}

TEST_CASE("the digests of a full log are no longer than is read", "[adminserver]") {
  boost::asio::io_context io(1);
  FakeAdminServer server(io);
  std::string list;
  for (std::size_t i = 0; i < kMaxDigests; ++i) {
    list += std::string(i > 0 ? ", " : "") +
            "{\n    \"zxid\" : -9223372036854775808,\n    \"digest\" : -9223372036854775808,\n"
            "    \"digest_version\" : 2\n  }";
  }
  server.play("hash", R"({"digests" : [ )" + list + R"( ], "command" : "hash", "error" : null})");
  const auto answer = ask(io, place_of(server.endpoint()), Command::kHash);
  REQUIRE(answer);
  CHECK(parse_digests(answer->reply.text).log.size() == 1);
}

TEST_CASE("monitor that fails without a quorum says that there is none", "[adminserver]") {
  boost::asio::io_context io(1);
  const FakeAdminServer server(io, "3.9.3/not-serving-participant");
  for (const auto command : {Command::kSrvr, Command::kMntr, Command::kWchs, Command::kConf}) {
    const auto answer = ask(io, place_of(server.endpoint()), command);
    REQUIRE(answer);
    CHECK(answer->reply.kind == Kind::kNotServing);
  }
}

TEST_CASE("monitor that fails for another reason is a failure", "[adminserver]") {
  boost::asio::io_context io(1);
  FakeAdminServer server(io);
  server.play_raw("monitor", "HTTP/1.1 500 X\r\n\r\n<title>Error 500 Index 1 out</title>");

  const auto answer = ask(io, place_of(server.endpoint()), Command::kMntr);

  REQUIRE_FALSE(answer);
  CHECK(answer.error().reason() == Reason::kMalformed);
  CHECK_THAT(answer.error().detail(),
             Catch::Contains("monitor 127.0.0.1:") && Catch::Contains("Error 500 Index 1 out"));
  CHECK(server.seen() == Pages{"monitor", "server_stats"});
}

TEST_CASE("failures have the reasons of four-letter words", "[adminserver]") {
  boost::asio::io_context io(1);
  FakeAdminServer server(io);
  const auto whole = admin_answer("3.9.3/leader", "monitor").body;
  const auto check = [&](const std::string& bytes, Reason reason) {
    server.play_raw("monitor", bytes);
    CHECK(reason_of(io, server.endpoint()) == reason);
  };
  check("", Reason::kClosedWithoutAnswer);
  check("zk_version\t3.8.0\n", Reason::kMalformed);
  check(std::string("\x15\x03\x03\x00\x02\x02\x50", 7), Reason::kTls);
  check("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}", Reason::kTruncated);
  check("HTTP/1.1 200 OK\r\n\r\n" + whole.substr(0, 5000), Reason::kTruncated);
  check("HTTP/1.1 200 OK\r\n\r\n" + std::string(9U << 20U, ' '), Reason::kTooLarge);
  check("HTTP/1.1 401 X\r\n\r\n", Reason::kMalformed);
  check("HTTP/1.1 302 X\r\nLocation: https://zk-0:8080/commands/monitor\r\n\r\n", Reason::kTls);
  server.shut();
  CHECK(reason_of(io, server.endpoint()) == Reason::kRefused);
  const FakeServer silent(io, "3.8.0/leader", Door::kUnattended);
  CHECK(reason_of(io, {boost::asio::ip::make_address("127.0.0.1"), silent.address().port}, 300ms) ==
        Reason::kTimeout);
}

TEST_CASE("an address without an AdminServer gives way to the next one", "[adminserver]") {
  boost::asio::io_context io(1);
  FakeAdminServer dead(io);
  dead.shut();
  const FakeAdminServer good(io);
  auto place = place_of(dead.endpoint());
  place.target.endpoints.push_back(good.endpoint());
  const auto answer = ask(io, place, Command::kWchs);
  REQUIRE(answer);
  CHECK(answer->server == good.endpoint());
}

#include "support/captures.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "fourletter/conf.hpp"
#include "fourletter/limits.hpp"
#include "fourletter/srvr.hpp"
#include "fourletter/wchs.hpp"
#include "support/mntr.hpp"

using namespace zke;
using namespace zke::test;

namespace {

bool is_answer(const std::string& capture, Command command) {
  return captured_reply(capture, command).kind == Reply::Kind::kAnswer;
}

}  // namespace

TEST_CASE("there are captured replies of every supported version", "[fourletter]") {
  std::set<std::string> versions;
  for (const auto& capture : captures()) {
    versions.insert(capture.substr(0, capture.find('/')));
  }

  CHECK(versions == std::set<std::string>{"3.10.0-SNAPSHOT", "3.4.14", "3.5.10", "3.6.4", "3.7.2",
                                          "3.8.0", "3.9.3", "3.9.5"});
}

TEST_CASE("every captured srvr is read without a line left over", "[fourletter]") {
  for (const auto& capture : captures()) {
    CAPTURE(capture);
    const auto reply = captured_reply(capture, Command::kSrvr);
    if (reply.kind == Reply::Kind::kNotServing) {
      continue;
    }
    const auto srvr = parse_srvr(reply.text);

    CHECK(srvr.unparsed_lines == 0);
    CHECK(capture.starts_with(srvr.version.number));
    CHECK_FALSE(srvr.version.built.empty());
    CHECK(srvr.mode);
    CHECK(srvr.latency_min);
    CHECK(srvr.latency_avg);
    CHECK(srvr.latency_max);
    CHECK(srvr.received);
    CHECK(srvr.sent);
    CHECK(srvr.connections);
    CHECK(srvr.outstanding);
    CHECK(srvr.zxid);
    CHECK(srvr.node_count);
    CHECK(srvr.proposal_sizes.has_value() == (srvr.mode == Mode::kLeader));
  }
}

TEST_CASE("every captured mntr is read without a line left over", "[fourletter]") {
  for (const auto& capture : captures()) {
    CAPTURE(capture);
    const auto reply = captured_reply(capture, Command::kMntr);
    if (reply.kind != Reply::Kind::kAnswer) {
      continue;
    }
    const auto mntr = read_mntr(reply.text);
    const auto srvr = parse_srvr(captured_reply(capture, Command::kSrvr).text);

    CHECK(mntr.figures.unparsed == 0);
    CHECK(mntr.figures.values.size() >= 13);
    CHECK(parse_mode(mntr.server_state) == srvr.mode);
    CHECK(parse_version(mntr.version) == srvr.version);
  }
}

TEST_CASE("every captured wchs and conf is read", "[fourletter]") {
  for (const auto& capture : captures()) {
    CAPTURE(capture);
    if (is_answer(capture, Command::kWchs)) {
      const auto wchs = parse_wchs(captured(capture, Command::kWchs));
      REQUIRE(wchs);
      CHECK(wchs->watches >= wchs->paths);
    }
    if (is_answer(capture, Command::kConf)) {
      const auto conf = parse_conf(captured(capture, Command::kConf));
      CHECK(conf.server_id);
      CHECK(conf.tick_time == 2000);
      const auto figure = [&](std::string_view key) {
        return find_figure(conf, key, 0, kMaxCount).value;
      };
      CHECK(figure("minSessionTimeout") == 4000);
      CHECK(figure("maxSessionTimeout") == 40000);
      CHECK(figure("maxClientCnxns"));
      CHECK(figure("dataDirSize").has_value() == !capture.starts_with("3.4"));
      CHECK(figure("initLimit").has_value() == conf.peer_type.has_value());
    }
  }
}

TEST_CASE("a captured member without a quorum says so to every command", "[fourletter]") {
  for (const auto& capture : captures()) {
    CAPTURE(capture);
    const bool is_serving = capture.find("not-serving") == std::string::npos &&
                            capture.find("leaderServes-no") == std::string::npos;
    const auto kind = captured_reply(capture, Command::kSrvr).kind;

    CHECK(kind == (is_serving ? Reply::Kind::kAnswer : Reply::Kind::kNotServing));
  }
}

TEST_CASE("a captured whitelist refuses every command but srvr", "[fourletter]") {
  for (const auto& capture : captures()) {
    if (!capture.ends_with("/not-whitelisted") || capture.starts_with("3.4")) {
      continue;  // 3.4 allows nearly everything unless told otherwise
    }
    CAPTURE(capture);
    CHECK(is_answer(capture, Command::kSrvr));
    for (const auto command : {Command::kMntr, Command::kWchs, Command::kConf}) {
      CHECK(captured_reply(capture, command).kind == Reply::Kind::kNotAllowed);
    }
  }
}

TEST_CASE("the membership of a captured quorum is read", "[fourletter]") {
  const auto conf = parse_conf(captured("3.9.3/observer", Command::kConf));

  CHECK(conf.server_id == 4);
  CHECK(conf.peer_type == 1);
  REQUIRE(conf.servers.size() == 4);
  CHECK(conf.servers[0].id == 1);
  CHECK_FALSE(conf.servers[0].is_observer);
  CHECK(conf.servers[3].id == 4);
  CHECK(conf.servers[3].is_observer);
}

TEST_CASE("the figures of a captured leader are the right ones", "[fourletter]") {
  const auto srvr = parse_srvr(captured("3.8.0/leader", Command::kSrvr));

  CHECK(srvr.version.number == "3.8.0");
  CHECK(srvr.version.revision.empty());
  CHECK(srvr.version.built == "2024-12-29 17:54 UTC");
  CHECK(srvr.mode == Mode::kLeader);
  CHECK(srvr.latency_min == 0);
  CHECK(srvr.latency_avg == 2.1684);
  CHECK(srvr.latency_max == 24);
  CHECK(srvr.received == 486);
  CHECK(srvr.sent == 490);
  CHECK(srvr.connections == 4);
  CHECK(srvr.outstanding == 0);
  CHECK(srvr.zxid == Zxid{1, 0x3da});
  CHECK(srvr.node_count == 155);
  CHECK(srvr.proposal_sizes->last == 48);
  CHECK(srvr.proposal_sizes->min == 36);
  CHECK(srvr.proposal_sizes->max == 908);
}

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "fourletter/command.hpp"
#include "fourletter/conf.hpp"
#include "fourletter/srvr.hpp"
#include "fourletter/wchs.hpp"
#include "support/captures.hpp"
#include "support/mntr.hpp"

using namespace zke;
using namespace zke::test;

namespace {

/// `text` without the lines whose key has one of `parts` in it.
std::string without_lines(std::string_view text, const std::vector<std::string>& parts) {
  std::string kept;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n') + 1);
    text.remove_prefix(line.size());
    const auto key = line.substr(0, line.find('\t'));
    const auto is_in = [&](const std::string& part) {
      return key.find(part) != std::string_view::npos;
    };
    kept += std::ranges::any_of(parts, is_in) ? std::string_view() : line;
  }
  return kept;
}

}  // namespace

TEST_CASE("a member without a quorum is recognised in every word", "[fourletter]") {
  for (const auto* text : {"This ZooKeeper instance is not currently serving requests\n",
                           "This ZooKeeper instance is not currently serving requests",
                           "This ZooKeeper instance is not currently serving requests\r\n",
                           "This instance is not currently serving requests\n"}) {
    for (const auto command : kCommands) {
      CAPTURE(text, to_string(command));
      const auto reply = read_reply(command, text);
      REQUIRE(reply);
      CHECK(reply->kind == Reply::Kind::kNotServing);
    }
  }
}

TEST_CASE("a refusal by the whitelist is recognised in every word", "[fourletter]") {
  for (const auto command : kCommands) {
    const auto word = std::string(to_string(command));
    const auto reply =
        read_reply(command, word + " is not executed because it is not in the whitelist.\n");
    REQUIRE(reply);
    CHECK(reply->kind == Reply::Kind::kNotAllowed);
  }
}

TEST_CASE("the refusal of another word is no answer", "[fourletter]") {
  const auto reply =
      read_reply(Command::kMntr, "wchs is not executed because it is not in the whitelist.\n");

  REQUIRE_FALSE(reply);
  CHECK(reply.error().reason() == Reason::kMalformed);
}

TEST_CASE("what does not speak like ZooKeeper is malformed", "[fourletter]") {
  const std::string tls_alert("\x15\x03\x03\x00\x02\x02\x28", 7);
  const std::string binary("\x00\x00\x00\x25\x00\x01\xFF\xFE", 8);
  for (const auto& text :
       {std::string("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
        std::string("<html><body>version: 1</body></html>\n"),
        std::string("-ERR unknown command\r\n"), std::string("SSH-2.0-OpenSSH_9.2\r\n"),
        std::string("imok"), std::string("\n"), std::string("220 mail ESMTP\r\n"), tls_alert,
        binary, std::string(100, '\xFF'), std::string("{\"error\": null}")}) {
    for (const auto command : kCommands) {
      CAPTURE(text, to_string(command));
      const auto reply = read_reply(command, text);
      REQUIRE_FALSE(reply);
      CHECK(reply.error().reason() == Reason::kMalformed);
    }
  }
}

TEST_CASE("the answer to another word is malformed", "[fourletter]") {
  for (const auto asked : kCommands) {
    for (const auto answered : kCommands) {
      if (asked != answered) {
        CAPTURE(to_string(asked), to_string(answered));
        const auto reply = read_reply(asked, captured("3.9.3/leader", answered));
        CHECK((!reply && reply.error().reason() == Reason::kMalformed));
      }
    }
  }
}

TEST_CASE("the message about a foreign answer is one short printable line", "[fourletter]") {
  const auto reply = read_reply(Command::kSrvr, "\x1b[31mred\nalert\xFF" + std::string(500, 'x'));

  REQUIRE_FALSE(reply);
  CHECK(reply.error().detail() == "not an answer of ZooKeeper, it begins with \" [31mred alert" +
                                      std::string("\xEF\xBF\xBD") + std::string(23, 'x') + "\"");
}

TEST_CASE("no answer at all is cut short", "[fourletter]") {
  for (const auto command : kCommands) {
    const auto reply = read_reply(command, "");
    REQUIRE_FALSE(reply);
    CHECK(reply.error().reason() == Reason::kTruncated);
  }
}

TEST_CASE("an answer with Windows' line ends is read", "[fourletter]") {
  const auto* text =
      "Zookeeper version: 3.4.14-4c25d48, built on 03/06/2019 16:18 GMT\r\n"
      "Latency min/avg/max: 0/2/25\nReceived: 483\nSent: 485\nConnections: 4\nOutstanding: 0\r\n"
      "Zxid: 0x1000003c4\r\nMode: follower\r\nNode count: 145\r\n";

  const auto reply = read_reply(Command::kSrvr, text);

  REQUIRE(reply);
  const auto srvr = parse_srvr(reply->text);
  CHECK(srvr.unparsed_lines == 0);
  CHECK(srvr.mode == Mode::kFollower);
  CHECK(srvr.node_count == 145);
}

TEST_CASE("srvr counts the lines that it cannot read", "[fourletter]") {
  const auto srvr = parse_srvr(
      "Zookeeper version: 3.9.3\nLatency min/avg/max: 0/x/1\nReceived: many\nMode: dictator\n"
      "Zxid: 0xzz\nProposal sizes last/min/max: 1/2\nFuture line: 7\nnonsense\nNode count: 5\n");

  CHECK(srvr.unparsed_lines == 7);
  CHECK_FALSE(srvr.mode);
  CHECK_FALSE(srvr.zxid);
  CHECK(srvr.node_count == 5);
}

TEST_CASE("mntr splits at the last tab and counts the lines that it cannot read", "[fourletter]") {
  const auto mntr = read_mntr(
      "zk_version\t3.9.3\nzk_odd name{a=\"b\"}\t7\nzk_no_tab 7\nother\t7\nzk_empty\t\n\n"
      "zk_tab\tinside\t8\nzk_peer_state\tfollowing - broadcast\n");

  CHECK(mntr.version == "3.9.3");
  CHECK(mntr.peer_state == "following - broadcast");
  CHECK(mntr.figures.unparsed == 3);
  const auto& [shape, values, unparsed] = mntr.figures;
  REQUIRE(shape->size() == 4);
  CHECK(shape->holds(0) == Holds::kText);
  CHECK(shape->key(1) == "odd name{a=\"b\"}");
  CHECK(shape->holds(1) == Holds::kNumber);
  CHECK(values[1] == 7);
  CHECK(shape->key(2) == "tab\tinside");
  CHECK(values[2] == 8);
  CHECK(shape->key(3) == "peer_state");
}

TEST_CASE("a mntr that ends well but lacks summaries says which", "[fourletter]") {
  for (const auto* capture : {"3.6.4/follower", "3.9.3/leader", "3.9.3/observer"}) {
    CAPTURE(capture);
    const auto whole = captured(capture, Command::kMntr);

    CHECK(read_mntr(whole).missing.empty());
    for (const auto& [text, missing] : std::map<std::string, std::string>{
             {without_lines(whole, {"readlatency"}), "readlatency"},
             {without_lines(whole, {"cnt_readlatency"}), "readlatency"},
             {without_lines(whole, {"updatelatency", "fsynctime"}), "fsynctime, updatelatency"},
             {without_lines(whole, {"_time_ms"}),
              "local_write_committed_time_ms, om_commit_process_time_ms, "
              "om_proposal_process_time_ms, prep_processor_queue_time_ms, "
              "read_commitproc_time_ms, read_final_proc_time_ms, server_write_committed_time_ms, "
              "sync_processor_queue_and_flush_time_ms, sync_processor_queue_flush_time_ms, "
              "sync_processor_queue_time_ms, write_commitproc_time_ms, "
              "write_final_proc_time_ms"}}) {
      const auto reply = read_reply(Command::kMntr, text);
      REQUIRE(reply);
      CHECK(reply->kind == Reply::Kind::kAnswer);
      CHECK(reply->text == text);
      CHECK(read_mntr(reply->text).missing == missing);
    }
  }
}

TEST_CASE("a mntr without a metrics provider lacks every summary", "[fourletter]") {
  const auto reply = read_reply(Command::kMntr,
                                "zk_version\t3.9.3-4c25d48\nzk_server_state\tfollower\nzk_peer_"
                                "state\tfollowing - broadcast\n");

  REQUIRE(reply);
  CHECK(read_mntr(reply->text).missing.starts_with("close_session_prep_time, "));
}

TEST_CASE("a mntr that lacks summaries and its end or its state is truncated", "[fourletter]") {
  const auto text = without_lines(captured("3.9.3/leader", Command::kMntr), {"readlatency"});
  for (const auto& cut :
       {text.substr(0, text.size() - 1), without_lines(text, {"zk_server_state"})}) {
    const auto reply = read_reply(Command::kMntr, cut);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().reason() == Reason::kTruncated);
  }
}

TEST_CASE("wchs is two lines with three numbers", "[fourletter]") {
  const auto wchs = parse_wchs("1 connections watching 10 paths\nTotal watches:12\n");
  REQUIRE(wchs);
  CHECK(wchs->connections == 1);
  CHECK(wchs->paths == 10);
  CHECK(wchs->watches == 12);

  for (const auto* bad : {"", "1 connections watching 10 paths\n",
                          "x connections watching 10 paths\nTotal watches:1\n",
                          "1 connections watching 10 paths\nTotal watches:\n",
                          "1 connections watching 10\nTotal watches:1\n"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_wchs(bad));
  }
}

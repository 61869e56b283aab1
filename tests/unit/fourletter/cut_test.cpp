#include <algorithm>
#include <array>

#include <catch2/catch.hpp>

#include "support/captures.hpp"
#include "support/mntr.hpp"

using namespace zke;
using namespace zke::test;

// EOF is the only end of a reply, and it also follows a cut one. Everything that the contents can
// tell is told; what they can't is listed here, prefix by prefix.

namespace {

/// Whether a poll believes it at once.
bool is_believed(Command command, const std::string& text) {
  const auto reply = read_reply(command, text);
  return reply && (command != Command::kMntr || read_mntr(text).missing.empty());
}

/// The lengths of all proper prefixes of `text` that are taken for a whole answer.
std::vector<std::size_t> accepted_cuts(Command command, const std::string& text,
                                       std::size_t step = 1) {
  std::vector<std::size_t> accepted;
  for (std::size_t length = 0; length < text.size(); length += step) {
    if (is_believed(command, text.substr(0, length))) {
      accepted.push_back(length);
    }
  }
  return accepted;
}

/// The same, but cut at and around every line end only.
std::vector<std::size_t> accepted_line_cuts(Command command, const std::string& text) {
  std::vector<std::size_t> accepted;
  for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) {
    for (const auto length : {at - 1, at, at + 1, at + 5}) {
      if (length < text.size() && is_believed(command, text.substr(0, length))) {
        accepted.push_back(length);
      }
    }
  }
  return accepted;
}

constexpr auto kServing =
    std::to_array<const char*>({"3.4.14/follower", "3.6.4/observer", "3.8.0/standalone",
                                "3.9.3/read-only", "3.9.5/follower", "3.10.0-SNAPSHOT/observer"});
constexpr auto kLeaders =
    std::to_array<const char*>({"3.4.14/leader", "3.8.0/leader", "3.10.0-SNAPSHOT/leader"});

}  // namespace

TEST_CASE("no srvr that was cut is taken for a whole one", "[fourletter]") {
  for (const auto* capture : kServing) {
    CAPTURE(capture);
    CHECK(accepted_cuts(Command::kSrvr, captured(capture, Command::kSrvr)).empty());
  }
}

TEST_CASE("a leader's srvr can only lose its last line unseen", "[fourletter]") {
  for (const auto* capture : kLeaders) {
    CAPTURE(capture);
    const auto text = captured(capture, Command::kSrvr);

    CHECK(accepted_cuts(Command::kSrvr, text) ==
          std::vector<std::size_t>{text.find("Proposal sizes")});
  }
}

TEST_CASE("no wchs that was cut is taken for a whole one", "[fourletter]") {
  for (const auto* capture : {"3.4.14/leader", "3.8.0/leader", "3.9.3/standalone"}) {
    CAPTURE(capture);
    CHECK(accepted_cuts(Command::kWchs, captured(capture, Command::kWchs)).empty());
  }
}

TEST_CASE("a conf without membership that was cut is never taken for a whole one", "[fourletter]") {
  for (const auto* capture : {"3.4.14/leader", "3.4.14/follower", "3.9.3/read-only"}) {
    CAPTURE(capture);
    const auto text = captured(capture, Command::kConf);
    const auto quorum_part = text.find("initLimit=");

    // Up to there it is what a standalone says.
    CHECK(accepted_cuts(Command::kConf, text) == std::vector<std::size_t>{quorum_part});
  }
  CHECK(accepted_cuts(Command::kConf, captured("3.9.3/standalone", Command::kConf)).empty());
}

TEST_CASE("a conf with membership can only lose digits of its version unseen", "[fourletter]") {
  for (const auto* capture : {"3.5.10/leader", "3.8.0/leader", "3.9.5/observer"}) {
    CAPTURE(capture);
    const auto text = captured(capture, Command::kConf);
    const auto version = text.find("\nversion=") + std::string_view("\nversion=").size();

    for (const auto length : accepted_cuts(Command::kConf, text)) {
      CAPTURE(length);
      CHECK((length > version || length == text.find("initLimit=") ||
             length == text.find("membership:")));
    }
  }
}

TEST_CASE("a mntr that was cut within a line is never taken for a whole one", "[fourletter]") {
  for (const auto* capture : {"3.4.14/leader", "3.5.10/follower"}) {
    CAPTURE(capture);
    const auto text = captured(capture, Command::kMntr);

    for (const auto length : accepted_cuts(Command::kMntr, text)) {
      CHECK(text[length - 1] == '\n');
    }
  }
}

TEST_CASE("a mntr of 3.4 is whole to us from its server state on", "[fourletter]") {
  const auto text = captured("3.4.14/leader", Command::kMntr);
  const auto state_end = text.find('\n', text.find("zk_server_state")) + 1;

  const auto accepted = accepted_cuts(Command::kMntr, text);

  REQUIRE_FALSE(accepted.empty());
  CHECK(accepted.front() == state_end);  // its lines have no fixed last one
}

TEST_CASE("a mntr of 3.6 or newer loses nothing but label sets of summaries unseen",
          "[fourletter]") {
  const auto lines_begin = {"zk_avg_", "zk_min_", "zk_max_",  "zk_cnt_", "zk_sum_",
                            "zk_p50_", "zk_p95_", "zk_p999_", "zk_p99_"};
  for (const auto* capture : {"3.6.4/follower", "3.7.2/leader", "3.8.0/leader", "3.9.3/read-only",
                              "3.9.5/observer", "3.10.0-SNAPSHOT/standalone"}) {
    CAPTURE(capture);
    const auto text = captured(capture, Command::kMntr);

    for (const auto length : accepted_line_cuts(Command::kMntr, text)) {
      CAPTURE(length);
      CHECK(text[length - 1] == '\n');
      const auto lost = std::string_view(text).substr(length);
      CHECK(std::ranges::any_of(lines_begin, [&](auto begin) { return lost.starts_with(begin); }));
    }
  }
}

TEST_CASE("a mntr of the Prometheus provider is cut unless it is nearly at its end",
          "[fourletter]") {
  for (const auto* capture :
       {"3.8.0/standalone-prometheus-provider", "3.9.3/standalone-prometheus-provider"}) {
    CAPTURE(capture);
    const auto text = captured(capture, Command::kMntr);

    for (const auto length : accepted_line_cuts(Command::kMntr, text)) {
      CHECK(text[length - 1] == '\n');
      CHECK(length > text.size() * 9 / 10);  // its order is a hash map's
    }
  }
}

TEST_CASE("a mntr that garbage in a quota node cut lacks all summaries", "[fourletter]") {
  const auto reply =
      read_reply(Command::kMntr, read_file("data/extra/quota-garbage-3.9.3/mntr.txt"));

  REQUIRE(reply);
  CHECK(read_mntr(reply->text)
            .missing.starts_with("close_session_prep_time, commit_propagation_latency, "));
}

TEST_CASE("a mntr that ends within a group of lines lacks its end", "[fourletter]") {
  const auto text = captured("3.9.3/leader", Command::kMntr);
  for (const auto* last : {"zk_avg_readlatency", "zk_cnt_readlatency", "zk_p50_readlatency",
                           "zk_p99_readlatency", "zk_max_dbinittime", "zk_cnt_dbinittime"}) {
    CAPTURE(last);
    const auto length = text.find('\n', text.find(last)) + 1;

    const auto reply = read_reply(Command::kMntr, text.substr(0, length));

    REQUIRE(reply);
    CHECK(read_mntr(reply->text).missing.starts_with("the end of "));
  }
}

TEST_CASE("a mntr of the Prometheus provider that ends within a summary lacks its end",
          "[fourletter]") {
  const auto text = captured("3.9.3/standalone-prometheus-provider", Command::kMntr);
  for (const auto* last : {"zk_server_write_committed_time_ms{quantile=\"0.5\"}",
                           "zk_server_write_committed_time_ms{quantile=\"0.99\"}",
                           "zk_server_write_committed_time_ms_count"}) {
    CAPTURE(last);
    const auto length = text.find('\n', text.find(last)) + 1;

    const auto reply = read_reply(Command::kMntr, text.substr(0, length));

    REQUIRE(reply);
    CHECK(read_mntr(reply->text).missing.starts_with("the end of "));
  }
}

TEST_CASE("every cut that is seen is called truncated", "[fourletter]") {
  for (const auto command : kCommands) {
    const auto text = captured("3.9.3/leader", command);
    for (std::size_t length = 1; length < text.size(); length += 1 + text.size() / 300) {
      CAPTURE(to_string(command), length);
      const auto reply = read_reply(command, text.substr(0, length));
      CHECK((reply || reply.error().reason() == Reason::kTruncated));
    }
  }
}

TEST_CASE("a refusal that was cut is no refusal", "[fourletter]") {
  for (const auto* capture : {"3.9.3/not-serving-observer", "3.9.3/not-whitelisted"}) {
    const auto text = captured(capture, Command::kMntr);
    const auto last = text.find_last_not_of('\n');
    for (std::size_t length = 1; length <= last; ++length) {
      CAPTURE(capture, length);
      const auto reply = read_reply(Command::kMntr, text.substr(0, length));
      REQUIRE_FALSE(reply);
      CHECK(reply.error().reason() == Reason::kTruncated);
    }
  }
}

#include "fourletter/ask.hpp"

#include <chrono>
#include <iterator>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>

#include "base/task_group.hpp"
#include "fourletter/ask_all.hpp"
#include "support/captures.hpp"
#include "support/fake_server.hpp"
#include "support/run.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

using boost::asio::ip::make_address;
using boost::asio::ip::tcp;
using End = Script::End;
using std::chrono::steady_clock;
using Reasons = std::vector<Reason>;
using Servers = std::vector<tcp::endpoint>;
using Words = std::vector<std::string>;

constexpr auto kLong = 60s;

tcp::endpoint endpoint_of(const FakeServer& server) {
  const auto address = server.address();
  return {make_address(address.host), address.port};
}

Target target(std::vector<tcp::endpoint> endpoints) { return {"zk-0:2181", std::move(endpoints)}; }

/// A server and how it fails to answer.
struct Kind {
  const char* name;
  Script script;
  Reason reason;
};

/// In the order of what they tell, the least first.
std::vector<Kind> kinds() {
  return {
      {"http", Script{"HTTP/1.1 400 Bad Request\r\n\r\n"}, Reason::kMalformed},
      {"silent", Script{"", End::kHang}, Reason::kTimeout},
      {"closes", Script{}, Reason::kClosedWithoutAnswer},
      {"resets", Script{"", End::kReset}, Reason::kClosedWithoutAnswer},
      {"cut", Script{"Zookeeper version: 3"}, Reason::kTruncated},
      {"endless", Script{"Zookeeper version: 3\n", End::kClose, 10000}, Reason::kTooLarge},
  };
}

boost::asio::awaitable<void> note_reason(Target servers, steady_clock::time_point deadline,
                                         std::vector<Reason>& into, std::size_t index,
                                         std::size_t& left) {
  const auto answer = co_await ask(std::move(servers), Command::kSrvr, deadline);
  into[index] = answer ? Reason::kNone : answer.error().reason();
  --left;
}

/// Why each of `lists` gives no answer. All are asked at once: silence is waited for together.
std::vector<Reason> reasons_of(boost::asio::io_context& io, const std::vector<Servers>& lists,
                               std::chrono::milliseconds timeout = kLong) {
  std::vector<Reason> reasons(lists.size());
  auto left = lists.size();
  const auto deadline = steady_clock::now() + timeout;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    start(io.get_executor(), note_reason(target(lists[i]), deadline, reasons, i, left));
  }
  run_until(io, [&] { return left == 0; });
  return reasons;
}

/// A port where nobody listens.
tcp::endpoint refusing(boost::asio::io_context& io) {
  FakeServer server(io);
  auto endpoint = endpoint_of(server);
  server.shut();
  return endpoint;
}

/// Connecting there fails on our side: broadcasting is not permitted, or there is no route for it.
tcp::endpoint not_possible() { return {make_address("255.255.255.255"), 2181}; }

AllAnswers ask_every_word(boost::asio::io_context& io, const FakeServer& server) {
  const Commands due{Command::kSrvr, Command::kMntr, Command::kWchs, Command::kConf};
  return run(io, ask_all(target({endpoint_of(server)}), due, steady_clock::now() + kLong));
}

}  // namespace

TEST_CASE("an address without a ZooKeeper's answer gives way to the next one", "[fourletter]") {
  for (const auto& kind : kinds()) {
    DYNAMIC_SECTION(kind.name) {
      boost::asio::io_context io;
      FakeServer bad(io);
      FakeServer good(io);
      bad.play_always(kind.script);
      const auto timeout = kind.script.end == End::kHang ? 1s : kLong;

      const auto answer = run(io, ask(target({endpoint_of(bad), endpoint_of(good)}), Command::kSrvr,
                                      steady_clock::now() + timeout));

      REQUIRE(answer);
      CHECK(answer->server == endpoint_of(good));
      CHECK(bad.seen().words == Words{"srvr"});
    }
  }
}

TEST_CASE("a server that does not serve, or does not allow the word, has answered",
          "[fourletter]") {
  boost::asio::io_context io;
  FakeServer first(io);
  const FakeServer second(io);
  const auto* text = GENERATE("This ZooKeeper instance is not currently serving requests\n",
                              "mntr is not executed because it is not in the whitelist.\n");
  first.play_always(Script{text});

  const auto answer = run(io, ask(target({endpoint_of(first), endpoint_of(second)}), Command::kMntr,
                                  steady_clock::now() + kLong));

  REQUIRE(answer);
  CHECK(answer->server == endpoint_of(first));
  CHECK(second.seen().connections == 0);
}

TEST_CASE("of several addresses' failures the most telling one is told", "[fourletter]") {
  for (const auto& kind : kinds()) {
    DYNAMIC_SECTION(kind.name) {
      boost::asio::io_context io;
      FakeServer server(io);
      server.play_always(kind.script);
      const auto it = endpoint_of(server);
      const auto dead = refusing(io);
      const auto timeout = kind.script.end == End::kHang ? 500ms : kLong;
      const bool is_foreign = kind.reason == Reason::kMalformed;
      const auto wanted = is_foreign ? Reason::kRefused : kind.reason;

      CHECK(reasons_of(io, {{it}, {it, dead}, {dead, it}}, timeout) ==
            Reasons{kind.reason, wanted, wanted});
      CHECK(reasons_of(io, {{not_possible(), it}, {it, not_possible()}}, timeout) ==
            Reasons{kind.reason, kind.reason});
    }
  }
}

TEST_CASE("of two servers that answer badly the one that speaks more like a ZooKeeper counts",
          "[fourletter]") {
  boost::asio::io_context io;
  std::list<FakeServer> servers;
  std::vector<Servers> pairs;
  Reasons wanted;
  for (const auto& more : kinds()) {
    if (more.name == std::string("endless")) {  // as telling as one that is cut
      continue;
    }
    servers.emplace_back(io).play_always(more.script);
    const auto it = endpoint_of(servers.back());
    for (auto less = servers.begin(); less != std::prev(servers.end()); ++less) {
      pairs.insert(pairs.end(), {{endpoint_of(*less), it}, {it, endpoint_of(*less)}});
      wanted.insert(wanted.end(), {more.reason, more.reason});
    }
  }

  CHECK(reasons_of(io, pairs, 1s) == wanted);
}

TEST_CASE("a refusal counts more than an address that we cannot use", "[fourletter]") {
  boost::asio::io_context io;
  const auto dead = refusing(io);

  const auto alone = reasons_of(io, {{not_possible()}}).front();
  CHECK((alone == Reason::kLocalError || alone == Reason::kNoRoute));
  CHECK(reasons_of(io, {{dead, not_possible()}, {not_possible(), dead}}) ==
        Reasons{Reason::kRefused, Reason::kRefused});
}

TEST_CASE("a refusal counts more than a connection that does not come", "[fourletter]") {
  boost::asio::io_context io;
  const FakeServer blocked(io, "3.8.0/leader", Door::kBlocked);
  const auto dead = refusing(io);

  const auto it = endpoint_of(blocked);

  CHECK(reasons_of(io, {{it}, {dead, it}, {it, dead}}, 500ms) ==
        Reasons{Reason::kNoConnection, Reason::kRefused, Reason::kRefused});
}

TEST_CASE("a word that is closed without an answer does not end the poll", "[fourletter]") {
  boost::asio::io_context io;
  FakeServer keeper(io);
  keeper.play(Command::kMntr, Script{});
  keeper.play(Command::kConf, Script{"", End::kReset});

  const auto all = ask_every_word(io, keeper);

  CHECK(keeper.seen().words == Words{"srvr", "mntr", "wchs", "conf"});
  for (const auto command : {Command::kMntr, Command::kConf}) {
    const auto& reply = all.replies[command];
    REQUIRE((reply && !*reply));
    CHECK(reply->error().reason() == Reason::kClosedWithoutAnswer);
    CHECK(reply->error().detail().find("does not allow this word") != std::string::npos);
  }
  const auto& wchs = all.replies[Command::kWchs];
  CHECK((wchs && *wchs));
}

TEST_CASE("a srvr that is closed without an answer ends the poll", "[fourletter]") {
  boost::asio::io_context io;
  FakeServer full(io);
  full.play_always(Script{});

  const auto all = ask_every_word(io, full);

  CHECK(full.seen().words == Words{"srvr"});
  const auto& srvr = all.replies[Command::kSrvr];
  REQUIRE((srvr && !*srvr));
  CHECK(srvr->error().detail().find("too many connections") != std::string::npos);
}

TEST_CASE("another failure of a word ends the poll", "[fourletter]") {
  boost::asio::io_context io;
  FakeServer server(io);
  server.play(Command::kMntr, Script{"zk_version\t3.9.3\nzk_serv"});

  const auto all = ask_every_word(io, server);

  CHECK(server.seen().words == Words{"srvr", "mntr"});
  CHECK_FALSE(all.replies[Command::kWchs]);
}

TEST_CASE("an ask that is cancelled ends at once, and asks no other address", "[fourletter]") {
  boost::asio::io_context io;
  FakeServer hung(io);
  const FakeServer other(io);
  hung.play_always(Script{"", End::kHang});
  bool is_answered = false;
  const auto servers = target({endpoint_of(hung), endpoint_of(other)});
  const auto work = [&]() -> boost::asio::awaitable<void> {
    co_await ask(servers, Command::kSrvr, steady_clock::now() + kLong);
    is_answered = true;
  };
  TaskGroup tasks(io.get_executor());
  tasks.spawn("ask", work());
  run_until(io, [&] { return !hung.seen().words.empty(); });

  tasks.cancel();
  run_until(io, [&] { return hung.seen().resets == 1; });
  CHECK(run(io, tasks.join(steady_clock::now())));
  CHECK_FALSE(is_answered);
  CHECK(other.seen().connections == 0);
}

#include "session/session.hpp"

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include "session/jute.hpp"
#include "support/fake_zookeeper.hpp"
#include "support/open_descriptors.hpp"
#include "support/run.hpp"
#include "support/wait.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

namespace asio = boost::asio;

using asio::ip::tcp;
using Clock = Session::Clock;
using Endpoints = std::vector<tcp::endpoint>;

constexpr auto kLong = 60s;  // longer than any test

SessionSettings settings_with(std::chrono::milliseconds patience) {
  SessionSettings settings;
  settings.patience = patience;
  return settings;
}

SessionSettings with_auth() {
  SessionSettings settings;
  settings.auth = "user:secret";
  return settings;
}

/// A session, and what it told.
struct Told {
  Told(asio::io_context& its_io, const Endpoints& servers, SessionSettings settings = {})
      : io(its_io), session(io.get_executor(), find_of(servers), std::move(settings), events()) {
    session.start();
  }
  ~Told() {
    session.cancel();
    const auto joined = [this]() -> asio::awaitable<bool> {
      co_await session.join();
      co_return true;
    };
    run(io, joined());
  }
  Told(const Told&) = delete;
  Told& operator=(const Told&) = delete;
  Told(Told&&) = delete;
  Told& operator=(Told&&) = delete;

  static Session::Find find_of(const Endpoints& servers) {
    return [servers](Clock::time_point) -> asio::awaitable<Result<Target>> {
      Target target;
      target.endpoints = servers;
      co_return target;
    };
  }

  Session::Events events() {
    Session::Events events;
    events.tried = [this](const Session::Attempt& attempt) { attempts.push_back(attempt); };
    events.changed = [this] { states.push_back(session.state()); };
    events.dropped = [this] { ++drops; };
    return events;
  }

  bool connects() {
    return wait_until(io, [this] { return session.is_connected(); });
  }
  bool is_tried(std::size_t times = 1) {
    return wait_until(io, [this, times] { return attempts.size() >= times; });
  }
  bool is_dropped(int times = 1) {
    return wait_until(io, [this, times] { return drops >= times; });
  }

  asio::io_context& io;
  std::vector<Session::Attempt> attempts;
  std::vector<SessionState> states;
  int drops = 0;
  Session session;
};

/// Begins to ask whether a znode exists; the answer comes into `answer`.
void ask(Told& told, std::unique_ptr<Outcome<ZnodeStat>>& answer,
         std::chrono::milliseconds patience, const WatchPtr& watch = nullptr) {
  const auto work = [](Session& session, std::unique_ptr<Outcome<ZnodeStat>>& into,
                       Clock::time_point deadline, WatchPtr its_watch) -> asio::awaitable<void> {
    auto brought = co_await session.exists("/a", deadline, its_watch);
    into = std::make_unique<Outcome<ZnodeStat>>(std::move(brought));
  };
  start(told.io.get_executor(), work(told.session, answer, Clock::now() + patience, watch));
}

/// Asks whether a znode exists, and waits for the answer.
Outcome<ZnodeStat> ask(Told& told, std::chrono::milliseconds patience = kLong,
                       const WatchPtr& watch = nullptr) {
  std::unique_ptr<Outcome<ZnodeStat>> answer;
  ask(told, answer, patience, watch);
  REQUIRE(wait_until(told.io, [&] { return answer != nullptr; }));
  return *answer;
}

}  // namespace

TEST_CASE("a session connects, asks, takes leave and has ended", "[session]") {
  asio::io_context io;
  FakeZookeeper server(io);
  Told told(io, {server.endpoint()});
  REQUIRE(told.connects());
  CHECK(told.session.id() == kFakeSession);
  CHECK(told.session.trouble().empty());
  REQUIRE(told.attempts.size() == 1);
  CHECK(told.attempts[0].code == Code::kOk);
  const auto answer = ask(told);
  CHECK(answer.code == Code::kOk);
  CHECK(answer.value.version == 7);
  CHECK(told.session.outstanding() == 0);
  told.session.close();
  told.session.close();
  CHECK(ask(told).code == Code::kConnectionLoss);
  REQUIRE(wait_until(io, [&] { return server.seen().open == 0; }));
  REQUIRE(wait_until(io, [&] { return told.session.state() == SessionState::kClosed; }));
  CHECK(told.states == std::vector{SessionState::kConnected, SessionState::kClosed});
  CHECK(server.count(static_cast<std::int32_t>(Op::kCloseSession)) == 1);
  CHECK(told.drops == 0);
}

TEST_CASE("what does not speak as a server ends in a result by the deadline", "[session]") {
  struct Case {
    Said greeting;
    Code code;
    std::string why;
  };
  const auto huge = JuteWriter().add_int(0x7fffffff).bytes() + std::string(100, 'x');
  const std::vector<Case> cases = {
      {{"", false}, Code::kTimeout, "connected, but no session before the deadline"},
      {{"", true}, Code::kConnectionLoss, "the server closed it"},
      {{"HTTP/1.1 400 Bad Operation\r\n\r\n", false}, Code::kError, "protocol"},
      {{"This ZooKeeper instance is not currently serving requests\n", true}, Code::kError, "prot"},
      {{huge, false}, Code::kError, "protocol"},
      {{JuteWriter().add_int(-1).bytes(), false}, Code::kError, "protocol"},
      {{JuteWriter().add_int(0).bytes(), false}, Code::kError, "protocol"},
      {{JuteWriter().add_int(1 << 20).bytes(), false}, Code::kTimeout, "no session"},
      {{JuteWriter().add_int(1 << 20).bytes(), true}, Code::kConnectionLoss, "closed"},
      {{reply(1), false}, Code::kError, "protocol"},
      {{connect_response(0s, 0), false}, Code::kError, "the server gives no session"}};
  asio::io_context io;
  std::vector<std::unique_ptr<FakeZookeeper>> servers;
  std::vector<std::unique_ptr<Told>> sessions;
  const auto began = Clock::now();
  for (const auto& each : cases) {
    servers.push_back(std::make_unique<FakeZookeeper>(io));
    servers.back()->greet_by([said = each.greeting](std::int64_t) { return said; });
    sessions.push_back(
        std::make_unique<Told>(io, Endpoints{servers.back()->endpoint()}, settings_with(500ms)));
  }
  for (std::size_t i = 0; i < cases.size(); ++i) {
    INFO(i);
    REQUIRE(sessions[i]->is_tried());
    CHECK(sessions[i]->attempts[0].code == cases[i].code);
    CHECK_THAT(sessions[i]->attempts[0].why, Catch::Contains(cases[i].why));
    CHECK(sessions[i]->session.trouble() == sessions[i]->attempts[0].why);
    CHECK(sessions[i]->session.state() == SessionState::kConnecting);
  }
  CHECK(Clock::now() - began < 10s);
}

TEST_CASE("what echoes our greeting is no server", "[session]") {
  asio::io_context io;
  tcp::acceptor echo(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  const auto work = [](tcp::acceptor& at) -> asio::awaitable<void> {
    auto client = co_await at.async_accept(asio::use_awaitable);
    std::string greeting(49, '\0');
    co_await asio::async_read(client, asio::buffer(greeting), asio::use_awaitable);
    co_await asio::async_write(client, asio::buffer(greeting), asio::use_awaitable);
    client.release();  // stays open
  };
  start(io.get_executor(), work(echo));
  Told told(io, {echo.local_endpoint()});
  REQUIRE(told.is_tried());
  CHECK(told.attempts[0].code == Code::kError);
}

TEST_CASE("a port that refuses, or has no free place, is a result", "[session]") {
  asio::io_context io;
  FakeZookeeper server(io);
  const auto endpoint = server.endpoint();
  server.shut();
  Told told(io, {endpoint});
  REQUIRE(told.is_tried());
  CHECK(told.attempts[0].code == Code::kConnectionLoss);
  CHECK_THAT(told.attempts[0].why, Catch::Contains("refused"));
}

TEST_CASE("of several addresses a silent one leaves time for the others", "[session]") {
  asio::io_context io;
  FakeZookeeper silent(io);
  silent.greet_by([](std::int64_t) { return Said(); });
  FakeZookeeper server(io);
  Told told(io, {silent.endpoint(), server.endpoint()}, settings_with(1s));
  REQUIRE(told.connects());
  CHECK(told.attempts.size() == 1);

  told.session.drop("as told");  // the next time the other one comes first
  REQUIRE(told.is_dropped());
  told.session.hurry();
  REQUIRE(told.connects());
  CHECK(server.seen().connections == 2);
  CHECK(silent.seen().connections == 1);
  CHECK(server.seen().sessions == std::vector<std::int64_t>{0, kFakeSession});
}

TEST_CASE("what a server says wrongly ends the connection, not the session", "[session]") {
  struct Case {
    std::string bytes;
    std::string why;
  };
  const auto huge = JuteWriter().add_int(2 << 20).bytes();
  const std::vector<Case> cases = {{reply(99), "it answers what was not asked"},
                                   {huge, "it does not speak"},
                                   {JuteWriter().add_text("x").bytes(), "it does not speak"},
                                   {JuteWriter().add_int(-5).bytes(), "it does not speak"}};
  asio::io_context io;
  FakeZookeeper server(io);
  Told told(io, {server.endpoint()});
  int drops = 0;
  for (const auto& each : cases) {
    told.session.hurry();
    REQUIRE(told.connects());
    server.send(each.bytes);
    REQUIRE(told.is_dropped(++drops));
    CHECK_THAT(told.session.trouble(), Catch::Contains(each.why));
    CHECK(told.session.id() == kFakeSession);
  }
}

TEST_CASE("an answer that is another one's is none", "[session]") {
  asio::io_context io;
  FakeZookeeper server(io);
  server.answer_by([](const Heard& heard) { return reply(heard.xid + 1, 0, stat_of(7)); });
  Told told(io, {server.endpoint()});
  REQUIRE(told.connects());
  const auto answer = ask(told);
  CHECK(answer.code == Code::kConnectionLoss);
  CHECK(answer.why == "it answers what was not asked");
}

TEST_CASE("an answer that can't be read is an error", "[session]") {
  asio::io_context io;
  FakeZookeeper server(io);
  server.answer_by([](const Heard& heard) { return reply(heard.xid, 0, "x"); });
  Told told(io, {server.endpoint()});
  REQUIRE(told.connects());
  CHECK(ask(told).code == Code::kError);
  const auto multi = [&]() -> asio::awaitable<Outcome<Nothing>> {
    std::vector<Operation> requests = {make_delete("/a")};
    co_return co_await told.session.multi(std::move(requests), Clock::now() + kLong);
  };
  CHECK(run(io, multi()).code == Code::kError);
  CHECK(told.session.is_connected());
}

TEST_CASE("an operation without an answer ends by its deadline; a late answer is not the next's",
          "[session]") {
  asio::io_context io;
  FakeZookeeper server(io);
  std::vector<std::int32_t> held;
  server.answer_by([&](const Heard& heard) {
    held.push_back(heard.xid);
    return Said();
  });
  Told told(io, {server.endpoint()});
  REQUIRE(told.connects());
  CHECK(ask(told, 20ms).code == Code::kTimeout);
  CHECK(told.session.outstanding() == 1);
  CHECK(told.session.is_connected());

  std::unique_ptr<Outcome<ZnodeStat>> answer;
  ask(told, answer, kLong);
  REQUIRE(wait_until(io, [&] { return held.size() == 2; }));
  server.send(reply(held[0], 0, stat_of(1)));
  server.send(reply(held[1], 0, stat_of(2)));
  REQUIRE(wait_until(io, [&] { return answer != nullptr; }));
  CHECK(answer->code == Code::kOk);
  CHECK(answer->value.version == 2);
  CHECK(told.session.outstanding() == 0);
}

TEST_CASE("a server that answers nothing is not asked without an end", "[session]") {
  constexpr std::size_t kMost = 64;
  asio::io_context io;
  FakeZookeeper server(io);
  server.answer_by([](const Heard&) { return Said(); });
  Told told(io, {server.endpoint()});
  REQUIRE(told.connects());
  for (std::size_t i = 0; i < kMost; ++i) {
    CHECK(ask(told, 0ms).code == Code::kTimeout);
  }
  const auto refused = ask(told);
  CHECK(refused.code == Code::kConnectionLoss);
  CHECK_THAT(refused.why, Catch::Contains("too many"));
  CHECK(told.session.outstanding() == kMost);
}

TEST_CASE("all that waits ends with the connection", "[session]") {
  asio::io_context io;
  FakeZookeeper server(io);
  Told told(io, {server.endpoint()});
  REQUIRE(told.connects());
  const auto set = std::make_shared<Watch>(io.get_executor());
  CHECK(ask(told, kLong, set).code == Code::kOk);
  server.answer_by([](const Heard&) { return Said(); });
  const auto asked = std::make_shared<Watch>(io.get_executor());
  std::unique_ptr<Outcome<ZnodeStat>> answer;
  ask(told, answer, kLong, asked);
  REQUIRE(wait_until(io, [&] { return server.seen().ops.size() == 2; }));
  CHECK(asked->state() == Watch::State::kSet);
  server.drop_all();
  REQUIRE(wait_until(io, [&] { return answer != nullptr; }));
  CHECK(answer->code == Code::kConnectionLoss);
  CHECK(answer->why == "the server closed it");
  CHECK(set->state() == Watch::State::kLost);
  CHECK(asked->state() == Watch::State::kLost);
  CHECK(told.drops == 1);
  CHECK(told.session.state() == SessionState::kConnecting);
  CHECK(ask(told).code == Code::kConnectionLoss);  // at once
}

TEST_CASE("a watch is set when the answer says so", "[session]") {
  asio::io_context io;
  FakeZookeeper server(io);
  std::int32_t error = 0;
  server.answer_by([&](const Heard& heard) { return reply(heard.xid, error, stat_of(1)); });
  Told told(io, {server.endpoint()});
  REQUIRE(told.connects());
  const auto set_with = [&](std::int32_t its_error) {
    error = its_error;
    const auto watch = std::make_shared<Watch>(io.get_executor());
    ask(told, kLong, watch);
    return watch;
  };
  const auto set = set_with(0);
  const auto absent = set_with(-101);
  const auto refused = set_with(-102);
  CHECK(refused->state() == Watch::State::kLost);
  server.send(watch_event(4, "/a"));  // its children
  server.send(watch_event(3, "/b"));
  ask(told);  // after them
  CHECK(set->state() == Watch::State::kSet);
  server.send(watch_event(3, "/a"));
  REQUIRE(wait_until(io, [&] { return set->state() == Watch::State::kTold; }));
  CHECK(absent->state() == Watch::State::kTold);
  server.send(watch_event(3, "/a"));  // once more, for nobody
  ask(told);
  CHECK(told.session.is_connected());
}

TEST_CASE("events without an end end the connection", "[session]") {
  constexpr int kFlood = 10'001;
  asio::io_context io;
  FakeZookeeper server(io);
  std::string flood;
  for (int i = 0; i < kFlood; ++i) {
    flood += watch_event(3, "/a");
  }
  Told told(io, {server.endpoint()});
  REQUIRE(told.connects());
  server.answer_by([&](const Heard&) { return flood; });
  CHECK(ask(told).code == Code::kConnectionLoss);
  CHECK_THAT(told.session.trouble(), Catch::Contains("protocol"));
}

TEST_CASE("a server that is silent is left; one that answers pings is not", "[session]") {
  asio::io_context io;
  FakeZookeeper quiet(io);
  quiet.grant(300ms);
  quiet.answer_by([](const Heard&) { return Said(); });
  FakeZookeeper alive(io);
  alive.grant(300ms);
  Told left(io, {quiet.endpoint()});
  Told held(io, {alive.endpoint()});
  REQUIRE(left.connects());
  REQUIRE(left.is_dropped());
  CHECK(left.session.trouble() == "the server keeps silent");
  REQUIRE(wait_until(io, [&] { return alive.count(static_cast<int>(Op::kPing)) >= 5; }));
  CHECK(held.drops == 0);
  CHECK(held.attempts.size() == 1);
}

TEST_CASE("a timeout that is granted too short for anything costs no storm", "[session]") {
  asio::io_context io;
  FakeZookeeper server(io);
  server.grant(1ms);
  Told told(io, {server.endpoint()});
  REQUIRE(told.is_dropped());
  REQUIRE(told.is_tried(2));
  CHECK(server.seen().ops.size() < 10);
}

TEST_CASE("a session that a server has ended is followed by a new one at once", "[session]") {
  asio::io_context io;
  FakeZookeeper server(io);
  Told told(io, {server.endpoint()});
  REQUIRE(told.connects());
  server.greet_by([](std::int64_t session) {
    return Said(session == 0 ? connect_response(10s, 2) : connect_response(0s, 0), session != 0);
  });
  server.drop_all();
  REQUIRE(told.is_dropped());
  told.session.hurry();
  REQUIRE(told.is_tried(2));
  CHECK(told.attempts[1].code == Code::kSessionExpired);
  CHECK(told.session.id() == 0);
  CHECK(told.session.state() == SessionState::kExpired);
  REQUIRE(told.connects());
  CHECK(told.session.id() == 2);
  CHECK(server.seen().sessions == std::vector<std::int64_t>{0, kFakeSession, 0});
  CHECK(told.states == std::vector{SessionState::kConnected, SessionState::kConnecting,
                                   SessionState::kExpired, SessionState::kConnected});
}

TEST_CASE("an operation may tell that the session has ended, or that we are not accepted",
          "[session]") {
  struct Case {
    std::int32_t error;
    Code code;
    SessionState state;
  };
  asio::io_context io;
  for (const auto& each : {Case{-112, Code::kSessionExpired, SessionState::kExpired},
                           Case{-124, Code::kAuthFailed, SessionState::kAuthFailed}}) {
    FakeZookeeper server(io);
    server.answer_by([&](const Heard& heard) { return reply(heard.xid, each.error); });
    Told told(io, {server.endpoint()});
    REQUIRE(told.connects());
    CHECK(ask(told).code == each.code);
    REQUIRE(told.is_dropped());
    CHECK(told.session.state() == each.state);
    CHECK(told.session.id() == (each.code == Code::kAuthFailed ? kFakeSession : 0));
  }
}

TEST_CASE("a ping may tell that we are not accepted", "[session]") {
  asio::io_context io;
  FakeZookeeper server(io);
  server.grant(300ms);
  server.answer_by([](const Heard& heard) { return Said(reply(heard.xid, -124), true); });
  Told told(io, {server.endpoint()});
  REQUIRE(told.is_dropped());
  CHECK(told.session.state() == SessionState::kAuthFailed);
}

TEST_CASE("a session with credentials stands when they are accepted", "[session]") {
  asio::io_context io;
  FakeZookeeper server(io);
  Told told(io, {server.endpoint()}, with_auth());
  REQUIRE(told.connects());
  CHECK(server.seen().ops == std::vector{static_cast<std::int32_t>(Op::kAuth)});

  FakeZookeeper strict(io);
  strict.answer_by([](const Heard& heard) { return Said(reply(heard.xid, -115), true); });
  Told refused(io, {strict.endpoint()}, with_auth());
  REQUIRE(refused.is_tried());
  CHECK(refused.attempts[0].code == Code::kAuthFailed);
  CHECK(refused.session.state() == SessionState::kAuthFailed);
  CHECK(refused.drops == 0);

  FakeZookeeper silent(io);
  silent.answer_by([](const Heard&) { return Said(); });
  Told unheard(io, {silent.endpoint()}, [] {
    auto settings = with_auth();
    settings.patience = 200ms;
    return settings;
  }());
  REQUIRE(unheard.is_tried());
  CHECK(unheard.attempts[0].code == Code::kTimeout);
}

TEST_CASE("a server that lets in and drops at once is not stormed, nor is any other", "[session]") {
  asio::io_context io;
  FakeZookeeper closes(io);
  closes.greet_by([](std::int64_t) { return Said("", true); });
  FakeZookeeper drops(io);
  drops.greet_by([](std::int64_t) { return Said(connect_response(10s, 1), true); });
  FakeZookeeper expires(io);  // whenever one comes again
  expires.greet_by([](std::int64_t session) {
    return Said(connect_response(session == 0 ? 10s : 0s, session == 0 ? 1 : 0), true);
  });
  FakeZookeeper strict(io);
  strict.answer_by([](const Heard& heard) { return Said(reply(heard.xid, -115), true); });
  Told closed(io, {closes.endpoint()});
  Told dropped(io, {drops.endpoint()});
  Told expired(io, {expires.endpoint()});
  Told refused(io, {strict.endpoint()}, with_auth());
  const auto began = Clock::now();
  REQUIRE(closed.is_tried(3));
  REQUIRE(dropped.is_tried(3));
  CHECK(Clock::now() - began > 2s);  // 1 s and 2 s, but for the jitter
  CHECK(closes.seen().connections <= 4);
  CHECK(drops.seen().connections <= 4);
  CHECK(expires.seen().connections <= 6);
  CHECK(strict.seen().connections == 1);
  closed.session.hurry();  // who knows better needs not wait
  REQUIRE(closed.is_tried(4));
}

TEST_CASE("what is sent next does not wait for what a server that closed did not read",
          "[session]") {
  constexpr std::size_t kMuch = 64 << 20;
  asio::io_context io;
  auto deaf = std::make_unique<FakeZookeeper>(io);
  FakeZookeeper server(io);
  Endpoints servers = {deaf->endpoint()};
  const auto find = [&](Clock::time_point) -> asio::awaitable<Result<Target>> {
    Target target;
    target.endpoints = servers;
    co_return target;
  };
  int drops = 0;
  Session::Events events{[](const auto&) {}, [] {}, [&] { ++drops; }};
  Session session(io.get_executor(), find, SessionSettings(), events);
  session.start();
  REQUIRE(wait_until(io, [&] { return session.is_connected(); }));
  deaf->stop_reading();
  const auto set = [&](Clock::time_point deadline, std::size_t size) -> asio::awaitable<Code> {
    const auto answer = co_await session.set("/a", std::string(size, 'x'), deadline);
    co_return answer.code;
  };
  CHECK(run(io, set(Clock::now() + 50ms, kMuch)) == Code::kTimeout);
  servers = {server.endpoint()};
  deaf->shut_sending();
  REQUIRE(wait_until(io, [&] { return drops == 1; }));
  session.hurry();
  REQUIRE(wait_until(io, [&] { return session.is_connected(); }));
  const auto began = Clock::now();
  CHECK(run(io, set(began + kLong, 1)) != Code::kTimeout);
  CHECK(Clock::now() - began < 3s);
  session.cancel();
  const auto joined = [&]() -> asio::awaitable<bool> {
    co_await session.join();
    co_return true;
  };
  run(io, joined());
}

TEST_CASE("a session can be cancelled or closed at any stage", "[session]") {
  const auto descriptors = open_descriptors();
  for (const bool is_closed : {false, true}) {
    asio::io_context io;
    FakeZookeeper silent(io);
    silent.greet_by([](std::int64_t) { return Said(); });
    FakeZookeeper mute(io);  // answers nothing
    mute.answer_by([](const Heard&) { return Said(); });
    FakeZookeeper closes(io);
    closes.greet_by([](std::int64_t) { return Said("", true); });
    FakeZookeeper server(io);
    Told begun(io, {server.endpoint()});
    Told greeting(io, {silent.endpoint()});
    Told logging_in(io, {mute.endpoint()}, with_auth());
    Told asking(io, {mute.endpoint()});
    Told waiting(io, {closes.endpoint()});
    Told connected(io, {server.endpoint()});
    REQUIRE(connected.connects());
    REQUIRE(asking.connects());
    REQUIRE(waiting.is_tried());
    REQUIRE(wait_until(
        io, [&] { return silent.seen().sessions.size() == 1 && mute.seen().ops.size() == 1; }));
    std::unique_ptr<Outcome<ZnodeStat>> answer;
    const auto watch = std::make_shared<Watch>(io.get_executor());
    ask(asking, answer, kLong, watch);
    Told unbegun(io, {server.endpoint()});
    for (auto* const each :
         {&begun, &greeting, &logging_in, &asking, &waiting, &connected, &unbegun}) {
      is_closed ? each->session.close() : each->session.cancel();
      const auto joined = [each]() -> asio::awaitable<bool> {
        co_await each->session.join();
        co_return true;
      };
      const auto began = Clock::now();
      run(io, joined());
      CHECK(Clock::now() - began < 5s);
      CHECK(each->session.state() == SessionState::kClosed);
      each->session.cancel();  // again
      each->session.close();
    }
    REQUIRE(wait_until(io, [&] { return answer != nullptr; }));
    CHECK(answer->code == Code::kConnectionLoss);
    CHECK(watch->state() == Watch::State::kLost);
  }
  CHECK(open_descriptors() == descriptors);
}

TEST_CASE("a session ends well with a loop that has stopped", "[session]") {
  auto io = std::make_unique<asio::io_context>();
  auto server = std::make_unique<FakeZookeeper>(*io);
  Session::Events events{[](const auto&) {}, [] {}, [] {}};
  auto session = std::make_unique<Session>(io->get_executor(), Told::find_of({server->endpoint()}),
                                           SessionSettings(), events);
  session->start();
  REQUIRE(wait_until(*io, [&] { return session->is_connected(); }));
  session.reset();
  server.reset();
  io.reset();
}

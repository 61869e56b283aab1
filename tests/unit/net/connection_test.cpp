#include "net/connection.hpp"

#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include "base/task_group.hpp"
#include "support/fake_server.hpp"
#include "support/run.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

namespace asio = boost::asio;

using asio::ip::tcp;
using End = Transfer::End;
using std::chrono::steady_clock;

constexpr std::size_t kLimit = 1000;
constexpr auto kLong = 60s;

tcp::endpoint endpoint_of(const FakeServer& server) {
  const auto address = server.address();
  return {asio::ip::make_address(address.host), address.port};
}

/// What a connection brought.
struct Brought {
  std::optional<NotConnected> failure;
  std::optional<Transfer> written;
  std::optional<Transfer> read;
  std::string text;
};

/// Connects, says "srvr" and reads the answer; closes in order if that is wanted.
asio::awaitable<void> talk(asio::io_context& io, tcp::endpoint server,
                           std::chrono::milliseconds timeout, bool closes, Brought& brought) {
  Connection connection(io.get_executor(), steady_clock::now() + timeout);
  brought.failure = co_await connection.connect(server);
  if (brought.failure) {
    co_return;
  }
  brought.written = co_await connection.write("srvr");
  brought.read = co_await connection.read_to_end(brought.text, kLimit);
  if (closes) {
    connection.close();
  }
}

Brought run_talk(asio::io_context& io, const tcp::endpoint& server,
                 std::chrono::milliseconds timeout = kLong, bool closes = true) {
  Brought brought;
  const auto work = [&]() -> asio::awaitable<bool> {
    co_await talk(io, server, timeout, closes, brought);
    co_return true;
  };
  run(io, work());
  return brought;
}

/// Says more than the kernel takes for a peer that does not listen.
asio::awaitable<void> shout(asio::io_context& io, tcp::endpoint server, bool& is_connected,
                            std::optional<Transfer>& written) {
  constexpr std::size_t kMuch = 64 << 20;
  const std::string text(kMuch, 'x');
  Connection connection(io.get_executor(), steady_clock::now() + kLong);
  is_connected = !co_await connection.connect(server);
  written = co_await connection.write(text);
}

/// Whether the tasks end by their cancellation alone, without any further event.
bool end_when_cancelled(asio::io_context& io, TaskGroup& tasks) {
  tasks.cancel();
  io.restart();
  io.poll();
  return run(io, tasks.join(steady_clock::now()));
}

}  // namespace

TEST_CASE("a connection carries bytes until the peer closes, and ends in order", "[net]") {
  asio::io_context io;
  FakeServer server(io);
  server.play_always(Script{"said\n"});

  const auto brought = run_talk(io, endpoint_of(server));

  CHECK_FALSE(brought.failure);
  CHECK(brought.written->end == End::kDone);
  CHECK(brought.read->end == End::kDone);
  CHECK(brought.text == "said\n");
  run_until(io, [&] { return server.seen().closes == 1; });
  CHECK(server.seen().resets == 0);
}

TEST_CASE("a connection that is not closed in order is reset", "[net]") {
  asio::io_context io;
  FakeServer server(io);
  server.play_always(Script{"said\n"});

  run_talk(io, endpoint_of(server), kLong, false);

  run_until(io, [&] { return server.seen().resets == 1; });
  CHECK(server.seen().closes == 0);
}

TEST_CASE("no more is read than the limit", "[net]") {
  asio::io_context io;
  FakeServer server(io);
  server.play_always(Script{"0123456789", Script::End::kHang, 1000});

  const auto brought = run_talk(io, endpoint_of(server));

  CHECK(brought.read->end == End::kFull);
  CHECK(brought.text.size() == kLimit);
}

TEST_CASE("at the deadline a transfer ends, with what came until then", "[net]") {
  asio::io_context io;
  FakeServer server(io);
  server.play_always(Script{"said", Script::End::kHang});

  const auto brought = run_talk(io, endpoint_of(server), 100ms, false);

  CHECK(brought.read->end == End::kLate);
  CHECK(brought.text == "said");
  run_until(io, [&] { return server.seen().resets == 1; });
}

TEST_CASE("a peer that resets the connection has broken it", "[net]") {
  asio::io_context io;
  FakeServer server(io);
  server.play_always(Script{"", Script::End::kReset});

  const auto brought = run_talk(io, endpoint_of(server));

  CHECK(brought.read->end == End::kBroken);
  CHECK_FALSE(brought.read->why.empty());
}

TEST_CASE("why there is no connection is told", "[net]") {
  using Kind = NotConnected::Kind;
  asio::io_context io;
  FakeServer server(io, "3.8.0/leader", Door::kBlocked);
  const auto endpoint = endpoint_of(server);
  CHECK(run_talk(io, endpoint, 100ms).failure->kind == Kind::kNoAnswer);

  server.shut();
  CHECK(run_talk(io, endpoint).failure->kind == Kind::kRefused);

  const tcp::endpoint broadcast(asio::ip::make_address("255.255.255.255"), 2181);
  const auto kind = run_talk(io, broadcast).failure->kind;
  CHECK((kind == Kind::kNotPossible || kind == Kind::kNoRoute));
}

TEST_CASE("so many bytes are read as are wanted, or it is told why not", "[net]") {
  asio::io_context io;
  FakeServer server(io);
  server.play_always(Script{"0123456789"});
  const auto work = [&]() -> asio::awaitable<bool> {
    Connection connection(io.get_executor(), steady_clock::now() + kLong);
    co_await connection.connect(endpoint_of(server));
    co_await connection.write("srvr");
    std::string text = "before";
    const auto first = co_await connection.read_exactly(text, 4);
    CHECK(first.end == End::kDone);
    CHECK(text == "0123");
    const auto rest = co_await connection.read_exactly(text, 6);
    CHECK(rest.end == End::kDone);
    CHECK(text == "456789");
    const auto cut = co_await connection.read_exactly(text, 1);
    CHECK(cut.end == End::kBroken);
    CHECK(cut.why == "the server closed it");
    co_return true;
  };
  CHECK(run(io, work()));
}

TEST_CASE("a connection that is held ends by its new deadline, sooner or later", "[net]") {
  asio::io_context io;
  FakeServer server(io);
  server.play_always(Script{"", Script::End::kHang});
  const auto work = [&]() -> asio::awaitable<End> {
    Connection connection(io.get_executor(), steady_clock::now() + 100ms);
    co_await connection.connect(endpoint_of(server));
    connection.hold_until(steady_clock::now() + kLong);
    co_await connection.write("srvr");
    asio::steady_timer pause(io, 200ms);
    co_await pause.async_wait(asio::use_awaitable);
    connection.hold_until(steady_clock::now());
    std::string text;
    const auto read = co_await connection.read_exactly(text, 1);
    CHECK(steady_clock::now() < pause.expiry() + kLong / 2);
    co_return read.end;
  };
  CHECK(run(io, work()) == End::kLate);
}

TEST_CASE("a deadline that is put off in its last moment is put off", "[net]") {
  asio::io_context io;
  FakeServer server(io);
  server.play_always(Script{"said"});
  const auto work = [&]() -> asio::awaitable<End> {
    Connection connection(io.get_executor(), steady_clock::now() + kLong);
    co_await connection.connect(endpoint_of(server));
    const auto end = steady_clock::now() + 10ms;
    asio::steady_timer just_before(io, end - 1ms);
    just_before.async_wait([&](auto) { connection.hold_until(steady_clock::now() + kLong); });
    connection.hold_until(end);
    while (steady_clock::now() < end) {  // both have come when the loop runs again
    }
    co_await connection.write("srvr");
    std::string text;
    const auto read = co_await connection.read_exactly(text, 4);
    co_return read.end;
  };
  CHECK(run(io, work()) == End::kDone);
}

TEST_CASE("a connection ends at once when its coroutine is cancelled", "[net]") {
  asio::io_context io;
  TaskGroup tasks(io.get_executor());
  Brought brought;
  SECTION("while it connects") {
    const FakeServer server(io, "3.8.0/leader", Door::kBlocked);
    tasks.spawn("talk", talk(io, endpoint_of(server), kLong, true, brought));
    io.poll();

    CHECK(end_when_cancelled(io, tasks));
    CHECK_FALSE(brought.failure);
  }
  SECTION("while it reads") {
    FakeServer server(io);
    server.play_always(Script{"", Script::End::kHang});
    tasks.spawn("talk", talk(io, endpoint_of(server), kLong, false, brought));
    run_until(io, [&] { return !server.seen().words.empty(); });

    CHECK(end_when_cancelled(io, tasks));
    run_until(io, [&] { return server.seen().resets == 1; });
    CHECK(brought.written);
    CHECK_FALSE(brought.read);
  }
  SECTION("while it writes") {
    const FakeServer server(io, "3.8.0/leader", Door::kUnattended);
    bool is_connected = false;
    tasks.spawn("shout", shout(io, endpoint_of(server), is_connected, brought.written));
    run_until(io, [&] { return is_connected; });
    io.poll();

    CHECK(end_when_cancelled(io, tasks));
    CHECK_FALSE(brought.written);
  }
}

#include "base/task_group.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include "support/run.hpp"
#include "support/wait.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace asio = boost::asio;

namespace {

using std::chrono::steady_clock;

/// What a task did.
struct Trace {
  int begun = 0;
  int aborted = 0;  ///< waits that were ended from outside
  int went_on = 0;  ///< past the second wait
  int unwound = 0;
};

struct Unwinding {
  explicit Unwinding(Trace& trace) : trace_(trace) {}
  ~Unwinding() { ++trace_.unwound; }
  Unwinding(const Unwinding&) = delete;
  Unwinding& operator=(const Unwinding&) = delete;
  Unwinding(Unwinding&&) = delete;
  Unwinding& operator=(Unwinding&&) = delete;

 private:
  Trace& trace_;
};

/// Waits twice.
asio::awaitable<void> wait_twice(asio::io_context& io, Trace& trace, steady_clock::duration time) {
  const Unwinding unwinding(trace);
  ++trace.begun;
  asio::steady_timer timer(io, time);
  const auto [ec] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  trace.aborted += ec == asio::error::operation_aborted ? 1 : 0;
  timer.expires_after(time);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  ++trace.went_on;
}

asio::awaitable<void> cancel_its_group(TaskGroup& group, asio::io_context& io, Trace& trace) {
  const Unwinding unwinding(trace);
  ++trace.begun;
  group.cancel();
  asio::steady_timer timer(io, 1h);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  ++trace.went_on;
}

}  // namespace

TEST_CASE("a group waits until all its tasks have ended", "[base]") {
  asio::io_context io;
  Trace trace;
  TaskGroup group(io.get_executor());
  CHECK(run(io, group.join()));  // there is none
  for (int i = 0; i < 3; ++i) {
    group.spawn("test", wait_twice(io, trace, 1ms));
  }

  CHECK(run(io, group.join()));
  CHECK(trace.went_on == 3);
  CHECK(trace.unwound == 3);
  CHECK_FALSE(group.is_cancelled());
}

TEST_CASE("waiting for a group ends at the deadline, and leaves the tasks alone", "[base]") {
  asio::io_context io;
  Trace trace;
  TaskGroup group(io.get_executor());
  group.spawn("test", wait_twice(io, trace, 20ms));

  CHECK_FALSE(run(io, group.join(steady_clock::now() + 1ms)));
  CHECK(run(io, group.join()));
  CHECK(trace.aborted == 0);
  CHECK(trace.went_on == 1);
}

TEST_CASE("cancelled tasks end what they wait for, and wait for nothing more", "[base]") {
  asio::io_context io;
  Trace trace;
  TaskGroup group(io.get_executor());
  for (int i = 0; i < 3; ++i) {
    group.spawn("test", wait_twice(io, trace, 1h));
  }
  REQUIRE(wait_until(io, [&] { return trace.begun == 3; }));

  group.cancel();

  CHECK(group.is_cancelled());
  CHECK(run(io, group.join()));
  CHECK(trace.aborted == 3);
  CHECK(trace.went_on == 0);
  CHECK(trace.unwound == 3);
}

TEST_CASE("tasks that had not begun when their group was cancelled wait for nothing", "[base]") {
  asio::io_context io;
  Trace trace;
  TaskGroup group(io.get_executor());
  group.spawn("test", wait_twice(io, trace, 1h));  // begins with the loop

  group.cancel();
  group.spawn("test", wait_twice(io, trace, 1h));  // never

  CHECK(run(io, group.join()));
  CHECK(trace.begun <= 1);
  CHECK(trace.unwound == trace.begun);
  CHECK(trace.went_on == 0);
}

TEST_CASE("a task may cancel its own group", "[base]") {
  asio::io_context io;
  Trace trace;
  TaskGroup group(io.get_executor());
  group.spawn("test", wait_twice(io, trace, 1h));
  group.spawn("test", cancel_its_group(group, io, trace));

  CHECK(run(io, group.join()));
  CHECK(trace.unwound == 2);
  CHECK(trace.went_on == 0);
}

TEST_CASE("two may wait for one group", "[base]") {
  asio::io_context io;
  Trace trace;
  TaskGroup group(io.get_executor());
  TaskGroup waiters(io.get_executor());
  int joined = 0;
  const auto wait = [&]() -> asio::awaitable<void> { joined += co_await group.join() ? 1 : 0; };
  group.spawn("test", wait_twice(io, trace, 1h));
  waiters.spawn("waiter", wait());
  waiters.spawn("waiter", wait());
  REQUIRE(wait_until(io, [&] { return trace.begun == 1; }));

  group.cancel();

  CHECK(run(io, waiters.join()));
  CHECK(joined == 2);
}

TEST_CASE("a task may end between a cancel from outside the loop and its signal", "[base]") {
  asio::io_context io;
  TaskGroup group(io.get_executor());
  const auto pass = [&]() -> asio::awaitable<void> {
    co_await asio::post(io, asio::use_awaitable);
  };
  group.spawn("test", pass());
  io.run_one();  // what it waits for is already there

  group.cancel();

  CHECK(run(io, group.join()));  // under ASan
}

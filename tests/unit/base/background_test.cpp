#include "base/background.hpp"

#include <csignal>
#include <future>
#include <memory>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "support/wait.hpp"

using namespace zke;
using namespace zke::test;

TEST_CASE("work runs on a thread of its own, and what it returns on the loop", "[base]") {
  boost::asio::io_context loop(1);
  const auto work_guard = boost::asio::make_work_guard(loop);
  Background background(loop.get_executor());
  std::thread::id worker;
  std::thread::id told;
  REQUIRE(background.run([&]() -> Background::Done {
    worker = std::this_thread::get_id();
    return [&told] { told = std::this_thread::get_id(); };
  }));

  REQUIRE(wait_until(loop, [&] { return told != std::thread::id(); }));
  CHECK(told == std::this_thread::get_id());
  CHECK(worker != told);
}

TEST_CASE("a signal does not reach a thread that works", "[base]") {
  boost::asio::io_context loop(1);
  const auto work_guard = boost::asio::make_work_guard(loop);
  Background background(loop.get_executor());
  sigset_t held;
  sigemptyset(&held);
  bool is_told = false;
  REQUIRE(background.run([&]() -> Background::Done {
    pthread_sigmask(SIG_BLOCK, nullptr, &held);
    return [&] { is_told = true; };
  }));

  REQUIRE(wait_until(loop, [&] { return is_told; }));
  CHECK(sigismember(&held, SIGHUP) == 1);
  CHECK(sigismember(&held, SIGTERM) == 1);
}

TEST_CASE("work that hangs delays nobody, and is never heard of after the end", "[base]") {
  auto answer = std::make_shared<std::promise<void>>();
  auto ended = std::make_shared<std::promise<void>>();
  const auto is_told = std::make_shared<bool>(false);
  auto has_ended = ended->get_future();
  {
    boost::asio::io_context loop(1);
    Background background(loop.get_executor());
    REQUIRE(background.run([=]() -> Background::Done {
      answer->get_future().wait();
      // The last to go, when all that the thread holds is given back.
      const std::shared_ptr<void> last(nullptr, [ended](void*) { ended->set_value(); });
      return [=] { *is_told = last == nullptr; };
    }));
    bool is_other_told = false;
    REQUIRE(background.run([&]() -> Background::Done { return [&] { is_other_told = true; }; }));
    const auto work_guard = boost::asio::make_work_guard(loop);
    REQUIRE(wait_until(loop, [&] { return is_other_told; }));
  }
  answer->set_value();
  has_ended.wait();
  CHECK_FALSE(*is_told);
}

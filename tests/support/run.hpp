#pragma once

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace zke::test {

/// Starts a coroutine of the test's own; an exception that leaves it ends the test.
inline void start(const boost::asio::any_io_executor& on, boost::asio::awaitable<void> work) {
  boost::asio::co_spawn(on, std::move(work), [](const std::exception_ptr& escaped) {
    if (escaped) {
      std::rethrow_exception(escaped);
    }
  });
}

/// Runs one coroutine on `io` to its end and returns what it returned.
template <class T>
T run(boost::asio::io_context& io, boost::asio::awaitable<T> work) {
  std::optional<T> result;
  auto store = [](boost::asio::awaitable<T> inner,
                  std::optional<T>& into) -> boost::asio::awaitable<void> {
    into.emplace(co_await std::move(inner));
  };
  start(io.get_executor(), store(std::move(work), result));
  io.restart();
  while (!result && io.run_one() > 0) {
  }
  return *std::move(result);
}

/// Runs `io` until `condition` holds, which some event on it must bring about. A test that hangs is
/// ended by ctest.
template <class Condition>
void run_until(boost::asio::io_context& io, Condition condition) {
  io.restart();
  while (!condition() && io.run_one() > 0) {
  }
}

}  // namespace zke::test

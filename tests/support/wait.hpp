#pragma once

#include <chrono>

#include <boost/asio/io_context.hpp>

namespace zke::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsSanitized = true;
#else
constexpr bool kIsSanitized = false;
#endif

/// Runs `io` until `condition` holds; false when it does not within 30 s.
template <class Condition>
bool wait_until(boost::asio::io_context& io, Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  io.restart();
  while (!condition()) {
    if (io.run_one_until(deadline) == 0) {
      return false;
    }
  }
  return true;
}

}  // namespace zke::test

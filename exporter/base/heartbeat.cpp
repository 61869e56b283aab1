#include "base/heartbeat.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/duration.hpp"

namespace zke {

namespace asio = boost::asio;
using std::chrono::seconds;
using std::chrono::steady_clock;

asio::awaitable<void> Heartbeat::run() {
  constexpr auto kPeriod = seconds(1);
  for (;;) {
    timer_.expires_after(kPeriod);
    co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    last_ = steady_clock::now();
    on_beat_(last_ - timer_.expiry());
  }
}

std::string Heartbeat::find_fault() const {
  constexpr auto kStuck = seconds(10);
  const auto age = steady_clock::now() - last_;
  return age < kStuck ? std::string()
                      : "no heartbeat for " + to_string(std::chrono::floor<seconds>(age));
}

}  // namespace zke

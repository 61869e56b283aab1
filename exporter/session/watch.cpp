#include "session/watch.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace zke {

namespace asio = boost::asio;

asio::awaitable<void> Watch::wait(Clock::time_point deadline) {
  if (state_ == State::kSet) {
    changed_.expires_at(deadline);
    co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

void Watch::end(State state) {
  if (state_ == State::kSet) {
    state_ = state;
    told_ = Clock::now();
    changed_.cancel();
  }
}

}  // namespace zke

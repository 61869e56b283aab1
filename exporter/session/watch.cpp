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

void Watches::add(const std::string& path, Of of, const WatchPtr& watch) {
  constexpr std::size_t kMost = 1024;
  std::erase_if(watches_, [](const auto& each) { return each.second.expired(); });
  if (watches_.size() >= kMost) {
    watch->end(Watch::State::kLost);
    return;
  }
  watches_.emplace(Place(path, of), watch);
}

void Watches::tell(const WatchEvent& event) {
  if (event.is_of_data) {
    tell(Place(event.path, Of::kData));
  }
  if (event.is_of_children) {
    tell(Place(event.path, Of::kChildren));
  }
}

void Watches::tell(const Place& place) {
  const auto [first, last] = watches_.equal_range(place);
  for (auto each = first; each != last; ++each) {
    if (const auto watch = each->second.lock()) {
      watch->end(Watch::State::kTold);
    }
  }
  watches_.erase(first, last);
}

void Watches::lose_all() {
  for (const auto& [place, watch] : std::exchange(watches_, {})) {
    if (const auto set = watch.lock()) {
      set->end(Watch::State::kLost);
    }
  }
}

}  // namespace zke

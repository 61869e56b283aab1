#include "config/file_watch.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <sys/inotify.h>
#include <unistd.h>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"

namespace zke {

namespace asio = boost::asio;

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

}  // namespace

FileWatch::FileWatch(const asio::any_io_executor& loop)
    : inotify_(std::make_shared<const Inotify>()),
      events_(loop),
      pause_(loop),
      timer_(loop),
      writer_(loop) {
  if (inotify_->fd() >= 0) {
    events_.assign(inotify_->fd());
  }
}

FileWatch::~FileWatch() {
  if (events_.is_open()) {
    events_.release();  // it belongs to inotify_, which a thread may still use
  }
}

Watcher FileWatch::watcher() const {
  return [inotify = inotify_](const std::string& path) { return watch_places(*inotify, path); };
}

void FileWatch::follow(WatchedPlaces places) {
  if (places.empty() && !is_blind_) {
    const auto& error = inotify_->error();
    log::warn("a change of the configuration file is noticed after 5 s only",
              {{"error", error.empty() ? "nothing can be watched: is its folder there, and is "
                                         "fs.inotify.max_user_watches used up?"
                                       : "inotify: " + error}});
  }
  is_blind_ = places.empty();
  for (const auto& [place, names] : places_) {
    if (!places.contains(place)) {
      inotify_rm_watch(inotify_->fd(), place);
    }
  }
  places_ = std::move(places);
}

asio::awaitable<void> FileWatch::listen() {
  constexpr auto kPause = milliseconds(50);  // a busy directory must not hold the loop
  if (!events_.is_open()) {
    co_return;
  }
  for (;;) {
    co_await events_.async_wait(asio::posix::stream_descriptor::wait_read, kTuple);
    take_events();
    pause_.expires_after(kPause);
    co_await pause_.async_wait(kTuple);
  }
}

void FileWatch::take_events() {
  alignas(inotify_event) std::array<char, 16384> buffer{};
  constexpr int kMost = 64;  // more than the kernel keeps
  for (int i = 0; i < kMost; ++i) {
    const auto size = read(inotify_->fd(), buffer.data(), buffer.size());
    if (size <= 0) {
      return;
    }
    for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      take(event.wd, event.mask, event.len > 0 ? buffer.data() + at + sizeof event : "");
      at += sizeof event + event.len;
    }
  }
}

void FileWatch::take(int place, std::uint32_t what, const char* name) {
  const auto found = places_.find(place);
  const bool is_lost = (what & IN_Q_OVERFLOW) != 0;
  if (!is_lost && (found == places_.end() || (*name != '\0' && !found->second.contains(name)))) {
    return;
  }
  if ((what & IN_IGNORED) != 0) {
    places_.erase(place);  // its number may be given to another
  }
  happened_ = Clock::now();
  changed_ = changed_.value_or(happened_);
  // Who replaces a file has finished it, and who wrote the one before is of no interest.
  if ((what & IN_MODIFY) != 0) {
    written_ = written_.value_or(happened_);
  } else if ((what & IN_ATTRIB) == 0) {
    written_.reset();
  }
  timer_.cancel();
  writer_.cancel();
}

asio::awaitable<void> FileWatch::wait() {
  constexpr auto kQuiet = milliseconds(200);
  constexpr auto kLongest = seconds(1);  // of what changes again and again
  constexpr auto kLook = seconds(5);
  const auto look = Clock::now() + kLook;
  for (;;) {
    co_await wait_for_writer();
    const auto until = changed_ ? std::min(happened_ + kQuiet, *changed_ + kLongest) : look;
    if (Clock::now() >= until) {
      changed_.reset();
      co_return;
    }
    timer_.expires_at(until);
    co_await timer_.async_wait(kTuple);
  }
}

asio::awaitable<void> FileWatch::wait_for_writer() {
  constexpr auto kPatience = seconds(30);
  constexpr auto kLongest = seconds(60);  // of who writes again and again
  while (written_) {
    const auto until = std::min(happened_ + kPatience, *written_ + kLongest);
    if (Clock::now() >= until) {
      written_.reset();
      break;
    }
    if (writer_.expiry() != until) {
      writer_.expires_at(until);  // this ends the waits of others, who come again
    }
    co_await writer_.async_wait(kTuple);
  }
}

}  // namespace zke

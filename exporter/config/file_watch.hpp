#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "config/watched_places.hpp"

namespace zke {

using Watcher = std::function<WatchedPlaces(const std::string& path)>;

/// Tells when a file may be another: written in place, replaced by a rename, reached by another
/// link (a ConfigMap's `..data`), or gone. By inotify, and every 5 s besides: some file systems
/// (NFS) send no events, and some changes (of a directory above) are not watched.
class FileWatch {
 public:
  explicit FileWatch(const boost::asio::any_io_executor& loop);
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;
  FileWatch(FileWatch&&) = delete;
  FileWatch& operator=(FileWatch&&) = delete;

  /// watch_places() with the watch's own inotify. Whoever reads the file calls it before, on the
  /// thread on which that may block, and then follow().
  Watcher watcher() const;

  /// From now on these are watched, and no others.
  void follow(WatchedPlaces places);

  /// Hears events until it is cancelled.
  boost::asio::awaitable<void> listen();

  /// Waits until the file may be another, nothing has happened to it for a moment, and nobody is
  /// writing it; or until it is time to look.
  boost::asio::awaitable<void> wait();

  /// Waits while somebody is writing the file: has it open and wrote to it within the last 30 s. As
  /// far as it is watched, and not longer than 60 s.
  boost::asio::awaitable<void> wait_for_writer();

 private:
  using Clock = std::chrono::steady_clock;

  void take_events();
  void take(int place, std::uint32_t what, const char* name);

  std::shared_ptr<const Inotify> inotify_;
  boost::asio::posix::stream_descriptor events_;
  boost::asio::steady_timer pause_;
  boost::asio::steady_timer timer_;   ///< cancelled when something happens
  boost::asio::steady_timer writer_;  ///< the same
  WatchedPlaces places_;
  bool is_blind_ = false;                     ///< nothing is watched, and that was told
  std::optional<Clock::time_point> changed_;  ///< the first time since the last wait() ended
  Clock::time_point happened_;                ///< the last time
  std::optional<Clock::time_point> written_;  ///< since when; not closed yet
};

}  // namespace zke

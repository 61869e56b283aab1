#pragma once

#include <map>
#include <set>
#include <string>

namespace zke {

/// An instance of inotify, if there can be one.
class Inotify {
 public:
  Inotify();
  ~Inotify();
  Inotify(const Inotify&) = delete;
  Inotify& operator=(const Inotify&) = delete;
  Inotify(Inotify&&) = delete;
  Inotify& operator=(Inotify&&) = delete;

  int fd() const { return fd_; }                       ///< -1 when there is none
  const std::string& error() const { return error_; }  ///< why

 private:
  int fd_;
  std::string error_;
};

/// What inotify looks at: by its descriptor of a watch, the names in that directory. The file
/// itself has none.
using WatchedPlaces = std::map<int, std::set<std::string>>;

/// Watches all that decides what the file at `path` is: every directory in which a part of the path
/// is a link, that of the file, and the file. What can't be watched is left out. Takes as long as
/// the file system does.
WatchedPlaces watch_places(const Inotify& inotify, const std::string& path);

}  // namespace zke

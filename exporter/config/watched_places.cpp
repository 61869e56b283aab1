#include "config/watched_places.hpp"

#include <cerrno>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <sys/inotify.h>
#include <system_error>
#include <unistd.h>

namespace zke {

namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kEvents = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_CREATE | IN_DELETE |
                                  IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF;

void watch(const Inotify& inotify, const fs::path& what, const fs::path& name,
           WatchedPlaces& places) {
  const int place = inotify_add_watch(inotify.fd(), what.c_str(), kEvents);
  if (place >= 0) {
    auto& names = places[place];
    if (!name.empty()) {
      names.insert(name);
    }
  }
}

}  // namespace

Inotify::Inotify() : fd_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (fd_ < 0) {
    error_ = std::generic_category().message(errno);
  }
}

Inotify::~Inotify() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

WatchedPlaces watch_places(const Inotify& inotify, const std::string& path) {
  constexpr int kMostLinks = 40;  // as the kernel follows
  WatchedPlaces places;
  std::error_code ec;
  const auto absolute = fs::absolute(path, ec).relative_path();
  std::deque<fs::path> parts(absolute.begin(), absolute.end());
  fs::path here = "/";
  for (int links = 0; !parts.empty() && links <= kMostLinks;) {
    const auto part = parts.front();
    parts.pop_front();
    if (part == "..") {
      here = here.parent_path();
      continue;
    }
    if (part.empty() || part == ".") {
      continue;
    }
    const auto target = fs::read_symlink(here / part, ec);
    const bool is_link = !ec;
    if (is_link || parts.empty()) {
      watch(inotify, here, part, places);
    }
    if (!is_link) {
      here /= part;
      continue;
    }
    ++links;
    const auto steps = target.relative_path();
    parts.insert(parts.begin(), steps.begin(), steps.end());
    here = target.is_absolute() ? fs::path("/") : here;
  }
  watch(inotify, here, {}, places);  // a bind mount shows what is written only here
  return places;
}

}  // namespace zke

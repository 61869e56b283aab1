#include "base/streams.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace zke {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Whether `fd` takes something before the deadline. It asks at least once.
bool wait_writable(int fd, steady_clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    const auto wait = std::clamp(left, milliseconds(0), milliseconds(std::chrono::hours(1)));
    pollfd ready{fd, POLLOUT, 0};
    const int count = poll(&ready, 1, static_cast<int>(wait.count()));
    if (count >= 0 || errno != EINTR) {
      return count == 1 && (ready.revents & POLLOUT) != 0;
    }
  }
}

}  // namespace

void fill_standard_streams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0) {
      open("/", O_RDONLY);  // an empty container has no /dev
    }
  }
}

bool write_all(int fd, std::string_view text, steady_clock::time_point deadline) {
  constexpr std::size_t kMaxPiece = 4096;  // PIPE_BUF: a pipe that polls writable takes it whole
  while (!text.empty()) {
    if (!wait_writable(fd, deadline)) {
      return false;
    }
    const auto written = write(fd, text.data(), std::min(text.size(), kMaxPiece));
    const bool is_late = steady_clock::now() >= deadline;
    if (written < 0 && (is_late || (errno != EINTR && errno != EAGAIN))) {
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
  return true;
}

bool write_all(int fd, std::string_view text) {
  return write_all(fd, text, steady_clock::now() + std::chrono::seconds(1));
}

}  // namespace zke

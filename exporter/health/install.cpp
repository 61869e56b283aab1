#include "health/install.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/text.hpp"

namespace zke {

namespace {

namespace fs = std::filesystem;

/// The temporary file's name; static, for a signal must remove it.
std::array<char, PATH_MAX>& part() {
  static std::array<char, PATH_MAX> name{};
  return name;
}

extern "C" void remove_part(int number) {
  unlink(part().data());
  std::signal(number, SIG_DFL);
  raise(number);
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() { close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  File(File&&) = delete;
  File& operator=(File&&) = delete;

  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

bool write_block(int fd, const char* data, ssize_t size) {
  while (size > 0) {
    const auto written = write(fd, data, static_cast<std::size_t>(size));
    if (written < 0 && errno != EINTR) {
      return false;
    }
    data += std::max<ssize_t>(written, 0);
    size -= std::max<ssize_t>(written, 0);
  }
  return true;
}

/// 0, or the error number.
int copy(const File& from, const File& to) {
  constexpr mode_t kMode = 0755;
  std::array<char, 65536> block{};
  for (;;) {
    const auto size = read(from.fd(), block.data(), block.size());
    if (size == 0) {
      return fchmod(to.fd(), kMode) == 0 && fsync(to.fd()) == 0 ? 0 : errno;
    }
    if ((size < 0 && errno != EINTR) || !write_block(to.fd(), block.data(), size)) {
      return errno;
    }
  }
}

std::string explain(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return "the volume, a quota or a limit of files' sizes is full; it takes some 8 MB";
    case EROFS:
      return "the volume is read-only; mount it writable here, or give another path";
    case EACCES:
    case EPERM:
      return "not permitted; the user with the id " + std::to_string(geteuid()) +
             " must be allowed to write into that directory";
    case ENOENT:
    case ENOTDIR:
      return "there is no such directory; create it first";
    case EISDIR:
      return "a directory is in its place; remove it, or give another path";
    case EBUSY:
      return "something is mounted there; mount its directory instead, or give another path";
    default:
      return std::generic_category().message(error);
  }
}

/// Puts the program into the place of `target`. 0, or the error number.
int replace(const File& self, const fs::path& target) {
  const auto directory = target.has_parent_path() ? target.parent_path() : fs::path(".");
  const auto name = (directory / ".zk-health-XXXXXX").string();
  if (name.size() >= part().size()) {
    return ENAMETOOLONG;
  }
  name.copy(part().data(), name.size());
  std::signal(SIGTERM, remove_part);
  std::signal(SIGINT, remove_part);
  const File to(mkostemp(part().data(), O_CLOEXEC));  // new, and never through a link
  if (!to.is_open()) {
    return errno;
  }
  int error = copy(self, to);
  if (error == 0 && rename(part().data(), target.c_str()) != 0) {
    error = errno;
  }
  if (error != 0) {
    unlink(part().data());
    return error;
  }
  const File holder(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  fsync(holder.fd());  // as much as can be done: the file itself is safe
  return 0;
}

}  // namespace

std::string install_self(const std::string& path) {
  constexpr const char* kSelf = "/proc/self/exe";
  const File self(open(kSelf, O_RDONLY | O_CLOEXEC));
  if (!self.is_open()) {
    return std::string("cannot read its own program, ") + kSelf + ": " +
           std::generic_category().message(errno) + "; is /proc mounted?";
  }
  std::signal(SIGXFSZ, SIG_IGN);  // a limit of files' sizes is an error like others
  std::error_code ec;
  fs::path target(path);
  if (fs::is_directory(target, ec)) {
    target /= "zk-health";
  }
  const int error = replace(self, target);
  if (error == 0) {
    return {};
  }
  return "cannot install to " + printable(target.string(), 500) + ": " + explain(error);
}

}  // namespace zke

#include "config/file.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/text.hpp"
#include "config/settings.hpp"

namespace zke {

namespace {

constexpr std::size_t kMaxSize = 1U << 20U;

/// A file that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;

  int fd() const { return fd_; }

 private:
  int fd_;
};

const char* kind_of(mode_t mode) {
  return S_ISDIR(mode)    ? "a directory"
         : S_ISFIFO(mode) ? "a pipe"
         : S_ISSOCK(mode) ? "a socket"
                          : "a device";
}

}  // namespace

std::string read_config_file(const std::string& path) {
  const auto shown = shown_path(path);
  const auto fail = [&](const std::string& what) { throw ConfigError(shown + ": " + what); };
  const auto fail_to_read = [&] {
    fail("cannot be read: " + std::generic_category().message(errno) +
         "; check --config.file and the file's permissions");
  };
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  struct stat status {};
  if (file.fd() < 0 || fstat(file.fd(), &status) != 0) {
    fail_to_read();
  }
  if (!S_ISREG(status.st_mode)) {
    fail(std::string("is ") + kind_of(status.st_mode) +
         ", not a regular file; check --config.file");
  }
  std::string text;
  std::array<char, 65536> block{};
  for (;;) {
    const auto size = read(file.fd(), block.data(), block.size());
    if (size < 0) {
      fail_to_read();
    }
    if (size == 0) {
      return text;
    }
    text.append(block.data(), static_cast<std::size_t>(size));
    if (text.size() > kMaxSize) {
      fail("is larger than 1 MiB, so it is no configuration; check --config.file");
    }
  }
}

std::string shown_path(const std::string& path) {
  constexpr std::size_t kMaxPath = 500;
  return printable(path, kMaxPath);
}

}  // namespace zke

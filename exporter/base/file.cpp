#include "base/file.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/text.hpp"

namespace zke {

namespace {

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

Error unreadable() {
  return {Reason::kLocalError, "cannot be read: " + std::generic_category().message(errno)};
}

}  // namespace

Result<FileText> read_file(const std::string& path, std::size_t limit) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  struct stat status {};
  if (file.fd() < 0 || fstat(file.fd(), &status) != 0) {
    return unreadable();
  }
  if (!S_ISREG(status.st_mode)) {
    return Error(Reason::kMalformed,
                 std::string("is ") + kind_of(status.st_mode) + ", not a regular file");
  }
  FileText file_text;
  file_text.is_for_all = (status.st_mode & S_IROTH) != 0;
  std::array<char, 65536> block{};
  for (;;) {
    const auto size = read(file.fd(), block.data(), block.size());
    if (size < 0) {
      return unreadable();
    }
    if (size == 0) {
      return file_text;
    }
    file_text.text.append(block.data(), static_cast<std::size_t>(size));
    if (file_text.text.size() > limit) {
      constexpr std::size_t kMiB = 1U << 20U;
      const auto shown = limit < kMiB ? std::to_string(limit >> 10U) + " KiB"
                                      : std::to_string(limit / kMiB) + " MiB";
      return Error(Reason::kTooLarge, "is larger than " + shown);
    }
  }
}

std::string shown_path(const std::string& path) {
  constexpr std::size_t kMaxPath = 500;
  return printable(path, kMaxPath);
}

}  // namespace zke

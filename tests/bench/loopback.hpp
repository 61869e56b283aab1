#pragma once

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace zke::bench {

/// A blocking connection to 127.0.0.1; every failure throws.
class Connection {
 public:
  /// `address` is `127.0.0.1:PORT`.
  explicit Connection(std::string_view address)
      : fd_(check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
    const auto port = std::stoi(std::string(address.substr(address.rfind(':') + 1)));
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    peer.sin_port = htons(static_cast<std::uint16_t>(port));
    check(connect(fd_, reinterpret_cast<sockaddr*>(&peer), sizeof peer), "connect");
  }
  ~Connection() { close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Connection(Connection&&) = delete;
  Connection& operator=(Connection&&) = delete;

  void write(std::string_view text) const {
    check(send(fd_, text.data(), text.size(), MSG_NOSIGNAL), "send");
  }

  /// Reads into `buffer` from `at` on; 0 at the end.
  std::size_t read(std::string& buffer, std::size_t at) const {
    return static_cast<std::size_t>(
        check(recv(fd_, buffer.data() + at, buffer.size() - at, 0), "recv"));
  }

 private:
  template <class Number>
  static Number check(Number result, const char* what) {
    if (result < 0) {
      throw std::system_error(errno, std::generic_category(), what);
    }
    return result;
  }

  int fd_;
};

}  // namespace zke::bench

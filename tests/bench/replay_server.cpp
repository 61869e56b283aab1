// Stands in for many ZooKeepers on loopback, at little cost of its own.
//
//   replay_server MEMBERS HUNG WORD.txt...
//
// Answers each WORD with its file, prints one line 127.0.0.1:PORT a member, and runs until SIGTERM.
// The last HUNG members accept connections and never answer. The word "poll" is answered with the
// number of `srvr` that were answered so far.

#include <arpa/inet.h>
#include <array>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace {

constexpr std::size_t kWord = 4;

int check(int result, const char* what) {
  if (result < 0) {
    throw std::system_error(errno, std::generic_category(), what);
  }
  return result;
}

void allow_many_descriptors() {
  rlimit limit{};
  check(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  limit.rlim_cur = limit.rlim_max;
  check(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

int listen_anywhere() {
  const int fd = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  check(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
  check(listen(fd, SOMAXCONN), "listen");
  socklen_t size = sizeof address;
  check(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  std::cout << "127.0.0.1:" << ntohs(address.sin_port) << "\n";
  return fd;
}

class Server {
 public:
  explicit Server(std::map<std::string, std::string, std::less<>> replies)
      : epoll_(check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
        replies_(std::move(replies)) {}

  void add_member(bool is_hung) { watch(listen_anywhere(), is_hung ? kHungPort : kPort); }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events{};
    for (;;) {
      const int count = epoll_wait(epoll_, events.data(), events.size(), -1);
      for (int i = 0; i < count; ++i) {
        handle(events.at(static_cast<std::size_t>(i)).data.fd);
      }
    }
  }

 private:
  enum Kind { kPort, kHungPort, kClient, kHungClient };

  void watch(int fd, Kind kind) {
    const auto place = static_cast<std::size_t>(fd);
    kinds_.resize(std::max(kinds_.size(), place + 1));
    kinds_[place] = kind;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    check(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
  }

  void handle(int fd) {
    const auto kind = kinds_[static_cast<std::size_t>(fd)];
    if (kind == kClient) {
      answer(fd);
      close(fd);
      return;
    }
    if (kind == kHungClient) {
      std::array<char, kWord> ignored{};
      if (recv(fd, ignored.data(), ignored.size(), MSG_DONTWAIT) <= 0) {
        close(fd);
      }
      return;
    }
    const int client = accept4(fd, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) {
      return;
    }
    if (kind == kHungPort) {
      watch(client, kHungClient);
    } else if (answer(client)) {
      close(client);
    } else {
      watch(client, kClient);
    }
  }

  /// False when the word has not come yet. A reply fits into the socket's buffer.
  bool answer(int fd) {
    std::array<char, kWord> word{};
    if (recv(fd, word.data(), word.size(), MSG_DONTWAIT) != kWord) {
      return false;
    }
    const std::string_view said(word.data(), word.size());
    if (said == "poll") {
      send_all(fd, std::to_string(polls_));
    } else if (const auto found = replies_.find(said); found != replies_.end()) {
      polls_ += said == "srvr" ? 1 : 0;
      send_all(fd, found->second);
    }
    return true;
  }

  static void send_all(int fd, std::string_view text) {
    while (!text.empty()) {
      const auto sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent < 0) {
        return;
      }
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  int epoll_;
  std::map<std::string, std::string, std::less<>> replies_;
  std::vector<Kind> kinds_;  ///< by descriptor
  long polls_ = 0;
};

void run(int argc, char** argv) {
  constexpr int kFirstFile = 3;
  if (argc <= kFirstFile) {
    throw std::invalid_argument("usage: replay_server MEMBERS HUNG WORD.txt...");
  }
  std::map<std::string, std::string, std::less<>> replies;
  for (int i = kFirstFile; i < argc; ++i) {
    const std::filesystem::path path(argv[i]);
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (text.empty()) {
      throw std::runtime_error("cannot read " + path.string());
    }
    replies[path.stem().string()] = text;
  }
  allow_many_descriptors();
  Server server(std::move(replies));
  const int members = std::stoi(argv[1]);
  const int hung = std::stoi(argv[2]);
  for (int i = 0; i < members; ++i) {
    server.add_member(i >= members - hung);
  }
  std::cout << std::flush;
  close(STDOUT_FILENO);  // the reader sees the end of the list
  server.run();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "replay_server: " << e.what() << "\n";
  }
  return EXIT_FAILURE;
}

// The least that a poll can cost: connect, send the word, read to the end, for `srvr`, `mntr` and
// `wchs`, and no look at what came.
//
//   bare_poll POLLS 127.0.0.1:PORT...
//
// prints CPU and wall time of one poll in milliseconds, and its bytes.

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <vector>

#include "bench/loopback.hpp"

namespace {

using std::chrono::duration;
using std::chrono::steady_clock;

double cpu_milliseconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto milliseconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
}

std::size_t poll(const std::string& address, std::string& buffer) {
  std::size_t bytes = 0;
  for (const auto* word : {"srvr", "mntr", "wchs"}) {
    const zke::bench::Connection connection(address);
    connection.write(word);
    while (const auto size = connection.read(buffer, 0)) {
      bytes += size;
    }
  }
  return bytes;
}

void run(int argc, char** argv) {
  if (argc < 3) {
    throw std::invalid_argument("usage: bare_poll POLLS 127.0.0.1:PORT...");
  }
  const auto polls = std::stoul(argv[1]);
  const std::vector<std::string> addresses(argv + 2, argv + argc);
  std::string buffer(64 << 10, '\0');
  std::size_t bytes = 0;
  const auto cpu = cpu_milliseconds();
  const auto began = steady_clock::now();
  for (std::size_t i = 0; i < polls; ++i) {
    bytes += poll(addresses[i % addresses.size()], buffer);
  }
  const auto wall = duration<double, std::milli>(steady_clock::now() - began).count();
  const auto count = static_cast<double>(polls);
  std::cout << (cpu_milliseconds() - cpu) / count << " " << wall / count << " " << bytes / polls
            << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(argc, argv);
    return EXIT_SUCCESS;
  } catch (const std::exception& e) {
    std::cerr << "bare_poll: " << e.what() << "\n";
  }
  return EXIT_FAILURE;
}

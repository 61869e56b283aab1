// How long one page takes, over one kept connection: from the first byte sent to the last byte
// received.
//
//   http_latency 127.0.0.1:PORT PATH REQUESTS identity|gzip
//
// prints the median and the 99th percentile in milliseconds, and the bytes of a body.

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/loopback.hpp"

namespace {

using std::chrono::duration;
using std::chrono::steady_clock;

/// Reads one response and returns its body's size.
std::size_t read_response(const zke::bench::Connection& connection, std::string& buffer) {
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  std::size_t received = 0;
  std::size_t wanted = 0;
  std::size_t body = 0;
  while (wanted == 0 || received < wanted) {
    if (received == buffer.size()) {
      buffer.resize(2 * buffer.size());
    }
    const auto size = connection.read(buffer, received);
    if (size == 0) {
      throw std::runtime_error("the server closed the connection");
    }
    received += size;
    const auto text = std::string_view(buffer).substr(0, received);
    const auto end = wanted == 0 ? text.find("\r\n\r\n") : std::string_view::npos;
    if (end != std::string_view::npos) {
      const auto head = text.substr(0, end);
      const auto length = head.find(kLength);
      if (head.find(" 200 ") == std::string_view::npos || length == std::string_view::npos) {
        throw std::runtime_error("unexpected response: " + std::string(head));
      }
      body = std::stoul(std::string(head.substr(length + kLength.size())));
      wanted = end + 4 + body;
    }
  }
  return body;
}

void run(int argc, char** argv) {
  if (argc != 5) {
    throw std::invalid_argument("usage: http_latency 127.0.0.1:PORT PATH REQUESTS identity|gzip");
  }
  const auto requests = std::stoul(argv[3]);
  const auto request = "GET " + std::string(argv[2]) +
                       " HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: " + argv[4] + "\r\n\r\n";
  const zke::bench::Connection connection(argv[1]);
  std::string buffer(1 << 20, '\0');
  std::vector<double> took;
  std::size_t bytes = 0;
  const auto warm_up = requests / 10;
  for (std::size_t i = 0; i < warm_up + requests; ++i) {
    const auto began = steady_clock::now();
    connection.write(request);
    bytes = read_response(connection, buffer);
    if (i >= warm_up) {
      took.push_back(duration<double, std::milli>(steady_clock::now() - began).count());
    }
  }
  std::ranges::sort(took);
  std::cout << took.at(took.size() / 2) << " " << took.at(took.size() * 99 / 100) << " " << bytes
            << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(argc, argv);
    return EXIT_SUCCESS;
  } catch (const std::exception& e) {
    std::cerr << "http_latency: " << e.what() << "\n";
  }
  return EXIT_FAILURE;
}

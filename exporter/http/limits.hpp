#pragma once

#include <chrono>
#include <cstddef>

namespace zke {

/// What clients may take; the tests use smaller ones.
struct HttpLimits {
  std::chrono::milliseconds patience = std::chrono::seconds(10);     ///< for a head; for a response
  std::chrono::milliseconds stall = std::chrono::seconds(5);         ///< of a client that reads
  std::chrono::milliseconds idle = std::chrono::seconds(120);        ///< between two requests
  std::chrono::milliseconds grace = std::chrono::milliseconds(200);  ///< before one gives way
  std::size_t connections = 64;
  std::size_t bytes = 64 << 20;  ///< of bodies that are being sent, a shared one counted once
};

/// The usual ones, with as many connections as the process's limit of open descriptors allows,
/// which is raised as far as it can be: polls come first, HTTP gets what they leave. A lack is
/// logged.
HttpLimits find_limits(std::size_t members, std::size_t listeners);

/// What the process needs beside HTTP connections: for itself, `members` and `listeners`.
std::size_t reserved_descriptors(std::size_t members, std::size_t listeners);

/// Raises the process's limit of open descriptors to `wanted`, as far as that is allowed. Returns
/// the limit; it may be higher.
std::size_t allow_descriptors(std::size_t wanted);

/// How many connections may be open when `reserved` of `descriptors` are kept: at most `most`, and
/// a few in any case.
std::size_t connections_within(std::size_t descriptors, std::size_t reserved, std::size_t most);

}  // namespace zke

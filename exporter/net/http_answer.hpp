#pragma once

#include <cstddef>
#include <string>

#include "base/result.hpp"

namespace zke {

/// What an HTTP server said, whatever its status.
struct HttpAnswer {
  unsigned status = 0;
  std::string location;  ///< of a redirect, or empty
  std::string body;
};

/// Reads a whole answer to a GET, as it came until the connection was closed; chunks are put
/// together, nothing is unpacked. Errors: closed_without_answer, truncated, too_large (the body is
/// longer than `max_body`), malformed (no HTTP).
Result<HttpAnswer> read_http_answer(const std::string& text, std::size_t max_body);

}  // namespace zke

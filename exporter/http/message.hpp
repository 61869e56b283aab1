#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/body.hpp"
#include "http/headers.hpp"

namespace zke {

/// What a page gets to see of a request.
struct Request {
  std::string path;                                        ///< decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in order
  Headers headers;                                         ///< as they came, within a head's 8 kB

  /// The first value of the parameter `name`, or nullptr.
  const std::string* parameter(std::string_view name) const;

  /// The header `name`, in whatever case it is written: all its values with ", " between them, or
  /// empty.
  std::string header(std::string_view name) const;

  /// Whether the client asks for JSON (`Accept: application/json`, or `?format=json`).
  bool wants_json() const;
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::shared_ptr<Body> shared;  ///< in the place of `body`, when others may send it as well
  Headers headers;               ///< further ones
};

}  // namespace zke

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/body.hpp"

namespace zke {

/// What a page gets to see of a request.
struct Request {
  std::string path;                                        ///< decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in order
  std::string accept;                                      ///< the header, or empty

  /// The first value of the parameter `name`, or nullptr.
  const std::string* parameter(std::string_view name) const;

  /// Whether the client asks for JSON (`Accept: application/json`, or `?format=json`).
  bool wants_json() const;
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::shared_ptr<Body> shared;  ///< in the place of `body`, when others may send it as well
  std::vector<std::pair<std::string, std::string>> headers;  ///< further ones
};

}  // namespace zke

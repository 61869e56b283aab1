#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zke {

/// What a page gets to see of a request.
struct Request {
  std::string path;                                        ///< decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in order
  std::string accept;                                      ///< the header, or empty

  /// The first value of the parameter `name`, or nullptr.
  const std::string* parameter(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< further ones
};

}  // namespace zke

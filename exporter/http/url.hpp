#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/address.hpp"

namespace zke {

/// `http://zk-exporter:9141/prefix`: a server, and what stands before its pages' paths.
struct HttpUrl {
  Address server;
  std::string prefix = {};  ///< "/prefix", or empty
};

/// Reads a URL of http, with port 80 if it names none. An error's text goes on after the name of
/// what should be one: it says what is wrong and what to write.
Result<HttpUrl> parse_http_url(std::string_view text);

/// As it is read.
std::string to_string(const HttpUrl& url);

}  // namespace zke

#include "http/response.hpp"

#include <algorithm>
#include <iterator>

#include <boost/beast/http/status.hpp>

#include "base/version.hpp"
#include "http/gzip.hpp"

namespace zke {

namespace {

namespace beast = boost::beast;

void append_header(std::string& head, std::string_view name, std::string_view value) {
  head += name;
  head += ": ";
  std::ranges::replace_copy_if(
      value, std::back_inserter(head), [](char c) { return c < ' ' || c > '~'; }, '?');
  head += "\r\n";
}

}  // namespace

std::string_view pack(Response& response, Body& body, const Request& request) {
  if (!body.is_packable()) {
    return body.text();
  }
  response.headers.emplace_back("Vary", "Accept-Encoding");
  const auto packed =
      accepts_gzip(request.header("Accept-Encoding")) ? body.packed() : std::nullopt;
  if (packed) {
    response.headers.emplace_back("Content-Encoding", "gzip");
  }
  return packed.value_or(body.text());
}

std::string head_text(const Response& response, std::size_t length, const Head& request,
                      bool keep_alive) {
  const auto status = beast::http::int_to_status(static_cast<unsigned>(response.status));
  const std::string_view reason = beast::http::obsolete_reason(status);
  std::string head(request.is_old ? "HTTP/1.0 " : "HTTP/1.1 ");
  head += std::to_string(response.status) + " ";
  head += reason;
  head += "\r\n";
  append_header(head, "Server", std::string("zookeeper-exporter/") + kVersion);
  append_header(head, "Content-Type", response.content_type);
  append_header(head, "X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) {
    append_header(head, name, value);
  }
  if (!keep_alive || request.is_old) {
    append_header(head, "Connection", keep_alive ? "keep-alive" : "close");
  }
  append_header(head, "Content-Length", std::to_string(length));
  return head + "\r\n";
}

}  // namespace zke

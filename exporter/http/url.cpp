#include "http/url.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace zke {

namespace {

constexpr std::string_view kScheme = "http://";
constexpr std::size_t kMaxPrefix = 1000;

Error mistake(std::string text) { return {Reason::kMalformed, std::move(text)}; }

/// Letters that need no escape, and the escapes themselves.
bool is_path(std::string_view text) {
  return text.size() <= kMaxPrefix && std::ranges::all_of(text, [](char c) {
           constexpr std::string_view kSigns = "-._~!$&'()*+,;=:/%";
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  kSigns.find(c) != std::string_view::npos;
         });
}

}  // namespace

Result<HttpUrl> parse_http_url(std::string_view text) {
  constexpr std::size_t kMaxShown = 200;
  if (text.starts_with("https://")) {
    return mistake("is https, which is not spoken here; write http://HOST:PORT");
  }
  if (text.find('@') != std::string_view::npos) {  // not shown: it may come after a password
    return mistake("names a user, which is not sent; write http://HOST:PORT");
  }
  const auto rest = text.starts_with(kScheme) ? text.substr(kScheme.size()) : std::string_view();
  const auto host = rest.substr(0, rest.find('/'));
  auto path = rest.substr(host.size());
  while (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  const bool has_port = host.substr(host.rfind(']') + 1).find(':') != std::string_view::npos;
  const auto server = read_address(std::string(host) + (has_port ? "" : ":80"));
  if (!server || server->host.empty() || server->port == 0 || !is_path(path)) {
    return mistake("is \"" + printable(text, kMaxShown) +
                   "\"; write http://HOST:PORT, such as http://localhost:9141");
  }
  return HttpUrl{*server, std::string(path)};
}

std::string to_string(const HttpUrl& url) {
  return std::string(kScheme) + to_string(url.server) + url.prefix;
}

}  // namespace zke

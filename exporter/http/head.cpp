#include "http/head.hpp"

#include <algorithm>
#include <vector>

#include <boost/beast/core/string.hpp>

#include "base/text.hpp"

namespace zke {

namespace {

using boost::beast::iequals;

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kAlnum =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

HeadFault bad(const std::string& why) { return {400, "that is no HTTP request: " + why}; }

bool consists_of(std::string_view text, std::string_view a, std::string_view b = {}) {
  return std::ranges::all_of(text, [&](char c) {
    return a.find(c) != std::string_view::npos || b.find(c) != std::string_view::npos;
  });
}

bool is_token(std::string_view text) {
  return !text.empty() && consists_of(text, kAlnum, "!#$%&'*+-.^_`|~");
}

/// `zk-0:9141`, `[::1]:9141`, or nothing at all.
bool is_host(std::string_view text) {
  if (text.starts_with('[')) {
    const bool is_closed = text.find(']') != std::string_view::npos;
    const auto literal = take_until(text, ']').substr(1);
    const bool is_good = is_closed && !literal.empty() && consists_of(literal, kAlnum, ":.");
    return is_good && (text.empty() || (text[0] == ':' && consists_of(text.substr(1), kDigits)));
  }
  const auto name = take_until(text, ':');
  return consists_of(name, kAlnum, "-._~%!$&'()*+,;=") && consists_of(text, kDigits);
}

std::string_view take_head_line(std::string_view& text) {
  const auto line = text.substr(0, text.find(kLineEnd));
  text.remove_prefix(std::min(line.size() + kLineEnd.size(), text.size()));
  return line;
}

struct RequestLine {
  std::string_view method;
  std::string_view target;
  int minor = 0;
};

/// `GET /metrics HTTP/1.1`
std::optional<RequestLine> parse_request_line(std::string_view line) {
  RequestLine parsed;
  parsed.method = take_until(line, ' ');
  parsed.target = take_until(line, ' ');
  constexpr std::string_view kVersion = "HTTP/1.";
  const bool is_known = line.size() == kVersion.size() + 1 && line.starts_with(kVersion) &&
                        kDigits.find(line.back()) != std::string_view::npos;
  const bool is_target_whole =
      !parsed.target.empty() && parsed.target.find('\t') == std::string_view::npos;
  if (!is_token(parsed.method) || !is_target_whole || !is_known) {
    return std::nullopt;
  }
  parsed.minor = line.back() - '0';
  return parsed;
}

/// A path, `http://host/path`, or `*`. Nobody speaks TLS here, so that `https:` is for another.
bool is_target(std::string_view target) {
  constexpr std::string_view kScheme = "http://";
  if (target.starts_with('/') || target == "*") {
    return true;
  }
  if (!iequals(target.substr(0, kScheme.size()), kScheme)) {
    return false;
  }
  target.remove_prefix(kScheme.size());
  const auto host = target.substr(0, target.find_first_of("/?#"));
  return !host.empty() && is_host(host);
}

std::optional<HeadFault> read_field(std::string_view line, Headers& headers) {
  if (line.starts_with(' ') || line.starts_with('\t')) {
    return bad("a header goes on in a second line");
  }
  const bool has_colon = line.find(':') != std::string_view::npos;
  const auto name = take_until(line, ':');
  if (!has_colon || !is_token(name)) {
    return bad("a header is not NAME: VALUE");
  }
  headers.emplace_back(name, trim(line));
  return std::nullopt;
}

/// Where the end of the request is in doubt.
std::optional<HeadFault> find_framing_fault(const Head& head) {
  const auto lengths = values_of(head.headers, "Content-Length");
  for (const auto length : lengths) {
    if (length.empty() || !consists_of(length, kDigits) || length != lengths.front()) {
      return bad("its Content-Length is not one number");
    }
  }
  const auto codings = values_of(head.headers, "Transfer-Encoding");
  if (codings.empty()) {
    return std::nullopt;
  }
  if (head.is_old || !lengths.empty()) {
    return bad("its Transfer-Encoding does not go with its version or its Content-Length");
  }
  if (codings.size() > 1 || !iequals(codings.front(), "chunked")) {
    return HeadFault{501, "this Transfer-Encoding is not known here"};
  }
  return std::nullopt;
}

std::optional<HeadFault> find_host_fault(const Head& head) {
  const auto hosts = values_of(head.headers, "Host");
  if (hosts.size() > 1 || (hosts.empty() && !head.is_old)) {
    return bad("it must have one Host header");
  }
  return hosts.empty() || is_host(hosts.front())
             ? std::nullopt
             : std::optional(bad("its Host header is no host and port"));
}

bool has_body(const Headers& headers) {
  const auto lengths = values_of(headers, "Content-Length");
  return !values_of(headers, "Transfer-Encoding").empty() ||
         (!lengths.empty() && !consists_of(lengths.front(), "0"));
}

std::optional<HeadFault> find_refusal(const RequestLine& line, const Head& head) {
  if (!head.is_action && !head.is_head && line.method != "GET") {
    return HeadFault{405, "this method is not served here"};
  }
  if (has_body(head.headers)) {
    return HeadFault{413, "send no body with the request"};
  }
  return is_target(line.target) ? std::nullopt : std::optional(bad("its target is no path"));
}

/// An HTTP/1.0 server may take what follows such a request for its body.
bool has_vague_end(const Head& head) {
  return head.is_old && head.is_action && values_of(head.headers, "Content-Length").empty();
}

/// Whether `Connection: a, b` names this option.
bool has_connection_option(const Headers& headers, std::string_view name) {
  return std::ranges::any_of(values_of(headers, "Connection"), [&](std::string_view value) {
    return std::ranges::any_of(split(value, ','),
                               [&](auto option) { return iequals(trim(option), name); });
  });
}

}  // namespace

std::optional<HeadFault> find_early_fault(std::string_view text, std::size_t checked) {
  for (std::size_t i = checked == 0 ? 0 : checked - 1; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool is_cut = c == '\r' && i + 1 < text.size() && text[i + 1] != '\n';
    const bool is_stray = c == '\n' && (i == 0 || text[i - 1] != '\r');
    const bool is_line_end = c == '\r' || c == '\n';
    if (is_cut || is_stray || (c < ' ' && c != '\t' && !is_line_end) || c == 0x7F) {
      return bad("a control character is in its head");
    }
  }
  const auto end = text.find(kLineEnd);
  if (end != std::string_view::npos && end + kLineEnd.size() > checked &&
      !parse_request_line(text.substr(0, end))) {
    return bad("it does not begin with a method, a path and a version that is known");
  }
  return std::nullopt;
}

Head parse_head(std::string_view text) {
  Head head;
  const auto line = parse_request_line(take_head_line(text)).value_or(RequestLine());
  head.is_head = line.method == "HEAD";
  head.is_action = line.method == "POST" || line.method == "PUT";
  head.is_old = line.minor == 0;
  head.target = line.target;
  for (auto field = take_head_line(text); !field.empty(); field = take_head_line(text)) {
    auto fault = read_field(field, head.headers);
    head.fault = head.fault ? head.fault : std::move(fault);
  }
  for (auto* find : {&find_framing_fault, &find_host_fault}) {
    head.fault = head.fault ? head.fault : find(head);
  }
  head.fault = head.fault ? head.fault : find_refusal(line, head);
  head.keep_alive = !head.fault && !has_vague_end(head) &&
                    !has_connection_option(head.headers, "close") &&
                    (!head.is_old || has_connection_option(head.headers, "keep-alive"));
  return head;
}

}  // namespace zke

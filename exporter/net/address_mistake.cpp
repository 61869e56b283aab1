#include "net/address_mistake.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <optional>
#include <vector>

#include "base/text.hpp"
#include "net/address.hpp"

namespace zke {

namespace {

constexpr std::string_view kExample = "write HOST:PORT, such as zk-0.zk:2181 or [::1]:2181";
constexpr std::string_view kQuotes = "\"'`";
constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kSeparators = " \t\r\n;,|";

/// A mistake: what the text is, and what is left of it without that.
struct Finding {
  std::string what;
  std::string rest;
};

using Finder = std::optional<Finding> (*)(std::string_view);

bool has_any(std::string_view text, std::string_view of) {
  return text.find_first_of(of) != std::string_view::npos;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_ipv6(std::string_view host) {
  return read_address("[" + std::string(host) + "]:1").has_value();
}

std::string_view strip(std::string_view text, std::string_view letters) {
  const auto begin = text.find_first_not_of(letters);
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(letters) - begin + 1);
}

std::optional<Finding> find_quotes(std::string_view text) {
  if (!has_any(text, kQuotes)) {
    return std::nullopt;
  }
  return Finding{"has quotes that are part of the text",
                 std::string(strip(strip(text, kBlanks), kQuotes))};
}

std::optional<Finding> find_blanks(std::string_view text) {
  const auto inner = strip(text, kSeparators);
  if (inner.size() < text.size()) {
    return Finding{"has a blank or a separator at an end", std::string(inner)};
  }
  if (!has_any(text, kBlanks)) {
    return std::nullopt;
  }
  std::string rest;
  std::ranges::copy_if(text, std::back_inserter(rest),
                       [](char c) { return kBlanks.find(c) == std::string_view::npos; });
  return Finding{"has a blank in it", rest};
}

std::optional<Finding> find_url(std::string_view text) {
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos) {
    return std::nullopt;
  }
  const auto rest = strip(text.substr(scheme + 3), "/");
  return Finding{"is a URL", std::string(rest.substr(0, rest.find('/')))};
}

std::optional<Finding> find_chroot(std::string_view text) {
  if (text.find('/') == std::string_view::npos) {
    return std::nullopt;
  }
  return Finding{"ends in a path (a chroot), which no server has",
                 std::string(text.substr(0, text.find('/')))};
}

std::optional<Finding> find_user(std::string_view text) {
  if (text.find('@') == std::string_view::npos) {
    return std::nullopt;
  }
  return Finding{"names a user, which nobody asks for",
                 std::string(text.substr(text.rfind('@') + 1))};
}

std::optional<Finding> find_placeholder(std::string_view text) {
  if (!has_any(text, "${}<>*?")) {
    return std::nullopt;
  }
  return Finding{"holds a placeholder that nobody has filled in", {}};
}

/// `server.1=zk-0:2888:3888:participant;2181`, or a part of it.
std::optional<Finding> find_server_line(std::string_view text) {
  const auto line = text.substr(text.find('=') == std::string_view::npos ? 0 : text.find('=') + 1);
  auto rest = line;
  std::string host;
  if (rest.starts_with('[')) {
    host = std::string(take_until(rest, ']')) + "]";
    rest.remove_prefix(rest.starts_with(':') ? 1 : 0);
  } else {
    host = take_until(rest, ':');
  }
  auto client = rest;
  const auto servers = split(take_until(client, ';'), ':');
  const bool is_line = !host.empty() && servers.size() >= 2 && is_number(servers[0]) &&
                       is_number(servers[1]) && !is_ipv6(line);
  if (!is_line && line == text) {
    return std::nullopt;
  }
  const auto own =
      client.substr(client.rfind(':') == std::string_view::npos ? 0 : client.rfind(':') + 1);
  const bool is_client_port = servers[0] != "2888" && (servers.size() < 2 || servers[1] != "3888");
  const auto port = is_number(own) ? own : is_client_port ? servers[0] : "2181";
  return Finding{"is a server's line of zoo.cfg; the client port is wanted",
                 host + ":" + std::string(port)};
}

std::optional<Finding> find_bare_ipv6(std::string_view text) {
  const auto colon = text.rfind(':');
  if (text.find(':') == colon || text.find('[') != std::string_view::npos) {
    return std::nullopt;
  }
  const auto host = text.substr(0, colon);
  const auto port = text.substr(colon + 1);
  if (is_ipv6(host) && is_number(port)) {
    return Finding{"is an IPv6 address without brackets",
                   "[" + std::string(host) + "]:" + std::string(port)};
  }
  if (is_ipv6(text)) {
    return Finding{"is an IPv6 address without brackets and port", "[" + std::string(text) + "]"};
  }
  return std::nullopt;
}

std::optional<Finding> find_zone(std::string_view text) {
  const auto end = text.find(']');
  if (!text.starts_with('[') || end == std::string_view::npos || text.find('%') > end) {
    return std::nullopt;
  }
  const auto address = text.substr(0, text.find('%'));
  if (!is_ipv6(address.substr(1))) {
    return std::nullopt;
  }
  const auto zone = std::string(text.substr(address.size() + 1, end - address.size() - 1));
  const bool is_local = address.size() > 3 && (address[1] == 'f' || address[1] == 'F') &&
                        (address[2] == 'e' || address[2] == 'E') &&
                        has_any(address.substr(3, 1), "89abAB");
  if (is_local) {
    return Finding{"names the network interface " + zone + ", which is not here", {}};
  }
  return Finding{"names a network interface (behind %), which only fe80:: addresses need",
                 std::string(address) + std::string(text.substr(end))};
}

std::optional<Finding> find_brackets(std::string_view text) {
  if (!has_any(text, "[]")) {
    return std::nullopt;
  }
  auto inner = text;
  const auto host = strip(take_until(inner, ']'), "[");
  if (is_ipv6(host)) {
    return std::nullopt;
  }
  std::string rest;
  std::ranges::copy_if(text, std::back_inserter(rest), [](char c) { return c != '[' && c != ']'; });
  return Finding{"has brackets, which are for IPv6 addresses only", rest};
}

/// `127.1`, `0x7f.0.0.1`, `127.000.000.001`: resolvers take them, and a log shows another address.
std::optional<Finding> find_odd_ipv4(std::string_view text) {
  auto port = text;
  const std::string host(take_until(port, ':'));
  std::string decimal;
  for (const auto part : split(host, '.')) {
    const auto number = strip(part, "0").empty() && is_number(part) ? 0 : parse_int(part);
    decimal += (decimal.empty() ? "" : ".") + (number ? std::to_string(*number) : "x");
  }
  constexpr std::size_t kPortDigits = 5;
  if (is_number(host) && host.size() <= kPortDigits) {
    return std::nullopt;  // rather a port
  }
  in_addr address{};
  std::array<char, INET_ADDRSTRLEN> right{};
  if (read_address(decimal + ":1") && std::ranges::count(decimal, '.') == 3 &&
      decimal.find('x') == std::string::npos && decimal != host) {
    std::ranges::copy(decimal, right.begin());
  } else if (inet_aton(host.c_str(), &address) == 0 || read_address(host + ":1")) {
    return std::nullopt;
  } else {
    inet_ntop(AF_INET, &address, right.data(), right.size());
  }
  return Finding{"has an IPv4 address in an odd spelling (four decimal numbers are wanted)",
                 std::string(right.data()) + (port.empty() ? "" : ":" + std::string(port))};
}

constexpr auto kFinders = std::to_array<Finder>(
    {find_quotes, find_url, find_user, find_server_line, find_chroot, find_blanks, find_placeholder,
     find_bare_ipv6, find_zone, find_brackets, find_odd_ipv4});

std::optional<Finding> find_mistake(std::string_view text) {
  for (const auto finder : kFinders) {
    if (auto found = finder(text)) {
      return found;
    }
  }
  return std::nullopt;
}

/// The host of `text`, with its brackets, if it is a good one.
std::string host_of(std::string_view text) {
  const auto colon = text.ends_with(']') ? std::string_view::npos : text.rfind(':');
  const auto address = read_address(std::string(text.substr(0, colon)) + ":1");
  const auto host = address ? to_string(*address) : ":1";
  return host.substr(0, host.size() - 2);
}

/// What the user may have meant by `text`, or nothing.
std::string repair(std::string text) {
  constexpr int kMaxMistakes = 8;
  for (int i = 0; i < kMaxMistakes; ++i) {
    const auto address = read_address(text);
    if (address && !address->host.empty() && address->port != 0) {
      return to_string(*address);
    }
    auto found = find_mistake(text);
    if (!found) {
      break;
    }
    text = std::move(found->rest);
  }
  const auto host = host_of(text);
  return host.empty() ? host : host + ":2181";
}

std::string write(const std::string& what, const std::string& right) {
  return what + "; " + (right.empty() ? std::string(kExample) : "write " + right);
}

/// The parts of a text with other separators than commas, if each may be meant as an address.
std::vector<std::string> find_parts(std::string_view text) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : std::string(text) + ' ') {
    if (kSeparators.find(c) == std::string_view::npos) {
      part += c;
    } else if (!part.empty()) {
      parts.push_back(repair(part));
      part.clear();
    }
  }
  const bool are_good = std::ranges::find(parts, std::string()) == parts.end();
  return are_good && parts.size() > 1 ? parts : std::vector<std::string>();
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  constexpr std::size_t kMaxShown = 5;
  std::string joined;
  for (std::size_t i = 0; i < std::min(parts.size(), kMaxShown); ++i) {
    joined += (joined.empty() ? "" : std::string(separator)) + parts[i];
  }
  return joined + (parts.size() > kMaxShown ? std::string(separator) + "..." : "");
}

bool has_separator(std::string_view text) { return has_any(text, kSeparators); }

}  // namespace

std::string explain_address(std::string_view text) {
  if (trim(text).empty()) {
    return "is an empty entry: a comma too many; " + std::string(kExample);
  }
  if (const auto line = find_server_line(text); line && !has_any(text, ", \t")) {
    return write(line->what, repair(line->rest));
  }
  if (const auto parts = find_parts(text); has_separator(text) && !parts.empty()) {
    return "is several addresses in one text; write each for itself: [" + join(parts, ", ") + "]";
  }
  if (auto found = find_mistake(text)) {
    return write(found->what, found->rest.empty() ? "" : repair(found->rest));
  }
  if (is_number(text)) {
    return "is a port without a host; write HOST:PORT, such as localhost:" + std::string(text);
  }
  if (text.starts_with(':')) {
    return write("has no host", repair("localhost" + std::string(text)));
  }
  const auto host = host_of(text);
  if (host.empty()) {
    return "has no valid host; " + std::string(kExample);
  }
  const bool has_colon = !text.ends_with(']') && text.rfind(':') != std::string_view::npos;
  return write(has_colon && !text.ends_with(':') ? "has no valid port (1 to 65535)" : "has no port",
               host + ":2181");
}

std::string explain_listen_address(std::string_view text) {
  constexpr std::string_view kListenExample = "; write [HOST]:PORT, such as :9141 or [::1]:9141";
  if (is_number(text) && read_address(":" + std::string(text))) {
    return "is a port alone; write :" + std::string(text);
  }
  constexpr std::size_t kMinPort = 4;  // ::1 is rather an address
  for (const std::string_view prefix : {"*", ":"}) {
    if (text.starts_with(prefix) && read_address(text.substr(1)) &&
        (prefix == "*" || text.size() > kMinPort)) {
      return "has a " + std::string(prefix) + " too many; write " + std::string(text.substr(1));
    }
  }
  if (const auto parts = find_parts(text); has_separator(text) && !parts.empty()) {
    return "is several addresses in one text; write each for itself: [" + join(parts, ", ") + "]";
  }
  const auto found = trim(text).empty() ? std::nullopt : find_mistake(text);
  if (found) {
    for (const auto& right : {found->rest, found->rest + ":9141"}) {
      if (!found->rest.empty() && read_address(right)) {
        return found->what + "; write " + right;
      }
    }
    return found->what + std::string(kListenExample);
  }
  const auto host = host_of(text);
  if (host.empty() && !text.starts_with(':')) {
    return (trim(text).empty() ? "is an empty entry: a comma too many" : "has no valid host") +
           std::string(kListenExample);
  }
  const bool has_colon = !text.ends_with(']') && text.rfind(':') != std::string_view::npos;
  return (has_colon && !text.ends_with(':') ? "has no valid port (0 to 65535); write "
                                            : "has no port; write ") +
         host + ":9141";
}

std::string explain_separators(std::string_view text) {
  auto entries = split(text, ',');
  std::erase_if(entries, [](std::string_view entry) { return trim(entry).empty(); });
  const bool has_empty = !entries.empty() && entries.size() < split(text, ',').size();
  if (has_empty) {
    std::vector<std::string> good;
    good.reserve(entries.size());
    for (const auto entry : entries) {
      good.push_back(repair(std::string(trim(entry))));
    }
    if (std::ranges::find(good, std::string()) == good.end()) {
      return "has an empty entry, a comma too many; write " + join(good, ",");
    }
  }
  const bool is_other = std::ranges::any_of(entries, [](std::string_view entry) {
    return has_any(trim(entry), ";| \t\r\n") && !find_server_line(trim(entry));
  });
  const auto parts = is_other ? find_parts(text) : std::vector<std::string>();
  return parts.empty() ? "" : "has separators that are no commas; write " + join(parts, ",");
}

}  // namespace zke

#include "net/address_mistake.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

#include "base/text.hpp"
#include "net/address.hpp"

namespace zke {

namespace {

constexpr std::string_view kQuotes = "\"'`";
constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kSeparators = " \t\r\n;,|";

using Finder = std::optional<AddressMistake> (*)(std::string_view);

bool has_any(std::string_view text, std::string_view of) {
  return text.find_first_of(of) != std::string_view::npos;
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

std::optional<AddressMistake> find_quotes(std::string_view text) {
  if (!has_any(text, kQuotes)) {
    return std::nullopt;
  }
  return AddressMistake{"has quotes that are part of the text",
                        std::string(strip(strip(text, kBlanks), kQuotes))};
}

std::optional<AddressMistake> find_blanks(std::string_view text) {
  const auto inner = strip(text, kSeparators);
  if (inner.size() < text.size()) {
    return AddressMistake{"has a blank or a separator at an end", std::string(inner)};
  }
  if (!has_any(text, kBlanks)) {
    return std::nullopt;
  }
  std::string rest;
  std::ranges::copy_if(text, std::back_inserter(rest),
                       [](char c) { return kBlanks.find(c) == std::string_view::npos; });
  return AddressMistake{"has a blank in it", rest};
}

std::optional<AddressMistake> find_url(std::string_view text) {
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos) {
    return std::nullopt;
  }
  const auto rest = strip(text.substr(scheme + 3), "/");
  return AddressMistake{"is a URL", std::string(rest.substr(0, rest.find('/')))};
}

std::optional<AddressMistake> find_chroot(std::string_view text) {
  if (text.find('/') == std::string_view::npos) {
    return std::nullopt;
  }
  return AddressMistake{"ends in a path (a chroot), which no server has",
                        std::string(text.substr(0, text.find('/')))};
}

std::optional<AddressMistake> find_user(std::string_view text) {
  if (text.find('@') == std::string_view::npos) {
    return std::nullopt;
  }
  return AddressMistake{"names a user, which nobody asks for",
                        std::string(text.substr(text.rfind('@') + 1))};
}

std::optional<AddressMistake> find_placeholder(std::string_view text) {
  if (!has_any(text, "${}<>*?")) {
    return std::nullopt;
  }
  return AddressMistake{"holds a placeholder that nobody has filled in", {}};
}

std::optional<AddressMistake> find_bare_ipv6(std::string_view text) {
  const auto colon = text.rfind(':');
  if (text.find(':') == colon || text.find('[') != std::string_view::npos) {
    return std::nullopt;
  }
  const auto host = text.substr(0, colon);
  const auto port = text.substr(colon + 1);
  if (is_ipv6(host) && is_digits(port)) {
    return AddressMistake{"is an IPv6 address without brackets",
                          "[" + std::string(host) + "]:" + std::string(port)};
  }
  if (is_ipv6(text)) {
    return AddressMistake{"is an IPv6 address without brackets and port",
                          "[" + std::string(text) + "]"};
  }
  return std::nullopt;
}

std::optional<AddressMistake> find_zone(std::string_view text) {
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
    return AddressMistake{"names the network interface " + zone + ", which is not here", {}};
  }
  return AddressMistake{"names a network interface (behind %), which only fe80:: addresses need",
                        std::string(address) + std::string(text.substr(end))};
}

std::optional<AddressMistake> find_brackets(std::string_view text) {
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
  return AddressMistake{"has brackets, which are for IPv6 addresses only", rest};
}

/// `127.1`, `0x7f.0.0.1`, `127.000.000.001`: resolvers take them, and a log shows another address.
std::optional<AddressMistake> find_odd_ipv4(std::string_view text) {
  auto port = text;
  const std::string host(take_until(port, ':'));
  std::string decimal;
  for (const auto part : split(host, '.')) {
    const auto number = strip(part, "0").empty() && is_digits(part) ? 0 : parse_int(part);
    decimal += (decimal.empty() ? "" : ".") + (number ? std::to_string(*number) : "x");
  }
  constexpr std::size_t kPortDigits = 5;
  if (is_digits(host) && host.size() <= kPortDigits) {
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
  return AddressMistake{"has an IPv4 address in an odd spelling (four decimal numbers are wanted)",
                        std::string(right.data()) + (port.empty() ? "" : ":" + std::string(port))};
}

constexpr auto kFinders = std::to_array<Finder>(
    {find_quotes, find_url, find_user, find_server_line, find_chroot, find_blanks, find_placeholder,
     find_bare_ipv6, find_zone, find_brackets, find_odd_ipv4});

}  // namespace

std::optional<AddressMistake> find_server_line(std::string_view text) {
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
  const bool is_line = !host.empty() && servers.size() >= 2 && is_digits(servers[0]) &&
                       is_digits(servers[1]) && !is_ipv6(line);
  if (!is_line && line == text) {
    return std::nullopt;
  }
  const auto own =
      client.substr(client.rfind(':') == std::string_view::npos ? 0 : client.rfind(':') + 1);
  const bool is_client_port = servers[0] != "2888" && (servers.size() < 2 || servers[1] != "3888");
  const auto port = is_digits(own) ? own : is_client_port ? servers[0] : "2181";
  return AddressMistake{"is a server's line of zoo.cfg; the client port is wanted",
                        host + ":" + std::string(port)};
}

std::optional<AddressMistake> find_mistake(std::string_view text) {
  for (const auto finder : kFinders) {
    if (auto found = finder(text)) {
      return found;
    }
  }
  return std::nullopt;
}

}  // namespace zke

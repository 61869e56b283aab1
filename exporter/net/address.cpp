#include "net/address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <climits>
#include <net/if.h>

#include <boost/asio/ip/address.hpp>

#include "base/text.hpp"
#include "net/address_advice.hpp"

namespace zke {

namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t kMaxName = 253;  // RFC 1035

/// The text without what may be a password: `zk://user:secret@zk-0:2181` is `zk://...@zk-0:2181`.
std::string without_user(std::string_view text) {
  const auto end = text.rfind('@');
  const auto scheme = text.find("://");
  const auto begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  if (end == std::string_view::npos || begin >= end) {
    return std::string(text);
  }
  return std::string(text.substr(0, begin)) + "..." + std::string(text.substr(end));
}

Error bad(std::string_view text, const std::string& why) {
  return {Reason::kMalformed, "\"" + printable(without_user(text), kMaxName) + "\" " + why};
}

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// What a resolver takes for an IPv4 address in an odd spelling (`127.1`, `0x7f.0.0.1`) is no name.
bool is_name(const std::string& host) {
  const bool right_letters = std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
  in_addr odd{};
  return right_letters && !host.empty() && host.size() <= kMaxName && host[0] != '.' &&
         host[0] != '-' && host.find("..") == std::string::npos &&
         host.find_first_not_of("0123456789.") != std::string::npos &&
         inet_aton(host.c_str(), &odd) == 0;
}

/// Asio takes an interface that is not there for none.
bool has_good_zone(std::string_view host, const ip::address_v6& address) {
  if (host.find('%') == std::string_view::npos) {
    return true;
  }
  const std::string zone(host.substr(host.find('%') + 1));
  const auto index = parse_int(zone);
  std::array<char, IF_NAMESIZE> name{};
  const bool is_there = if_nametoindex(zone.c_str()) != 0 ||
                        (index && *index > 0 && *index <= INT_MAX &&
                         if_indextoname(static_cast<unsigned>(*index), name.data()) != nullptr);
  return is_there && (address.is_link_local() || address.is_multicast_link_local());
}

/// The one spelling of an IPv6 address without its brackets, or nothing.
std::string spell_ipv6(std::string_view host) {
  boost::system::error_code ec;
  const auto address = ip::make_address_v6(std::string(host), ec);
  if (ec || !has_good_zone(host, address)) {
    return {};
  }
  return address.is_v4_mapped() ? ip::make_address_v4(ip::v4_mapped, address).to_string()
                                : address.to_string();
}

bool is_ipv4(const std::string& host) {
  boost::system::error_code ec;
  ip::make_address_v4(host, ec);
  return !ec;
}

}  // namespace

std::optional<Address> read_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  const auto port_text = text.substr(colon + 1);
  const auto port = parse_int(port_text);
  if (!port || *port < 0 || *port > 65535 || port_text.front() == '-') {
    return std::nullopt;
  }
  Address address;
  address.port = static_cast<std::uint16_t>(*port);
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    address.host = spell_ipv6(host.substr(1, host.size() - 2));
    return address.host.empty() ? std::nullopt : std::optional(address);
  }
  std::ranges::transform(host, std::back_inserter(address.host), to_lower);
  if (!host.empty() && !is_name(address.host) && !is_ipv4(address.host)) {
    return std::nullopt;
  }
  return address;
}

Result<Address> parse_listen_address(std::string_view text) {
  const auto address = read_address(text);
  if (!address) {
    return bad(text, explain_listen_address(text));
  }
  return *address;
}

Result<Address> parse_address(std::string_view text) {
  const auto address = read_address(text);
  if (!address || address->host.empty() || address->port == 0) {
    return bad(text, explain_address(text));
  }
  return *address;
}

Result<std::vector<Address>> parse_addresses(std::string_view text) {
  if (const auto why = explain_separators(text); !why.empty()) {
    return bad(text, why);
  }
  std::vector<Address> addresses;
  for (const auto part : split(text, ',')) {
    const auto address = parse_address(trim(part));
    if (!address) {
      return address.error();
    }
    addresses.push_back(*address);
  }
  return addresses;
}

std::string to_string(const Address& address) {
  const auto port = ":" + std::to_string(address.port);
  if (address.host.find(':') != std::string::npos) {
    return "[" + address.host + "]" + port;
  }
  return address.host + port;
}

std::string server_key(const Address& address) {
  const bool has_dot = address.host.ends_with('.');  // it ends an absolute name
  return to_string({address.host.substr(0, address.host.size() - (has_dot ? 1 : 0)), address.port});
}

bool is_same_listener(const Address& a, const Address& b) {
  const auto takes_all = [](const Address& one, const Address& other) {
    return one.host.empty() || one.host == "::" || (one.host == "0.0.0.0" && is_ipv4(other.host));
  };
  return a.port != 0 && a.port == b.port &&
         (server_key(a) == server_key(b) || takes_all(a, b) || takes_all(b, a));
}

}  // namespace zke

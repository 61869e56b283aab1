#include "net/address.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>

#include "base/text.hpp"

namespace zke {

namespace {

constexpr std::size_t kMaxName = 253;  // RFC 1035
constexpr std::string_view kExample = "; write HOST:PORT, such as zk-0.zk:2181 or [::1]:2181";

Error bad(std::string_view text, std::string_view why) {
  return {Reason::kMalformed, "\"" + printable(text, kMaxName) + "\" " + std::string(why)};
}

bool is_name(std::string_view host) {
  const bool right_letters = std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
  return right_letters && !host.empty() && host.size() <= kMaxName && host[0] != '.' &&
         host[0] != '-' && host.find("..") == std::string_view::npos;
}

bool is_ip(std::string_view host) {
  boost::system::error_code ec;
  boost::asio::ip::make_address(std::string(host), ec);
  return !ec;
}

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

Result<Address> parse_listen_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || text.ends_with(']')) {
    return bad(text, "has no port" + std::string(kExample));
  }
  auto host = text.substr(0, colon);
  const auto port_text = text.substr(colon + 1);
  const auto port = parse_int(port_text);
  if (!port || *port < 0 || *port > 65535 || port_text.front() == '-') {
    return bad(text, "has no valid port (0 to 65535)" + std::string(kExample));
  }
  Address address;
  address.port = static_cast<std::uint16_t>(*port);
  std::ranges::transform(host, std::back_inserter(address.host), to_lower);
  if (host.starts_with('[') && host.ends_with(']')) {
    address.host = address.host.substr(1, host.size() - 2);
    if (!is_ip(address.host) || address.host.find(':') == std::string::npos) {
      return bad(text, "has no valid IPv6 address in its brackets" + std::string(kExample));
    }
    // one spelling an address, so that duplicates are seen
    address.host = boost::asio::ip::make_address(address.host).to_string();
    return address;
  }
  if (host.find(':') != std::string_view::npos) {
    return bad(text, "is an IPv6 address without brackets" + std::string(kExample));
  }
  const bool digits_only = host.find_first_not_of("0123456789.") == std::string_view::npos;
  if (!host.empty() && (!is_name(address.host) || (digits_only && !is_ip(address.host)))) {
    return bad(text, "has no valid host" + std::string(kExample));
  }
  return address;
}

Result<Address> parse_address(std::string_view text) {
  auto address = parse_listen_address(text);
  if (address && address->host.empty()) {
    return bad(text, "has no host" + std::string(kExample));
  }
  if (address && address->port == 0) {
    return bad(text, "has no valid port (1 to 65535)" + std::string(kExample));
  }
  return address;
}

std::string to_string(const Address& address) {
  const auto port = ":" + std::to_string(address.port);
  if (address.host.find(':') != std::string::npos) {
    return "[" + address.host + "]" + port;
  }
  return address.host + port;
}

}  // namespace zke

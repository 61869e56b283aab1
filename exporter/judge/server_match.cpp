#include "judge/server_match.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>

namespace zke {

namespace {

/// From the best to the worst.
enum class Fit { kClientAddress, kHostAndPort, kHost, kShortNameAndPort, kShortName, kNone };

struct Place {
  std::string host;  ///< normal
  std::string port;

  bool operator==(const Place&) const = default;
};

Place place_of(std::string_view address) {
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos) {
    return {normal_host(address), {}};
  }
  return {normal_host(address.substr(0, colon)), std::string(address.substr(colon + 1))};
}

struct Candidate {
  std::int64_t id = 0;
  Place client;
  std::vector<std::string> hosts;  ///< normal, also the client's
};

Candidate candidate_of(const ConfServer& server) {
  Candidate candidate{server.id, place_of(server.client_address), {}};
  for (const auto& host : server.hosts) {
    candidate.hosts.push_back(normal_host(host));
  }
  candidate.hosts.push_back(candidate.client.host);
  std::erase(candidate.hosts, std::string());
  return candidate;
}

bool is_ip(const std::string& host) {
  boost::system::error_code ec;
  boost::asio::ip::make_address(host, ec);
  return !ec;
}

/// `zk-1` and `zk-1.zk.example`.
bool is_short_for(const std::string& host, const std::string& whole) {
  return whole.size() > host.size() && whole.starts_with(host) && whole[host.size()] == '.' &&
         !is_ip(whole);
}

Fit fit_of(const Place& member, const Candidate& server) {
  if (!member.host.empty() && member == server.client) {
    return Fit::kClientAddress;
  }
  const bool is_port = member.port == server.client.port;
  if (std::ranges::find(server.hosts, member.host) != server.hosts.end()) {
    return is_port ? Fit::kHostAndPort : Fit::kHost;
  }
  const bool is_short = std::ranges::any_of(server.hosts, [&](const auto& host) {
    return is_short_for(member.host, host) || is_short_for(host, member.host);
  });
  return !is_short ? Fit::kNone : is_port ? Fit::kShortNameAndPort : Fit::kShortName;
}

using Ids = std::vector<std::optional<std::int64_t>>;

/// The members and servers that are left are paired where they fit as `fit`, and nothing else does.
void pair_up(const std::vector<std::vector<Fit>>& fits, Fit fit,
             const std::vector<Candidate>& servers, Ids& ids, std::vector<bool>& taken) {
  std::vector<int> of_server(servers.size());
  std::vector<int> of_member(ids.size());
  const auto is_open = [&](std::size_t m, std::size_t s) {
    return !ids[m] && !taken[s] && fits[m][s] == fit;
  };
  for (std::size_t m = 0; m < ids.size(); ++m) {
    for (std::size_t s = 0; s < servers.size(); ++s) {
      of_member[m] += is_open(m, s) ? 1 : 0;
      of_server[s] += is_open(m, s) ? 1 : 0;
    }
  }
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t m = 0; m < ids.size(); ++m) {
    for (std::size_t s = 0; s < servers.size(); ++s) {
      if (is_open(m, s) && of_member[m] == 1 && of_server[s] == 1) {
        pairs.emplace_back(m, s);
      }
    }
  }
  for (const auto& [m, s] : pairs) {
    ids[m] = servers[s].id;
    taken[s] = true;
  }
}

}  // namespace

std::string normal_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  while (host.ends_with('.')) {
    host.remove_suffix(1);
  }
  std::string normal(host);
  std::ranges::transform(normal, normal.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  boost::system::error_code ec;
  const auto ip = boost::asio::ip::make_address(normal, ec);
  if (ec) {
    return normal;
  }
  if (ip.is_unspecified()) {
    return {};
  }
  const bool is_mapped = ip.is_v6() && ip.to_v6().is_v4_mapped();
  const auto plain =
      is_mapped ? boost::asio::ip::address(make_address_v4(boost::asio::ip::v4_mapped, ip.to_v6()))
                : ip;
  return plain == boost::asio::ip::address_v4::loopback() ||
                 plain == boost::asio::ip::address_v6::loopback()
             ? "localhost"
             : plain.to_string();
}

bool is_same_server(const ConfServer& a, const ConfServer& b) {
  const auto first = candidate_of(a).hosts;
  const auto second = candidate_of(b).hosts;
  const bool is_shared = std::ranges::any_of(
      first, [&](const auto& host) { return std::ranges::find(second, host) != second.end(); });
  return a.id == b.id && (first.empty() || second.empty() || is_shared);
}

std::vector<std::optional<std::int64_t>> match_servers(const std::vector<std::string>& members,
                                                       const std::vector<ConfServer>& servers) {
  std::vector<Candidate> candidates;
  candidates.reserve(servers.size());
  for (const auto& server : servers) {
    candidates.push_back(candidate_of(server));
  }
  std::vector<std::vector<Fit>> fits;
  fits.reserve(members.size());
  for (const auto& member : members) {
    const auto place = place_of(member);
    auto& row = fits.emplace_back();
    for (const auto& candidate : candidates) {
      row.push_back(fit_of(place, candidate));
    }
  }
  Ids ids(members.size());
  std::vector<bool> taken(servers.size());
  for (const auto fit : {Fit::kClientAddress, Fit::kHostAndPort, Fit::kHost, Fit::kShortNameAndPort,
                         Fit::kShortName}) {
    pair_up(fits, fit, candidates, ids, taken);
  }
  return ids;
}

}  // namespace zke

#include "fourletter/conf.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace zke {

namespace {

constexpr std::string_view kMembership = "membership:";

struct Key {
  std::string_view name;
  std::optional<std::int64_t> Conf::*field;
};

constexpr auto kKeys = std::to_array<Key>({
    {"serverId", &Conf::server_id},
    {"server_id", &Conf::server_id},
    {"tickTime", &Conf::tick_time},
    {"initLimit", &Conf::init_limit},
    {"syncLimit", &Conf::sync_limit},
    {"minSessionTimeout", &Conf::min_session_timeout},
    {"maxSessionTimeout", &Conf::max_session_timeout},
    {"maxClientCnxns", &Conf::max_client_connections},
    {"dataDirSize", &Conf::data_dir_size},
    {"dataLogSize", &Conf::data_log_dir_size},
    {"peerType", &Conf::peer_type},
});

/// Where clients connect: `127.0.0.1:2181`, `2181` or `0.0.0.0:2181`, both at the quorum address.
std::string find_client_address(std::string_view client, std::string_view quorum) {
  const auto colon = client.rfind(':');
  const auto port = colon == std::string_view::npos ? client : client.substr(colon + 1);
  auto host = colon == std::string_view::npos ? std::string_view() : client.substr(0, colon);
  if (host.empty() || host == "0.0.0.0" || host == "[::]" || host == "[0:0:0:0:0:0:0:0]") {
    host = quorum.starts_with('[') ? quorum.substr(0, quorum.find(']') + 1)
                                   : quorum.substr(0, quorum.find(':'));
  }
  return port.empty() ? std::string() : std::string(host) + ":" + std::string(port);
}

/// `h1:2888:3888:observer|h2:2889:3889;h3:2181` has h1, h2 and h3; IPv6 addresses are in brackets.
std::vector<std::string> find_hosts(std::string_view quorum, std::string_view client) {
  constexpr std::size_t kMaxHosts = 16;
  constexpr std::size_t kMaxHost = 255;
  std::vector<std::string> hosts;
  const auto add = [&](std::string_view address) {
    const auto end = address.starts_with('[') ? address.find(']') : address.find(':');
    const auto host = address.substr(0, address.starts_with('[') ? end + 1 : end);
    if (end != std::string_view::npos && !host.empty() && host.size() <= kMaxHost) {
      hosts.emplace_back(host);
    }
  };
  while (!quorum.empty() && hosts.size() < kMaxHosts) {
    add(take_until(quorum, '|'));
  }
  add(client);  // `2181` alone has none
  return hosts;
}

void read_server(std::string_view key, std::string_view value, Conf& conf) {
  const auto id = parse_int(key);
  if (!id) {
    return;
  }
  ConfServer server;
  server.id = *id;
  // The role stands after any of the addresses: h:2888:3888:observer|h2:2889:3889;[client]
  auto client_part = value;
  const auto quorum_part = take_until(client_part, ';');
  server.is_observer = quorum_part.find(":observer") != std::string_view::npos;
  server.client_address = find_client_address(client_part, quorum_part);
  server.hosts = find_hosts(quorum_part, client_part);
  conf.servers.push_back(std::move(server));
}

ConfServer* find_server(Conf& conf, std::string_view id) {
  const auto number = parse_int(id);
  for (auto& server : conf.servers) {
    if (number == server.id) {
      return &server;
    }
  }
  return nullptr;
}

/// `group.1=1:2:3` and `weight.1=2`, which follow the servers.
void read_quorum_line(std::string_view key, std::string_view value, Conf& conf) {
  const auto kind = take_until(key, '.');
  const auto number = parse_int(kind == "group" ? key : value);
  if (!number) {
    return;
  }
  if (kind == "weight") {
    if (auto* server = find_server(conf, key)) {
      server->weight = *number;
    }
    return;
  }
  for (const auto id : split(value, ':')) {
    if (auto* server = find_server(conf, id)) {
      server->group = *number;
    }
  }
}

}  // namespace

Conf parse_conf(std::string_view reply) {
  Conf conf;
  while (!reply.empty()) {
    auto value = take_line(reply);
    const auto key = take_until(value, '=');
    constexpr std::string_view kServer = "server.";
    if (key.starts_with(kServer)) {
      read_server(key.substr(kServer.size()), value, conf);
      continue;
    }
    if (key.starts_with("group.") || key.starts_with("weight.")) {
      read_quorum_line(key, value, conf);
      continue;
    }
    if (key == "version") {
      conf.version = parse_hex(trim(value)).value_or(0);
      continue;
    }
    for (const auto& known : kKeys) {
      if (known.name == key) {
        conf.*known.field = parse_int(trim(value));
      }
    }
  }
  return conf;
}

bool is_conf(std::string_view reply) {
  constexpr auto kStarts = std::to_array<std::string_view>({"clientPort=", "server_id="});
  return std::ranges::any_of(kStarts, [reply](auto start) {
    return reply.starts_with(start) || start.starts_with(reply);
  });
}

bool is_whole_conf(std::string_view reply) {
  const auto membership = reply.find(kMembership);
  const auto has = [reply](std::string_view key) {
    return reply.find(key) != std::string_view::npos;
  };
  if (membership == std::string_view::npos) {
    const bool is_quorum_part_whole = !has("\ninitLimit=") || has("\npeerType=");
    return reply.ends_with('\n') && (has("serverId=") || has("server_id=")) && is_quorum_part_whole;
  }
  // Quorum members end without a line end, in the version of the membership.
  const auto version = reply.find("\nversion=", membership);
  return version != std::string_view::npos && reply.substr(version).size() > 9;
}

}  // namespace zke

#include "fourletter/conf.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "fourletter/limits.hpp"

namespace zke {

namespace {

constexpr std::string_view kMembership = "membership:";

struct Judged {
  std::string_view key;
  std::optional<std::int64_t> Conf::*field;
  std::int64_t min;
  std::int64_t max;
};

constexpr auto kJudged = std::to_array<Judged>({
    {"serverId", &Conf::server_id, 0, kMaxId},
    {"server_id", &Conf::server_id, 0, kMaxId},
    {"tickTime", &Conf::tick_time, 1, kMaxTickTime},
    {"syncLimit", &Conf::sync_limit, 0, kMaxTicks},
    {"peerType", &Conf::peer_type, 0, 1},
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
    const bool is_text = !host.empty() && printable(host, kMaxHost) == host;
    if (end != std::string_view::npos && is_text) {
      hosts.emplace_back(host);
    }
  };
  while (!quorum.empty() && hosts.size() < kMaxHosts) {
    add(take_until(quorum, '|'));
  }
  add(client);  // `2181` alone has none
  return hosts;
}

/// Reads the lines of a membership, in any number and order, each in the same time.
class MembershipReader {
 public:
  explicit MembershipReader(Conf& conf) : conf_(conf) {}

  /// False when it is no line of a membership.
  bool read(std::string_view key, std::string_view value) {
    if (key.find('.') == std::string_view::npos) {
      return false;
    }
    const auto kind = take_until(key, '.');
    if (kind == "server") {
      read_server(key, value);
    } else if (kind == "group") {
      read_group(key, trim(value));
    } else if (kind == "weight") {
      read_weight(key, trim(value));
    } else {
      return false;
    }
    return true;
  }

  void distrust() { is_sound_ = false; }

  void finish() {
    if (!is_sound_) {
      conf_.servers.clear();
      ++conf_.unparsed_lines;
    }
  }

 private:
  void read_server(std::string_view key, std::string_view value) {
    const auto id = parse_count(key, kMaxId);
    is_sound_ = is_sound_ && id && (place_.size() < kMaxServers || place_.contains(*id));
    if (!is_sound_) {
      return;
    }
    ConfServer server;
    server.id = *id;
    // The role stands after any of the addresses: h:2888:3888:observer|h2:2889:3889;[client]
    auto client_part = value;
    const auto quorum_part = take_until(client_part, ';');
    server.is_observer = quorum_part.find(":observer") != std::string_view::npos;
    server.client_address = find_client_address(client_part, quorum_part);
    if (printable(server.client_address, kMaxAddress) != server.client_address) {
      server.client_address.clear();
      ++conf_.unparsed_lines;
    }
    server.hosts = find_hosts(quorum_part, client_part);
    const auto [place, is_new] = place_.try_emplace(*id, conf_.servers.size());
    if (is_new) {
      conf_.servers.push_back(std::move(server));
    } else {  // of a key that comes twice Java's Properties take the last
      conf_.servers[place->second] = std::move(server);
    }
  }

  /// `group.1=1:2:3`
  void read_group(std::string_view key, std::string_view value) {
    const auto group = parse_count(key, kMaxId);
    is_sound_ = is_sound_ && group;
    while (is_sound_ && !value.empty()) {
      const auto id = parse_count(take_until(value, ':'), kMaxId);
      is_sound_ = id && ++in_groups_ <= kMaxServers;
      if (auto* server = is_sound_ ? find_server(*id) : nullptr) {
        server->group = *group;
      }
    }
  }

  /// `weight.1=1`
  void read_weight(std::string_view key, std::string_view value) {
    const auto id = parse_count(key, kMaxId);
    const auto weight = parse_count(value, kMaxWeight);
    is_sound_ = is_sound_ && id && weight;
    if (auto* server = is_sound_ ? find_server(*id) : nullptr) {
      server->weight = *weight;
    }
  }

  ConfServer* find_server(std::int64_t id) {
    const auto place = place_.find(id);
    return place == place_.end() ? nullptr : &conf_.servers[place->second];
  }

  Conf& conf_;
  std::unordered_map<std::int64_t, std::size_t> place_;  ///< in conf_.servers, by id
  std::int64_t in_groups_ = 0;                           ///< ids in all groups
  bool is_sound_ = true;
};

constexpr std::int64_t kNone = -1;  // ZooKeeper's word for it

void read_key(std::string_view key, std::string_view value, Conf& conf) {
  const auto* const judged = std::ranges::find(kJudged, key, &Judged::key);
  if (judged == kJudged.end()) {
    const auto figure = value == "-1" ? std::optional(kNone) : parse_count(value, kMaxCount);
    conf.figures.push_back({std::string(key), figure});
    return;
  }
  conf.*judged->field = parse_count(value, judged->max, judged->min);
  conf.unparsed_lines += conf.*judged->field || value == "-1" ? 0 : 1;
}

}  // namespace

Conf parse_conf(std::string_view reply) {
  Conf conf;
  MembershipReader membership(conf);
  for (std::size_t lines = 0; !reply.empty(); ++lines) {
    if (lines == kMaxConfLines) {
      membership.distrust();
      break;
    }
    auto value = take_line(reply);
    const auto key = take_until(value, '=');
    if (membership.read(key, value)) {
      continue;
    }
    value = trim(value);
    if (key == "version") {
      const auto version = parse_hex(value);
      conf.version = version.value_or(0);
      conf.unparsed_lines += version ? 0 : 1;
      continue;
    }
    read_key(key, value, conf);
  }
  membership.finish();
  return conf;
}

BoundedFigure find_figure(const Conf& conf, std::string_view key, std::int64_t min,
                          std::int64_t max) {
  BoundedFigure found;
  for (const auto& figure : conf.figures) {
    if (figure.key == key) {
      const bool is_true = figure.value && *figure.value >= min && *figure.value <= max;
      found.value = is_true ? figure.value : std::nullopt;
      found.unparsed_lines += is_true || figure.value == kNone ? 0 : 1;
    }
  }
  return found;
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

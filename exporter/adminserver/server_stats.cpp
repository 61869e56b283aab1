#include "adminserver/server_stats.hpp"

#include <array>
#include <cstdint>
#include <optional>

#include "adminserver/json.hpp"
#include "base/text.hpp"
#include "fourletter/limits.hpp"

namespace zke {

namespace {

/// What is read of the document, and of the proposals' sizes one by one.
struct Stats {
  Srvr srvr;
  std::optional<std::int64_t> last_size;
  std::optional<std::int64_t> min_size;
  std::optional<std::int64_t> max_size;
};

template <std::optional<std::int64_t> Srvr::*field>
bool read_count(std::string_view text, Stats& stats) {
  stats.srvr.*field = parse_count(text, kMaxCount);
  return (stats.srvr.*field).has_value();
}

template <std::optional<double> Srvr::*field>
bool read_latency(std::string_view text, Stats& stats) {
  stats.srvr.*field = parse_latency(text);
  return (stats.srvr.*field).has_value();
}

template <std::optional<std::int64_t> Stats::*field>
bool read_size(std::string_view text, Stats& stats) {
  constexpr std::int64_t kNone = -1;
  stats.*field = parse_count(text, kMaxCount, kNone);
  return (stats.*field).has_value();
}

/// Decimal, and negative from epoch 2^31 on.
bool read_zxid(std::string_view text, Stats& stats) {
  if (const auto signed_zxid = parse_int(text)) {
    const auto zxid = static_cast<std::uint64_t>(*signed_zxid);
    stats.srvr.zxid =
        Zxid{static_cast<std::uint32_t>(zxid >> 32U), static_cast<std::uint32_t>(zxid)};
  }
  return stats.srvr.zxid.has_value();
}

bool read_mode(std::string_view text, Stats& stats) {
  stats.srvr.mode = parse_mode(text);
  return stats.srvr.mode.has_value();
}

bool read_version(std::string_view text, Stats& stats) {
  stats.srvr.version = parse_version(text);
  return true;
}

struct Field {
  std::string_view object;  ///< that it is in; empty: the document itself
  std::string_view key;
  bool (*read)(std::string_view, Stats&);
};

constexpr auto kFields = std::to_array<Field>({
    {"", "version", read_version},
    {"", "node_count", read_count<&Srvr::node_count>},
    {"server_stats", "server_state", read_mode},
    {"server_stats", "packets_received", read_count<&Srvr::received>},
    {"server_stats", "packets_sent", read_count<&Srvr::sent>},
    {"server_stats", "num_alive_client_connections", read_count<&Srvr::connections>},
    {"server_stats", "outstanding_requests", read_count<&Srvr::outstanding>},
    {"server_stats", "min_latency", read_latency<&Srvr::latency_min>},
    {"server_stats", "avg_latency", read_latency<&Srvr::latency_avg>},
    {"server_stats", "max_latency", read_latency<&Srvr::latency_max>},
    {"server_stats", "last_processed_zxid", read_zxid},
    {"proposal_stats", "last_buffer_size", read_size<&Stats::last_size>},
    {"proposal_stats", "min_buffer_size", read_size<&Stats::min_size>},
    {"proposal_stats", "max_buffer_size", read_size<&Stats::max_size>},
});

const Field* find_field(const JsonValue& value) {
  if (value.keys.empty() || value.keys.size() > 2 || value.is_in_list) {
    return nullptr;
  }
  const auto object = value.keys.size() == 2 ? std::string_view(value.keys[0]) : "";
  for (const auto& field : kFields) {
    if (field.object == object && field.key == value.keys.back()) {
      return &field;
    }
  }
  return nullptr;
}

}  // namespace

Srvr parse_server_stats(std::string_view json) {
  Stats stats;
  const auto mistake = read_json(json, [&stats](const JsonValue& value) {
    if (const auto* field = find_field(value)) {
      stats.srvr.unparsed_lines += field->read(value.text, stats) ? 0 : 1;
    }
  });
  if (mistake) {
    return {};
  }
  stats.srvr.is_zookeeper = true;  // no other program has an AdminServer
  if (stats.last_size && stats.min_size && stats.max_size) {
    stats.srvr.proposal_sizes = ProposalSizes{*stats.last_size, *stats.min_size, *stats.max_size};
  }
  return stats.srvr;
}

}  // namespace zke

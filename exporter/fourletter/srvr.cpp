#include "fourletter/srvr.hpp"

#include <array>
#include <utility>

#include "base/text.hpp"
#include "fourletter/limits.hpp"

namespace zke {

namespace {

template <class Value>
bool store(std::optional<Value> parsed, std::optional<Value>& into) {
  into = parsed;
  return parsed.has_value();
}

template <std::optional<std::int64_t> Srvr::*field>
bool read_count(std::string_view text, Srvr& srvr) {
  return store(parse_count(text, kMaxCount), srvr.*field);
}

bool read_latency(std::string_view text, Srvr& srvr) {
  const auto parts = split(text, '/');
  if (parts.size() != 3) {
    return false;
  }
  const bool has_min = store(parse_latency(parts[0]), srvr.latency_min);
  const bool has_avg = store(parse_latency(parts[1]), srvr.latency_avg);
  const bool has_max = store(parse_latency(parts[2]), srvr.latency_max);
  return has_min && has_avg && has_max;
}

bool read_proposal_sizes(std::string_view text, Srvr& srvr) {
  const auto parts = split(text, '/');
  if (parts.size() != 3) {
    return false;
  }
  constexpr std::int64_t kNone = -1;
  const auto last = parse_count(parts[0], kMaxCount, kNone);
  const auto min = parse_count(parts[1], kMaxCount, kNone);
  const auto max = parse_count(parts[2], kMaxCount, kNone);
  if (!last || !min || !max) {
    return false;
  }
  srvr.proposal_sizes = ProposalSizes{*last, *min, *max};
  return true;
}

/// Hexadecimal with `0x`; ClickHouse Keeper before 23.1 wrote it decimal.
bool read_zxid(std::string_view text, Srvr& srvr) {
  std::optional<std::uint64_t> zxid;
  if (text.starts_with("0x")) {
    zxid = parse_hex(text.substr(2));
  } else if (const auto decimal = parse_int(text); decimal && *decimal >= 0) {
    zxid = static_cast<std::uint64_t>(*decimal);
  }
  if (!zxid) {
    return false;
  }
  srvr.zxid = Zxid{static_cast<std::uint32_t>(*zxid >> 32U), static_cast<std::uint32_t>(*zxid)};
  return true;
}

struct Line {
  std::string_view name;
  bool (*read)(std::string_view, Srvr&);
};

constexpr auto kLines = std::to_array<Line>({
    {"Latency min/avg/max", read_latency},
    {"Received", read_count<&Srvr::received>},
    {"Sent", read_count<&Srvr::sent>},
    {"Connections", read_count<&Srvr::connections>},
    {"Outstanding", read_count<&Srvr::outstanding>},
    {"Zxid", read_zxid},
    {"Mode", [](std::string_view v, Srvr& s) { return store(parse_mode(v), s.mode); }},
    {"Node count", read_count<&Srvr::node_count>},
    {"Proposal sizes last/min/max", read_proposal_sizes},
});

bool read_line(std::string_view line, Srvr& srvr) {
  auto value = line;
  const auto name = trim(take_until(value, ':'));  // ClickHouse Keeper wrote "Sent : 2"
  value = trim(value);
  if (name.ends_with(" version")) {
    srvr.version = parse_version(value);
    srvr.is_zookeeper = name == "Zookeeper version";
    return true;
  }
  for (const auto& known : kLines) {
    if (known.name == name) {
      return known.read(value, srvr);
    }
  }
  return line == "READ-ONLY mode; serving only read-only clients";
}

bool has_line(std::string_view reply, std::string_view start) {
  const auto at = reply.find("\n" + std::string(start));
  return at != std::string_view::npos && reply.find('\n', at + 1) != std::string_view::npos;
}

}  // namespace

std::optional<Mode> parse_mode(std::string_view text) {
  constexpr auto kModes = std::to_array<std::pair<std::string_view, Mode>>({
      {"leader", Mode::kLeader},
      {"follower", Mode::kFollower},
      {"observer", Mode::kObserver},
      {"standalone", Mode::kStandalone},
      {"read-only", Mode::kReadOnly},
  });
  for (const auto& [name, mode] : kModes) {
    if (name == text) {
      return mode;
    }
  }
  return std::nullopt;
}

Srvr parse_srvr(std::string_view reply) {
  Srvr srvr;
  while (!reply.empty()) {
    const auto line = take_line(reply);
    if (!line.empty() && !read_line(line, srvr)) {
      ++srvr.unparsed_lines;
    }
  }
  return srvr;
}

bool is_srvr(std::string_view reply) {
  const auto first = reply.substr(0, reply.find('\n'));
  constexpr std::string_view kStart = "Zookeeper version: ";
  return first.find(" version: ") != std::string_view::npos || kStart.starts_with(reply);
}

bool is_whole_srvr(std::string_view reply) {
  return reply.ends_with('\n') && has_line(reply, "Mode:") && has_line(reply, "Node count:");
}

}  // namespace zke

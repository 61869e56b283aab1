#include "fourletter/mntr.hpp"

#include <algorithm>
#include <array>
#include <bitset>

#include "base/text.hpp"
#include "fourletter/limits.hpp"

namespace zke {

namespace {

constexpr std::string_view kPrefix = "zk_";

// Summaries that every 3.6+ server prints, in any role; the order of the lines is a hash map's.
// (Keys of samples 3.6.4 to 3.10.0-SNAPSHOT.) Sorted.
constexpr auto kAlwaysThere =
    std::to_array<std::string_view>({"close_session_prep_time",
                                     "commit_propagation_latency",
                                     "dead_watchers_cleaner_latency",
                                     "election_time",
                                     "fsynctime",
                                     "local_write_committed_time_ms",
                                     "om_commit_process_time_ms",
                                     "om_proposal_process_time_ms",
                                     "prep_processor_queue_time_ms",
                                     "propagation_latency",
                                     "proposal_ack_creation_latency",
                                     "proposal_latency",
                                     "quorum_ack_latency",
                                     "read_commitproc_time_ms",
                                     "read_final_proc_time_ms",
                                     "readlatency",
                                     "server_write_committed_time_ms",
                                     "snapshottime",
                                     "sync_processor_queue_and_flush_time_ms",
                                     "sync_processor_queue_flush_time_ms",
                                     "sync_processor_queue_time_ms",
                                     "updatelatency",
                                     "write_commitproc_time_ms",
                                     "write_final_proc_time_ms"});

static_assert(std::ranges::is_sorted(kAlwaysThere));

struct Judged {
  std::string_view key;
  std::optional<std::int64_t> Mntr::*figure;
  std::int64_t max;
};

constexpr auto kJudged = std::to_array<Judged>({
    {"quorum_size", &Mntr::quorum_size, kMaxServers},
    {"synced_followers", &Mntr::synced_followers, kMaxServers},
    {"synced_non_voting_followers", &Mntr::synced_non_voting_followers, kMaxServers},
    {"uptime", &Mntr::uptime, kMaxUptime},
});

/// False when `field` is a figure that can't be true. With -1 ZooKeeper says "none".
bool read_judged(const MntrField& field, Mntr& mntr) {
  for (const auto& judged : kJudged) {
    if (judged.key == field.key) {
      const auto figure = parse_count(field.value, judged.max);
      auto& kept = mntr.*judged.figure;
      kept = kept ? kept : figure;
      return figure || field.value == "-1";
    }
  }
  return true;
}

/// The summary whose count `key` is, in either dialect, or nothing.
std::string_view summary_of(std::string_view key) {
  constexpr std::string_view kCount = "cnt_";
  constexpr std::string_view kSuffix = "_count";
  if (key.starts_with(kCount)) {
    return key.substr(kCount.size());
  }
  return key.ends_with(kSuffix) ? key.substr(0, key.size() - kSuffix.size()) : std::string_view();
}

}  // namespace

Mntr parse_mntr(std::string_view reply) {
  constexpr std::size_t kUsualLines = 600;
  Mntr mntr;
  mntr.fields.reserve(std::min(kUsualLines, reply.size() / 16));
  for (std::size_t lines = 0; !reply.empty() && lines < kMaxMntrLines; ++lines) {
    const auto line = take_line(reply);
    const auto tab = line.rfind('\t');
    if (!line.starts_with(kPrefix) || tab == std::string_view::npos || tab + 1 == line.size()) {
      mntr.unparsed_lines += line.empty() ? 0 : 1;
      continue;
    }
    const auto key = line.substr(kPrefix.size(), tab - kPrefix.size());
    const auto value = line.substr(tab + 1);
    if (key == "version") {
      mntr.version = value;
    } else if (key == "server_state") {
      mntr.server_state = value;
    } else if (key == "peer_state") {
      mntr.peer_state = value;
    } else if (key == "observer_master_id") {
      mntr.observer_master_id = value;
    } else if (const MntrField field{key, value}; read_judged(field, mntr)) {
      mntr.fields.push_back(field);
    } else {
      ++mntr.unparsed_lines;
    }
  }
  mntr.unparsed_lines += static_cast<int>(std::ranges::count(reply, '\n'));
  return mntr;
}

bool is_mntr(std::string_view reply) {
  constexpr std::string_view kStart = "zk_version\t";
  return reply.starts_with(kStart) || kStart.starts_with(reply);
}

bool is_whole_mntr(std::string_view reply) {
  auto rest = reply;
  auto version = take_line(rest);
  take_until(version, '\t');
  bool has_state = false;
  std::bitset<kAlwaysThere.size()> seen;
  while (!rest.empty()) {
    auto line = take_line(rest);
    const auto key = take_until(line, '\t');
    if (!key.starts_with(kPrefix)) {
      continue;
    }
    const auto name = key.substr(kPrefix.size());
    has_state = has_state || name == "server_state";
    const auto summary = summary_of(name);
    const auto* const found = std::ranges::lower_bound(kAlwaysThere, summary);
    if (found != kAlwaysThere.end() && *found == summary) {
      seen.set(static_cast<std::size_t>(found - kAlwaysThere.begin()));
    }
  }
  const bool has_summaries = seen.all() || !is_at_least(parse_version(version), 3, 6);
  return reply.ends_with('\n') && has_state && has_summaries;
}

}  // namespace zke

#include "fourletter/mntr_missing.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>

#include "base/text.hpp"
#include "fourletter/limits.hpp"
#include "fourletter/version.hpp"

namespace zke {

namespace {

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

/// The summary whose count `key` is, in either dialect, or nothing.
std::string_view summary_of(std::string_view key) {
  constexpr std::string_view kCount = "cnt_";
  constexpr std::string_view kSuffix = "_count";
  if (key.starts_with(kCount)) {
    return key.substr(kCount.size());
  }
  return key.ends_with(kSuffix) ? key.substr(0, key.size() - kSuffix.size()) : std::string_view();
}

/// Follows the groups of lines that are summaries, and so sees a mark of a cut that needs no list
/// of names: a group that ends half.
///   zk_avg_x zk_min_x zk_max_x zk_cnt_x zk_sum_x, some with zk_p50_x zk_p95_x zk_p99_x zk_p999_x
///   zk_x{quantile="0.5"} … zk_x_count zk_x_sum                   (the Prometheus provider)
class SummaryLines {
 public:
  void add(std::string_view name) {
    add_with_quantiles(name);
    const auto parts_end = name.find('_');
    const auto* const part = std::ranges::find(kParts, name.substr(0, parts_end));
    if (part == kParts.end()) {
      end_group("");
      return;
    }
    if (const auto group = name.substr(parts_end + 1); group != group_) {
      end_group(group);
    }
    parts_.set(static_cast<std::size_t>(part - kParts.begin()));
  }

  /// The last group, when it lacks lines that others have, or, as the only one, the sum.
  std::string_view half_group() const {
    if (has_quantiles_) {
      return open_;
    }
    const bool is_whole = whole_.any() ? whole_.test(parts_.to_ulong()) : parts_.test(kSum);
    return parts_.test(kAvg) && !is_whole ? group_ : std::string_view();
  }

 private:
  static constexpr auto kParts = std::to_array<std::string_view>(
      {"avg", "min", "max", "cnt", "sum", "p50", "p95", "p99", "p999"});
  static constexpr std::size_t kAvg = 0;
  static constexpr std::size_t kCnt = 3;
  static constexpr std::size_t kSum = 4;

  bool is_summary() const { return parts_.test(kCnt); }

  void end_group(std::string_view next) {
    if (is_summary()) {
      whole_.set(parts_.to_ulong());
    }
    parts_.reset();
    group_ = next;
  }

  void add_with_quantiles(std::string_view name) {
    const auto label = name.find("{quantile=");
    if (label != std::string_view::npos) {
      has_quantiles_ = true;
      open_ = name.substr(0, label);
    } else if (!name.starts_with(open_) || name.substr(open_.size()) != "_count") {
      open_ = {};
    }
  }

  std::string_view group_;                  ///< `x` of the group that is not ended
  std::bitset<kParts.size()> parts_;        ///< its lines
  std::bitset<1U << kParts.size()> whole_;  ///< the sets of lines that groups ended with
  std::string_view open_;                   ///< the `x` with quantiles that has no sum yet
  bool has_quantiles_ = false;
};

}  // namespace

std::string find_missing_in_mntr(std::string_view reply) {
  constexpr std::size_t kMaxName = 100;
  constexpr std::string_view kPrefix = "zk_";
  auto rest = reply;
  auto version = take_line(rest);
  take_until(version, '\t');
  if (!is_at_least(parse_version(version), 3, 6)) {
    return {};
  }
  std::bitset<kAlwaysThere.size()> seen;
  SummaryLines summaries;
  for (std::size_t lines = 0; !rest.empty() && lines < kMaxMntrLines; ++lines) {
    auto line = take_line(rest);
    const auto key = take_until(line, '\t');
    if (!key.starts_with(kPrefix)) {
      continue;
    }
    const auto name = key.substr(kPrefix.size());
    summaries.add(name);
    const auto summary = summary_of(name);
    const auto* const found = std::ranges::lower_bound(kAlwaysThere, summary);
    if (found != kAlwaysThere.end() && *found == summary) {
      seen.set(static_cast<std::size_t>(found - kAlwaysThere.begin()));
    }
  }
  std::string missing;
  if (const auto half = summaries.half_group(); !half.empty()) {
    missing = "the end of " + printable(half, kMaxName);
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (!seen.test(i)) {
      missing += (missing.empty() ? "" : ", ") + std::string(kAlwaysThere.at(i));
    }
  }
  return missing;
}

}  // namespace zke

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "fourletter/limits.hpp"
#include "judge/config_keys.hpp"
#include "metrics/catalogue_parts.hpp"
#include "metrics/family_text.hpp"
#include "metrics/mntr_walk.hpp"

namespace zke {

namespace {

using enum prometheus::MetricType;
using enum Source;

std::optional<double> seconds(std::chrono::duration<double> time) { return time.count(); }

void write_states(const MemberView& of, FamilyText& to) {
  for (const auto state : kMemberStates) {
    to.add(state == of.sample.state ? 1 : 0, {{"state", to_string(state)}});
  }
}

void write_reasons(const MemberView& of, FamilyText& to) {
  for (const auto reason : kReasons) {
    const auto label = to_string(reason);  // some reasons share one
    to.add(label == to_string(of.sample.reason) ? 1 : 0, {{"reason", label}});
  }
}

void write_polls(const MemberView& of, FamilyText& to) {
  for (std::size_t i = 0; i < kPollResultCount; ++i) {
    to.add(static_cast<double>(of.sample.counts.polls.at(i)),
           {{"result", to_string(static_cast<PollResult>(i))}});
  }
}

void write_commands(const MemberView& of, FamilyText& to) {
  for (const auto command : kCommands) {
    to.add(static_cast<double>(of.sample.counts.commands[command]),
           {{"command", to_string(command)}});
  }
}

void write_allowed_commands(const MemberView& of, FamilyText& to) {
  for (const auto command : kCommands) {
    to.add(or_nan(of.sample.command_allowed[command]), {{"command", to_string(command)}});
  }
}

void write_sources(const MemberView& of, FamilyText& to) {
  for (const auto source : kPollSources) {
    const bool is_source = of.sample.is_source.at(static_cast<std::size_t>(source));
    to.add(is_source ? 1 : 0, {{"source", to_string(source)}});
  }
}

void write_info(const MemberView& of, FamilyText& to) {
  const auto& [sample, mntr] = of;
  if (!sample.version) {
    return;
  }
  const bool has_id = sample.conf && sample.conf->server_id;
  const auto id = has_id ? std::to_string(*sample.conf->server_id) : std::string();
  to.add(1, {{"server_id", id},
             {"version", sample.version->number},
             {"revision", sample.version->revision},
             {"built", sample.version->built},
             {"peer_state", sample.peer_state},
             {"observer_master_id", sample.observer_master_id}});
}

void write_config_info(const MemberView& of, FamilyText& to) {
  const auto hash = of.sample.conf ? config_hash(*of.sample.conf) : std::string();
  if (!hash.empty()) {
    to.add(1, {{"hash", hash}});
  }
}

void write_left_out(const MemberView& of, FamilyText& to) {
  if (of.mntr != nullptr) {
    for (const auto& [family, count] : of.mntr->left_out) {
      to.add(static_cast<double>(count), {{"family", family}});
    }
  }
}

/// In lines of conf that rows read.
int count_unparsed_figures(const Conf& conf) {
  int count = 0;
  for (const auto& row : member_rows()) {
    if (const auto* in_conf = std::get_if<InConf>(&row.reading)) {
      count += find_figure(conf, row.key, in_conf->min, in_conf->max).unparsed_lines;
    }
  }
  return count;
}

std::optional<double> count_unparsed(const MemberView& of) {
  const auto& [sample, mntr] = of;
  if (!sample.srvr) {
    return std::nullopt;
  }
  auto count = static_cast<double>(sample.srvr->unparsed_lines);
  count += mntr == nullptr ? 0 : static_cast<double>(mntr->unparsed);
  count += sample.wchs ? sample.wchs->unparsed_lines : 0;
  count += sample.conf ? sample.conf->unparsed_lines + count_unparsed_figures(*sample.conf) : 0;
  count += sample.dirs ? sample.dirs->unparsed_lines : 0;
  count += sample.digests ? sample.digests->unparsed_lines : 0;
  return count;
}

std::optional<Zxid> zxid(const MemberView& of) {
  return of.sample.srvr ? of.sample.srvr->zxid : std::nullopt;
}

template <auto field>
std::optional<double> of_wchs(const MemberView& of) {
  return of.sample.wchs ? known_if_any((*of.sample.wchs).*field) : std::nullopt;
}

template <auto field>
std::optional<double> of_conf(const MemberView& of) {
  return of.sample.conf ? known_if_any((*of.sample.conf).*field) : std::nullopt;
}

std::optional<double> count_child_watches(const MemberView& of) {
  const auto data = of_wchs<&Wchs::watches>(of);
  const auto all = of.mntr == nullptr ? std::nullopt : of.mntr->watches;
  return all && data ? std::optional(std::max(0.0, *all - *data)) : std::nullopt;
}

// clang-format off
constexpr auto kRows = std::to_array<CatalogueRow>({
    // Always there, from the end of a member's first poll on.
    {kPoll, "", "zookeeper_up", Gauge, 1, "", "", "1 if the member answered srvr in its last poll, also when it serves nobody; 0 if it did not.", [](const MemberView& of) { return known(of.sample.is_up()); }},
    {kPoll, "", "zookeeper_serving", Gauge, 1, "", "", "1 if clients can read and write there: leader, follower, observer or standalone.", [](const MemberView& of) { return known(is_serving(of.sample.state)); }},
    {kPoll, "", "zookeeper_voter", Gauge, 1, "", "", "1 if the member has a vote, 0 if not (an observer), the last known; NaN until it was known once.", [](const MemberView& of) { return known(or_nan(of.sample.is_voter)); }},
    {kPoll, "", "zookeeper_member_state", Gauge, 1, "state", "", "1 for the state that the member is in, 0 for all others.", write_states},
    {kPoll, "", "zookeeper_member_failure", Gauge, 1, "reason", "", "1 for the reason why the last poll failed, wholly or in part (none: it did not), 0 for all others.", write_reasons},
    {kPoll, "", "zookeeper_poll_duration_seconds", Gauge, 1, "", "", "How long the last poll took, all its commands together.", [](const MemberView& of) { return seconds(of.sample.took); }},
    {kPoll, "", "zookeeper_last_poll_timestamp_seconds", Gauge, 1, "", "", "When the last poll ended, as Unix time.", [](const MemberView& of) { return seconds(of.sample.finished.time_since_epoch()); }},
    {kPoll, "", "zookeeper_polls_total", Counter, 1, "result", "", "Polls since the exporter started: ok, partial (srvr was answered, another command was not) or failed.", write_polls},
    {kPoll, "", "zookeeper_poll_source", Gauge, 1, "source", "", "1 for each source that gave answers in the last poll: four-letter words, the AdminServer or both.", write_sources},
    {kPoll, "", "zookeeper_commands_total", Counter, 1, "command", "", "Commands sent or tried since the exporter started, by any source; the server logs each four-letter word that it answers.", write_commands},
    {kPoll, "", "zookeeper_command_allowed", Gauge, 1, "command", "", "1 if the server answers the command, by any source, 0 if its whitelist refuses it, the last known; NaN until it was tried.", write_allowed_commands},
    // srvr, and how well the replies were read.
    {kSrvr, "", "zookeeper_unknown_keys", Gauge, 1, "", "", "Keys in the last mntr reply that this version of the exporter does not know; exported untyped.", [](const MemberView& of) { return of.mntr == nullptr ? std::nullopt : known(of.mntr->unknown_keys); }},
    {kSrvr, "", "zookeeper_unparsed_lines", Gauge, 1, "", "", "Lines of the last replies that could not be read, had no number, or came twice; they were skipped.", count_unparsed},
    {kSrvr, "", "zookeeper_label_sets_left_out", Gauge, 1, "family", "", "Label sets of a family above the limit of 100 a member, not exported: too many top-level znodes or unknown keys.", write_left_out},
    {kSrvr, "Zookeeper version", "zookeeper_member_info", Gauge, 1, "server_id,version,revision,built,peer_state,observer_master_id", "", "Always 1; what the member says about itself: its id (conf), its build, its state as a peer (mntr, 3.6+).", write_info},
    {kSrvr, "Zxid", "zookeeper_zxid_epoch", Gauge, 1, "", "", "Leader epoch of the last transaction that the member has seen: its zxid's upper 32 bits; each election adds one.", [](const MemberView& of) { return zxid(of) ? known(zxid(of)->epoch) : std::nullopt; }},
    {kSrvr, "Zxid", "zookeeper_zxid_sequence", Gauge, 1, "", "", "Number of the last transaction within its epoch: the zxid's lower 32 bits; a new epoch starts at 0.", [](const MemberView& of) { return zxid(of) ? known(zxid(of)->counter) : std::nullopt; }},
    {kSrvr, "uptime (mntr)", "zookeeper_start_time_seconds", Gauge, 1, "", "3.6.0", "When the member took its role, as Unix time: it changes at a restart and at every election.", [](const MemberView& of) { return known(of.sample.start_time); }},
    // Watches.
    {kWatches, "Total watches", "zookeeper_data_watches", Gauge, 1, "", "", "Data watches set on the member; wchs counts no child watches.", of_wchs<&Wchs::watches>},
    {kWatches, "paths", "zookeeper_watched_paths", Gauge, 1, "", "", "Znodes with a data watch on the member.", of_wchs<&Wchs::paths>},
    {kWatches, "connections", "zookeeper_watching_connections", Gauge, 1, "", "", "Connections with a data watch on the member.", of_wchs<&Wchs::connections>},
    {kWatches, "watch_count - Total watches", "zookeeper_child_watches", Gauge, 1, "", "", "Child watches set on the member: all watches (mntr) less data watches (wchs), never negative; the two are asked milliseconds apart.", count_child_watches},
    // conf, asked once a minute.
    {kConf, "", "zookeeper_config_info", Gauge, 1, "hash", "", "Always 1; a hash over those settings that should be equal on all members: members of one version, role and source have the same one, or something differs.", write_config_info},
    {kConf, "tickTime", "zookeeper_tick_time_seconds", Gauge, 1000, "", "", "Configured length of a tick.", of_conf<&Conf::tick_time>},
    {kConf, "initLimit", "zookeeper_init_limit_ticks", Gauge, 1, "", "", "Ticks that a member may take to load the leader's data; absent for a standalone.", InConf{0, kMaxTicks}},
    {kConf, "syncLimit", "zookeeper_sync_limit_ticks", Gauge, 1, "", "", "Ticks after which a silent follower or a lost quorum is noticed; absent for a standalone.", of_conf<&Conf::sync_limit>},
    {kConf, "minSessionTimeout", "zookeeper_min_session_timeout_seconds", Gauge, 1000, "", "", "Shortest session timeout that a client can get.", InConf{1, kMaxInt}},
    {kConf, "maxSessionTimeout", "zookeeper_max_session_timeout_seconds", Gauge, 1000, "", "", "Longest session timeout that a client can get.", InConf{1, kMaxInt}},
    {kConf, "maxClientCnxns", "zookeeper_max_connections_per_client", Gauge, 1, "", "", "Connections allowed from one client address; 0 is no limit. The exporter's own count.", InConf{0, kMaxInt}},
    {kConf, "dataDirSize", "zookeeper_data_dir_size_bytes", Gauge, 1, "", "3.5.0", "Size of the snapshot directory, at most a minute old; by dirs where conf is refused.", InConf{0, kMaxCount, &Dirs::data_size}},
    {kConf, "dataLogSize", "zookeeper_data_log_dir_size_bytes", Gauge, 1, "", "3.5.0", "Size of the transaction log directory, at most a minute old; may be the same directory. By dirs where conf is refused.", InConf{0, kMaxCount, &Dirs::log_size}},
    {kConf, "timestamp (last_snapshot)", "zookeeper_last_snapshot_timestamp_seconds", Gauge, 1, "", "3.6.0", "When the member wrote its last snapshot, as Unix time, at most a minute old; the AdminServer alone tells it, once the member wrote one itself.", [](const MemberView& of) { return known(of.sample.last_snapshot); }},
});
// clang-format on

}  // namespace

std::span<const CatalogueRow> member_rows() { return kRows; }

}  // namespace zke

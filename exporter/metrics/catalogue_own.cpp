#include <array>

#include "metrics/catalogue_parts.hpp"

namespace zke {

namespace {

using enum prometheus::MetricType;
using enum Source;

// clang-format off
constexpr auto kRows = std::to_array<CatalogueRow>({
  // always present for every member, from the end of its first poll on
  {kPoll, "", "zookeeper_up", Gauge, 1, "", "", "1 if the member answered srvr in its last poll, also when it serves nobody; 0 if it did not."},
  {kPoll, "", "zookeeper_serving", Gauge, 1, "", "", "1 if clients can read and write there: leader, follower, observer or standalone."},
  {kPoll, "", "zookeeper_voter", Gauge, 1, "", "", "1 if the member has a vote, 0 if not (an observer), the last known; NaN until it was known once."},
  {kPoll, "", "zookeeper_member_state", Gauge, 1, "state", "", "1 for the state that the member is in, 0 for all others."},
  {kPoll, "", "zookeeper_member_failure", Gauge, 1, "reason", "", "1 for the reason why the last poll failed, wholly or in part (none: it did not), 0 for all others."},
  {kPoll, "", "zookeeper_poll_duration_seconds", Gauge, 1, "", "", "How long the last poll took, all its commands together."},
  {kPoll, "", "zookeeper_last_poll_timestamp_seconds", Gauge, 1, "", "", "When the last poll ended, as Unix time."},
  {kPoll, "", "zookeeper_polls_total", Counter, 1, "result", "", "Polls since the exporter started: ok, partial (srvr was answered, another command was not) or failed."},
  {kPoll, "", "zookeeper_commands_total", Counter, 1, "command", "", "Four-letter words sent or tried since the exporter started; the server logs each that it answers."},
  {kPoll, "", "zookeeper_command_allowed", Gauge, 1, "command", "", "1 if the server answers the command, 0 if its whitelist refuses it, the last known; NaN until it was tried."},
  {kSrvr, "", "zookeeper_unknown_keys", Gauge, 1, "", "", "Keys in the last mntr reply that this version of the exporter does not know; exported untyped."},
  {kSrvr, "", "zookeeper_unparsed_lines", Gauge, 1, "", "", "Lines of the last replies that could not be read, had no number, or came twice; they were skipped."},
  {kSrvr, "", "zookeeper_label_sets_left_out", Gauge, 1, "family", "", "Label sets of a family above the limit of 100 a member, not exported: too many top-level znodes or unknown keys."},

  // srvr
  {kSrvr, "Zookeeper version", "zookeeper_member_info", Gauge, 1, "server_id,version,revision,built,peer_state,observer_master_id", "", "Always 1; what the member says about itself: its id (conf), its build, its state as a peer (mntr, 3.6+)."},
  {kSrvr, "Zxid", "zookeeper_zxid_epoch", Gauge, 1, "", "", "Leader epoch of the last transaction that the member has seen: its zxid's upper 32 bits; each election adds one."},
  {kSrvr, "Zxid", "zookeeper_zxid_sequence", Gauge, 1, "", "", "Number of the last transaction within its epoch: the zxid's lower 32 bits; a new epoch starts at 0."},
  {kSrvr, "uptime (mntr)", "zookeeper_start_time_seconds", Gauge, 1, "", "3.6.0", "When the member took its role, as Unix time: it changes at a restart and at every election."},

  // watches
  {kWatches, "Total watches", "zookeeper_data_watches", Gauge, 1, "", "", "Data watches set on the member; wchs counts no child watches."},
  {kWatches, "paths", "zookeeper_watched_paths", Gauge, 1, "", "", "Znodes with a data watch on the member."},
  {kWatches, "connections", "zookeeper_watching_connections", Gauge, 1, "", "", "Connections with a data watch on the member."},
  {kWatches, "watch_count - Total watches", "zookeeper_child_watches", Gauge, 1, "", "", "Child watches set on the member: all watches (mntr) less data watches (wchs), never negative; the two are asked milliseconds apart."},

  // conf, asked once a minute
  {kConf, "tickTime", "zookeeper_tick_time_seconds", Gauge, 0.001, "", "", "Configured length of a tick."},
  {kConf, "initLimit", "zookeeper_init_limit_ticks", Gauge, 1, "", "", "Ticks that a member may take to load the leader's data; absent for a standalone."},
  {kConf, "syncLimit", "zookeeper_sync_limit_ticks", Gauge, 1, "", "", "Ticks after which a silent follower or a lost quorum is noticed; absent for a standalone."},
  {kConf, "minSessionTimeout", "zookeeper_min_session_timeout_seconds", Gauge, 0.001, "", "", "Shortest session timeout that a client can get."},
  {kConf, "maxSessionTimeout", "zookeeper_max_session_timeout_seconds", Gauge, 0.001, "", "", "Longest session timeout that a client can get."},
  {kConf, "maxClientCnxns", "zookeeper_max_connections_per_client", Gauge, 1, "", "", "Connections allowed from one client address; 0 is no limit. The exporter's own count."},
  {kConf, "dataDirSize", "zookeeper_data_dir_size_bytes", Gauge, 1, "", "3.5.0", "Size of the snapshot directory, at most a minute old."},
  {kConf, "dataLogSize", "zookeeper_data_log_dir_size_bytes", Gauge, 1, "", "3.5.0", "Size of the transaction log directory, at most a minute old; may be the same directory."},

  // ensembles
  {kEnsemble, "", "zookeeper_ensemble_state", Gauge, 1, "state", "", "1 for the level of the ensemble, 0 for all others: healthy, degraded, at_risk, no_quorum, split_view or unknown."},
  {kEnsemble, "", "zookeeper_ensemble_voters", Gauge, 1, "", "", "Voters that the ensemble should have, by its servers' own membership; the last known."},
  {kEnsemble, "", "zookeeper_ensemble_voters_serving", Gauge, 1, "", "", "Voters that serve now."},
  {kEnsemble, "", "zookeeper_ensemble_failures_tolerated", Gauge, 1, "", "", "How many more voters may fail before the quorum is lost; negative: so many must come back. Absent while the state is unknown."},
  {kEnsemble, "", "zookeeper_ensemble_leaders", Gauge, 1, "", "", "Members that lead now; one, apart from elections."},
  {kEnsemble, "", "zookeeper_ensemble_epoch", Gauge, 1, "", "", "Newest leader epoch among the serving members."},
  {kEnsemble, "", "zookeeper_ensemble_elections_total", Counter, 1, "", "", "Elections since the exporter started, counted from epochs: also those between two scrapes."},
  {kEnsemble, "", "zookeeper_ensemble_finding", Gauge, 1, "member,finding", "", "1 for each thing that is not as it should be, with the member that it concerns, if it is one."},
  {kEnsemble, "", "zookeeper_member_safe_to_stop", Gauge, 1, "member", "", "1 if the others are a quorum in sync without this member; 0 if not, or if that is not known."},
  {kEnsemble, "Zxid", "zookeeper_lag_transactions", Gauge, 1, "member", "", "Transactions that a follower or observer was behind the leader when it was polled; never more than is true."},

  // the exporter
  {kExporter, "", "zookeeper_exporter_build_info", Gauge, 1, "version,compiler", "", "Always 1; the exporter's version."},
  {kExporter, "", "zookeeper_exporter_members", Gauge, 1, "", "", "Members that the exporter is configured to poll."},
  {kExporter, "", "zookeeper_exporter_config_last_reload_successful", Gauge, 1, "", "", "1 if the newest configuration was taken, 0 if it was refused."},
  {kExporter, "", "zookeeper_exporter_config_last_reload_success_timestamp_seconds", Gauge, 1, "", "", "When a configuration was last taken, as Unix time."},
  {kExporter, "", "zookeeper_exporter_http_requests_total", Counter, 1, "handler,code", "", "HTTP requests answered."},
  {kExporter, "", "zookeeper_exporter_http_request_duration_seconds", Histogram, 1, "handler", "", "Time from a request's head to the end of its response, as far as the kernel took it."},
  {kExporter, "", "zookeeper_exporter_http_connections", Gauge, 1, "", "", "Open HTTP connections."},
  {kExporter, "", "zookeeper_exporter_http_connections_dropped_total", Counter, 1, "", "", "HTTP connections closed early because there were too many."},
  {kExporter, "", "zookeeper_exporter_event_loop_lag_seconds", Histogram, 1, "", "", "How late a timer fired, sampled every second: how long something held up the one thread."},
  {kExporter, "", "zookeeper_exporter_log_lines_dropped_total", Counter, 1, "", "", "Log lines that stderr did not take: a full disk or a stuck pipe."},
  {kExporter, "", "process_cpu_seconds_total", Counter, 1, "", "", "CPU time that the exporter has used, user and system."},
  {kExporter, "", "process_max_fds", Gauge, 1, "", "", "Limit of the exporter's open file descriptors."},
  {kExporter, "", "process_open_fds", Gauge, 1, "", "", "Open file descriptors of the exporter."},
  {kExporter, "", "process_resident_memory_bytes", Gauge, 1, "", "", "Resident memory of the exporter."},
  {kExporter, "", "process_start_time_seconds", Gauge, 1, "", "", "When the exporter started, as Unix time."},
  {kExporter, "", "process_virtual_memory_bytes", Gauge, 1, "", "", "Virtual memory of the exporter."},
});
// clang-format on

}  // namespace

std::span<const CatalogueRow> own_rows() { return kRows; }

}  // namespace zke

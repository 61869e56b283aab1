#include "metrics/member_families.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <string>

#include "base/text.hpp"
#include "metrics/families.hpp"
#include "metrics/mntr_families.hpp"

namespace zke {

namespace {

double number(std::optional<bool> known) {
  return known ? static_cast<double>(*known) : std::numeric_limits<double>::quiet_NaN();
}

double seconds(std::chrono::duration<double> time) { return time.count(); }

template <class Value>
void add_known(Families& families, std::string_view name, const std::optional<Value>& value) {
  const auto* row = find_row(name);
  if (value && *value >= 0) {
    families.add(name, to_base_unit(static_cast<double>(*value), *row));
  }
}

void add_always(const MemberSample& sample, Families& families) {
  families.add("zookeeper_up", sample.is_up() ? 1 : 0);
  families.add("zookeeper_serving", is_serving(sample.state) ? 1 : 0);
  families.add("zookeeper_voter", number(sample.is_voter));
  for (const auto state : kMemberStates) {
    families.add("zookeeper_member_state", state == sample.state ? 1 : 0,
                 {{"state", std::string(to_string(state))}});
  }
  for (const auto reason : kReasons) {
    const auto label = to_string(reason);  // some reasons share one
    families.add("zookeeper_member_failure", label == to_string(sample.reason) ? 1 : 0,
                 {{"reason", std::string(label)}});
  }
  families.add("zookeeper_poll_duration_seconds", seconds(sample.took));
  families.add("zookeeper_last_poll_timestamp_seconds",
               seconds(sample.finished.time_since_epoch()));
  for (std::size_t i = 0; i < kPollResultCount; ++i) {
    families.add("zookeeper_polls_total", static_cast<double>(sample.counts.polls.at(i)),
                 {{"result", std::string(to_string(static_cast<PollResult>(i)))}});
  }
  for (const auto command : kCommands) {
    const std::string word(to_string(command));
    families.add("zookeeper_commands_total", static_cast<double>(sample.counts.commands[command]),
                 {{"command", word}});
    families.add("zookeeper_command_allowed", number(sample.command_allowed[command]),
                 {{"command", word}});
  }
}

/// `srvr` says a few of the same things as `mntr`; they stand in when that is refused.
void add_srvr_instead_of_mntr(const Srvr& srvr, Families& families) {
  add_known(families, "zookeeper_request_latency_min_seconds", srvr.latency_min);
  add_known(families, "zookeeper_request_latency_avg_seconds", srvr.latency_avg);
  add_known(families, "zookeeper_request_latency_max_seconds", srvr.latency_max);
  add_known(families, "zookeeper_packets_received_total", srvr.received);
  add_known(families, "zookeeper_packets_sent_total", srvr.sent);
  add_known(families, "zookeeper_connections", srvr.connections);
  add_known(families, "zookeeper_outstanding_requests", srvr.outstanding);
  add_known(families, "zookeeper_znodes", srvr.node_count);
  if (srvr.proposal_sizes) {
    add_known(families, "zookeeper_proposal_size_last_bytes",
              std::optional(srvr.proposal_sizes->last));
    add_known(families, "zookeeper_proposal_size_min_bytes",
              std::optional(srvr.proposal_sizes->min));
    add_known(families, "zookeeper_proposal_size_max_bytes",
              std::optional(srvr.proposal_sizes->max));
  }
}

void add_info(const MemberSample& sample, const Mntr& mntr, Families& families) {
  std::string id;
  if (sample.conf && sample.conf->server_id) {
    id = std::to_string(*sample.conf->server_id);
  }
  constexpr std::size_t kMaxText = 100;
  families.add("zookeeper_member_info", 1,
               {{"server_id", id},
                {"version", sample.version->number},
                {"revision", sample.version->revision},
                {"built", sample.version->built},
                {"peer_state", printable(mntr.peer_state, kMaxText)},
                {"observer_master_id", printable(mntr.observer_master_id, kMaxText)}});
}

void add_watches(const MemberSample& sample, Families& families) {
  if (!sample.wchs) {
    return;
  }
  add_known(families, "zookeeper_data_watches", sample.wchs->watches);
  add_known(families, "zookeeper_watched_paths", sample.wchs->paths);
  add_known(families, "zookeeper_watching_connections", sample.wchs->connections);
  const auto& all = families.metrics(*find_row("zookeeper_watches"), Part::kMain);
  if (!all.empty() && sample.wchs->watches) {
    const auto data_watches = static_cast<double>(*sample.wchs->watches);
    families.add("zookeeper_child_watches", std::max(0.0, all[0].gauge.value - data_watches));
  }
  families.count_unparsed(static_cast<std::size_t>(sample.wchs->unparsed_lines));
}

void add_conf(const Conf& conf, Families& families) {
  add_known(families, "zookeeper_tick_time_seconds", conf.tick_time);
  add_known(families, "zookeeper_init_limit_ticks", conf.init_limit);
  add_known(families, "zookeeper_sync_limit_ticks", conf.sync_limit);
  add_known(families, "zookeeper_min_session_timeout_seconds", conf.min_session_timeout);
  add_known(families, "zookeeper_max_session_timeout_seconds", conf.max_session_timeout);
  add_known(families, "zookeeper_max_connections_per_client", conf.max_client_connections);
  add_known(families, "zookeeper_data_dir_size_bytes", conf.data_dir_size);
  add_known(families, "zookeeper_data_log_dir_size_bytes", conf.data_log_dir_size);
  families.count_unparsed(static_cast<std::size_t>(conf.unparsed_lines));
}

}  // namespace

std::vector<prometheus::MetricFamily> member_families(const MemberSample& sample) {
  Families families;
  add_always(sample, families);
  if (!sample.srvr) {
    return families.take();
  }
  families.count_unparsed(static_cast<std::size_t>(sample.srvr->unparsed_lines));
  const auto mntr = parse_mntr(sample.mntr);
  if (sample.mntr.empty()) {
    add_srvr_instead_of_mntr(*sample.srvr, families);
  } else {
    add_mntr_families(mntr, families);
  }
  add_info(sample, mntr, families);
  if (sample.srvr->zxid) {
    families.add("zookeeper_zxid_epoch", sample.srvr->zxid->epoch);
    families.add("zookeeper_zxid_sequence", sample.srvr->zxid->counter);
  }
  if (sample.start_time) {
    families.add("zookeeper_start_time_seconds", static_cast<double>(*sample.start_time));
  }
  add_watches(sample, families);
  if (sample.conf) {
    add_conf(*sample.conf, families);
  }
  return families.take();
}

}  // namespace zke

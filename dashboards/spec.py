"""What the dashboards show, and why: `make dashboards` turns it into JSON. Panel, why, unit, queries, thresholds."""

from panels import (ENSEMBLE, EXPORTER, GREEN, LEVELS, MEMBER, MEMBER_STATES, ORANGE, RED, WINDOW, YES_NO, Dashboard,
                    Panel, at_level, coded, gauge, in_state, mean, own, own_rate, per_ensemble, rate, verdict)

BAD = [(None, GREEN), (1, RED)]
WARN = [(None, GREEN), (1, ORANGE)]
M, E = "{{member}}", "{{ensemble}}"
MAX_SEQUENCE = 4294967295  # the zxid's lower 32 bits; then the leader steps down
FIRED = " + ".join(rate(f"node_{kind}_watches_sum") for kind in ("changed", "children", "created", "deleted"))
TRANSACTIONS = per_ensemble(rate("zxid_sequence"), "max")

OVERVIEW = Dashboard(
    "zookeeper-overview", "ZooKeeper / Overview",
    "All ensembles on one page: who is served, who is one failure from not being, and where to look.",
    ("datasource", "job", "ensemble"), {
        "At a glance": [
            Panel("stat", "Ensembles without a quorum", "Ensembles that serve nobody. Normal is 0. Otherwise bring "
                  "voters back now, and do not restart the survivors.", "short",
                  [(f'sum({at_level("no_quorum")})', "")], BAD, 4, 4),
            Panel("stat", "Ensembles at risk", "Ensembles that serve and that one more failure can stop. Normal is 0, "
                  "apart from rolling restarts. Bring the missing voter back; stop nothing.", "short",
                  [(f'sum({at_level("at_risk")})', "")], WARN, 4, 4),
            Panel("stat", "Fewest failures tolerated", "Of all ensembles, how many voters the weakest can lose. 1 with "
                  "three voters, 2 with five; 0 is at risk, below 0 the quorum is lost.", "short",
                  [(f'min({verdict("failures_tolerated")})', "")], [(None, RED), (0, ORANGE), (1, GREEN)], 4, 4),
            Panel("stat", "Members unreachable", "Members that did not answer their last poll. Normal is 0. The member "
                  "dashboard says why.", "short", [(f'sum({in_state("unreachable")})', "")],
                  [(None, GREEN), (1, ORANGE), (2, RED)], 4, 4),
            Panel("stat", "Members not serving", "Members that answer and serve nobody: they see no quorum, load data, "
                  "or are read-only. Normal is 0, for seconds more during an election.", "short",
                  [(f'sum({gauge("up")} == 1 unless {gauge("serving")} == 1) or vector(0)', "")], BAD, 4, 4),
            Panel("stat", "Firing alerts", "Alerts about ZooKeeper that fire now, by this Prometheus.", "short",
                  [('count(ALERTS{alertname=~"ZooKeeper.+",alertstate="firing"}) or vector(0)', "")], BAD, 4, 4),
        ],
        "Ensembles": [
            Panel("state-timeline", "Level of each ensemble", "The exporter's verdict. Healthy is normal; "
                  "degraded "
                  "wants a look in working hours, at_risk soon, no_quorum and split_view now.", "short",
                  [(coded("ensemble_state", LEVELS, ENSEMBLE, "ensemble"), E)], width=24, height=6, states=LEVELS),
            Panel("table", "Ensembles", "One line an ensemble; its name leads to its dashboard. Voters serving should "
                  "equal voters, with one leader.", "short",
                  [(verdict("voters"), "voters"), (verdict("voters_serving"), "voters serving"),
                   (verdict("failures_tolerated"), "failures tolerated"), (verdict("leaders"), "leaders"),
                   (per_ensemble(gauge("connections")), "connections"),
                   (per_ensemble(gauge("znodes"), "max"), "znodes"), (per_ensemble(gauge("watches")), "watches"),
                   (per_ensemble(mean("update_latency_seconds"), "max"), "write latency")],
                  width=24, height=8, units={"write latency": "s"}, links={"ensemble": "zookeeper-ensemble"}),
        ],
        "Traffic": [
            Panel("timeseries", "Requests", "Packets from clients a second, pings too. A fall to nothing with sessions "
                  "alive points at clients that cannot reach their server.", "reqps",
                  [(per_ensemble(rate("packets_received_total")), E)], width=6),
            Panel("timeseries", "Transactions", "Writes a second, from the zxids: works with every version. Each costs "
                  "every voter a sync of its disk.", "wps", [(TRANSACTIONS, E)], width=6),
            Panel("timeseries", "Write latency (mean)", "Mean time of requests that need the quorum, of the slowest "
                  "member, within the window. Some ms are normal; look at fsync first when it grows.", "s",
                  [(per_ensemble(mean("update_latency_seconds"), "max"), E)],
                  [(None, GREEN), (0.1, ORANGE), (0.5, RED)], 6),
            Panel("timeseries", "Queue use", "Requests queued, as a share of where a server stops reading from "
                  "clients: "
                  "globalOutstandingLimit (1000) / (voters - 1). Near 0 is normal.", "percentunit",
                  [(f'{per_ensemble(gauge("outstanding_requests"), "max")} / '
                    f'(1000 / clamp_min({verdict("voters")} - 1, 1))', E)],
                  [(None, GREEN), (0.2, ORANGE), (0.9, RED)], 6),
        ],
    })

ENSEMBLE_DASHBOARD = Dashboard(
    "zookeeper-ensemble", "ZooKeeper / Ensemble", "One ensemble: quorum, replication, traffic, data, watches, clients.",
    ("datasource", "job", "ensemble", "member"), {
        "Quorum": [
            Panel("stat", "Verdict", "The level of the ensemble; /health/ensemble of the exporter says it in a "
                  "sentence.", "short", [(coded("ensemble_state", LEVELS, ENSEMBLE, "ensemble"), E)], width=4, height=5,
                  states=LEVELS),
            Panel("stat", "Voters serving", "Of the voters in the servers' own membership, those that serve. Both "
                  "numbers should be equal.", "short",
                  [(verdict("voters_serving"), "serving"), (verdict("voters"), "expected")],
                  [(None, RED), (1, GREEN)], 4, 5),
            Panel("stat", "Failures tolerated", "How many more voters may fail. Negative: so many must come back.",
                  "short", [(verdict("failures_tolerated"), E)], [(None, RED), (0, ORANGE), (1, GREEN)], 4, 5),
            Panel("stat", "Leader", "The member that leads. None during an election of some seconds; two for a moment "
                  "when one takes over.", "short",
                  [(f'{in_state("leader")} == 1', M)], width=4, height=5, by_name=True,
                  empty="No leader"),
            Panel("gauge", "zxid used", "Share of the transaction numbers of this epoch. At 100 % the leader steps "
                  "down "
                  "and an election follows: restart the leader at a quiet hour before.", "percentunit",
                  [(f'{per_ensemble(gauge("zxid_sequence"), "max")} / {MAX_SEQUENCE}', E)],
                  [(None, GREEN), (0.7, ORANGE), (0.9, RED)], 4, 5),
            Panel("stat", "Time to rollover", "When the transaction numbers run out at the rate of the last hour.", "s",
                  [(f'({MAX_SEQUENCE} - {per_ensemble(gauge("zxid_sequence"), "max")}) / (max by (cluster, ensemble) '
                    f'(rate(zookeeper_zxid_sequence{{{MEMBER}}}[1h])) > 0)', E)],
                  [(None, RED), (3 * 86400, ORANGE), (30 * 86400, GREEN)], 4, 5, empty="No writes"),
            Panel("state-timeline", "Members", "What each member was at each poll. A change of colour is an election, "
                  "a restart or a fault.", "short",
                  [(coded("member_state", MEMBER_STATES, MEMBER, "ensemble, member"), M)], width=16, height=7,
                  states=MEMBER_STATES),
            Panel("table", "Findings", "What is not as it should be now, by member. Empty is normal; docs/health.md "
                  "tells what each means.", "short",
                  [(f"max by (cluster, ensemble, member, finding) (zookeeper_ensemble_finding{{{ENSEMBLE}}})", "now")],
                  width=8, height=7, empty="Nothing found"),
        ],
        "Traffic": [
            Panel("timeseries", "Packets received", "From clients, pings too, a second and member. Members should be "
                  "alike: clients choose theirs at random.", "pps", [(rate("packets_received_total"), M)]),
            Panel("timeseries", "Transactions", "Writes a second, from the zxids.", "wps", [(TRANSACTIONS, E)]),
            Panel("timeseries", "Outstanding requests", "Queued in each server. A few are normal; hundreds mean that "
                  "the disk, the network or a pause holds up the pipeline.", "short",
                  [(gauge("outstanding_requests"), M)]),
        ],
        "Latency": [
            Panel("timeseries", "Writes (mean)", "Requests that need the quorum, within the window. Compare with fsync "
                  "on the member dashboard.", "s", [(mean("update_latency_seconds"), M)],
                  [(None, GREEN), (0.1, ORANGE), (0.5, RED)]),
            Panel("timeseries", "Reads (mean)", "Requests that a member answers alone: below a millisecond, unless it "
                  "is short of CPU or memory.", "s", [(mean("read_latency_seconds"), M)],
                  [(None, GREEN), (0.02, ORANGE), (0.1, RED)]),
            Panel("timeseries", "Commit propagation (mean)", "From the leader's proposal to the commit at each member: "
                  "the slow one has a slow disk or network.", "s", [(mean("commit_propagation_latency_seconds"), M)]),
        ],
        "Replication": [
            Panel("timeseries", "Behind the leader", "Transactions that a member lagged when it was polled; never more "
                  "than is true. Near 0 is normal; its clients read old data.", "short",
                  [(gauge("lag_transactions"), M)]),
            Panel("timeseries", "Quorum acknowledgement (mean)", "From a proposal to enough acknowledgements, on the "
                  "leader: the disks and the network of the faster half.", "s",
                  [(mean("quorum_ack_latency_seconds"), M)]),
            Panel("timeseries", "Synced followers", "As the leader counts them: voters - 1 is normal.", "short",
                  [(per_ensemble(gauge("synced_followers"), "max"), E)]),
            Panel("timeseries", "Pending syncs", "sync() calls that wait on the leader. Near 0 is normal.", "short",
                  [(gauge("pending_syncs"), M)], [(None, GREEN), (10, ORANGE)]),
            Panel("timeseries", "Elections", "Within the last 10 minutes, by epochs. One with each restart of the "
                  "leader; more is flapping: look for pauses and slow disks of the leaders.", "short",
                  [(f"{verdict('epoch')} - min by (cluster, ensemble) "
                    f"(min_over_time(zookeeper_ensemble_epoch{{{ENSEMBLE}}}[10m]))", E)],
                  [(None, GREEN), (1, ORANGE), (3, RED)]),
            Panel("timeseries", "Catching up of learners", "By difference (cheap) or by a whole snapshot (costs memory "
                  "and bandwidth), in the last 10 minutes. Snapshots again and again: raise initLimit.", "short",
                  [(f"max by (cluster, ensemble, member) (increase(zookeeper_diff_syncs_total{{{MEMBER}}}[10m]))",
                    f"{M} difference"),
                   (f"max by (cluster, ensemble, member) (increase(zookeeper_snap_syncs_total{{{MEMBER}}}[10m]))",
                    f"{M} snapshot")]),
        ],
        "Data": [
            Panel("timeseries", "Znodes", "All, and those that go with their session. The same on every member.",
                  "short", [(per_ensemble(gauge("znodes"), "max"), f"{E} all"),
                            (per_ensemble(gauge("ephemeral_znodes"), "max"), f"{E} ephemeral")]),
            Panel("timeseries", "Data size", "All paths and data: what a snapshot and the heap must hold.", "bytes",
                  [(per_ensemble(gauge("approximate_data_size_bytes"), "max"), E)]),
            Panel("timeseries", "Largest messages", "Last proposal and last answer to a client. Above jute.maxbuffer "
                  "(1 MiB) the connection is cut.", "bytes",
                  [(gauge("proposal_size_last_bytes"), f"{M} proposal"),
                   (gauge("client_response_size_last_bytes"), f"{M} answer")],
                  [(None, GREEN), (838860, ORANGE), (1048575, RED)]),
        ],
        "Watches": [
            Panel("timeseries", "Watches", "Data and child watches set on each member. Steady is normal; growth "
                  "without "
                  "end is a client that sets and never uses them.", "short",
                  [(gauge("data_watches"), f"{M} data"), (gauge("child_watches"), f"{M} child")], width=6),
            Panel("timeseries", "Watched paths", "Paths with a data watch.", "short", [(gauge("watched_paths"), M)],
                  width=6),
            Panel("timeseries", "Watching connections", "Connections that hold data watches. Many watches of few "
                  "connections: look at those clients.", "short", [(gauge("watching_connections"), M)], width=6),
            Panel("timeseries", "Watches fired", "Notifications sent a second. Each fires once for each watcher: a hot "
                  "path with many of them is a storm.", "ops", [(f"({FIRED})", M)], width=6),
            Panel("timeseries", "Growth of watches", "Change an hour, by the slope of the window. Around 0 is normal.",
                  "short", [(f"max by (cluster, ensemble, member) (deriv(zookeeper_watches{{{MEMBER}}}[{WINDOW}])) "
                             f"* 3600", M)], width=12),
            Panel("timeseries", "Watches a connection", "Mean of all watches over all connections.", "short",
                  [(f'{gauge("watches")} / ({gauge("connections")} > 0)', M)], width=12),
        ],
        "Sessions and connections": [
            Panel("timeseries", "Connections", "Open client connections, the exporter's own poll among them.", "short",
                  [(gauge("connections"), M)], width=6),
            Panel("timeseries", "Sessions", "Of the whole ensemble; more than connections are clients that are away.",
                  "short", [(per_ensemble(gauge("global_sessions"), "max"), E)], width=6),
            Panel("timeseries", "Sessions expired", "A second. A client that died without closing is normal; many at "
                  "once are a pause of the servers or of a fleet of clients.", "cps",
                  [(per_ensemble(rate("stale_sessions_expired_total")), E)], width=6),
            Panel("timeseries", "Refused", "Connections over maxClientCnxns or maxCnxns and large requests refused, a "
                  "second. 0 is normal.", "cps", [(rate("connections_rejected_total"), f"{M} connections"),
                                                  (rate("large_requests_rejected_total"), f"{M} requests")], width=6),
        ],
    })

MEMBER_DASHBOARD = Dashboard(
    "zookeeper-member", "ZooKeeper / Member", "One member: why it fails, its disk, its queues, its Java runtime.",
    ("datasource", "job", "ensemble", "member"), {
        "State": [
            Panel("state-timeline", "State", "What the member was at each poll.", "short",
                  [(coded("member_state", MEMBER_STATES, MEMBER, "ensemble, member"), M)], width=12, height=6,
                  states=MEMBER_STATES),
            Panel("table", "Failures", "Why the last poll failed, wholly or in part. Empty is normal; "
                  "docs/troubleshooting.md tells what to do for each reason.", "short",
                  [(f'max by (cluster, ensemble, member, reason) (zookeeper_member_failure{{{MEMBER},reason!="none"}}) '
                    "== 1", "now")], width=6, height=6, empty="No failure"),
            Panel("stat", "Safe to stop", "Whether the others are a quorum in sync without it, by the last polls. Ask "
                  "/health/ensemble/disruption before you act.", "short", [(gauge("member_safe_to_stop"), M)], width=6,
                  height=6, states=YES_NO),
            Panel("stat", "In its role for", "Since the member took its role: starts anew with each restart and "
                  "election.", "s", [(f'time() - {gauge("start_time_seconds")}', M)], [(None, ORANGE), (600, GREEN)], 6,
                  5),
            Panel("stat", "Version", "Members of one version are normal, but for a rolling upgrade.", "short",
                  [(f"max by (cluster, ensemble, member, version) (zookeeper_member_info{{{MEMBER}}})",
                    f"{M} {{{{version}}}}")], width=6, height=5, by_name=True),
            Panel("gauge", "File descriptors", "Open, of the limit. At the limit the server accepts nobody: raise "
                  "ulimit -n, or find who opens connections.", "percentunit",
                  [(f'{gauge("open_file_descriptors")} / {gauge("max_file_descriptors")}', M)],
                  [(None, GREEN), (0.8, ORANGE), (0.95, RED)], 6, 5),
            Panel("timeseries", "Poll", "Time of one poll, all its words. Milliseconds are normal; seconds mean "
                  "pauses, "
                  "a full CPU or the network.", "s", [(gauge("poll_duration_seconds"), M)], width=6, height=5),
        ],
        "Disk": [
            Panel("timeseries", "fsync (mean)", "Each write waits for a sync of the log. Below 10 ms is normal; above "
                  "50 ms writes are slow, above 1 s sessions are lost.", "s", [(mean("fsync_time_seconds"), M)],
                  [(None, GREEN), (0.05, ORANGE), (1, RED)], 6),
            Panel("timeseries", "fsyncs", "A second.", "ops", [(rate("fsync_time_seconds_count"), M)], width=6),
            Panel("timeseries", "Snapshot (mean)", "Time of the snapshots within the last hour. It grows with the "
                  "data; "
                  "it shares the disk with the log unless dataLogDir is set.", "s",
                  [(f"max by (cluster, ensemble, member) "
                    f"(increase(zookeeper_snapshot_time_seconds_sum{{{MEMBER}}}[1h]) "
                    f"/ (increase(zookeeper_snapshot_time_seconds_count{{{MEMBER}}}[1h]) > 0))", M)],
                  [(None, GREEN), (60, ORANGE)], 6, empty="No snapshot"),
            Panel("timeseries", "On disk", "Snapshots and logs. Growth without a fall: autopurge.purgeInterval is 0, "
                  "the default.", "bytes", [(gauge("data_dir_size_bytes"), f"{M} snapshots"),
                                            (gauge("data_log_dir_size_bytes"), f"{M} logs")], width=6),
        ],
        "Request pipeline": [
            Panel("timeseries", "Wait for the log (mean)", "Time in the queue before the disk. It follows fsync.", "s",
                  [(mean("sync_processor_queue_time_seconds"), M)], width=6),
            Panel("timeseries", "Wait for preparation (mean)", "Time in the leader's first queue: CPU, or many writes.",
                  "s", [(mean("prep_processor_queue_time_seconds"), M)], width=6),
            Panel("timeseries", "Requests and answers", "Packets in, and out below the axis, a second.", "pps",
                  [(rate("packets_received_total"), f"{M} in"), (f'-{rate("packets_sent_total")}', f"{M} out")],
                  width=6),
            Panel("timeseries", "Throttled", "Requests held back or refused by throttling, a second. 0 is normal.",
                  "ops", [(rate("request_throttle_waits_total"), f"{M} held back"),
                          (rate("throttled_ops_total"), f"{M} refused")], width=6),
        ],
        "Java and network": [
            Panel("timeseries", "Paused", "Share of time in pauses of the JVM or the host; needs "
                  "jvm.pause.monitor=true. Above 5 % sessions suffer: heap, swap, neighbours.", "percentunit",
                  [(rate("jvm_pause_time_seconds_sum"), M)], [(None, GREEN), (0.05, ORANGE), (0.2, RED)]),
            Panel("timeseries", "TLS and authentication", "Failures a second. 0 is normal; a steady rate is a client "
                  "with a wrong certificate, or a scanner.", "cps",
                  [(rate("unsuccessful_handshakes_total"), f"{M} handshakes"),
                   (rate("auth_failed_total"), f"{M} authentication")]),
            Panel("timeseries", "Response cache hits", "Share of reads answered from the cache of responses.",
                  "percentunit",
                  [(f'{rate("response_packet_cache_hits_total")} / ({rate("response_packet_cache_hits_total")} + '
                    f'{rate("response_packet_cache_misses_total")} > 0)', M)], empty="No reads"),
        ],
        "Integrity": [
            Panel("stat", "Digest mismatches", "Transactions after which this member's data differed from the "
                  "leader's, "
                  "in the time shown. Anything but 0: take it out, and resync it with a healthy quorum.", "short",
                  [(f"max by (cluster, ensemble, member) "
                    f"(increase(zookeeper_digest_mismatches_total{{{MEMBER}}}[$__range]))", M)], BAD, 8, 5),
            Panel("stat", "Unrecoverable errors", "A thread that the server needs has died, in the time shown. Restart "
                  "that server and keep its log.", "short",
                  [(f"max by (cluster, ensemble, member) "
                    f"(increase(zookeeper_unrecoverable_errors_total{{{MEMBER}}}[$__range]))", M)], BAD, 8, 5),
            Panel("timeseries", "Writes by namespace", "Bytes a second of the ten busiest top-level znodes.", "Bps",
                  [(f"topk(10, sum by (cluster, ensemble, namespace) (max by (cluster, ensemble, member, namespace) "
                    f"(rate(zookeeper_write_size_bytes_sum{{{MEMBER}}}[{WINDOW}]))))", "{{namespace}}")], width=8,
                  height=5),
        ],
    })

EXPORTER_DASHBOARD = Dashboard(
    "zookeeper-exporter", "ZooKeeper / Exporter",
    "Is the monitoring itself well: polls, refused words, requests, cost.",
    ("datasource", "job", "ensemble", "member"), {
        "Polls": [
            Panel("stat", "Exporters", "Exporters that Prometheus reaches.", "short", [(f"sum(up{{{EXPORTER}}})", "")],
                  [(None, RED), (1, GREEN)], 4, 5),
            Panel("stat", "Members polled", "By configuration. Compare with the voters of your ensembles.", "short",
                  [(own("zookeeper_exporter_members"), "{{instance}}")], width=4, height=5),
            Panel("timeseries", "Polls", "By result, a second: ok, partial (a word was refused or failed), failed.",
                  "ops", [(f"sum by (result) (rate(zookeeper_polls_total{{{MEMBER}}}[{WINDOW}]))", "{{result}}")],
                  height=5),
            Panel("timeseries", "Poll time", "Of each member. At the timeout (3 s) the member hangs.", "s",
                  [(gauge("poll_duration_seconds"), M)], height=5),
            Panel("table", "Failures", "Members whose last poll failed, wholly or in part, and the reason. Empty is "
                  "normal.", "short",
                  [(f'max by (cluster, ensemble, member, reason) (zookeeper_member_failure{{{MEMBER},reason!="none"}}) '
                    "== 1", "now")], width=12, height=6, empty="No failure"),
            Panel("table", "Refused words", "Words that a member's whitelist refuses; their metrics are missing. Add "
                  "them to 4lw.commands.whitelist.", "short",
                  [(f"max by (cluster, ensemble, member, command) (zookeeper_command_allowed{{{MEMBER}}}) == 0",
                    "refused")], width=12, height=6, empty="None refused"),
        ],
        "What was read": [
            Panel("timeseries", "Words sent", "Four-letter words a second: each is a line in a server's log.", "ops",
                  [(f"sum by (command) (rate(zookeeper_commands_total{{{MEMBER}}}[{WINDOW}]))", "{{command}}")]),
            Panel("timeseries", "Unknown keys", "mntr keys that this exporter does not know: exported untyped. Upgrade "
                  "it when they appear.", "short", [(gauge("unknown_keys"), M)]),
            Panel("timeseries", "Unparsed lines", "Lines that could not be read and were skipped. 0 is normal.",
                  "short", [(gauge("unparsed_lines"), M)]),
        ],
        "HTTP": [
            Panel("timeseries", "Requests", "By page, a second.", "reqps",
                  [(own_rate("zookeeper_exporter_http_requests_total", "handler"), "{{handler}}")]),
            Panel("timeseries", "Request time (mean)", "By page; milliseconds are normal.", "s",
                  [(f'{own_rate("zookeeper_exporter_http_request_duration_seconds_sum", "handler")} / '
                    f'({own_rate("zookeeper_exporter_http_request_duration_seconds_count", "handler")} > 0)',
                    "{{handler}}")]),
            Panel("timeseries", "Connections", "Open, and those closed early because there were too many, a second.",
                  "short", [(own("zookeeper_exporter_http_connections"), "{{instance}} open"),
                            (own_rate("zookeeper_exporter_http_connections_dropped_total"),
                             "{{instance}} closed early")]),
        ],
        "Cost": [
            Panel("timeseries", "Memory", "Resident. About 8 MB, and 0.1 MB a member.", "bytes",
                  [(own("process_resident_memory_bytes"), "{{instance}}")], width=6),
            Panel("timeseries", "CPU", "Share of one core.", "percentunit",
                  [(own_rate("process_cpu_seconds_total"), "{{instance}}")], width=6),
            Panel("timeseries", "Loop lag (mean)", "How late a timer fires: what holds up the one thread. Below 10 ms "
                  "is normal.", "s",
                  [(f'{own_rate("zookeeper_exporter_event_loop_lag_seconds_sum")} / '
                    f'({own_rate("zookeeper_exporter_event_loop_lag_seconds_count")} > 0)', "{{instance}}")],
                  [(None, GREEN), (0.1, ORANGE), (1, RED)], 6),
            Panel("timeseries", "Log lines dropped", "Lines that stderr did not take, a second. 0 is normal; otherwise "
                  "a full disk or a stuck pipe.", "cps",
                  [(own_rate("zookeeper_exporter_log_lines_dropped_total"), "{{instance}}")], width=6),
            Panel("table", "Versions", "One version is normal.", "short",
                  [(f"count by (version) (zookeeper_exporter_build_info{{{EXPORTER}}})", "exporters")], width=12,
                  height=5),
            Panel("stat", "Configuration", "Whether the newest configuration was taken.", "short",
                  [(own("zookeeper_exporter_config_last_reload_successful"), "{{instance}}")], width=12, height=5,
                  states=YES_NO),
        ],
    })

DASHBOARDS = (OVERVIEW, ENSEMBLE_DASHBOARD, MEMBER_DASHBOARD, EXPORTER_DASHBOARD)

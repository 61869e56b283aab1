"""What the dashboards show, and why: `make dashboards` turns it into JSON. Panel, why, unit, queries, thresholds.

The top row of each but the service level answers: is it served, how many failures are left, who is the odd one, since
when, and how old is the data. `runbooks` are alerts without "ZooKeeper" before them.
"""

from dataclasses import replace

from panels import (Column, DIFFERS, Dashboard, ENSEMBLE, GREEN, GREY, LEVELS, MEMBER, MEMBER_STATES, NO_DATA, ORANGE,
                    PLAIN, Panel, RED, RUNBOOKS, RUNBOOK_OF, SESSIONS, SOURCES, UNCHANGED, WINDOW, YES_NO, at_level,
                    canary, config_in_use, counted, data_age, days_left, exporters, failed_by_member, failing,
                    failures_left, firing, gauge, half_and_most, in_state, level, level_since, mean, now, odd, of_tls,
                    or_none, or_zero, own, own_by, per_ensemble, polled, quantile, rate, read_by, session, shortened,
                    slow_by_member, state, state_since, verdict, voters_missing, whole)

BAD = [(None, GREEN), (1, RED)]
WARN = [(None, GREEN), (1, ORANGE)]
LEFT = [(None, RED), (0, ORANGE), (1, GREEN)]  # failures
OLD = [(None, GREEN), (60, ORANGE), (90, RED)]  # seconds: a scrape a minute and a poll make up to 70
DAYS_LEFT = [(None, RED), (3, ORANGE), (14, GREEN)]
NEUTRAL = [(None, PLAIN)]
NONE_OR = {"none": ("none", GREEN), "no_data": ("No data", GREY)}
M, E, X = "{{member}} {{ensemble}} {{cluster}}", "{{ensemble}} {{cluster}}", "{{instance}} {{cluster}}"
MAX_SEQUENCE = 4294967295  # the zxid's lower 32 bits; then the leader steps down
DAY = 86400
YEAR = 365 * DAY
HEAP = ',area="heap"'
PROVIDER = "No data: needs the servers' Prometheus metrics provider"
NO_CANARY = "No data: needs a canary (docs/canary.md)"
NO_WRITES = "No data: needs a canary that writes (docs/canary.md)"
LATE = [(None, GREEN), (0.5, ORANGE), (1, RED)]  # seconds that an answer takes
BUDGET_LEFT = [(None, RED), (0, ORANGE), (0.25, GREEN)]
WRITES, SLOW_WRITES = 0.001, 0.01  # what may fail, and be slow: alerts/zookeeper-slo.rules.yml
FIRED = " + ".join(rate(f"node_{kind}_watches_sum") for kind in ("changed", "children", "created", "deleted"))
TRANSACTIONS = per_ensemble(rate("zxid_sequence"), "max")
SEQUENCE = per_ensemble(gauge("zxid_sequence"), "max")

SINCE = Column("dtdhms", {UNCHANGED: ("no change seen", PLAIN)}, NEUTRAL)
AGE = Column("dtdhms", steps=OLD)
LEVEL = Column(states={**LEVELS, NO_DATA: ("No data", GREY)})
RUNBOOK = Column(states={what: (page, PLAIN) for what, page in RUNBOOK_OF.items()},
                 link=f"{RUNBOOKS}/${{__value.text}}.md", empty="–", width=230)
ODD = {"ensemble": Column(width=90), "member": Column(), "what": Column(states=NONE_OR, steps=[(None, ORANGE)]),
       "runbook": RUNBOOK}
FIRING = {"alert": Column(states={"README": ("none", GREEN)}, steps=[(None, RED)],
                          link=f"{RUNBOOKS}/${{__value.raw}}.md", width=240),
          "active for": Column("dtdhms", {0: ("–", PLAIN)}, NEUTRAL, width=100), "severity": Column(width=80),
          "ensemble": Column(width=90)}


def data_age_tile(height: int = 7) -> Panel:
    """The tile that goes on counting when an exporter is dead."""
    return Panel("stat", "Data age", "Time since the newest poll that this Prometheus knows, of the ensemble that is "
                 "worst off. Some seconds are normal. When it grows, the exporter is dead or cannot be scraped, and "
                 "nothing else here says what is so now. A day after the last poll it ends.", "dtdhms",
                 [(f"max({data_age()})", "")], OLD, 3, height,
                 runbooks=("EnsembleUnwatched", "ExporterDown", "MetricsAbsent"))


def odd_table(width: int) -> Panel:
    """Who is the odd one."""
    return Panel("table", "Odd ones", "Members that are not as they should be, and what is wrong: why the last poll "
                 "failed, the state, or a finding of docs/health.md. \"none\" is normal.", "short", [(odd(), "")],
                 width=width, height=7, columns=ODD)


def firing_table(labels: str, width: int, height: int) -> Panel:
    """The alerts, with a way to their runbooks."""
    return Panel("table", "Firing alerts", "Alerts on ZooKeeper that fire now; a click leads to the runbook. "
                 "\"none\" is normal. \"No data\": this Prometheus does not run our rules, or has no exporter.",
                 "short", [(firing(labels), "active for")], width=width, height=height, columns=FIRING,
                 sort=[("severity", False), ("active for", True)])


OVERVIEW = Dashboard(
    "zookeeper-overview", "ZooKeeper / Overview",
    "All ensembles on one page: who is served, who is one failure from not being, and where to look.", {
        "At a glance": [
            Panel("stat", "Worst level", "The level of the ensemble that is worst off. Healthy and degraded are served "
                  "and may lose a member; at_risk is served; no_quorum and split_view page somebody.", "short",
                  [(f"max({level()})", "")], width=4, height=7, states=LEVELS,
                  runbooks=("EnsembleUnavailable", "QuorumAtRisk", "MultipleLeaders")),
            Panel("stat", "Level for", "How long the ensemble that is worst off has been so, to half a "
                  "minute. \"no change seen\": not in the last 12 hours.", "dtdhms",
                  [(f"max(({level_since()}) and on (cluster, ensemble) ({level()} == scalar(max({level()}))))", "")],
                  NEUTRAL, 3, 7, states=SINCE.states),
            Panel("stat", "Failures left", "How many more voters the weakest ensemble can lose. 1 with three voters, 2 "
                  "with five; 0 is at risk, below 0 so many must come back.", "short",
                  [(f'min({failures_left()})', "")], LEFT, 3, 7, decimals=0),
            odd_table(11),
            data_age_tile(),
        ],
        "Ensembles, members and alerts": [
            Panel("stat", "No quorum", "Ensembles that serve nobody. Normal is 0. Otherwise bring voters back "
                  "now, and do not restart the survivors.", "short", [(f'sum({at_level("no_quorum")})', "")], BAD, 3, 7,
                  decimals=0),
            Panel("stat", "At risk", "Ensembles that serve and that one more failure can stop. Normal is 0, apart from "
                  "rolling restarts. Bring the missing voter back; stop nothing.", "short",
                  [(f'sum({at_level("at_risk")})', "")], WARN, 3, 7, decimals=0),
            Panel("stat", "Unreachable", "Members that did not answer their last poll. Normal is 0. The member "
                  "dashboard says why.", "short", [(f'sum({in_state("unreachable")})', "")],
                  [(None, GREEN), (1, ORANGE), (2, RED)], 3, 7, decimals=0),
            Panel("stat", "Not serving", "Members that answer and serve nobody: they see no quorum, load data, "
                  "or are read-only. Normal is 0, for seconds more during an election.", "short",
                  [(f'sum({in_state("not_serving|read_only")})', "")], BAD, 3, 7, decimals=0),
            firing_table('cluster=~"$cluster|",ensemble=~"$ensemble|"', 12, 7),
        ],
        "Ensembles": [
            Panel("table", "Ensembles", "One line for each ensemble; its name leads to its dashboard. Voters serving "
                  "should equal voters, with one leader. \"No data\" as level: nobody tells of it any more.", "short",
                  [(f"{level()} or 0 * ({data_age()}) + {NO_DATA}", "level"), (level_since(), "level for"),
                   (failures_left(), "failures left"), (verdict("voters"), "voters"),
                   (verdict("voters_serving", how="min"), "voters serving"), (verdict("leaders"), "leaders"),
                   (per_ensemble(gauge("connections")), "connections"),
                   (per_ensemble(gauge("znodes"), "max"), "znodes"),
                   (per_ensemble(polled(mean("update_latency_seconds")), "max"), "write latency"),
                   (data_age(), "data age")],
                  width=24, height=6, columns={
                      "ensemble": Column(link="/d/zookeeper-ensemble?var-ensemble=${__value.raw}"
                                              "&${cluster:queryparam}&${job:queryparam}&${__url_time_range}"),
                      "level": LEVEL, "level for": SINCE, "failures left": Column(steps=LEFT),
                      "voters": Column(), "voters serving": Column(), "leaders": Column(), "connections": Column(),
                      "znodes": Column(), "write latency": Column("s", empty="–"), "data age": AGE}),
            Panel("state-timeline", "Level of each ensemble", "The exporter's verdict. Healthy is normal; degraded "
                  "wants a look in working hours, at_risk soon, no_quorum and split_view now. A gap: no data.", "short",
                  [(level(), E)], width=24, height=7, states=LEVELS),
        ],
        "Traffic and disks": [
            Panel("timeseries", "Requests", "Packets from clients a second, pings too. A fall to nothing with sessions "
                  "alive points at clients that cannot reach their server.", "reqps",
                  [(per_ensemble(rate("packets_received_total")), E)]),
            Panel("timeseries", "Transactions", "Writes a second, from the zxids: works with every version. Each costs "
                  "every voter a sync of its disk.", "ops", [(TRANSACTIONS, E)]),
            Panel("timeseries", "Write latency (mean)", "Mean time of requests that need the quorum, of the slowest "
                  "member, within the window. Some ms are normal; look at fsync first when it grows.", "s",
                  [(per_ensemble(mean("update_latency_seconds"), "max"), E)],
                  [(None, GREEN), (0.1, ORANGE), (0.5, RED)], runbooks=("WritesStalled", "FsyncSlow")),
            Panel("timeseries", "Queue use", "Requests queued, as a share of where a server stops reading from clients "
                  "by default: globalOutstandingLimit (1000) / (voters - 1). Near 0 is normal.", "percentunit",
                  [(f'{per_ensemble(gauge("outstanding_requests"), "max")} / '
                    f'(1000 / clamp_min({verdict("voters")} - 1, 1))', E)],
                  [(None, GREEN), (0.2, ORANGE), (0.9, RED)], 12,
                  runbooks=("OutstandingRequestsHigh", "RequestsThrottled")),
            Panel("timeseries", "Free disk", "Share that is free, of the disks of alerts/zookeeper-host.rules.yml, "
                  "which records it. Below 5 % somebody is paged.", "percentunit",
                  [("min by (cluster, instance, mountpoint, persistentvolumeclaim) (disk:zookeeper_available:ratio"
                    '{cluster=~"$cluster"})', "{{mountpoint}}{{persistentvolumeclaim}} {{instance}} {{cluster}}")],
                  [(None, RED), (0.05, ORANGE), (0.25, GREEN)], 12, runbooks=("DiskAlmostFull", "DiskFillsSoon"),
                  empty="No data: needs zookeeper-host.rules.yml, and node_exporter or the kubelet"),
        ],
    }, is_of_members=False)


ENSEMBLE_DASHBOARD = Dashboard(
    "zookeeper-ensemble", "ZooKeeper / Ensemble",
    "One ensemble: quorum, replication, traffic, data, watches, clients.", {
        "Quorum": [
            Panel("stat", "Level", "The exporter's verdict; its page /health/ensemble says it in a sentence.", "short",
                  [(level(), E)], width=4, height=7, states=LEVELS,
                  runbooks=("EnsembleUnavailable", "QuorumAtRisk", "MultipleLeaders")),
            Panel("stat", "Level for", "How long the level has been what it is, to half a minute. \"no change "
                  "seen\": not in the last 12 hours.", "dtdhms", [(level_since(), E)], NEUTRAL, 3, 7,
                  states=SINCE.states),
            Panel("stat", "Failures left", "How many more voters may fail. 0: the next failure ends the service. "
                  "Negative: so many must come back.", "short", [(failures_left(), E)], LEFT, 3, 7,
                  decimals=0),
            odd_table(11),
            data_age_tile(),
        ],
        "Members": [
            Panel("stat", "Leader", "The member that leads. \"none\" during an election of some seconds; two for a "
                  "moment when one takes over.", "short",
                  [(f'{whole(in_state("leader|standalone"))} == 1 or on (cluster, ensemble) '
                    f'label_replace({verdict("leaders")}, "member", "none", "", "")', "")],
                  NEUTRAL, 6, 4, label="member", states={"none": ("none", RED)},
                  runbooks=("MultipleLeaders", "LeaderFlapping")),
            Panel("stat", "Missing", "Of the voters in the servers' own membership, those that do not serve. "
                  "Normal is 0.", "short", [(voters_missing(), E)],
                  [(None, GREEN), (1, ORANGE), (2, RED)], 6, 4, decimals=0),
            Panel("stat", "zxid used", "Share of the transaction numbers of this epoch. At 100 % the leader "
                  "steps down and an election follows: restart the leader at a quiet hour before.", "percentunit",
                  [(f"{SEQUENCE} / {MAX_SEQUENCE}", E)], [(None, GREEN), (0.7, ORANGE), (0.9, RED)], 6, 4, decimals=1,
                  runbooks=("ZxidRolloverSoon",)),
            Panel("stat", "zxid lasts", "When the transaction numbers run out at the rate of the last hour.", "s",
                  [(f"clamp_max(({MAX_SEQUENCE} - {SEQUENCE}) / max by (cluster, ensemble) "
                    f"(rate(zookeeper_zxid_sequence{{{MEMBER}}}[1h])), {YEAR})", E)],
                  [(None, RED), (3 * DAY, ORANGE), (30 * DAY, GREEN)], 6, 4, decimals=0,
                  states={YEAR: ("over a year", GREEN)}, runbooks=("ZxidRolloverSoon",)),
            firing_table('cluster=~"$cluster|",ensemble=~"$ensemble|"', 24, 7),
            Panel("state-timeline", "Members", "What each member was at each poll. A change of colour is an election, "
                  "a restart or a fault; a gap: no data.", "short", [(state(), M)], width=24, states=MEMBER_STATES,
                  runbooks=("MemberDown", "MemberNotServing", "MemberRestarting")),
        ],
        "What the servers run": [
            Panel("stat", "Data differs", "Whether members have different digests at one transaction. Yes: find out "
                  "which of them is wrong before anything else. Needs hash in the whitelist, and 3.6.", "short",
                  [(verdict("data_differs"), E)], width=4, height=7, states=DIFFERS, runbooks=("DataDiffers",)),
            Panel("table", "Settings that differ", "Those that should be equal on all members, and are not; who has "
                  "which value is on the page /health/ensemble. \"none\" is normal. Needs conf.", "short",
                  [(or_none(f"max by (cluster, ensemble, key) (zookeeper_ensemble_config_drift{{{ENSEMBLE}}} == 1)", "key",
                            f"zookeeper_config_info{{{ENSEMBLE}}}"), "")], width=6, height=7,
                  columns={"ensemble": Column(width=90), "key": Column(states=NONE_OR, steps=[(None, ORANGE)])},
                  runbooks=("ConfigDrift",)),
            Panel("table", "Servers", "One line for each member: its version, how the hash over the settings that should "
                  "be equal begins, what told of it in the last poll, and the age of its last snapshot (only the "
                  "AdminServer tells it; idle servers take none). Members of one version and one hash are normal.",
                  "short", [(f"max by (cluster, ensemble, member, version) (zookeeper_member_info{{{MEMBER}}})", ""),
                            (shortened("config_info", "hash", "settings"), ""), (read_by(), "read by"),
                            (f'time() - {gauge("last_snapshot_timestamp_seconds")}', "last snapshot")],
                  width=14, height=7, columns={
                      "ensemble": Column(width=90), "member": Column(width=230), "version": Column(width=80),
                      "settings": Column(width=100, empty="–"), "read by": Column(states=SOURCES, width=130),
                      "last snapshot": Column("s", empty="–")},
                  runbooks=("VersionMismatch",)),
            Panel("table", "Certificates", "Of each member as it shows it now, and the exporter's own: the days that are "
                  "left, below 0 when it has expired; whether the exporter verifies it (\"no\" is verify: none); whether "
                  "the exporter could use its newest TLS files. Renewed, and not here: the server has not read it. "
                  "\"No data\": no TLS is spoken.",
                  "short", [(days_left(), "days left"), (of_tls("verification_enabled"), "verified"),
                            (of_tls("files_last_reload_successful"), "files taken"),
                            (f"max by (cluster, ensemble, member, version, cipher) "
                             f"(zookeeper_tls_version_info{{{ENSEMBLE}}})", "")], width=24, height=6, columns={
                                "ensemble": Column(width=90), "member": Column(width=230),
                                "days left": Column(steps=DAYS_LEFT, empty="–"),
                                "verified": Column(states=YES_NO, empty="–"),
                                "files taken": Column(states=YES_NO, empty="–"), "version": Column(), "cipher": Column()},
                  runbooks=("CertificateExpiresVerySoon", "CertificateExpiresSoon", "TlsFilesNotReloaded")),
        ],
        "Client view": [
            Panel("state-timeline", "Canary sessions", "How the exporter's own session with each member is; of "
                  "several exporters the worse one. connected is normal. auth_failed: the server does not let it in.",
                  "short",
                  [(session(), M)], width=12, states=SESSIONS, empty=NO_CANARY, runbooks=("CanaryBlind", "ReadsFail")),
            Panel("timeseries", "Canary operations", "What the canaries of all exporters try, a second, by its end. "
                  "Only ok is normal; other ends for a moment in an election.", "ops",
                  [("sum by (cluster, ensemble, result) "
                    f"(rate(zookeeper_canary_operations_total{{{MEMBER}}}[{WINDOW}]))", f"{{{{result}}}} {E}")],
                  empty=NO_CANARY,
                  runbooks=("WritesFail", "ReadsFail", "CanaryBlind")),
            Panel("stat", "Canary writer", "The exporter that writes for all; the others read. \"none\": an election, "
                  "or nobody may write.", "short",
                  [(f"max by (cluster, ensemble, instance) (zookeeper_canary_writer{{{ENSEMBLE}}}) == 1 or on "
                    "(cluster, ensemble) label_replace(max by (cluster, ensemble) "
                    f'(zookeeper_canary_writer{{{ENSEMBLE}}}), "instance", "none", "", "")', "")], NEUTRAL, 4,
                  label="instance", states={"none": ("none", ORANGE)}, runbooks=("CanaryBlind",)),
            Panel("timeseries", "A client's writes", "Within which time half of the canary's writes were answered, and "
                  "99 of 100. Some ms are normal. One member: look there; all: the disks of a majority.", "s",
                  half_and_most("canary_operation_duration_seconds", M, ',operation="set"'), LATE, empty=NO_WRITES,
                  runbooks=("WritesSlow",)),
            Panel("timeseries", "A client's reads (p99)", "exists and get are answered by the member alone, sync by "
                  "way of the leader. Some ms are normal.", "s",
                  [(quantile(0.99, "canary_operation_duration_seconds", ',operation!="set"', "operation, "),
                    f"{{{{operation}}}} {M}")], LATE, empty=NO_CANARY, runbooks=("ReadsFail",)),
            Panel("timeseries", "Watch delivery", "From a write through another member until the watch at this one "
                  "told. Some ms are normal; a second is late.", "s", half_and_most("canary_watch_delivery_seconds", M), LATE,
                  empty=NO_WRITES, runbooks=("WatchesLate",)),
            Panel("timeseries", "Sessions established (p99)", "Time until a session stood, of those within the hour, "
                  "with the handshake of TLS. There are few: one at the start, and after each fault.", "s",
                  [(quantile(0.99, "session_establish_seconds", window="1h"), M)], LATE, 12, empty=NO_CANARY,
                  runbooks=("SessionEstablishSlow",)),
            Panel("timeseries", "Error budget burn", "How many times faster than allowed the writes of the last hour "
                  "used up the error budget of 30 days. Below 1 is within it, 14.4 pages somebody.", "short",
                  [(f'{canary("writes_failed", "1h")} / {WRITES}', E)], [(None, GREEN), (1, ORANGE), (14.4, RED)], 12,
                  empty=NO_WRITES, runbooks=("WriteErrorBudgetBurn", "WriteErrorBudgetSlowBurn")),
        ],
        "Traffic": [
            Panel("timeseries", "Packets received a second", "From clients, pings too. Members should be "
                  "alike: clients choose theirs at random.", "short", [(rate("packets_received_total"), M)]),
            Panel("timeseries", "Transactions", "Writes a second, from the zxids.", "ops", [(TRANSACTIONS, E)]),
            Panel("timeseries", "Outstanding requests", "Queued in each server. A few are normal; hundreds mean that "
                  "the disk, the network or a pause holds up the pipeline.", "short",
                  [(gauge("outstanding_requests"), M)], runbooks=("OutstandingRequestsHigh", "RequestsThrottled")),
        ],
        "Latency": [
            Panel("timeseries", "Writes (mean)", "Requests that need the quorum, within the window. Compare with fsync "
                  "on the member dashboard.", "s", [(mean("update_latency_seconds"), M)],
                  [(None, GREEN), (0.1, ORANGE), (0.5, RED)], runbooks=("WritesStalled",)),
            Panel("timeseries", "Reads (mean)", "Requests that a member answers alone: below a millisecond, unless it "
                  "is short of CPU or memory.", "s", [(mean("read_latency_seconds"), M)],
                  [(None, GREEN), (0.02, ORANGE), (0.1, RED)]),
            Panel("timeseries", "Commit propagation (mean)", "From the leader's proposal to the commit at each member: "
                  "the slow one has a slow disk or network.", "s", [(mean("commit_propagation_latency_seconds"), M)]),
        ],
        "Replication": [
            Panel("timeseries", "Behind the leader", "Transactions that a member lagged when it was polled; never more "
                  "than is true. Near 0 is normal; its clients read old data.", "short",
                  [(gauge("lag_transactions"), M)], runbooks=("MemberLagging",)),
            Panel("timeseries", "Quorum acknowledgement (mean)", "From a proposal to enough acknowledgements, on the "
                  "leader: the disks and the network of the faster half.", "s",
                  [(mean("quorum_ack_latency_seconds"), M)]),
            Panel("timeseries", "Election time (mean)", "Of the elections within the last 15 minutes. Below a second "
                  "is normal: nobody writes meanwhile.", "s",
                  [(f"max by (cluster, ensemble, member) "
                    f"(increase(zookeeper_election_time_seconds_sum{{{MEMBER}}}[15m]) "
                    f"/ (increase(zookeeper_election_time_seconds_count{{{MEMBER}}}[15m]) > 0))", M)],
                  [(None, GREEN), (10, ORANGE)], empty="No data, or no election", runbooks=("ElectionSlow",)),
            Panel("timeseries", "Synced followers", "As the leader counts them: voters - 1 is normal.", "short",
                  [(per_ensemble(gauge("synced_followers"), "max"), E)], width=6, runbooks=("FollowersNotSynced",)),
            Panel("timeseries", "Pending syncs", "sync() calls that wait on the leader. Near 0 is normal.", "short",
                  [(gauge("pending_syncs"), M)], [(None, GREEN), (10, ORANGE)], 6),
            Panel("timeseries", "Elections", "Within the last 10 minutes, by epochs. One with each restart of the "
                  "leader; more is flapping: look for pauses and slow disks of the leaders.", "short",
                  [(f"{verdict('epoch')} - min by (cluster, ensemble) "
                    f"(min_over_time(zookeeper_ensemble_epoch{{{ENSEMBLE}}}[10m]))", E)],
                  [(None, GREEN), (1, ORANGE), (3, RED)], 6, runbooks=("LeaderFlapping",)),
            Panel("timeseries", "Catching up of learners", "By difference (cheap) or by a whole snapshot (costs memory "
                  "and bandwidth), in the last 10 minutes. Snapshots again and again: raise initLimit.", "short",
                  [(per_ensemble(counted("diff_syncs_total", "10m")), f"difference {E}"),
                   (per_ensemble(counted("snap_syncs_total", "10m")), f"snapshot {E}")], width=6),
        ],
        "Data": [
            Panel("timeseries", "Znodes", "All, and those that go with their session. The same on every member.",
                  "short", [(per_ensemble(gauge("znodes"), "max"), f"all {E}"),
                            (per_ensemble(gauge("ephemeral_znodes"), "max"), f"ephemeral {E}")], width=12,
                  runbooks=("ZnodeCountGrowth", "EphemeralsDropped")),
            Panel("timeseries", "Data size", "All paths and data: what a snapshot and the heap must hold.", "bytes",
                  [(per_ensemble(gauge("approximate_data_size_bytes"), "max"), E)], width=12,
                  runbooks=("DataSizeGrowth",)),
            Panel("timeseries", "Quota used", "Share of the quotas below each top-level znode. Above 100 % writes are "
                  "refused where quotas are enforced.", "percentunit",
                  [(f"max by (cluster, ensemble, namespace) (zookeeper_quota_used_{what}{{{MEMBER}}} / "
                    f"zookeeper_quota_limit_{what}{{{MEMBER}}})", f"{what} {{{{namespace}}}} {E}")
                   for what in ("bytes", "znodes")], [(None, GREEN), (0.8, ORANGE), (1, RED)], 12,
                  empty="No data, or no quota", runbooks=("QuotaExceeded",)),
            Panel("timeseries", "Largest messages", "Proposals, and answers to clients: the last one at each poll, and "
                  "the largest since a member's start or role. Above jute.maxbuffer (1 MiB unless set) the connection "
                  "is cut.", "bytes",
                  [(per_ensemble(gauge(f"{kind}_size_{which}_bytes"), "max"), f"{word} {name} {E}")
                   for kind, name in (("proposal", "proposal"), ("client_response", "answer"))
                   for which, word in (("last", "last"), ("max", "largest"))],
                  [(None, GREEN), (838860, ORANGE), (1048575, RED)], 12, runbooks=("PayloadNearJuteLimit",)),
        ],
        "Watches": [
            Panel("timeseries", "Data watches", "Set on each member. Steady is normal; growth without end is a client "
                  "that sets and never uses them.", "short", [(gauge("data_watches"), M)],
                  runbooks=("WatchCountGrowth",)),
            Panel("timeseries", "Child watches", "Set on each member.", "short", [(gauge("child_watches"), M)],
                  runbooks=("WatchCountGrowth",)),
            Panel("timeseries", "Watched paths", "Paths with a data watch.", "short", [(gauge("watched_paths"), M)]),
            Panel("timeseries", "Watching connections", "Connections that hold data watches. Many watches of few "
                  "connections: look at those clients.", "short", [(gauge("watching_connections"), M)]),
            Panel("timeseries", "Watches fired", "Notifications sent a second. Each fires once for each watcher: a hot "
                  "path with many of them is a storm.", "ops", [(f"({FIRED})", M)], runbooks=("WatchStorm",)),
            Panel("timeseries", "Growth of watches", "Change an hour, by the slope of the window. Around 0 is normal.",
                  "short", [(f"max by (cluster, ensemble, member) (deriv(zookeeper_watches{{{MEMBER}}}[{WINDOW}])) "
                             f"* 3600", M)], low=None, runbooks=("WatchCountGrowth",)),
        ],
        "Sessions and connections": [
            Panel("timeseries", "Connections", "Open client connections, the exporter's own poll among them; one client "
                  "address may have maxClientCnxns of each member (60 unless set).", "short",
                  [(gauge("connections"), M)], runbooks=("ClientNearConnectionLimit",)),
            Panel("timeseries", "Sessions", "Of the whole ensemble; more than connections are clients that are away. "
                  "Local sessions are those of localSessionsEnabled.", "short",
                  [(per_ensemble(gauge("global_sessions"), "max"), E),
                   (f'{per_ensemble(gauge("local_sessions"))} > 0', f"local {E}")]),
            Panel("timeseries", "Sessions expired a second", "A client that died without closing is normal; many at "
                  "once are a pause of the servers or of a fleet of clients.", "short",
                  [(per_ensemble(rate("stale_sessions_expired_total")), E)], runbooks=("SessionExpiryStorm",)),
            Panel("timeseries", "Session requests a second", "Clients that come, new or again: after an outage a "
                  "storm for some seconds.", "short", [(rate("connection_requests_total"), M)], width=12),
            Panel("timeseries", "Connections lost a second", "The client hung up, or a read failed. Some are normal.",
                  "short", [(rate("connections_dropped_total"), M)], width=12),
            Panel("timeseries", "Connections refused a second", "Over maxClientCnxns or maxCnxns. 0 is normal.",
                  "short", [(rate("connections_rejected_total"), M)], width=12, runbooks=("ConnectionsRejected",)),
            Panel("timeseries", "Large requests refused a second", "Over largeRequestMaxBytes. 0 is normal.", "short",
                  [(rate("large_requests_rejected_total"), M)], width=12, runbooks=("LargeRequestsRejected",)),
        ],
    })

MEMBER_DASHBOARD = Dashboard(
    "zookeeper-member", "ZooKeeper / Member", "One member: why it fails, its disk, its queues, its Java runtime.", {
        "State": [
            Panel("table", "Members", "One line for each member: what it is and since when, why its last poll failed "
                  "(docs/troubleshooting.md tells what to do), and whether the others are a quorum in sync without it; "
                  "ask /health/ensemble/disruption before you stop it. Members of one version are normal.", "short",
                  [(state(), "state"), (state_since(), "for"),
                   (f"max by (cluster, ensemble, member, reason) (zookeeper_member_failure{{{MEMBER}}} == 1)", ""),
                   (gauge("member_safe_to_stop"), "safe to stop"),
                   (f'time() - {gauge("start_time_seconds")}', "in its role for"),
                   (f"max by (cluster, ensemble, member, version) (zookeeper_member_info{{{MEMBER}}})", "")],
                  width=18, height=8, columns={
                      "ensemble": Column(width=90), "member": Column(width=230), "state": Column(states=MEMBER_STATES),
                      "for": replace(SINCE, width=130),
                      "reason": Column(states={"none": ("none", PLAIN)}, steps=[(None, ORANGE)]),
                      "safe to stop": Column(states=YES_NO), "in its role for": Column("dtdhms"),
                      "version": Column()},
                  runbooks=("MemberDown", "MemberNotServing", "VersionMismatch")),
            Panel("stat", "Failures left", "How many more voters the member's ensemble may lose. Negative: so many "
                  "must come back.", "short", [(f'min({failures_left()})', "")], LEFT, 3, 8, decimals=0),
            data_age_tile(8),
        ],
        "Polls and alerts": [
            Panel("state-timeline", "State", "What the member was at each poll. A gap: no data.", "short",
                  [(state(), M)], width=12, states=MEMBER_STATES, runbooks=("MemberRestarting", "MemberReadOnly")),
            firing_table('cluster=~"$cluster|",ensemble=~"$ensemble|",member=~"$member|"', 12, 8),
            Panel("timeseries", "Failed polls", "Share of the polls that the member did not answer. 0 is normal. A "
                  "member that answers now and then is frozen or overloaded in between.", "percentunit",
                  [(f'min by (cluster, ensemble, member) '
                    f'(rate(zookeeper_polls_total{{{MEMBER},result="failed"}}[{WINDOW}]) / ignoring (result) '
                    f'sum without (result) (rate(zookeeper_polls_total{{{MEMBER}}}[{WINDOW}])))', M)],
                  [(None, GREEN), (0.25, ORANGE)], runbooks=("MemberUnreliable", "MemberDown")),
            Panel("timeseries", "Poll time", "Of one poll, all its words. Milliseconds are normal; seconds mean "
                  "pauses, a full CPU or the network.", "s", [(gauge("poll_duration_seconds"), M)],
                  runbooks=("JvmPausesHigh",)),
            Panel("timeseries", "File descriptors", "Open, of the limit. At the limit the server accepts nobody: raise "
                  "ulimit -n, or find who opens connections.", "percentunit",
                  [(f'{gauge("open_file_descriptors")} / {gauge("max_file_descriptors")}', M)],
                  [(None, GREEN), (0.8, ORANGE), (0.95, RED)],
                  runbooks=("FileDescriptorsHigh", "FileDescriptorsExhausted")),
        ],
        "Disk": [
            Panel("timeseries", "fsync (mean)", "Each write waits for a sync of the log. Below 10 ms is normal; above "
                  "50 ms writes are slow, above 1 s sessions are lost.", "s", [(mean("fsync_time_seconds"), M)],
                  [(None, GREEN), (0.05, ORANGE), (1, RED)], runbooks=("FsyncSlow", "FsyncStalled")),
            Panel("timeseries", "fsyncs", "Syncs of the log to disk, a second.", "ops",
                  [(rate("fsync_time_seconds_count"), M)]),
            Panel("timeseries", "Snapshot (mean)", "Time of the snapshots within the last hour. It grows with the "
                  "data; it shares the disk with the log unless dataLogDir is set.", "s",
                  [(f"max by (cluster, ensemble, member) "
                    f"(increase(zookeeper_snapshot_time_seconds_sum{{{MEMBER}}}[1h]) "
                    f"/ (increase(zookeeper_snapshot_time_seconds_count{{{MEMBER}}}[1h]) > 0))", M)],
                  [(None, GREEN), (60, ORANGE)], empty="No data, or no snapshot", runbooks=("SnapshotStale",)),
            Panel("timeseries", "Snapshots on disk", "Size of the snapshot directory. Growth without a fall: "
                  "autopurge.purgeInterval is 0, the default.", "bytes", [(gauge("data_dir_size_bytes"), M)], width=12,
                  runbooks=("DiskFillsSoon", "DiskAlmostFull")),
            Panel("timeseries", "Logs on disk", "Size of the directory of the transaction logs; it may be the same.",
                  "bytes", [(gauge("data_log_dir_size_bytes"), M)], width=12,
                  runbooks=("LogPurgeNotWorking", "DiskFillsSoon", "DiskAlmostFull")),
        ],
        "Request pipeline": [
            Panel("timeseries", "Wait for the log (mean)", "Time in the queue before the disk. It follows fsync.", "s",
                  [(mean("sync_processor_queue_time_seconds"), M)]),
            Panel("timeseries", "Wait for preparation (mean)", "Time in the leader's first queue: CPU, or many writes.",
                  "s", [(mean("prep_processor_queue_time_seconds"), M)]),
            Panel("timeseries", "Held back", "Requests that waited for others by throttling, a second. 0 is normal.",
                  "ops", [(rate("request_throttle_waits_total"), M)], runbooks=("RequestsThrottled",)),
            Panel("timeseries", "Refused by throttling", "Requests that waited too long and failed, a second. 0 is "
                  "normal.", "ops", [(rate("throttled_ops_total"), M)], width=12,
                  runbooks=("RequestsThrottled",)),
            Panel("timeseries", "Response cache hits", "Share of reads answered from the cache of responses.",
                  "percentunit",
                  [(f'{rate("response_packet_cache_hits_total")} / ({rate("response_packet_cache_hits_total")} + '
                    f'{rate("response_packet_cache_misses_total")} > 0)', M)], width=12, empty="No data, or no reads"),
        ],
        "Network": [
            Panel("timeseries", "Packets received a second", "From clients, pings too.", "short",
                  [(rate("packets_received_total"), M)], width=12),
            Panel("timeseries", "Packets sent a second", "To clients, answers to pings too.", "short",
                  [(rate("packets_sent_total"), M)], width=12),
            Panel("timeseries", "Bytes received", "From clients, a second: one client may send much in few packets.",
                  "Bps", [(rate("received_bytes_total"), M)], width=12),
            Panel("timeseries", "Bytes sent", "Answers to clients, a second.", "Bps",
                  [(rate("response_bytes_total"), M)], width=12),
            Panel("timeseries", "TLS handshakes failed a second", "0 is normal; a steady rate is a client with a "
                  "wrong certificate, or a scanner.", "short", [(rate("unsuccessful_handshakes_total"), M)], width=12,
                  runbooks=("TlsHandshakeFailures",)),
            Panel("timeseries", "Certificates refused a second", "By authentication. 0 is normal.", "short",
                  [(rate("auth_failed_total"), M)], width=12, runbooks=("AuthFailures",)),
        ],
        "Java": [
            Panel("timeseries", "Paused", "Share of time in pauses of the JVM or the host; needs "
                  "jvm.pause.monitor=true. Above 5 % sessions suffer: heap, swap, neighbours.", "percentunit",
                  [(rate("jvm_pause_time_seconds_sum"), M)], [(None, GREEN), (0.05, ORANGE), (0.2, RED)], 12,
                  runbooks=("JvmPausesHigh",)),
            Panel("timeseries", "Garbage collection", "Share of time in collections that stop the server.",
                  "percentunit",
                  [(f"sum by (cluster, ensemble, member) (max by (cluster, ensemble, member, gc) "
                    f"(rate(zookeeper_jvm_gc_collection_seconds_sum{{{MEMBER},"
                    f'gc!~".*(Cycles|Concurrent).*"}}[{WINDOW}])))', M)],
                  [(None, GREEN), (0.05, ORANGE), (0.2, RED)], 12, runbooks=("JvmPausesHigh",), empty=PROVIDER),
            Panel("timeseries", "Heap used", "Share of the largest heap (-Xmx). It rises and falls with each "
                  "collection; when it stays near 100 % collections become long.", "percentunit",
                  [(gauge("jvm_memory_used_bytes", HEAP) + " / " + gauge("jvm_memory_max_bytes", HEAP), M)],
                  [(None, GREEN), (0.9, ORANGE)], 12, runbooks=("HeapAlmostFull", "JvmPausesHigh"),
                  empty=PROVIDER),
            Panel("timeseries", "CPU", "Cores that the server uses. 1 is one core.", "short",
                  [(rate("process_cpu_seconds_total"), M)], width=12, empty=PROVIDER),
        ],
        "Integrity and load": [
            Panel("table", "Damage", "Transactions after which a member's data differed from the leader's, and threads "
                  "that the server needs and that died, in the time shown: take such a member out, with a healthy "
                  "quorum. Threads that wait for each other now: restart that server. 0 is normal.", "short",
                  [(counted("digest_mismatches_total", "$__range"), "digests differ"),
                   (counted("unrecoverable_errors_total", "$__range"), "threads died"),
                   (gauge("jvm_threads_deadlocked"), "deadlocked")], width=12, columns={
                       "ensemble": Column(width=90), "member": Column(width=230),
                       "digests differ": Column(steps=BAD, empty="–"),
                       "threads died": Column(steps=BAD, empty="–"),
                       "deadlocked": Column(steps=BAD, empty="–")},
                  runbooks=("DigestMismatch", "UnrecoverableError", "ThreadsDeadlocked")),
            Panel("timeseries", "Writes by namespace", "Bytes a second of the ten busiest top-level znodes.", "Bps",
                  [(f"topk(10, sum by (cluster, ensemble, namespace) (max by (cluster, ensemble, member, namespace) "
                    f"(rate(zookeeper_write_size_bytes_sum{{{MEMBER}}}[{WINDOW}]))))", f"{{{{namespace}}}} {E}")],
                  width=12),
        ],
    })

EXPORTER_DASHBOARD = Dashboard(
    "zookeeper-exporter", "ZooKeeper / Exporter",
    "Is the monitoring itself well: polls, refused words, requests, cost.", {
        "Polls": [
            Panel("stat", "Down", "Exporters that Prometheus cannot scrape. Normal is 0.", "short",
                  [(or_zero(f'count({exporters("up")} == 0)', exporters("up")), "")], BAD, 3, 7, decimals=0,
                  runbooks=("ExporterDown",)),
            Panel("stat", "Spare", "How many exporters may fail before some ensemble is not watched. With "
                  "one exporter it is 0, and ZooKeeperEnsembleUnwatched pages when that one dies.", "short",
                  [(f"min(count by (cluster, ensemble) (zookeeper_ensemble_voters{{{ENSEMBLE}}})) - 1", "")], NEUTRAL,
                  3, 7, decimals=0, runbooks=("EnsembleUnwatched",)),
            Panel("table", "Exporters", "One line for each exporter of the last day: whether it is scraped, the "
                  "members that it polls, and the age of what it told last. One version is normal. Config taken \"no\": "
                  "the newest file has a mistake; the exporter goes on with the one before, and would not start with "
                  "the new one. Config: how the hash of the file in use begins (– is flags alone), and how long ago it "
                  "was found good. Exporters of one file show one hash; no alert asks for that, for files may "
                  "differ on purpose.", "short",
                  [(exporters("up"), "scraped"), (data_age("cluster, instance"), "data age"),
                   (exporters("zookeeper_exporter_members"), "members"),
                   (exporters("zookeeper_exporter_config_last_reload_successful"), "config taken"),
                   (config_in_use(), ""),
                   (f'time() - {exporters("zookeeper_exporter_config_last_reload_success_timestamp_seconds")}',
                    "found good"),
                   (exporters("zookeeper_exporter_build_info", "cluster, instance, version"), "")],
                  width=15, height=7, columns={
                      "instance": Column(), "scraped": Column(states={0: ("no", RED), 1: ("yes", GREEN)}, width=80),
                      "data age": replace(AGE, width=90), "members": Column(width=80),
                      "config taken": Column(states=YES_NO, width=105), "config": Column(empty="–", width=90),
                      "found good": Column("s", width=95), "version": Column(width=75)},
                  runbooks=("ExporterDown", "ExporterConfigReloadFailed", "EnsembleNameCollision")),
            data_age_tile(),
            Panel("table", "Failing members", "Members whose last poll failed, wholly or in part, and the reason. "
                  "\"none\" is normal.", "short", [(failing(), "")], width=12, height=7, columns=ODD),
            firing_table('cluster=~"$cluster|"', 12, 7),
            Panel("table", "Refused words", "Words that a member's whitelist refuses; their metrics are missing. Add "
                  "them to 4lw.commands.whitelist. \"none\" is normal.", "short",
                  [(or_none(f"max by (cluster, ensemble, member, command) (zookeeper_command_allowed{{{MEMBER}}}) == 0",
                            "command", f"zookeeper_up{{{MEMBER}}}"), "")],
                  width=8, columns={"ensemble": Column(), "member": Column(),
                                               "command": Column(states=NONE_OR, steps=[(None, ORANGE)])},
                  runbooks=("CommandNotAllowed",)),
            Panel("timeseries", "Polls", "By result, a second: ok, partial (a word was refused or failed), failed.",
                  "ops", [(f"sum by (result) (rate(zookeeper_polls_total{{{MEMBER}}}[{WINDOW}]))", "{{result}}")],
                  width=8, runbooks=("MetricsIncomplete", "ExporterLocalErrors", "PartialView")),
            Panel("timeseries", "Poll time", "Of each member. At the timeout (3 s) the member hangs.", "s",
                  [(gauge("poll_duration_seconds"), M)]),
        ],
        "What was read": [
            Panel("timeseries", "Words sent", "Four-letter words a second: each is a line in a server's log.", "ops",
                  [(f"sum by (command) (rate(zookeeper_commands_total{{{MEMBER}}}[{WINDOW}]))", "{{command}}")]),
            Panel("timeseries", "Unknown keys", "mntr keys that this exporter does not know: exported untyped. Upgrade "
                  "it when they appear.", "short", [(gauge("unknown_keys"), M)]),
            Panel("timeseries", "Unparsed lines", "Lines that could not be read and were skipped. 0 is normal.",
                  "short", [(gauge("unparsed_lines"), M)], runbooks=("MetricsIncomplete",)),
        ],
        "HTTP": [
            Panel("timeseries", "Requests", "By page, a second.", "reqps",
                  [(own_by("zookeeper_exporter_http_requests_total", "handler"), "{{handler}}")], width=6),
            Panel("timeseries", "Request time (mean)", "By page; milliseconds are normal.", "s",
                  [(f'{own_by("zookeeper_exporter_http_request_duration_seconds_sum", "handler")} / '
                    f'({own_by("zookeeper_exporter_http_request_duration_seconds_count", "handler")} > 0)',
                    "{{handler}}")], width=6),
            Panel("timeseries", "Connections", "Open HTTP connections.", "short",
                  [(exporters("zookeeper_exporter_http_connections"), X)], width=6),
            Panel("timeseries", "Closed early a second", "Connections, because there were too many. 0 is normal.",
                  "short",
                  [(own("zookeeper_exporter_http_connections_dropped_total"), X)], width=6),
        ],
        "Cost": [
            Panel("timeseries", "Memory", "Resident. About 8 MB, and 0.1 MB a member.", "bytes",
                  [(exporters("process_resident_memory_bytes"), X)], width=6),
            Panel("timeseries", "CPU", "Share of one core.", "percentunit", [(own("process_cpu_seconds_total"), X)],
                  width=6),
            Panel("timeseries", "Loop lag (mean)", "How late a timer fires: what holds up the one thread. Below 10 ms "
                  "is normal.", "s",
                  [(f'{own("zookeeper_exporter_event_loop_lag_seconds_sum")} / '
                    f'({own("zookeeper_exporter_event_loop_lag_seconds_count")} > 0)', X)],
                  [(None, GREEN), (0.1, ORANGE), (1, RED)], 6),
            Panel("timeseries", "Log lines dropped a second", "Lines that stderr did not take. 0 is normal; otherwise "
                  "a full disk or a stuck pipe.", "short",
                  [(own("zookeeper_exporter_log_lines_dropped_total"), X)], width=6),
        ],
    })



def burn(share: str, budget: float) -> list[tuple[str, str]]:
    """How many times too fast a budget is used up, over the windows of the alerts."""
    return [(now(f"{canary(share, window)} / {budget}"), window) for window in ("1h", "6h", "3d")]


SLO_DASHBOARD = Dashboard(
    "zookeeper-slo", "ZooKeeper / Service level",
    "What clients were promised for 30 days, by the canary: how much of it is left, and how fast it goes.", {
        "Left of 30 days": [
            Panel("stat", "Error budget left", "99.9 % of the writes shall succeed, through the member through which "
                  "most do. What is left of the 0.1 % that may fail; below 0 the objective is missed. Of a canary that "
                  "is younger: since its start.", "percentunit",
                  [(now(f'1 - {canary("writes_failed", "30d")} / {WRITES}'), E)], BUDGET_LEFT, 6, 7, decimals=1,
                  runbooks=("WriteErrorBudgetBurn", "WriteErrorBudgetSlowBurn")),
            Panel("stat", "Latency budget left", "99 % of the writes that succeed shall take less than half a second. "
                  "What is left of the 1 % that may take longer.", "percentunit",
                  [(now(f'1 - {canary("writes_slow", "30d")} / {SLOW_WRITES}'), E)], BUDGET_LEFT, 6, 7, decimals=1,
                  runbooks=("WriteLatencyBudgetBurn",)),
            Panel("stat", "Reads that succeed", "Of the canary's exists and sync in 30 days: all that is known where "
                  "it does not write.", "percentunit", [(now(f'1 - {canary("reads_failed", "30d")}'), E)],
                  [(None, RED), (0.999, GREEN)], 6, 7, decimals=1, runbooks=("ReadsFail",)),
            firing_table('cluster=~"$cluster|",ensemble=~"$ensemble|"', 6, 7),
        ],
        "How fast it goes": [
            Panel("table", "Error budget burn by window", "How many times too fast failed writes use up the budget. 1 "
                  "lasts for the month. 14.4 over an hour and 6 over six hours page somebody, 1 over three days is a "
                  "ticket.", "short", burn("writes_failed", WRITES), width=12, height=7, columns={
                      "ensemble": Column(), "1h": Column(steps=[(None, GREEN), (1, ORANGE), (14.4, RED)], empty="–"),
                      "6h": Column(steps=[(None, GREEN), (1, ORANGE), (6, RED)], empty="–"),
                      "3d": Column(steps=[(None, GREEN), (1, ORANGE)], empty="–")},
                  runbooks=("WriteErrorBudgetBurn", "WriteErrorBudgetSlowBurn")),
            Panel("table", "Latency budget burn by window", "The same of slow writes. 1 over three days is a ticket.",
                  "short",
                  burn("writes_slow", SLOW_WRITES), width=12, height=7, columns={
                      "ensemble": Column(), **{window: Column(steps=[(None, GREEN), (1, ORANGE)], empty="–")
                                               for window in ("1h", "6h", "3d")}},
                  runbooks=("WriteLatencyBudgetBurn",)),
            Panel("timeseries", "Writes that fail", "Share of five minutes, through the member through which most "
                  "succeed. 0 is normal; a peak is an election.", "percentunit",
                  [('ensemble:zookeeper_canary_writes_failed:ratio5m{cluster=~"$cluster",ensemble=~"$ensemble"}', E)],
                  width=12, empty=NO_WRITES, runbooks=("WriteErrorBudgetBurn",)),
            Panel("timeseries", "Writes that are slow", "Share of five minutes, through the quickest member. 0 is "
                  "normal.", "percentunit",
                  [('ensemble:zookeeper_canary_writes_slow:ratio5m{cluster=~"$cluster",ensemble=~"$ensemble"}', E)],
                  width=12, empty=NO_WRITES, runbooks=("WriteLatencyBudgetBurn",)),
        ],
        "Worst member": [
            Panel("timeseries", "Writes that fail, by member", "The objectives count the best member; this is each "
                  "one. A member that is down fails all, and its clients move.", "percentunit",
                  [(f'{failed_by_member("set")}', M)], width=12, empty=NO_WRITES, runbooks=("WritesFail",)),
            Panel("timeseries", "Writes that are slow, by member", "More than half a second. One member alone: its "
                  "pauses, its network.", "percentunit", [(slow_by_member(), M)], width=12, empty=NO_WRITES,
                  runbooks=("WritesSlow",)),
        ],
    }, is_of_members=False)

DASHBOARDS = (OVERVIEW, ENSEMBLE_DASHBOARD, MEMBER_DASHBOARD, SLO_DASHBOARD, EXPORTER_DASHBOARD)

"""The words that spec.py is written in: panels, and PromQL over the exporter's metrics.

Every query carries the variables of its dashboard, and folds two exporters that poll the same members into one; where
they differ, verdicts are the worse. `cluster` is an external label that only a central Prometheus shows. What a table
or a tile says when all is well ("none", 0) is computed from series of the exporter, so that a dead exporter says
"No data" and never "none".
"""

from dataclasses import dataclass, field

RUNBOOKS = "https://github.com/zookeeper-exporter/zookeeper-exporter/blob/main/alerts/runbooks"

PLACE = 'job=~"$job",cluster=~"$cluster"'
ENSEMBLE = f'{PLACE},ensemble=~"$ensemble"'
MEMBER = f'{ENSEMBLE},member=~"$member"'
EXPORTER = PLACE
WINDOW = "$__rate_interval"
LONG = "1d"  # how far back a dead exporter's last word is looked for
RECENT = "12h:30s"  # and the last change of a level: a query at each step
UNCHANGED = 86400  # seconds that are longer: no change was seen

GREEN, YELLOW, ORANGE, RED, BLUE, PURPLE = "green", "yellow", "orange", "red", "blue", "purple"
GREY, PLAIN = "#8e8e8e", "text"  # no data; neither good nor bad

States = dict[int | str, tuple[str, str]]  # what values mean: text and colour
MEMBER_STATES: States = {0: ("unreachable", RED), 1: ("not_serving", ORANGE), 2: ("read_only", PURPLE),
                         3: ("observer", BLUE), 4: ("follower", GREEN), 5: ("leader", "dark-green"),
                         6: ("standalone", "dark-green")}
LEVELS: States = {0: ("healthy", GREEN), 1: ("degraded", YELLOW), 2: ("at_risk", ORANGE), 3: ("no_quorum", RED),
                  4: ("split_view", PURPLE), 5: ("unknown", GREY)}
NO_DATA = 6  # a level that no exporter tells of any more
YES_NO: States = {0: ("no", ORANGE), 1: ("yes", GREEN)}
DIFFERS: States = {0: ("no", GREEN), 1: ("yes", RED)}
SESSIONS: States = {0: ("connected", GREEN), 1: ("connecting", YELLOW), 2: ("expired", ORANGE), 3: ("auth_failed", RED),
                    4: ("closed", GREY)}
SOURCES: States = {0: ("nothing", ORANGE), 1: ("four-letter words", PLAIN), 2: ("AdminServer", PLAIN), 3: ("both", PLAIN)}

# The page for all that a table calls odd: findings of docs/health.md, reasons of docs/troubleshooting.md, states.
RUNBOOK_OF = {
    "none": "README", "no_data": "ZooKeeperEnsembleUnwatched",
    "voter_down": "ZooKeeperMemberDown", "observer_down": "ZooKeeperMemberDown", "role_unknown": "ZooKeeperMemberDown",
    "not_asked": "ZooKeeperExporterLocalErrors", "not_polled": "ZooKeeperEnsembleUnwatched",
    "several_servers": "ZooKeeperSeveralServersAtOneAddress", "partial_view": "ZooKeeperPartialView",
    "quorum_unseen": "ZooKeeperPartialView", "not_synced": "ZooKeeperFollowersNotSynced",
    "hand_over": "ZooKeeperMultipleLeaders", "stale_leader": "ZooKeeperMultipleLeaders",
    "two_ensembles": "ZooKeeperMultipleLeaders", "standalone_member": "ZooKeeperMultipleLeaders",
    "no_leader_seen": "ZooKeeperVoterNotMonitored", "unmonitored_voters": "ZooKeeperVoterNotMonitored",
    "not_in_membership": "ZooKeeperMemberNotInEnsemble", "membership_disagreement": "ZooKeeperMembershipDisagreement",
    "dns": "ZooKeeperMemberDown", "refused": "ZooKeeperMemberDown", "timeout": "ZooKeeperMemberDown",
    "closed_without_answer": "ZooKeeperMemberDown", "truncated": "ZooKeeperMetricsIncomplete",
    "too_large": "ZooKeeperMetricsIncomplete", "malformed": "ZooKeeperMetricsIncomplete",
    "command_refused": "ZooKeeperCommandNotAllowed", "local_error": "ZooKeeperExporterLocalErrors",
    "tls": "ZooKeeperMemberDown",
    "config_drift": "ZooKeeperConfigDrift", "version_drift": "ZooKeeperVersionMismatch",
    "data_differs": "ZooKeeperDataDiffers",
    "writes_fail": "ZooKeeperWritesFail", "writes_slow": "ZooKeeperWritesSlow", "reads_fail": "ZooKeeperReadsFail",
    "watches_late": "ZooKeeperWatchesLate", "canary_blind": "ZooKeeperCanaryBlind",
    "not_serving": "ZooKeeperMemberNotServing", "read_only": "ZooKeeperMemberReadOnly",
}


@dataclass
class Column:
    """A column of a table, where it differs from plain text."""
    unit: str = ""
    states: States = field(default_factory=dict)  # what values mean
    steps: list[tuple[float | None, str]] = field(default_factory=list)  # colours of numbers, and of other texts
    link: str = ""  # where a click leads: an address with Grafana's variables
    empty: str = "No data"  # a cell without a value
    width: int = 0  # pixels, if not its share


@dataclass
class Panel:
    """One panel: what it shows, what is normal and what to do otherwise, and its queries with their legends."""
    kind: str  # timeseries, stat, table or state-timeline
    title: str
    why: str
    unit: str
    queries: list[tuple[str, str]]  # a table's legend "" hides the value: its labels say all
    steps: list[tuple[float | None, str]] = field(default_factory=lambda: [(None, GREEN)])
    width: int = 8
    height: int = 8
    states: States = field(default_factory=dict)  # what values mean
    label: str = ""  # a stat shows this label instead of the value
    decimals: int | None = None
    low: float | None = 0  # where a time series' axis begins; None: where its values do
    empty: str = "No data"  # what is shown when the queries give nothing
    columns: dict[str, Column] = field(default_factory=dict)  # of a table, in their order; others are hidden
    sort: list[tuple[str, bool]] = field(default_factory=list)  # a table's columns, and whether the largest is first
    runbooks: tuple[str, ...] = ()  # of the alerts that watch this figure


@dataclass
class Dashboard:
    """A dashboard: rows of panels."""
    uid: str
    title: str
    why: str
    rows: dict[str, list[Panel]]
    is_of_members: bool = True  # or of whole ensembles, and then there is no choice of members


def whole(query: str) -> str:
    """The query without the choice of members: it tells of whole ensembles."""
    return query.replace(MEMBER, ENSEMBLE)


def gauge(metric: str, more: str = "") -> str:
    """A gauge of each member."""
    return f"max by (cluster, ensemble, member) (zookeeper_{metric}{{{MEMBER}{more}}})"


def rate(metric: str, more: str = "") -> str:
    """What each member counts in a second."""
    return f"max by (cluster, ensemble, member) (rate(zookeeper_{metric}{{{MEMBER}{more}}}[{WINDOW}]))"


def polled(expression: str) -> str:
    """What a window says of each member that is still polled: a window goes on for its length."""
    return f"{expression} and on (cluster, ensemble, member) zookeeper_up{{{MEMBER}}}"


def counted(metric: str, window: str) -> str:
    """What each member that is polled has counted within a window."""
    return polled(f"max by (cluster, ensemble, member) (increase(zookeeper_{metric}{{{MEMBER}}}[{window}]))")


def mean(summary: str) -> str:
    """The mean of a summary within the window; nothing, instead of NaN, where nothing was counted."""
    total = f"rate(zookeeper_{summary}_sum{{{MEMBER}}}[{WINDOW}])"
    count = f"rate(zookeeper_{summary}_count{{{MEMBER}}}[{WINDOW}])"
    return f"max by (cluster, ensemble, member) ({total} / ({count} > 0))"


def quantile(share: float, histogram: str, more: str = "", by: str = "", window: str = WINDOW) -> str:
    """The time within which this share of what a histogram of each member counted was done, of all exporters."""
    buckets = f"rate(zookeeper_{histogram}_bucket{{{MEMBER}{more}}}[{window}])"
    return f"histogram_quantile({share}, sum by (cluster, ensemble, member, {by}le) ({buckets})) > 0"


def half_and_most(histogram: str, legend: str, more: str = "", by: str = "") -> list[tuple[str, str]]:
    """The queries for p50 and p99 of a histogram, with their legends."""
    return [(quantile(share, histogram, more, by), f"p{100 * share:.0f} {legend}") for share in (0.5, 0.99)]


def session() -> str:
    """The state of each member's session with the canary, as its number; of several exporters the worse one."""
    return _coded("session_state", SESSIONS, MEMBER, "cluster, ensemble, member")


def canary(share: str, window: str) -> str:
    """The mean of what alerts/zookeeper-slo.rules.yml records of each ensemble, over a window."""
    return (f'avg_over_time(ensemble:zookeeper_canary_{share}:ratio5m{{cluster=~"$cluster",ensemble=~"$ensemble"}}'
            f'[{window}])')


def now(expression: str) -> str:
    """What is computed of the past of each ensemble, as long as an exporter tells of it now."""
    return f"{expression} and on (cluster, ensemble) zookeeper_ensemble_voters{{{ENSEMBLE}}}"


def failed_by_member(operation: str) -> str:
    """The share of the canary's operations of a kind that fail through each member, by the exporter that tries it."""
    tried, by = f'{MEMBER},operation="{operation}"', "sum by (cluster, job, instance, ensemble, member)"
    return (f'max by (cluster, ensemble, member) ({by} (rate(zookeeper_canary_operations_total{{{tried},'
            f'result!~"ok|no_auth"}}[{WINDOW}])) / ({by} (rate(zookeeper_canary_operations_total{{{tried},'
            f'result!="no_auth"}}[{WINDOW}])) > 0))')


def slow_by_member() -> str:
    """The share of the canary's writes through each member that take more than half a second."""
    duration = "zookeeper_canary_operation_duration_seconds"
    return (f'max by (cluster, ensemble, member) (1 - rate({duration}_bucket{{{MEMBER},operation="set",le="0.5"}}'
            f'[{WINDOW}]) / ignoring (le) (rate({duration}_count{{{MEMBER},operation="set"}}[{WINDOW}]) > 0))')


def verdict(metric: str, more: str = "", how: str = "max") -> str:
    """A figure of each ensemble."""
    return f"{how} by (cluster, ensemble) (zookeeper_ensemble_{metric}{{{ENSEMBLE}{more}}})"


def failures_left() -> str:
    """How many more voters each ensemble may lose, by the exporter that sees less."""
    return verdict("failures_tolerated", how="min")


def voters_missing() -> str:
    """How many voters of each ensemble do not serve, by the exporter that sees less."""
    return (f"max by (cluster, ensemble) (zookeeper_ensemble_voters{{{ENSEMBLE}}} "
            f"- zookeeper_ensemble_voters_serving{{{ENSEMBLE}}})")


def at_level(level: str) -> str:
    """1 for each ensemble on this level, 0 for the others."""
    return verdict("state", f',state="{level}"')


def in_state(states: str) -> str:
    """1 for each member in one of these states, 0 for the others."""
    return gauge("member_state", f',state=~"{states}"')


def per_ensemble(expression: str, how: str = "sum") -> str:
    """The members' values taken together."""
    return f"{how} by (cluster, ensemble) ({expression})"


def level() -> str:
    """The level of each ensemble, as its number."""
    return _coded("ensemble_state", LEVELS, ENSEMBLE, "cluster, ensemble")


def state() -> str:
    """The state of each member, as its number."""
    return _coded("member_state", MEMBER_STATES, MEMBER, "cluster, ensemble, member")


def _coded(metric: str, states: States, labels: str, by: str) -> str:
    parts = (f'zookeeper_{metric}{{{labels},state="{name}"}} * {code}' for code, (name, _) in states.items())
    return f"max by ({by}) ({' or '.join(parts)})"


def level_since() -> str:
    """How long each ensemble has been at its level; UNCHANGED when no change was seen."""
    return _since(f"zookeeper_ensemble_state{{{ENSEMBLE}}}", "cluster, ensemble")


def state_since() -> str:
    """How long each member has been in its state; UNCHANGED when no change was seen."""
    return _since(f"zookeeper_member_state{{{MEMBER}}}", "cluster, ensemble, member")


def _since(states: str, by: str) -> str:
    """Seconds since some exporter saw that what is on now was off, to half a minute."""
    return (f"time() - max by ({by}) (max_over_time(timestamp({states} == 0)[{RECENT}]) "
            f"and on ({by}, state) {states} == 1) or {UNCHANGED} * max by ({by}) ({states} == 1)")


def data_age(by: str = "cluster, ensemble") -> str:
    """Seconds since the newest poll that is known, also of what a dead exporter told last."""
    return f"time() - max by ({by}) ({POLLED} or {_last_told()})"


POLLED = f"zookeeper_last_poll_timestamp_seconds{{{ENSEMBLE}}}"


def _last_told() -> str:
    """What exporters told that are down or gone. One that is up and silent of an ensemble was configured so."""
    return f"(last_over_time({POLLED}[{LONG}]) unless on (cluster, job, instance) up{{{EXPORTER}}} == 1)"


def or_zero(expression: str, series: str) -> str:
    """A count, or 0 while `series` are there: with a dead exporter there is none of the two."""
    return f"{expression} or 0 * max({series})"


def or_none(expression: str, label: str, *series: str, none: str = "none") -> str:
    """What a table lists, or one row that says so while each of `series` is there and nothing is listed."""
    zero = " + ".join(f"0 * max({each})" for each in series)
    return f'{expression} or on () label_replace({zero}, "{label}", "{none}", "", "")'


def odd() -> str:
    """Each member with what is wrong about it: why a poll failed, its state, the findings; and ensembles without data.

    A voter or observer that is down has its reason or state in the list, so that these two findings are left out.
    Never "none" of a chosen member while another one is down.
    """
    untold = f"{_last_told()} unless on (cluster, ensemble) zookeeper_up{{{ENSEMBLE}}}"
    return whole(_odd({"reason": f'zookeeper_member_failure{{{MEMBER},reason!="none"}} == 1',
                       "state": f'zookeeper_member_state{{{MEMBER},state=~"not_serving|read_only"}} == 1',
                       "finding": f'zookeeper_ensemble_finding{{{ENSEMBLE},finding!~"voter_down|observer_down"}} == 1'},
                      f'label_replace(group by (cluster, ensemble) ({untold}), "what", "no_data", "", "")'))


def failing() -> str:
    """Each member of which the last poll failed, wholly or in part, with the reason."""
    return _odd({"reason": f'zookeeper_member_failure{{{MEMBER},reason!="none"}} == 1'})


def _odd(sets: dict[str, str], *more: str) -> str:
    parts = [f'label_replace({query}, "what", "$1", "{label}", "(.+)")' for label, query in sets.items()]
    listed = or_none(f"max by (cluster, ensemble, member, what) ({' or '.join([*parts, *more])})", "what",
                     f"zookeeper_up{{{MEMBER}}}")
    return f'label_replace({listed}, "runbook", "$1", "what", "(.+)")'


def firing(labels: str) -> str:
    """For how many seconds each alert of ours that fires has been active; "none" needs our rules and an exporter.

    The row "none" is called README, which is where its link leads.
    """
    labels = f'alertname=~"ZooKeeper.+",{labels}'
    by = "cluster, ensemble, member, instance, alertname, severity"
    return or_none(f"time() - max by ({by}) (ALERTS_FOR_STATE{{{labels}}}) and on ({by}) "
                   f'ALERTS{{alertstate="firing",{labels}}}', "alertname",
                   'ensemble:zookeeper_unavailable:bool{cluster=~"$cluster",ensemble=~"$ensemble"}',
                   f"zookeeper_up{{{ENSEMBLE}}}", none="README")


def exporters(metric: str, by: str = "cluster, instance") -> str:
    """A gauge of each exporter. Others have `up` and `process_…` too: only who told of its build is one of ours."""
    return (f"max by ({by}) ({metric}{{{EXPORTER}}} and on (cluster, job, instance) "
            f"last_over_time(zookeeper_exporter_build_info{{{EXPORTER}}}[{LONG}]))")


def config_in_use() -> str:
    """Each exporter with the first digits of the hash of its file; none of one that has no file."""
    hashes = exporters("zookeeper_exporter_config_hash", "cluster, instance, sha256")
    return f'max by (cluster, instance, config) (label_replace({hashes}, "config", "$1", "sha256", "(.{{8}}).*"))'


def read_by() -> str:
    """What told of each member in its last poll, as the number in SOURCES."""
    parts = (gauge("poll_source", f',source="{source}"') for source in ("four_letter_words", "admin_server"))
    return "{} + 2 * {}".format(*parts)


def days_left() -> str:
    """Of each member's certificate as it is served, and of the exporter's own; below 0 when it has expired."""
    served = f"min by (cluster, ensemble, member) (zookeeper_tls_certificate_not_after_timestamp_seconds{{{ENSEMBLE}}})"
    own_one = f"min by (cluster, ensemble) (zookeeper_tls_client_certificate_not_after_timestamp_seconds{{{ENSEMBLE}}})"
    return f'floor(({served} or label_replace({own_one}, "member", "the exporter", "", "")) / 86400 - time() / 86400)'


def of_tls(metric: str) -> str:
    """What is so of TLS to an ensemble, for each member that speaks it."""
    return (f"min by (cluster, ensemble, member) (0 * zookeeper_tls_certificate_not_after_timestamp_seconds{{{ENSEMBLE}}} "
            f"+ on (cluster, job, instance, ensemble) group_left () zookeeper_tls_{metric}{{{ENSEMBLE}}})")


def shortened(metric: str, label: str, name: str) -> str:
    """The first digits of a hash of each member, under the name of a column."""
    hashes = f"max by (cluster, ensemble, member, {label}) (zookeeper_{metric}{{{MEMBER}}})"
    return f'max by (cluster, ensemble, member, {name}) (label_replace({hashes}, "{name}", "$1", "{label}", "(.{{8}}).*"))'


def own(metric: str, window: str = WINDOW) -> str:
    """What each exporter counts in a second."""
    return (f"max by (cluster, instance) (rate({metric}{{{EXPORTER}}}[{window}]) and on (cluster, job, instance) "
            f"zookeeper_exporter_build_info{{{EXPORTER}}})")


def own_by(metric: str, by: str) -> str:
    """What all exporters count in a second, by a label."""
    return f"sum by ({by}) (rate({metric}{{{EXPORTER}}}[{WINDOW}]))"

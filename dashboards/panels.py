"""The words that spec.py is written in: panels, and PromQL over the exporter's metrics.

Every query carries the variables of its dashboard, and `max by` folds two exporters that poll the same members into
one. `cluster` is an external label that only a central Prometheus shows.
"""

from dataclasses import dataclass, field
from typing import Any

MEMBER = 'job=~"$job",ensemble=~"$ensemble",member=~"$member"'
ENSEMBLE = 'job=~"$job",ensemble=~"$ensemble"'
EXPORTER = 'job=~"$job"'
WINDOW = "$__rate_interval"

GREEN, ORANGE, RED, BLUE, PURPLE, GREY = "green", "orange", "red", "blue", "purple", "text"

MEMBER_STATES = {0: ("unreachable", RED), 1: ("not_serving", ORANGE), 2: ("read_only", PURPLE), 3: ("observer", BLUE),
                 4: ("follower", GREEN), 5: ("leader", "dark-green"), 6: ("standalone", "dark-green")}
LEVELS = {0: ("healthy", GREEN), 1: ("degraded", "yellow"), 2: ("at_risk", ORANGE), 3: ("no_quorum", RED),
          4: ("split_view", PURPLE), 5: ("unknown", GREY)}
YES_NO = {0: ("no", ORANGE), 1: ("yes", GREEN)}


@dataclass
class Panel:
    """One panel: what it shows, what is normal and what to do otherwise, and its queries with their legends."""
    kind: str  # timeseries, stat, gauge, table or state-timeline
    title: str
    why: str
    unit: str
    queries: list[tuple[str, str]]
    steps: list[tuple[float | None, str]] = field(default_factory=lambda: [(None, GREEN)])
    width: int = 8
    height: int = 7
    states: dict[int, tuple[str, str]] = field(default_factory=dict)  # what values mean
    by_name: bool = False  # a stat shows its legend instead of the value
    empty: str = ""  # why there may be nothing to show, and what is shown then
    units: dict[str, str] = field(default_factory=dict)  # of a table's columns, where they differ
    links: dict[str, str] = field(default_factory=dict)  # of a table's columns: dashboards
    options: dict[str, Any] = field(default_factory=dict)


@dataclass
class Dashboard:
    """A dashboard: rows of panels."""
    uid: str
    title: str
    why: str
    variables: tuple[str, ...]
    rows: dict[str, list[Panel]]


def gauge(metric: str, more: str = "") -> str:
    """A gauge of each member."""
    return f"max by (cluster, ensemble, member) (zookeeper_{metric}{{{MEMBER}{more}}})"


def rate(metric: str, more: str = "") -> str:
    """What each member counts in a second."""
    return f"max by (cluster, ensemble, member) (rate(zookeeper_{metric}{{{MEMBER}{more}}}[{WINDOW}]))"


def mean(summary: str) -> str:
    """The mean of a summary within the window; nothing, instead of NaN, where nothing was counted."""
    total = f"rate(zookeeper_{summary}_sum{{{MEMBER}}}[{WINDOW}])"
    count = f"rate(zookeeper_{summary}_count{{{MEMBER}}}[{WINDOW}])"
    return f"max by (cluster, ensemble, member) ({total} / ({count} > 0))"


def verdict(metric: str, more: str = "") -> str:
    """A figure of each ensemble."""
    return f"max by (cluster, ensemble) (zookeeper_ensemble_{metric}{{{ENSEMBLE}{more}}})"


def at_level(level: str) -> str:
    """1 for each ensemble on this level, 0 for the others."""
    return verdict("state", f',state="{level}"')


def in_state(state: str) -> str:
    """1 for each member in this state, 0 for the others."""
    return gauge("member_state", f',state="{state}"')


def per_ensemble(expression: str, how: str = "sum") -> str:
    """The members' values taken together."""
    return f"{how} by (cluster, ensemble) ({expression})"


def coded(metric: str, states: dict[int, tuple[str, str]], labels: str, by: str) -> str:
    """A one-hot set as one number a series: the code of the state that is on."""
    parts = (f'zookeeper_{metric}{{{labels},state="{state}"}} * {code}' for code, (state, _) in states.items())
    return f"max by (cluster, {by}) ({' or '.join(parts)})"


def own(metric: str) -> str:
    """A gauge of each exporter."""
    return f"max by (instance) ({metric}{{{EXPORTER}}})"


def own_rate(metric: str, by: str = "instance", more: str = "") -> str:
    """What each exporter counts in a second."""
    return f"sum by ({by}) (rate({metric}{{{EXPORTER}{more}}}[{WINDOW}]))"

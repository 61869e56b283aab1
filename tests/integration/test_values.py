"""Every value that a server gives in `mntr` is exported unchanged, under the name that docs/metrics.md states."""

import pytest

from exporter_process import Exporter
from exposition import Samples
from metrics_table import Series, mntr_rows, series_of
from zookeeper_ensemble import Ensemble, Member, wait_until

ROWS = mntr_rows()
TEXTS = {"version", "server_state", "peer_state", "observer_master_id"}
# Gauges that move by themselves, by the sessions' pings or by our own questions. Those that only grow are bracketed;
# of the others only the order of magnitude is compared.
GROWING = {"uptime", "leader_uptime"}
LOOSE = {"avg_latency", "num_alive_connections", "open_file_descriptor_count", "outstanding_requests", "pending_syncs",
         "last_client_response_size", "min_client_response_size", "max_client_response_size", "max_latency"}
MEMBERS = pytest.mark.parametrize("index", range(4), ids=lambda index: f"member-{index + 1}")


def ask(member: Member) -> dict[str, str]:
    """What `mntr` says, without the prefixes."""
    lines = member.ask("mntr").decode().splitlines()
    return {key.removeprefix("zk_"): value for key, value in (line.split("\t", 1) for line in lines)}


def observe(member: Member, exporter: Exporter) -> tuple[dict[str, str], Samples, dict[str, str]]:
    """The server's answers before and after a poll, and what the exporter makes of that poll."""
    before = ask(member)
    samples = exporter.fresh(member.address)
    return before, samples.of(member.address), ask(member)


def faults(before: dict[str, str], mine: Samples, after: dict[str, str]) -> list[str]:
    """Every value that is missing or wrong."""
    return [f"{key}: {before[key]} before, {after.get(key)} after, exported as {series.key}: {mine.get(series.key)}"
            for key in before if key not in TEXTS and (series := series_of(key, ROWS)) is not None
            and not is_right(key, series, mine.get(series.key), float(before[key]), float(after.get(key, "nan")))]


def is_right(key: str, series: Series, value: float | None, before: float, after: float) -> bool:
    """Whether an exported value fits what the server said before and after it."""
    if before < 0 or value is None:
        return before < 0 and value is None  # a limit of -1 is none
    low, high = before / series.divisor, after / series.divisor
    if series.kind == "counter" or series.kind == "max" or key in GROWING:
        return low <= value <= high
    if key in LOOSE or (series.kind == "min" and low != high):
        return 0 <= value <= max(low, high) + 100
    if series.kind == "quantile" and low != high:
        return min(low, high) <= value <= max(low, high)
    return low == value == high


@MEMBERS
def test_every_key_has_its_value(ensemble: Ensemble, exporter: Exporter, index: int) -> None:
    """Compared until the server was quiet around a poll: pings can move quantiles twice in between."""
    found: list[str] = []

    def is_all_right() -> bool:
        found[:] = faults(*observe(ensemble.members[index], exporter))
        return not found

    wait_until(is_all_right, "a poll with the server's values", 8, lambda: "\n".join(found))


@MEMBERS
def test_nothing_is_exported_that_the_server_does_not_say(ensemble: Ensemble, exporter: Exporter, index: int) -> None:
    """No series of a metric that comes from mntr without a key for it, and no key that is unknown."""
    before, mine, after = observe(ensemble.members[index], exporter)

    said = {series.key for key in before | after if key not in TEXTS and (series := series_of(key, ROWS))}
    names = {name for name, _ in said}
    assert [key for key in mine if key[0] in names and key not in said] == []
    from_mntr = {row.name for row in ROWS.values()}
    assert {family for family, kind in mine.types.items() if kind == "untyped"} == set()
    assert {name for name, _ in mine if name in from_mntr} <= names
    assert mine.value("zookeeper_unknown_keys") == 0
    assert mine.value("zookeeper_unparsed_lines") == 0


def test_there_is_something_to_compare(ensemble: Ensemble, exporter: Exporter) -> None:
    """Load, sessions, watches, ephemerals, quotas and odd names have left their traces."""
    mine = exporter.fresh(ensemble.leader().address).of(ensemble.leader().address)

    assert mine.value("zookeeper_ephemeral_znodes") == 16
    assert mine.value("zookeeper_global_sessions") == 4
    assert mine.value("zookeeper_learners") == 3
    assert mine.value("zookeeper_commits_total") > 50
    assert mine.value("zookeeper_quota_limit_znodes", namespace="my service") == 100
    assert mine.series("zookeeper_quota_limit_bytes") == {}
    namespaces = {dict(labels)["namespace"] for labels in mine.series("zookeeper_write_size_bytes_count")}
    assert {"my service", "café", 'we"ird{k}=\\x', "plain", "load"} <= namespaces
    assert {dict(labels)["follower"] for labels in mine.series("zookeeper_learner_handler_queue_size_count")} == {
        str(member.number) for member in ensemble.members if member.state() != "leader"}

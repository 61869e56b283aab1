"""Ensembles and exporters over time, as the series of samples that promtool's unit tests take."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isnan

Sample = float | None  # None: the series is not there
Value = float | None | Callable[[int], Sample]  # for a moment given in seconds
Labels = tuple[tuple[str, str], ...]

LEVELS = ("healthy", "degraded", "at_risk", "no_quorum", "split_view", "unknown")
STATES = ("leader", "follower", "observer", "standalone", "read_only", "not_serving", "unreachable")
SERVING = STATES[:4]
REASONS = ("none", "refused", "truncated", "command_refused", "local_error")
COMMANDS = ("srvr", "mntr", "wchs", "conf")

# What a member that serves tells of itself, at rest.
GAUGES = {
    "connections": 40, "max_connections_per_client": 60, "outstanding_requests": 3, "znodes": 90_000,
    "ephemeral_znodes": 200, "watches": 60_000,
    "approximate_data_size_bytes": 200e6, "open_file_descriptors": 300, "max_file_descriptors": 4096,
    "global_sessions": 500, "data_log_dir_size_bytes": 1e9, "client_response_size_last_bytes": 900,
    "client_response_size_max_bytes": 90_000, "proposal_size_last_bytes": 400, "proposal_size_max_bytes": 20_000,
}
# The same as counters: how much they grow a second.
COUNTERS = {
    "digest_mismatches_total": 0, "unrecoverable_errors_total": 0, "stale_sessions_expired_total": 0.001,
    "connections_rejected_total": 0, "large_requests_rejected_total": 0, "throttled_ops_total": 0,
    "auth_failed_total": 0, "unsuccessful_handshakes_total": 0, "jvm_pause_time_seconds_sum": 0.001,
    "fsync_time_seconds_sum": 0.2, "fsync_time_seconds_count": 50, "update_latency_seconds_sum": 0.5,
    "update_latency_seconds_count": 100, "read_latency_seconds_sum": 0.1, "read_latency_seconds_count": 1000,
    "snapshot_time_seconds_count": 1 / 7200, "election_time_seconds_sum": 0, "election_time_seconds_count": 0,
    "node_created_watches_sum": 1, "node_deleted_watches_sum": 1, "node_changed_watches_sum": 10,
    "node_children_watches_sum": 2,
}
TRANSACTIONS = 10  # a second
POLL = 10  # seconds
# What a canary tries through each member every ten seconds, how that ends, and how long what is ok takes.
OPERATIONS = ("exists", "sync", "set")
RESULTS = ("ok", "timeout", "connection_loss", "no_auth")
BOUNDS = ("0.5", "1", "+Inf")  # seconds


@dataclass
class Change:
    """A value for all series of a metric with these labels, in a span of time; it makes the series if need be."""

    metric: str
    labels: dict[str, str]
    first: float
    last: float
    value: Value


class World:
    """Some exporters, some ensembles, and what happens to them. Times are minutes.

    A second ensemble of one name has a key of its own, with a slash: `orders/2` is an ensemble `orders`, too.
    """

    def __init__(self, minutes: float, step: int = 60):
        self.step = step  # seconds between two samples, and between two evaluations of the rules
        self.count = int(minutes * 60 / step) + 1
        self.exporters = ["exporter-0:9141"]
        # What an exporter polls: ensembles, and the members of each; without an entry all that have no slash.
        self.polls: dict[str, dict[str, tuple[str, ...]]] = {}
        self.exporter_away: list[tuple[str, float, float]] = []
        self.states: dict[str, dict[str, list[str | None]]] = {}
        self.voters: dict[str, list[int]] = {}
        self.changes: list[Change] = []
        self.beside: list[World] = []  # what other exporters tell
        self.ensemble("orders")
        self.ensemble("search")  # well in every scenario: it must neither hide nor trigger anything

    def ensemble(self, name: str, members: int = 3, host: str = "zk") -> None:
        """Adds an ensemble under a leader, or makes it anew."""
        self.states[name] = {}
        for i in range(members):
            self.states[name][f"{host}-{i}"] = ["leader" if i == 0 and members > 1 else "follower"] * self.count
        if members == 1:
            self.states[name][f"{host}-0"] = ["standalone"] * self.count
        self.voters[name] = [members] * self.count

    def _span(self, first: float, last: float) -> range:
        return range(max(0, round(first * 60 / self.step)), min(self.count, round(last * 60 / self.step)))

    def state(self, member: str, state: str | None, first: float = 0, last: float = 1e9,
              ensemble: str = "orders") -> None:
        """Puts a member of an ensemble into a state; None: it is not configured."""
        states = self.states[ensemble].setdefault(member, [None] * self.count)
        for i in self._span(first, last):
            states[i] = state

    def expect_voters(self, voters: int, first: float = 0, last: float = 1e9, ensemble: str = "orders") -> None:
        """Changes how many voters the ensemble should have."""
        for i in self._span(first, last):
            self.voters[ensemble][i] = voters

    def exporter(self, first: float, last: float, instance: str = "exporter-0:9141") -> None:
        """An exporter that does not answer Prometheus."""
        self.exporter_away.append((instance, first, last))

    def put(self, metric: str, value: Value, first: float = 0, last: float = 1e9, **labels: str) -> None:
        """A value of a metric; without labels that of all members of `orders`, or of all exporters. Times inside a value
        are seconds."""
        if metric.startswith("zookeeper_") and not metric.startswith("zookeeper_exporter_"):
            labels = {"ensemble": "orders"} | labels
        self.changes.append(Change(metric, labels, first, last, value))

    def finding(self, code: str, first: float = 0, last: float = 1e9, **labels: str) -> None:
        """A finding of the exporter on the ensemble `orders`."""
        self.put("zookeeper_ensemble_finding", 1, first, last, finding=code,
                 **{"job": "zookeeper", "instance": self.exporters[0]} | labels)

    def level(self, level: str, first: float = 0, last: float = 1e9, **labels: str) -> None:
        """The exporter's verdict on the ensemble `orders`."""
        for each in LEVELS:
            self.put("zookeeper_ensemble_state", each == level, first, last, state=each, **labels)
        spare = {"healthy": 1, "degraded": 1, "at_risk": 0, "no_quorum": -1, "split_view": 0}.get(level)
        self.put("zookeeper_ensemble_failures_tolerated", spare, first, last, **labels)

    # ---- what Prometheus sees

    def series(self) -> dict[str, list[Sample]]:
        """All series of the world, by their names in PromQL."""
        found: dict[tuple[str, Labels], list[Sample]] = {}
        for instance in self.exporters:
            target = {"job": "zookeeper", "instance": instance}
            found[key("up", target)] = [1.0] * self.count
            found[key("zookeeper_exporter_build_info", {"version": "1"} | target)] = [1.0] * self.count
            found[key("zookeeper_exporter_config_last_reload_successful", target)] = [1.0] * self.count
            everything = {name: tuple(members) for name, members in self.states.items() if "/" not in name}
            for name, polled in self.polls.get(instance, everything).items():
                for metric, labels, samples in self._told_of(name):
                    if labels.get("member", "").removesuffix(":2181") in ("", *polled):
                        found[key(metric, labels | target)] = samples
        for change in self.changes:
            self._apply(change, found)
        for instance, first, last in self.exporter_away:
            for (metric, labels), samples in found.items():
                for i in self._span(first, last) if ("instance", instance) in labels else ():
                    samples[i] = 0.0 if metric == "up" and samples[i] is not None else None
        series = {written(*each): samples for each, samples in found.items()}
        for other in self.beside:
            series |= other.series()
        return series

    def _apply(self, change: Change, found: dict[tuple[str, Labels], list[Sample]]) -> None:
        matching = [each for each in found
                    if each[0] == change.metric and change.labels.items() <= dict(each[1]).items()]
        if not matching:
            matching = [key(change.metric, change.labels)]
            found[matching[0]] = [None] * self.count
        for each in matching:
            for i in self._span(change.first, change.last):
                found[each][i] = change.value(i * self.step) if callable(change.value) else change.value

    def _told_of(self, name: str) -> Iterator[tuple[str, dict[str, str], list[Sample]]]:
        """The ensemble's series of one exporter, without the labels of the target."""
        ensemble = {"ensemble": name.partition("/")[0]}
        members = self.states[name]
        epochs = self._epochs(name)
        for metric, labels, samples in self._verdict(name):
            yield metric, ensemble | labels, samples
        yield "zookeeper_ensemble_epoch", ensemble, [
            epoch if any(states[i] in SERVING for states in members.values()) else None
            for i, epoch in enumerate(epochs)]
        for member, states in members.items():
            for metric, labels, samples in self._member(states, epochs):
                yield metric, ensemble | {"member": f"{member}:2181"} | labels, samples

    def _epochs(self, name: str) -> list[float]:
        """One more with every new leader."""
        epochs, epoch, last = [], 0.0, ""
        for i in range(self.count):
            leader = next((member for member, states in self.states[name].items() if states[i] == "leader"), last)
            epoch += leader != last
            last = leader
            epochs.append(epoch)
        return epochs

    def _verdict(self, name: str) -> Iterator[tuple[str, dict[str, str], list[Sample]]]:
        """What the exporter makes of the members' states: the short form of its judgement."""
        members = self.states[name]
        serving = [sum(states[i] in ("leader", "follower", "standalone") for states in members.values())
                   for i in range(self.count)]
        levels, spares = [], []
        for i, voters in enumerate(self.voters[name]):
            spare = serving[i] - (voters // 2 + 1)
            known = [states[i] for states in members.values() if states[i] is not None]
            levels.append("unknown" if all(state == "unreachable" for state in known)
                          else "no_quorum" if spare < 0
                          else "at_risk" if spare == 0 and voters > 2
                          else "healthy" if all(state in SERVING for state in known) else "degraded")
            spares.append(None if levels[-1] == "unknown" else float(spare))
        for level in LEVELS:
            yield "zookeeper_ensemble_state", {"state": level}, [float(each == level) for each in levels]
        yield "zookeeper_ensemble_failures_tolerated", {}, spares
        yield "zookeeper_ensemble_voters", {}, [float(each) for each in self.voters[name]]
        yield "zookeeper_ensemble_voters_serving", {}, [float(each) for each in serving]
        yield "zookeeper_ensemble_versions", {}, [1.0] * self.count
        yield "zookeeper_ensemble_data_differs", {}, [0.0] * self.count
        for member, states in members.items():
            down = [None if state is None or state in SERVING else 1.0 for state in states]
            labels = {"finding": "voter_down", "member": f"{member}:2181"}
            yield "zookeeper_ensemble_finding", labels, down

    def _member(self, states: list[str | None],
                epochs: list[float]) -> Iterator[tuple[str, dict[str, str], list[Sample]]]:
        def always(value: Callable[[str], float]) -> list[Sample]:
            return [None if state is None else value(state) for state in states]

        yield "zookeeper_up", {}, always(lambda state: state != "unreachable")
        yield "zookeeper_serving", {}, always(lambda state: state in SERVING)
        for result, is_failed in (("ok", False), ("partial", None), ("failed", True)):
            counts = [0.0]
            for state in states[1:]:
                counts.append(counts[-1] + ((state == "unreachable") is is_failed) * self.step / POLL)
            yield "zookeeper_polls_total", {"result": result}, [
                None if state is None else count for state, count in zip(states, counts, strict=True)]
        for each in STATES:
            yield "zookeeper_member_state", {"state": each}, always(lambda state, each=each: state == each)
        for reason in REASONS:
            yield "zookeeper_member_failure", {"reason": reason}, always(
                lambda state, reason=reason: reason == ("refused" if state == "unreachable" else "none"))
        for command in COMMANDS:
            yield "zookeeper_command_allowed", {"command": command}, always(lambda _: 1)

        def served(values: list[float]) -> list[Sample]:
            return [value if state in SERVING else None for state, value in zip(states, values, strict=True)]

        starts = self._starts(states, lambda i: states[i - 1] == "unreachable")
        roles = self._starts(states, lambda i: states[i - 1] not in SERVING or epochs[i] != epochs[i - 1])
        yield "zookeeper_uptime_seconds", {}, served([(i - role) * self.step for i, role in enumerate(roles)])
        yield "zookeeper_zxid_sequence", {}, served(
            [(i - epochs.index(epoch)) * self.step * TRANSACTIONS for i, epoch in enumerate(epochs)])
        yield "zookeeper_member_info", {"version": "3.9.3"}, always(lambda _: 1)
        yield "zookeeper_quota_exceeded_total", {"namespace": "app"}, served([0.0] * self.count)
        yield "zookeeper_lag_transactions", {}, [
            20.0 if state == "follower" else None for state in states]
        yield from self._canary(states)
        for name, value in GAUGES.items():
            yield f"zookeeper_{name}", {}, served([float(value)] * self.count)
        for name, rate in COUNTERS.items():
            yield f"zookeeper_{name}", {}, served([rate * self.step * (i - starts[i]) for i in range(self.count)])

    def _canary(self, states: list[str | None]) -> Iterator[tuple[str, dict[str, str], list[Sample]]]:
        """A client's view of a member: all is quick while it serves, and has no connection while it does not."""
        def counted(is_so: Callable[[int], bool], each: float = 1) -> list[Sample]:
            counts = [0.0]
            for i in range(1, self.count):
                counts.append(counts[-1] + is_so(i) * each)
            return [None if state is None else count for state, count in zip(states, counts, strict=True)]

        rounds = counted(lambda i: states[i] in SERVING, self.step / POLL)
        for operation in OPERATIONS:
            for result in RESULTS:
                counts = rounds if result == "ok" else counted(
                    lambda i, result=result: result == "connection_loss" and states[i] not in SERVING,
                    self.step / POLL)
                yield "zookeeper_canary_operations_total", {"operation": operation, "result": result}, list(counts)
        sessions = counted(lambda i: states[i] in SERVING and states[i - 1] not in SERVING)
        for name, labels, counts in (("canary_operation_duration", {"operation": "set"}, rounds),
                                     ("session_establish", {}, sessions)):
            for bound in BOUNDS:
                yield f"zookeeper_{name}_seconds_bucket", labels | {"le": bound}, list(counts)
            yield f"zookeeper_{name}_seconds_count", labels, list(counts)

    def _starts(self, states: list[str | None], begins: Callable[[int], bool]) -> list[int]:
        """For every sample, the last one that was a beginning."""
        starts = [0]
        for i in range(1, len(states)):
            starts.append(i if begins(i) else starts[-1])
        return starts


def key(metric: str, labels: dict[str, str]) -> tuple[str, Labels]:
    """A series, whatever the order of its labels."""
    return metric, tuple(sorted(labels.items()))


def written(metric: str, labels: Labels) -> str:
    """A series in PromQL."""
    return metric + "{" + ",".join(f'{name}="{value}"' for name, value in labels) + "}"


def notation(samples: list[Sample]) -> str:
    """Samples as promtool wants them: runs of one value or one slope; a series that ends is stale."""
    parts: list[str] = []
    i = 0
    while i < len(samples):
        first, j = samples[i], i + 1
        if first is None:
            while j < len(samples) and samples[j] is None:
                j += 1
            parts += ["stale"] if parts else []
            missing = j - i - (len(parts) > 0 and parts[-1] == "stale")
            parts += [f"_x{missing}"] if missing else []
        elif isnan(first):
            parts.append("NaN")
        else:
            slope = None
            while j < len(samples) and samples[j] is not None:
                rise = samples[j] - samples[j - 1]
                if slope is not None and abs(rise - slope) > 1e-9 * max(1, abs(samples[j])):
                    break
                slope, j = rise, j + 1
            if slope is None:
                parts.append(f"{first:.12g}")
            else:
                parts.append(f"{first:.12g}{slope:+.12g}x{j - i - 1}")
        i = j
    return " ".join(parts)

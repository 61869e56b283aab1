#!/usr/bin/python3
"""Measures what a canary finds, how soon, and what it costs, and prints Markdown: a part of `make bench`.

    canary.py EXPORTER [RUNS]

The servers are real, but for the hundred members, which are of tests/support/fake_zookeeper.py. Figures never fail the
run: it ends with a code other than 0 only when something does not run.
"""

import contextlib
import io
import os
import random
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ["EXPORTER"] = sys.argv[1] if len(sys.argv) > 1 else ""
sys.path[:0] = [str(Path(__file__).parents[1] / "support"), str(Path(__file__).parents[2] / "scripts")]

# pylint: disable=wrong-import-position
from canary import memory, verdict  # noqa: E402
from drill import Recorder  # noqa: E402
from exporter_process import Exporter  # noqa: E402
from exposition import Samples  # noqa: E402
from fake_zookeeper import FakeEnsemble  # noqa: E402
from zookeeper_ensemble import Ensemble, Member, wait_until  # noqa: E402

DEFAULTS = ("--poll.interval=10s", "--poll.timeout=3s")
CALM = 6.5  # seconds after which the exporter polls by its grid alone again
A_MINUTE = 60
LEVELS = ("off", "read", "write")


def level(name: str) -> str:
    """The flag."""
    return f"--zookeeper.canary.level={name}"


def row(*cells: object) -> str:
    """Of a table."""
    return "| " + " | ".join(map(str, cells)) + " |"


def spread(values: list[float], unit: float = 1, digits: int = 1) -> str:
    """Median, 99th percentile and maximum."""
    ordered = sorted(each / unit for each in values)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"{statistics.median(ordered):.{digits}f} / {p99:.{digits}f} / {ordered[-1]:.{digits}f}"


def quantile(samples: Samples, name: str, share: float, **labels: str) -> float:
    """Of a histogram over all members, in seconds, as Prometheus computes it."""
    buckets: dict[float, float] = {}
    for found, value in samples.series(f"{name}_bucket", **labels).items():
        bound = float(dict(found)["le"])
        buckets[bound] = buckets.get(bound, 0) + value
    ordered = sorted(buckets.items())
    wanted, below, before = share * ordered[-1][1], 0.0, 0.0
    for bound, total in ordered:
        if total >= wanted and total > before:
            return below + (min(bound, 10) - below) * (wanted - before) / (total - before)
        below, before = bound, total
    return float("nan")


class Watched:
    """An exporter and what it says of the ensemble, all the time."""

    def __init__(self, stack: contextlib.ExitStack, servers: str, *flags: str):
        self.exporter = stack.enter_context(Exporter(servers, *DEFAULTS, *flags))
        self.recorder = Recorder(self.exporter, 0.005)
        stack.callback(self.recorder.stop)

    def is_calm(self) -> bool:
        """Whether all is well, and for so long that only the grid polls."""
        return self.recorder.last.get("level") == "healthy" and time.monotonic() - self.recorder.changed > CALM

    def first_sign(self, since: float) -> float | None:
        """When it first said something else than healthy."""
        return next((when for when, name in self.recorder.levels if when > since and name != "healthy"), None)


def measure_faults(runs: int, faults: tuple[str, ...] = ("kill", "freeze")) -> list[str]:
    """Until the exporter says that something is wrong: a leader is killed or frozen at any moment of the grid."""
    lines = [row("Fault", "Runs", "Without sessions: p50 / p99 / max", "Level read", "Level write"), row(*["---"] * 5)]
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="zookeeper-exporter-canary-"))
        ensemble = stack.enter_context(Ensemble(directory))
        watched = [Watched(stack, ensemble.servers, level(name)) for name in LEVELS]
        for fault in faults:
            times: list[list[float]] = [[] for _ in watched]
            for _ in range(runs):
                member = prepare(ensemble, watched)
                began = time.monotonic()
                getattr(member, fault)()
                for each, found in zip(watched, times):
                    sign = wait_until(lambda each=each, began=began: each.first_sign(began), "a sign", 60)
                    found.append(sign - began)
                member.thaw()
                member.start()
            lines.append(row(f"{fault} the leader", runs, *(f"{spread(each, digits=2)} s" for each in times)))
    return lines


def prepare(ensemble: Ensemble, watched: list[Watched]) -> Member:
    """All is calm, and the grid is anywhere; the leader."""
    ensemble.wait_serving()
    wait_until(lambda: all(each.is_calm() for each in watched), "calm", 120)
    until = time.monotonic() + random.uniform(0, 10)
    wait_until(lambda: time.monotonic() > until, "a moment")
    return ensemble.wait_until(ensemble.leader, "a leader")


def zxid(member: Member) -> int:
    """Of the last transaction."""
    return int(re.search("Zxid: (.+)", member.ask("srvr").decode())[1], 16)


def cpu(exporter: Exporter) -> float:
    """Seconds so far."""
    fields = Path(f"/proc/{exporter.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure_operations() -> list[str]:
    """What a client of real servers waits for, once a second and member, for a minute."""
    lines = [row("Operation", "p50", "p99"), row(*["---"] * 3)]
    with tempfile.TemporaryDirectory(prefix="zookeeper-exporter-canary-") as directory, Ensemble(directory) as ensemble:
        with Exporter(ensemble.servers, *DEFAULTS, level("write"), "--zookeeper.canary.interval=1s") as exporter:
            samples = exporter.wait_for(lambda found: sum(found.series("zookeeper_canary_operations_total",
                                                                       operation="watch", result="ok").values()) > 180,
                                        "watches", 2 * A_MINUTE)
            names = [("zookeeper_canary_operation_duration_seconds", {"operation": each})
                     for each in ("exists", "sync", "get", "set")]
            for name, labels in [*names, ("zookeeper_canary_watch_delivery_seconds", {}),
                                 ("zookeeper_session_establish_seconds", {})]:
                p50, p99 = (1000 * quantile(samples, name, share, **labels) for share in (0.5, 0.99))
                lines.append(row(labels.get("operation", name), f"{p50:.1f} ms", f"{p99:.1f} ms"))
    return lines


def measure_cost() -> list[str]:
    """With all defaults, a minute each."""
    lines = [row("Members", "Level", "Transactions a minute", "CPU of a core", "Resident", "Level of the verdict"),
             row(*["---"] * 6)]
    with tempfile.TemporaryDirectory(prefix="zookeeper-exporter-canary-") as directory, Ensemble(directory) as ensemble:
        for name in LEVELS:
            with Exporter(ensemble.servers, *DEFAULTS, level(name)) as exporter:
                wait_calm(exporter)
                before, used, began = zxid(ensemble.members[0]), cpu(exporter), time.monotonic()
                wait_until(lambda began=began: time.monotonic() > began + A_MINUTE, "a minute", 2 * A_MINUTE)
                lines.append(row(3, name, zxid(ensemble.members[0]) - before,
                                 f"{100 * (cpu(exporter) - used) / A_MINUTE:.2f} %",
                                 f"{memory(exporter) / 1e3 * 1.024:.1f} MB", verdict(exporter)["level"]))
    with contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(FakeEnsemble(3)) for _ in range(33)] + [stack.enter_context(FakeEnsemble(1))]
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="zookeeper-exporter-canary-"))
        for name in LEVELS:
            config = Path(directory) / f"{name}.yml"
            config.write_text("ensembles:\n" + "".join(
                f"  - {{name: e{i}, members: [{each.servers}], canary: {{level: '{name}'}}}}\n"
                for i, each in enumerate(crowd)))
            with Exporter("", f"--config.file={config}", *DEFAULTS) as exporter:
                began = time.monotonic()
                wait_until(lambda began=began: time.monotonic() > began + 20, "the first rounds")
                before, used, began = sum(each.tree.zxid for each in crowd), cpu(exporter), time.monotonic()
                wait_until(lambda began=began: time.monotonic() > began + A_MINUTE, "a minute", 2 * A_MINUTE)
                lines.append(row(100, name, sum(each.tree.zxid for each in crowd) - before,
                                 f"{100 * (cpu(exporter) - used) / A_MINUTE:.2f} %",
                                 f"{memory(exporter) / 1e3 * 1.024:.1f} MB", "pretend members"))
    return lines


def wait_calm(exporter: Exporter) -> None:
    """Waits until the first rounds and all that followed the start are over."""
    until = time.monotonic() + 15
    wait_until(lambda: time.monotonic() > until and verdict(exporter)["level"] == "healthy", "calm", 60)


def main(arguments: list[str]) -> int:
    """Measures one after the other."""
    if len(arguments) not in (2, 3):
        print("usage: tests/bench/canary.py EXPORTER [RUNS]", file=sys.stderr)
        return 2
    runs = int(arguments[2]) if len(arguments) == 3 else 20
    for title, measure in (("What a client waits for", measure_operations), ("What the canary costs", measure_cost),
                           ("From a fault to the first word of it", lambda: measure_faults(runs))):
        with contextlib.redirect_stdout(io.StringIO()):  # the exporters' logs
            lines = measure()
        print("\n".join(["", title, "", *lines]), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))

"""An ensemble, an exporter over it, and a record of the levels that it gives."""

import contextlib
import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import figures
from exporter_process import Exporter
from zk_health import PROBES, check
from zookeeper_ensemble import HOST, Ensemble, Member, wait_until

DEFAULTS = ("--poll.interval=10s", "--poll.timeout=3s")
QUIET = 6.5  # seconds after a change, when the ensemble is no longer polled every second but by the default interval
Verdict = dict[str, Any]


class Recorder:
    """Reads /health/ensemble every `pause` seconds, and keeps each level with the moment when it was first seen."""

    def __init__(self, exporter: Exporter, pause: float = 0.05):
        self._pause = pause
        self._port = exporter.port
        self._stopping = threading.Event()
        self.last: Verdict = {}
        self.levels: list[tuple[float, str]] = []
        self.changed = time.monotonic()  # when a level, a state or a membership was last news
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the record."""
        self._stopping.set()
        self._thread.join()

    def _read(self) -> None:
        with contextlib.closing(http.client.HTTPConnection(HOST, self._port, timeout=5)) as connection:
            self._read_over(connection)

    def _read_over(self, connection: http.client.HTTPConnection) -> None:
        seen = None
        while not self._stopping.wait(self._pause):
            try:
                connection.request("GET", "/health/ensemble?format=json")
                response = connection.getresponse()
                verdict = json.loads(response.read())
            except (OSError, http.client.HTTPException):
                connection.close()
                continue
            now = time.monotonic()
            if not self.levels or self.levels[-1][1] != verdict["level"]:
                self.levels.append((now, verdict["level"]))
            states = [(member.get("state"), member.get("reason"), member["leader"]) for member in verdict["members"]]
            if seen != (verdict["level"], verdict["voters"], states):
                seen = verdict["level"], verdict["voters"], states
                self.changed = now
            self.last = verdict


class Drill:
    """`run` does something in the thread that all processes are started from: they end with it.

    `enter` is called in that thread first of all. The exporter watches `ensemble`, which must not have started yet,
    once a second, if `flags` do not say otherwise.
    """

    def __init__(self, name: str, ensemble: Ensemble, enter: Callable[[], None] = lambda: None,
                 flags: tuple[str, ...] = ()):
        self.name, self.ensemble = name, ensemble
        self._quiet = QUIET if flags == DEFAULTS else 0
        self.voters = [member for member in ensemble.members if member.role == "participant"]
        self.one_down = "at_risk" if len(self.voters) == 3 else "degraded"
        self._thread = ThreadPoolExecutor(1, initializer=enter)
        self.exporter = self._thread.submit(Exporter, ensemble.servers, *flags).result()
        self.recorder: Recorder | None = None

    def begin(self, level: str = "healthy") -> Future:
        """Starts the servers and the record, and waits for a level."""
        return self._thread.submit(self._begin, level)

    def _begin(self, level: str) -> None:
        self.ensemble.start()
        self.ensemble.wait_serving()
        self.exporter.wait_ready()
        self.recorder = Recorder(self.exporter)
        self.wait(lambda verdict: verdict["level"] == level, level)

    def submit(self, scenario: Callable[["Drill"], None]) -> Future:
        """Runs `scenario` and, whatever comes of it, restores the ensemble."""
        def run() -> None:
            try:
                scenario(self)
            except BaseException:
                print(f"--- {self.name}: {json.dumps(self.recorder.last, indent=1)}\n{self.recorder.levels}\n"
                      f"{self.exporter.log()}")
                raise
            finally:
                self.restore()
        return self._thread.submit(run)

    def end(self) -> None:
        """Stops all."""
        if self.recorder:
            self.recorder.stop()
        self.exporter.close()
        self._thread.submit(self.ensemble.stop).result()
        self._thread.shutdown()

    def restore(self) -> None:
        """Every member runs and serves again."""
        for member in self.ensemble.members:
            member.thaw()
            member.start()
        self.ensemble.wait_serving()

    def wait(self, condition: Callable[[Verdict], object], what: str, limit: float = 60) -> float:
        """Waits for a verdict; returns when it came."""
        def met() -> bool:
            return bool(self.recorder.last and condition(self.recorder.last))
        wait_until(met, f"{self.name}: {what}", limit, lambda: json.dumps(self.recorder.last, indent=1))
        return time.monotonic()

    def calm(self) -> Member:
        """Waits until all is well, and for so long that only the grid polls; the leader."""
        self.wait(lambda verdict: verdict["level"] == "healthy"
                  and time.monotonic() - self.recorder.changed > self._quiet, "calm")
        return self.member(next(row["member"] for row in self.recorder.last["members"] if row["leader"]))

    def member(self, address: str) -> Member:
        """The server at that address."""
        return next(member for member in self.ensemble.members if member.address == address)

    def row(self, member: Member) -> Verdict:
        """What the last verdict says of a member."""
        return next(row for row in self.recorder.last["members"] if row["member"] == member.address)

    @contextlib.contextmanager
    def fault(self, name: str, level: str, condition: Callable[[Verdict], object],
              may_pass: tuple[str, ...] = ()) -> Iterator[None]:
        """Does something to the ensemble, and waits for `level` with `condition`.

        The levels on the way must be the one before, those that `may_pass`, and no level twice in a row.
        """
        before = self.recorder.levels[-1][1]
        start = time.monotonic()
        count = len(self.recorder.levels)
        yield
        done = self.wait(lambda verdict: verdict["level"] == level and condition(verdict), f"{level} after {name}")
        new = self.recorder.levels[count:]
        levels = [before, *(each for _, each in new)]
        sign = f"{new[0][0] - start:.1f} s" if new else "-"
        figures.note(figures.DETECTIONS, name, self.name, sign, f"{done - start:.1f} s", " → ".join(levels))
        assert levels[-1] == level
        assert set(levels) <= {before, level, *may_pass}, f"{self.name}, {name}: {levels}"
        assert done - start < 45

    def levels_since(self, start: float) -> list[tuple[float, str]]:
        """The levels from `start` on, the one at that moment first."""
        levels = self.recorder.levels
        first = max(i for i, (when, _) in enumerate(levels) if when <= start or i == 0)
        return levels[first:]

    def probe(self, kind: str, member: Member) -> tuple[int, str]:
        """Status and reason of a probe of the exporter's."""
        status, headers, _ = self.exporter.get(f"/probe/{kind}?member={member.address}")
        return status, headers["X-ZK-Reason"]

    def probes(self, member: Member) -> list[tuple[int, str]]:
        """The answers to startup, liveness and readiness."""
        return [self.probe(kind, member) for kind in PROBES]

    def check_all(self, kind: str, *flags: str) -> int:
        """The exit code of a check of zk-health over all members."""
        return check(kind, *flags, self.ensemble.servers)

    def may_stop(self, member: Member) -> tuple[bool, bool]:
        """Whether the exporter and zk-health say that a member may be stopped."""
        status, _, _ = self.exporter.get(f"/health/ensemble/disruption?member={member.address}&action=stop")
        code = self.check_all("safe-to-stop", f"--member={member.address}")
        assert status in (200, 503) and code in (0, 4)
        return status == 200, code == 0


def together(drills: list[Drill], scenario: Callable[[Drill], None]) -> None:
    """Runs `scenario` with all drills at the same time, and waits for all of them."""
    running = [drill.submit(scenario) for drill in drills]
    failures = [failure for each in running if (failure := each.exception())]
    if failures:
        raise failures[0]


def five_and_three(directory: Path) -> list[Drill]:
    """Ensembles of three voters, and of five and an observer, under exporters with the default interval."""
    drills = [Drill("3", Ensemble(directory / "three"), flags=DEFAULTS),
              Drill("5 + observer", Ensemble(directory / "five", participants=5, observers=1), flags=DEFAULTS)]
    for each in [drill.begin() for drill in drills]:
        each.result()
    return drills

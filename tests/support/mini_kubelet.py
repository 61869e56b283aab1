"""What a kubelet does with the probes of a container, for a server that runs as a process: no more than that.

It reads initialDelaySeconds, periodSeconds, timeoutSeconds, the thresholds and the grace period from a manifest. The startup probe holds
the others back; liveness and startup restart the container (SIGTERM, grace period, SIGKILL; then the back-off of
CrashLoopBackOff); readiness makes it Ready. A process that ends by itself is restarted, too. All times can be scaled.
"""

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from zookeeper_ensemble import Member

PROBES = ("startup", "liveness", "readiness")


@dataclass(frozen=True)
class Probe:
    """A probe of a manifest, with seconds that may have been scaled."""
    command: tuple[str, ...]
    initial_delay: float = 0
    period: float = 10
    timeout: float = 1
    failures: int = 3
    successes: int = 1
    grace: float | None = None  # None: the pod's

    def scaled(self, factor: float) -> "Probe":
        """The same with all times, also the --timeout=Ns of the command, multiplied."""
        def scale(word: str) -> str:
            found = re.fullmatch(r"--timeout=(\d+)s", word)
            return f"--timeout={round(int(found[1]) * factor * 1000)}ms" if found else word
        command = tuple(scale(word) for word in self.command)
        return replace(self, command=command, initial_delay=self.initial_delay * factor, period=self.period * factor,
                       timeout=self.timeout * factor, grace=self.grace and self.grace * factor)


def probes_of(container: dict[str, Any], replaced: dict[str, str]) -> dict[str, Probe]:
    """The exec probes of a rendered container; `replaced` says what stands here for a word of a command."""
    probes = {}
    for kind in PROBES:
        probe = container[f"{kind}Probe"]
        probes[kind] = Probe(tuple(replaced.get(word, word) for word in probe["exec"]["command"]),
                             probe.get("initialDelaySeconds", 0), probe.get("periodSeconds", 10),
                             probe.get("timeoutSeconds", 1), probe.get("failureThreshold", 3),
                             probe.get("successThreshold", 1), probe.get("terminationGracePeriodSeconds"))
    return probes


@dataclass(frozen=True)
class Result:
    """One run of a probe."""
    start: float
    passed: bool
    output: str


class MiniKubelet:
    """Keeps one member running as its probes say. `enter` is called in each thread that runs a probe."""

    def __init__(self, member: Member, probes: dict[str, Probe], grace: float, scale: float = 1,
                 enter: Callable[[], None] = lambda: None):
        self.member, self.scale, self._enter = member, scale, enter
        self.probes = {kind: probe.scaled(scale) for kind, probe in probes.items()}
        self._grace = grace * scale
        self.restarts: list[str] = []  # why: "liveness", "startup" or "exited"
        self.ready = False
        self.started = False
        self.results: dict[str, list[Result]] = {kind: [] for kind in PROBES}
        self.log: list[str] = []
        self._began = time.monotonic()
        self._generation = 0
        self._lock = threading.Condition()
        self._stopping = threading.Event()
        self._doomed = ""
        self._threads = [threading.Thread(target=self._supervise, daemon=True)]
        self._threads += [threading.Thread(target=self._probe, args=(kind,), daemon=True) for kind in PROBES]

    def start(self) -> None:
        """Starts the container and its probes."""
        self.member.start()
        self._born = time.monotonic()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends the probes and leaves the container alone: its node is gone."""
        self._stopping.set()
        with self._lock:
            self._lock.notify_all()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def of(self, kind: str, since: float) -> list[Result]:
        """The runs of a probe that began after a moment."""
        return [result for result in list(self.results[kind]) if result.start > since]

    def _supervise(self) -> None:
        """Restarts the container when a probe doomed it, or when it ended."""
        while not self._stopping.is_set():
            with self._lock:
                if not self._doomed and self.member.running:
                    self._lock.wait(0.02)
                    continue
                cause = self._doomed or "exited"
                self.ready = self.started = False
            if self._doomed:
                self._end_container()
            delay = 0 if not self.restarts else min(10 * 2 ** (len(self.restarts) - 1), 300) * self.scale
            self._say(f"restart {len(self.restarts) + 1}: {cause}; back-off {delay:g} s")
            self.restarts.append(cause)
            if self._stopping.wait(delay):
                return
            self.member.start()
            with self._lock:
                self._doomed = ""
                self._generation += 1
                self._born = time.monotonic()
                self._lock.notify_all()

    def _end_container(self) -> None:
        """As a runtime does it: SIGTERM does nothing to a frozen process, SIGKILL does."""
        process = self.member.process
        assert process is not None
        if process.poll() is None:
            os.kill(process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(self.probes[self._doomed].grace or self._grace)
            if process.poll() is None:
                process.kill()
        process.wait()

    def _probe(self, kind: str) -> None:
        """The worker of one probe, over all containers that follow each other."""
        self._enter()
        probe, generation = self.probes[kind], -1
        failures = successes = 0
        due = 0.0
        while not self._stopping.is_set():
            with self._lock:
                if generation != self._generation:
                    generation, failures, successes = self._generation, 0, 0
                    due = self._born + probe.initial_delay
                held = self._doomed or self.started == (kind == "startup")
                if held or time.monotonic() < due:
                    self._lock.wait(0.01 if held else min(max(due - time.monotonic(), 0.001), 0.05))
                    continue
            due = max(due + probe.period, time.monotonic())
            result = self._run(probe)
            with self._lock:
                if self._doomed or generation != self._generation or self._stopping.is_set():
                    continue
                self.results[kind].append(result)
                failures, successes = (0, successes + 1) if result.passed else (failures + 1, 0)
                if successes >= probe.successes or failures >= probe.failures:
                    self._conclude(kind, result)

    def _conclude(self, kind: str, result: Result) -> None:
        if kind == "startup" and result.passed:
            self.started = True
        elif kind == "readiness":
            if self.ready != result.passed:
                self._say(f"{'ready' if result.passed else 'not ready'}: {result.output}")
            self.ready = result.passed
        elif not result.passed:
            self._say(f"{kind} failed: {result.output}")
            self._doomed = kind
            self.ready = False
        self._lock.notify_all()

    def _run(self, probe: Probe) -> Result:
        start = time.monotonic()
        with subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *probe.command], stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True) as process:
            try:
                output, _ = process.communicate(timeout=probe.timeout)
                return Result(start, process.returncode == 0, output.strip() or f"exit code {process.returncode}")
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return Result(start, False, "timed out")

    def _say(self, text: str) -> None:
        self.log.append(f"{time.monotonic() - self._began:7.2f} s  member {self.member.number}  {text}")

"""Whether an ensemble can be written to, by independent clients, beside what an exporter says of it."""

import contextlib
import http.client
import threading
import time
from collections.abc import Callable, Iterator

from kazoo.client import KazooClient
from kazoo.exceptions import KazooException
from kazoo.retry import KazooRetry

from clients import QUIET
from exporter_process import Exporter
from zookeeper_ensemble import wait_until

PAUSE = 0.05  # seconds between two writes of a client, and between two looks at the exporter
A_MOMENT = 0.5  # what is no outage: a busy machine
Time = float


class Truth:
    """A client of each server writes all the time, one write after the other; `asked` is what the exporter said."""

    def __init__(self, servers: str, exporter: Exporter):
        self.written: list[Time] = []  # when a write of any client was answered
        self.asked: list[tuple[Time, bool]] = []  # when the exporter said whether the ensemble is writable
        self._exporter = exporter
        self._stopping = threading.Event()
        self._clients = [KazooClient(server, timeout=6, logger=QUIET,
                                     connection_retry=KazooRetry(max_tries=-1, max_delay=0.2, delay=0.1))
                         for server in servers.split(",")]
        self._threads = [threading.Thread(target=self._write, args=(client,), daemon=True) for client in self._clients]
        self._threads.append(threading.Thread(target=self._ask, daemon=True))

    def start(self) -> None:
        """Begins, and waits until it writes."""
        for client in self._clients:
            client.start()
        self._clients[0].ensure_path("/truth")
        for client in self._clients:
            client.sync("/truth")
        for thread in self._threads:
            thread.start()
        wait_until(lambda: len(self.written) > 20, "writes")

    def stop(self) -> None:
        """Ends."""
        self._stopping.set()
        for client in self._clients:
            client.stop()
            client.close()
        for thread in self._threads:
            thread.join()

    def outages(self) -> list[tuple[Time, Time]]:
        """From the last write before each to the first after it."""
        times = sorted(self.written)
        return [(last, first) for last, first in zip(times, times[1:]) if first - last > A_MOMENT]

    def check(self, until_told: float, until_well: float) -> None:
        """The exporter knows of an outage within `until_told` seconds, and within `until_well` that it has ended."""
        outages = self.outages()
        begin, end = min(self.written), max(self.written)
        for when, is_writable in self.asked:
            if not begin + until_well < when < end:
                continue
            if is_writable:
                assert not any(last + until_told < when < first for last, first in outages), (
                    f"writable {when:.1f}, but outages {outages}")
            else:
                assert any(last < when < first + until_well for last, first in outages), (
                    f"not writable at {when:.1f}, but outages {outages}")

    def _write(self, client: KazooClient) -> None:
        while not self._stopping.wait(PAUSE):
            if not client.connected:
                continue
            with contextlib.suppress(KazooException):
                client.set("/truth", b"")
                self.written.append(time.monotonic())

    def _ask(self) -> None:
        while not self._stopping.wait(PAUSE):
            with contextlib.suppress(OSError, http.client.HTTPException):
                status = self._exporter.get("/health/ensemble?require=writable")[0]
                self.asked.append((time.monotonic(), status == 200))


@contextlib.contextmanager
def compared(servers: str, exporter: Exporter, until_told: float, until_well: float) -> Iterator[Callable[[], int]]:
    """Compares what happens in the block; gives what counts the outages so far."""
    truth = Truth(servers, exporter)
    try:
        truth.start()
        yield lambda: len(truth.outages())
    finally:
        truth.stop()
    truth.check(until_told, until_well)

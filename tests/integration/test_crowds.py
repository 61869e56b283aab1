"""Crowds of clients of our pages: none of them keeps Prometheus, a kubelet or the polls out."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import figures
from exporter_process import Exporter
from fake_member import REPLIES, fake_member
from zookeeper_ensemble import HOST, wait_until

SCRAPES = 60
FIGURES = ("crowd", "scrapes that succeeded", "slowest", "memory grew by", "probes in the crowd that were answered")


@contextlib.contextmanager
def replayed(count: int) -> Iterator[list[str]]:
    """Members that give real replies."""
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server((HOST, 0))) for _ in range(count)]

        def serve(listener: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, contextlib.suppress(OSError):
                        connection.sendall(REPLIES.get(connection.recv(4).decode(), b""))

        threads = [threading.Thread(target=serve, args=[listener], daemon=True) for listener in listeners]
        for thread in threads:
            thread.start()
        yield [f"{HOST}:{listener.getsockname()[1]}" for listener in listeners]
        for listener in listeners:
            listener.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()


class Crowd:
    """Clients that each do `act` again and again, until the end."""

    def __init__(self, size: int, act: Callable[[], None]):
        self._ended = threading.Event()
        self.done = 0

        def repeat() -> None:
            while not self._ended.is_set():
                with contextlib.suppress(OSError):
                    act()
                    self.done += 1
                time.sleep(0.02)  # the threads share one interpreter with the scraper

        self._threads = [threading.Thread(target=repeat, daemon=True) for _ in range(size)]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()


def resident(exporter: Exporter) -> int:
    """The exporter's resident memory in bytes."""
    status = Path(f"/proc/{exporter.process.pid}/status").read_text()
    return 1024 * int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


def scrape_all(exporter: Exporter, name: str, crowd: Crowd) -> None:
    """Every scrape succeeds, also of the pages about the exporter; what it took is noted."""
    before, most, slowest, good = resident(exporter), 0, 0.0, 0
    for _ in range(SCRAPES):
        began = time.monotonic()
        with contextlib.suppress(OSError):
            good += all(exporter.get(page)[0] == 200 for page in ("/metrics", "/livez", "/readyz"))
        slowest = max(slowest, time.monotonic() - began)
        most = max(most, resident(exporter))
        time.sleep(0.05)
    figures.note(FIGURES, name, f"{good} of {SCRAPES}", f"{slowest:.2f} s", f"{(most - before) / 1e6:.0f} MB",
                 str(crowd.done))
    assert good == SCRAPES, exporter.log()


def test_probes_of_a_frozen_member(start_exporter: Callable[..., Exporter]) -> None:
    """80 clients that wait for a member that does not answer."""
    with fake_member(None) as frozen:
        exporter = start_exporter(frozen, "--poll.interval=4s", "--poll.timeout=3s")
        with Crowd(80, lambda: exporter.get(f"/probe/liveness?member={frozen}")) as crowd:
            scrape_all(exporter, "80 probes of a frozen member", crowd)


def test_probes_beyond_the_limit_are_on_the_safe_side(start_exporter: Callable[..., Exporter]) -> None:
    """Liveness passes with a warning, readiness and the gate do not."""
    with fake_member(None) as frozen:
        exporter = start_exporter(frozen, "--poll.interval=4s", "--poll.timeout=3s")
        with Crowd(40, lambda: exporter.get(f"/probe/liveness?member={frozen}")):
            statuses: set[tuple[str, int, str]] = set()
            wanted = {("liveness", 200, "busy"), ("readiness", 503, "busy"), ("startup", 503, "busy")}

            def ask_all() -> bool:
                for page in ("liveness", "readiness", "startup"):
                    status, head, _ = exporter.get(f"/probe/{page}?member={frozen}")
                    statuses.add((page, status, head["X-ZK-Reason"]))
                return wanted <= statuses

            wait_until(ask_all, f"each page to be too busy, saw {statuses}", limit=30)
        assert not [found for found in statuses if found[0] != "liveness" and found[1] != 503]


@pytest.mark.parametrize("half_close", [False, True])
def test_slow_readers(start_exporter: Callable[..., Exporter], half_close: bool) -> None:
    """80 clients that ask for 3 MB and hardly read."""
    with replayed(50) as members:
        exporter = start_exporter(",".join(members), "--poll.interval=10s", "--poll.timeout=5s")
        assert len(exporter.page()) > 2_500_000

        def read_slowly() -> None:
            with socket.socket() as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.settimeout(5)
                client.connect((HOST, exporter.port))
                client.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
                if half_close:
                    client.shutdown(socket.SHUT_WR)
                for _ in range(20):
                    if not client.recv(1000):
                        break
                    time.sleep(0.1)

        with Crowd(80, read_slowly) as crowd:
            scrape_all(exporter, "80 slow readers" + (" that half-close" if half_close else ""), crowd)


def test_few_descriptors(start_exporter: Callable[..., Exporter]) -> None:
    """20 of them and 40 idle connections: polls and scrapes go on, and nobody blames ZooKeeper."""
    with replayed(3) as members, contextlib.ExitStack() as stack:
        exporter = start_exporter(",".join(members), shell='ulimit -n 20; exec "$@"')
        assert 'msg="the limit of open files is low' in exporter.log()
        for _ in range(40):
            stack.enter_context(socket.create_connection((HOST, exporter.port)))
        with Crowd(0, lambda: None) as crowd:
            scrape_all(exporter, "40 idle connections, 20 descriptors", crowd)
        samples = exporter.fresh(*members, polls=3)
        assert [samples.reason(member) for member in members] == ["none"] * 3
        assert "local_error" not in exporter.log()

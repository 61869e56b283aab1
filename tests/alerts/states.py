"""What several tests of runbooks begin with, and how a member is made to come and go."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

from runbook_reader import Reader

from exporter_process import Exporter
from threads import working
from zk_health import check
from zookeeper_ensemble import Ensemble, Member


@contextlib.contextmanager
def reading(directory: Path, ensemble: Ensemble, servers: str = "") -> Iterator[Reader]:
    """Starts an ensemble, and a reader with an exporter that polls it, or other `servers`."""
    with ensemble, Exporter(servers or ensemble.servers, "--zookeeper.ensemble=orders") as exporter, \
            Reader(directory, ensemble, exporter) as reader:
        yield reader


def is_full(ensemble: Ensemble) -> bool:
    """Whether zk-health finds nothing wrong."""
    return check("ensemble", "--require=full", ensemble.servers) == 0


@contextlib.contextmanager
def frozen_now_and_then(member: Member, still: float, between: float) -> Iterator[None]:
    """The process stands still for so many seconds, again and again, until the end."""
    def press(stopping: threading.Event) -> None:
        while not stopping.wait(between):
            member.freeze()
            stopping.wait(still)
            member.thaw()

    with working(press):
        yield

"""Real clients of an ensemble."""

import contextlib
import logging
import socket
import threading
from collections.abc import Iterator

from kazoo.client import KazooClient
from kazoo.retry import KazooRetry

from zookeeper_ensemble import Member

ANYWHERE = "127.0.0.2"  # an address of loopback that is not the exporter's
QUIET = logging.Logger("kazoo")
QUIET.addHandler(logging.NullHandler())


@contextlib.contextmanager
def session(servers: str) -> Iterator[KazooClient]:
    """A client that is connected to one of these servers, and stays if it is cut off."""
    client = KazooClient(servers, timeout=10, logger=QUIET, connection_retry=KazooRetry(max_tries=-1, max_delay=1))
    try:
        client.start()
        yield client
    finally:
        client.stop()
        client.close()


def reconfigure(address: str, joining: str | None = None, leaving: str | None = None) -> None:
    """One change of the membership, through one member."""
    with session(address) as client:
        client.reconfig(joining=joining, leaving=leaving, new_members=None)


class Crowd:
    """Opens connections from one address over and over, and keeps those that the server leaves open."""

    def __init__(self, member: Member, source: str):
        self._to, self._from = (member.host, member.port), source
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._press, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Leaves."""
        self._stopping.set()
        self._thread.join()

    def _press(self) -> None:
        with contextlib.ExitStack() as stack:
            kept: list[socket.socket] = []
            while not self._stopping.wait(0.1):
                with contextlib.suppress(OSError):
                    kept.append(stack.enter_context(socket.create_connection(self._to, 1, (self._from, 0))))
                if len(kept) > 50:
                    kept.pop(0).close()

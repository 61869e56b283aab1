"""Stands before real servers and changes what they answer to four-letter words, or asks one after the other."""

import contextlib
import itertools
import socketserver
import threading
from collections.abc import Callable, Iterator

from zookeeper_ensemble import HOST, Member

Change = Callable[[str, str], str]  # of a word and its answer


@contextlib.contextmanager
def proxy(*members: Member, change: Change = lambda _, answer: answer) -> Iterator[str]:
    """The address of one that asks `members` each word in turn, and passes the answer back with a change."""
    turns: dict[str, Iterator[Member]] = {}

    class Handler(socketserver.BaseRequestHandler):
        """One word."""

        def handle(self) -> None:
            with contextlib.suppress(OSError):
                word = self.request.recv(4).decode()
                member = next(turns.setdefault(word, itertools.cycle(members)))
                self.request.sendall(change(word, member.ask(word).decode()).encode())

    with socketserver.ThreadingTCPServer((HOST, 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"{HOST}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()

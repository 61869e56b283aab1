"""Stands before real servers and changes what they answer to four-letter words, or asks one after the other."""

import contextlib
import itertools
import socketserver
from collections.abc import Callable, Iterator

from threads import serving
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

    with serving(socketserver.ThreadingTCPServer((HOST, 0), Handler)) as address:
        yield address

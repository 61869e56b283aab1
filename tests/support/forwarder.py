"""A TCP forwarder that remembers what went through it."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class Forwarder:
    """Listens on `host` and passes every connection on to a port of 127.0.0.1."""

    def __init__(self, target_port: int, host: str = "127.0.0.1"):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._target = ("127.0.0.1", target_port)
        self._open = contextlib.ExitStack()
        self._listener = socket.create_server((host, 0), family=family)
        self.port: int = self._listener.getsockname()[1]
        self.requests = b""  # what clients sent
        self.answers = b""  # what they got
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def close(self) -> None:
        """Takes no further connection and ends those that there are."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()
        self._open.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self._open.enter_context(self._listener.accept()[0])
                server = self._open.enter_context(socket.create_connection(self._target))
                self._open.callback(self._start(client, server, "requests").join)
                self._open.callback(self._start(server, client, "answers").join)
                for end in (client, server):
                    self._open.callback(_shut_down, end)  # before the joins: it ends both threads

    def _start(self, source: socket.socket, target: socket.socket, record: str) -> threading.Thread:
        thread = threading.Thread(target=self._pass_on, args=(source, target, record), daemon=True)
        thread.start()
        return thread

    def _pass_on(self, source: socket.socket, target: socket.socket, record: str) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(65536):
                setattr(self, record, getattr(self, record) + part)
                target.sendall(part)
            target.shutdown(socket.SHUT_WR)


def _shut_down(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def forwarding(target_port: int, host: str = "127.0.0.1") -> Iterator[Forwarder]:
    """A forwarder that ends with the block."""
    forwarder = Forwarder(target_port, host)
    try:
        yield forwarder
    finally:
        forwarder.close()

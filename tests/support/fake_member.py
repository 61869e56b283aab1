"""Listeners that are no ZooKeeper, or a broken one."""

import contextlib
import socket
import threading
from collections.abc import Iterator

from zookeeper_ensemble import HOST

CLOSES = b""


@contextlib.contextmanager
def fake_member(answer: bytes | None | dict[str, bytes | None]) -> Iterator[str]:
    """Reads four bytes of each connection, sends `answer`, or the one to this word, and closes; with None it stays
    silent. Gives its address."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server((HOST, 0)))

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection = stack.enter_context(listener.accept()[0])
                    with contextlib.suppress(OSError):
                        word = connection.recv(4).decode("latin-1")
                        said = answer.get(word) if isinstance(answer, dict) else answer
                        if said is not None:
                            connection.sendall(said)
                            connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"{HOST}:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@contextlib.contextmanager
def full_backlog() -> Iterator[str]:
    """A port on which the kernel takes no further connection and refuses none."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind((HOST, 0))
        listener.listen(0)
        for _ in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        yield f"{HOST}:{listener.getsockname()[1]}"

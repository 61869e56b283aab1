"""Listeners that are no ZooKeeper, or a broken one."""

import contextlib
import socket
import socketserver
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from certificates import Authority, Certificate
from zookeeper_ensemble import HOST

CLOSES = b""
REPLIES = {word: (Path(__file__).parents[1] / f"data/3.8.0/leader/{word}.txt").read_bytes()
           for word in ("srvr", "mntr", "wchs", "conf", "hash", "dirs")}


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
def tls_member(certificate: Certificate, clients: Authority | None = None) -> Iterator[str]:
    """Speaks TLS with this certificate and answers like a leader; demands certificates of `clients`. Gives its
    address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.file, certificate.key)
    if clients:
        context.load_verify_locations(clients.file)
        context.verify_mode = ssl.CERT_REQUIRED
    with socket.create_server((HOST, 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection = listener.accept()[0]
                    with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as secure:
                        secure.sendall(REPLIES[secure.recv(4).decode("latin-1")])
                        secure.unwrap()

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


class CountingMember(socketserver.ThreadingTCPServer):
    """Gives a real leader's replies, or none when it hangs; counts the words that it is sent, the connections that are
    open now, and the most that ever were. Serve it by `serving`."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, hangs: bool = False):
        self.words: Counter[str] = Counter()
        self.open = self.most = 0
        self.hangs = hangs
        self._lock = threading.Lock()
        super().__init__((HOST, 0), socketserver.BaseRequestHandler)

    def finish_request(self, request: socket.socket, client_address: object) -> None:
        """One connection."""
        with self._lock:
            self.open += 1
            self.most = max(self.most, self.open)
        try:
            word = request.recv(4).decode("latin-1")
            with self._lock:
                self.words[word] += 1
            while self.hangs and request.recv(100):
                pass
            request.sendall(REPLIES.get(word, b""))
        except OSError:
            pass  # the client has gone
        finally:
            with self._lock:
                self.open -= 1

"""Stands between clients and a real server, and lets some of its answers come late or never."""

import contextlib
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator

from threads import serving
from zookeeper_ensemble import HOST, Member

OPERATIONS = {3: "exists", 4: "get", 5: "set", 9: "sync"}
EVENT = -1  # the number that a watch's notification has instead of a request's


class ClientProxy:
    """What becomes of answers is said by `late`: seconds by operation, by "connect" or "event"; infinite: never."""

    def __init__(self, member: Member):
        self.late: dict[str, float] = {}
        self.address = ""
        self._to = (member.host, member.port)
        self._sessions: list[socket.socket] = []

    def cut(self) -> None:
        """Ends all connections of clients that there are."""
        for each in self._sessions:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def serve(self, client: socket.socket) -> None:
        """Passes on what one client and the server say."""
        with socket.create_connection(self._to) as server:
            head = client.recv(4, socket.MSG_WAITALL)
            if head.isalpha():  # a four-letter word
                server.sendall(head)
                while part := server.recv(65536):
                    client.sendall(part)
                return
            self._sessions.append(client)
            asked: dict[int, str] = {}
            answers = threading.Thread(target=self._answer, args=(server, client, asked), daemon=True)
            answers.start()
            is_first, packet = True, self._rest(client, head)
            while packet:
                if not is_first and len(packet) >= 12:
                    number, operation = struct.unpack(">ii", packet[4:12])
                    asked[number] = OPERATIONS.get(operation, "other")
                is_first = False
                server.sendall(packet)
                packet = self._packet(client)
            server.shutdown(socket.SHUT_RDWR)
            answers.join()

    def _answer(self, server: socket.socket, client: socket.socket, asked: dict[int, str]) -> None:
        with contextlib.suppress(OSError):
            operation = "connect"
            while packet := self._packet(server):
                if operation != "connect":
                    number, = struct.unpack(">i", packet[4:8])
                    operation = "event" if number == EVENT else asked.pop(number, "other")
                wait = self.late.get(operation, 0)
                if wait == float("inf"):
                    pass
                elif wait:
                    threading.Timer(wait, self._send, (client, packet)).start()
                else:
                    client.sendall(packet)
                operation = ""
            client.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _send(client: socket.socket, packet: bytes) -> None:
        with contextlib.suppress(OSError):
            client.sendall(packet)

    def _packet(self, source: socket.socket) -> bytes:
        return self._rest(source, source.recv(4, socket.MSG_WAITALL))

    @staticmethod
    def _rest(source: socket.socket, head: bytes) -> bytes:
        return head + source.recv(struct.unpack(">i", head)[0], socket.MSG_WAITALL) if len(head) == 4 else b""


@contextlib.contextmanager
def client_proxy(member: Member) -> Iterator[ClientProxy]:
    """One that passes everything on at once, as long as it is not told otherwise."""
    proxy = ClientProxy(member)

    class Handler(socketserver.BaseRequestHandler):
        """One connection."""

        def handle(self) -> None:
            with contextlib.suppress(OSError):
                proxy.serve(self.request)

    class Server(socketserver.ThreadingTCPServer):
        """Waits for nobody at its end."""

        daemon_threads = True
        block_on_close = False

    with serving(Server((HOST, 0), Handler)) as proxy.address:
        yield proxy
        proxy.cut()

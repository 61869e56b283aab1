"""Servers that speak ZooKeeper's client protocol over one tree in memory, and misbehave on demand.

    with FakeEnsemble(3) as fakes:
        fakes.members[0].misbehave(delay={"set": NEVER})    # its polls look as well as ever
        fakes.members[0].behave()

The first one leads. All of them answer four-letter words like healthy servers, whatever sessions meet.
"""

import asyncio
import contextlib
import math
import struct
import threading
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fake_operations import NAMES, carry_out
from fake_tree import Event, Refused, Session, Tree
from fake_words import WORDS, answer_word
from garbles import GARBLES
from jute import Reader, pack_buffer, pack_event, pack_frame, pack_reply
from zookeeper_ensemble import HOST, free_ports

NEVER = math.inf
MOST_BYTES = 1 << 20  # of a request, as a real server has it
T = TypeVar("T")


@dataclass(frozen=True)
class Faults:
    """What a member does wrong; operations are called as in `NAMES`, and "connect"."""

    delay: dict[str, float] = field(default_factory=dict)  # seconds until it is carried out
    errors: dict[str, int] = field(default_factory=dict)  # the code that it ends with
    garble: dict[str, str] = field(default_factory=dict)  # what is sent instead, of `GARBLES`
    watch_delay: float = 0  # of the events of watches
    expires: bool = False  # a client that comes back has no session any more
    timeout_ms: int | None = None  # what it says that a session's timeout is
    pings_wait: bool = False  # behind an operation that hangs, as in a real server when the session has written


class FakeMember:
    """One server. Counts what clients did; all but `misbehave`, `behave`, `stop` and `start` is for reading."""

    def __init__(self, ensemble: "FakeEnsemble", number: int, port: int):
        self.ensemble, self.number, self.port = ensemble, number, port
        self.host, self.address = HOST, f"{HOST}:{port}"
        self.faults, self.changed = Faults(), asyncio.Event()
        self.asked: Counter[str] = Counter()  # operations, and words
        self.in_flight = self.most_in_flight = 0  # requests that were not answered, without pings
        self.watched: Counter[str] = Counter()  # paths
        self.connections: set[Connection] = set()
        self._server: asyncio.Server | None = None

    def misbehave(self, **faults: Any) -> None:
        """From now on, with the fields of `Faults`; what hangs now too. All other faults end."""
        self.ensemble.run(self._take(Faults(**faults)))

    def behave(self) -> None:
        """Ends all faults; what hung is carried out."""
        self.misbehave()

    def start(self) -> None:
        """Listens."""
        self.ensemble.run(self.listen())

    def stop(self) -> None:
        """As a killed server: connections end, and further ones are refused."""
        self.ensemble.run(self.close())

    def drop_connections(self) -> None:
        """Ends those that there are."""
        self.ensemble.run(self._drop())

    async def listen(self) -> None:
        """Begins."""
        self._server = await asyncio.start_server(self._serve, HOST, self.port)

    async def close(self) -> None:
        """Ends all."""
        self._server.close()
        await self._drop()

    async def _take(self, faults: Faults) -> None:
        self.faults = faults
        self.changed.set()
        self.changed = asyncio.Event()

    async def _drop(self) -> None:
        connections = list(self.connections)
        for each in connections:
            each.drop()
        await asyncio.gather(*(each.task for each in connections), return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(self, reader, writer)
        self.connections.add(connection)
        try:
            await connection.serve()
        except (OSError, EOFError, struct.error, UnicodeDecodeError, asyncio.CancelledError):
            pass  # the client has gone, talks nonsense, or is dropped
        finally:
            connection.end()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            self.connections.discard(connection)


class Connection:
    """One client's."""

    def __init__(self, member: FakeMember, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._member, self._tree = member, member.ensemble.tree
        self._reader, self._writer = reader, writer
        self._requests: asyncio.Queue[bytes] = asyncio.Queue()
        self._session: Session | None = None
        self.task = asyncio.current_task()

    async def serve(self) -> None:
        """Until one of both ends it."""
        head = await self._reader.readexactly(4)
        if (word := head.decode("latin-1")) in WORDS:
            self._member.asked[word] += 1
            addresses = [member.address for member in self._member.ensemble.members]
            self._writer.write(answer_word(word, self._member.number, addresses, self._tree.zxid))
            await self._writer.drain()
            return
        await self._shake_hands(await self._read(head))
        worker = asyncio.create_task(self._work())
        worker.add_done_callback(lambda _: self._writer.close())
        try:
            while True:
                self._take(await self._read(await self._reader.readexactly(4)))
        finally:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)
            self._member.in_flight -= self._requests.qsize()

    def end(self) -> None:
        """Nothing is told over it any more."""
        self._tree.forget(self.tell)
        self._writer.close()

    def drop(self) -> None:
        """Ends it, whether the client reads or not."""
        self._writer.transport.abort()
        self.task.cancel()

    def tell(self, event: Event, path: str) -> None:
        """The event of a watch."""
        if (delay := self._member.faults.watch_delay) < NEVER:
            asyncio.get_running_loop().call_later(delay, self._writer.write, pack_event(event, path))

    async def _read(self, head: bytes) -> bytes:
        (length,) = struct.unpack(">i", head)
        if not 0 <= length <= MOST_BYTES:
            raise EOFError
        return await self._reader.readexactly(length)

    async def _shake_hands(self, request: bytes) -> None:
        self._member.asked["connect"] += 1
        await self._hold("connect")
        session = self._find_session(Reader(request))
        timeout, number, password = 0, 0, bytes(16)  # of one that has expired
        if session:
            session.close_connection()  # it has moved to this one
            self._session, session.close_connection = session, self._writer.close
            offered = self._member.faults.timeout_ms
            timeout = int(session.timeout * 1000) if offered is None else offered
            number, password = session.number, session.password
        await self._send("connect", struct.pack(">iiq", 0, timeout, number) + pack_buffer(password) + b"\0", request)
        if not session:
            raise EOFError

    def _find_session(self, request: Reader) -> Session | None:
        """A new one, or the one that the client had, if it is still there."""
        _, seen, timeout, number, password = (request.int(), request.long(), request.int(), request.long(),
                                              request.buffer())
        if seen > self._tree.zxid:
            raise EOFError  # a real server does not serve who has seen more than it knows
        if number == 0:
            low, high = self._member.ensemble.timeouts
            return self._tree.open_session(min(max(timeout / 1000, low), high))
        session = self._tree.sessions.get(number)
        if session and self._member.faults.expires:
            self._tree.end_session(session)
            return None
        return session if session and session.password == password else None

    def _take(self, request: bytes) -> None:
        if self._session.number in self._tree.sessions:
            self._tree.touch(self._session)
        xid, kind = struct.unpack_from(">ii", request)
        if NAMES.get(kind) == "ping" and not self._member.faults.pings_wait:
            self._member.asked["ping"] += 1
            self._writer.write(pack_frame(pack_reply(xid, self._tree.zxid, 0)))
            return
        self._member.in_flight += NAMES.get(kind) != "ping"
        self._member.most_in_flight = max(self._member.most_in_flight, self._member.in_flight)
        self._requests.put_nowait(request)

    async def _work(self) -> None:
        """Carries the requests out, in turn."""
        with contextlib.suppress(OSError, EOFError, struct.error, UnicodeDecodeError):
            while True:
                request = await self._requests.get()
                name = NAMES.get(struct.unpack_from(">i", request, 4)[0], "?")
                try:
                    await self._answer(name, request)
                finally:
                    self._member.in_flight -= name != "ping"

    async def _answer(self, name: str, request: bytes) -> None:
        self._member.asked[name] += 1
        await self._hold(name)
        reader = Reader(request)
        xid, kind = reader.int(), reader.int()
        try:
            if code := self._member.faults.errors.get(name):
                raise Refused(code)
            self._note_watch(name, request)
            body = carry_out(self._tree, self._session, self.tell, kind, reader)
            reply = pack_reply(xid, self._tree.zxid, 0, body)
        except Refused as refused:
            reply = pack_reply(xid, self._tree.zxid, refused.args[0])
        self._tree.fire()
        await self._send(name, reply, request)
        if name == "close" or (name == "auth" and reply[12:16] != bytes(4)):
            raise EOFError

    def _note_watch(self, name: str, request: bytes) -> None:
        if name in ("exists", "get", "children"):
            path = Reader(request[8:]).string()
            self._member.watched[path] += request[-1]

    async def _hold(self, name: str) -> None:
        """Waits for as long as this operation is delayed."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while (left := began + self._member.faults.delay.get(name, 0) - loop.time()) > 0:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._member.changed.wait(), None if left == NEVER else left)

    async def _send(self, name: str, reply: bytes, request: bytes) -> None:
        garble = self._member.faults.garble.get(name)
        for part in GARBLES[garble](reply, request) if garble else [pack_frame(reply)]:
            if part is None:
                raise EOFError
            self._writer.write(part)
            await self._writer.drain()


class FakeEnsemble:
    """So many members over one tree, in a thread of their own."""

    def __init__(self, count: int = 3, timeouts: tuple[float, float] = (4, 40)):
        self.timeouts = timeouts  # the shortest and the longest of a session
        self.tree = Tree()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.members = [FakeMember(self, number, port) for number, port in enumerate(free_ports(count), 1)]

    @property
    def servers(self) -> str:
        """All client addresses, with commas."""
        return ",".join(member.address for member in self.members)

    def __enter__(self) -> "FakeEnsemble":
        self._thread.start()
        for member in self.members:
            member.start()
        return self

    def __exit__(self, *_: object) -> None:
        for member in self.members:
            member.stop()
        self.run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Does it in the members' thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def misbehave(self, **faults: Any) -> None:
        """All members."""
        for member in self.members:
            member.misbehave(**faults)

    def behave(self) -> None:
        """All members."""
        self.misbehave()

    def expire_sessions(self) -> None:
        """All that there are."""
        self.run(self._expire())

    def znodes(self) -> dict[str, bytes]:
        """Paths and data, without ZooKeeper's own."""
        return self.run(self._znodes())

    async def _expire(self) -> None:
        for session in list(self.tree.sessions.values()):
            self.tree.end_session(session)

    async def _znodes(self) -> dict[str, bytes]:
        return {path: node.data for path, node in self.tree.nodes.items()
                if path != "/" and not path.startswith("/zookeeper/") and path != "/zookeeper"}

    async def _end(self) -> None:
        await self._expire()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for each in rest:
            each.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

"""The znodes and sessions of a pretend ensemble, in memory. Only the loop's thread touches it."""

import asyncio
import copy
import os
import struct
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

from jute import Acl

NO_NODE, NO_AUTH, BAD_VERSION, NO_CHILDREN_OF_EPHEMERALS = -101, -102, -103, -108
NODE_EXISTS, NOT_EMPTY, SESSION_EXPIRED, AUTH_FAILED, SASL_NEEDED = -110, -111, -112, -115, -124
UNIMPLEMENTED, BAD_ARGUMENTS = -6, -8
WORLD = [Acl(31, "world", "anyone")]


class Refused(Exception):
    """An operation that ends with an error; its code is the argument."""


class Event(IntEnum):
    """What a watch tells."""

    CREATED = 1
    DELETED = 2
    CHANGED = 3
    CHILDREN = 4


class Mode(IntFlag):
    """How a znode is made."""

    EPHEMERAL = 1
    SEQUENTIAL = 2


@dataclass
class Znode:
    """One znode."""

    data: bytes
    acls: list[Acl]
    owner: int
    czxid: int
    mzxid: int
    pzxid: int
    ctime: int
    mtime: int
    version: int = 0
    created: int = 0  # children, ever
    deleted: int = 0

    def stat(self, children: int) -> bytes:
        """As the protocol has it."""
        return struct.pack(">qqqqiiiqiiq", self.czxid, self.mzxid, self.ctime, self.mtime, self.version,
                           self.created + self.deleted, 0, self.owner, len(self.data), children, self.pzxid)


@dataclass
class Session:
    """One session; `close_connection` ends the connection that it has now."""

    number: int
    timeout: float
    password: bytes = field(default_factory=lambda: os.urandom(16))
    close_connection: Callable[[], None] = lambda: None
    timer: asyncio.TimerHandle | None = None


Watch = Callable[[Event, str], None]


class Tree:
    """All of it. An operation that is refused has done nothing."""

    def __init__(self) -> None:
        self.zxid = 0x1_0000_0000
        self.sessions: dict[int, Session] = {}
        self.nodes: dict[str, Znode] = {}
        self._first_session = time.time_ns() >> 10
        self._data_watches: defaultdict[str, list[Watch]] = defaultdict(list)
        self._child_watches: defaultdict[str, list[Watch]] = defaultdict(list)
        self._fired: list[tuple[Watch, Event, str]] = []
        for path in ("/", "/zookeeper", "/zookeeper/config", "/zookeeper/quota"):
            self.nodes[path] = Znode(b"", WORLD, 0, 0, 0, 0, 0, 0)

    # sessions

    def open_session(self, timeout: float) -> Session:
        """A new one, which is a transaction."""
        self.zxid += 1
        session = Session(self._first_session + self.zxid, timeout)
        self.sessions[session.number] = session
        self.touch(session)
        return session

    def touch(self, session: Session) -> None:
        """It was heard of: it does not expire for its timeout."""
        if session.timer:
            session.timer.cancel()
        session.timer = asyncio.get_running_loop().call_later(session.timeout, self.end_session, session)

    def end_session(self, session: Session) -> None:
        """It expires, or was closed: its ephemerals go, which is a transaction."""
        if self.sessions.pop(session.number, None) is None:
            return
        if session.timer:
            session.timer.cancel()
        self.zxid += 1
        for path in [path for path, node in self.nodes.items() if node.owner == session.number]:
            self._remove(path)
        self.fire()
        session.close_connection()

    # reading

    def node(self, path: str) -> Znode:
        """The znode, or NO_NODE."""
        if path not in self.nodes:
            raise Refused(NO_NODE)
        return self.nodes[path]

    def stat(self, path: str) -> bytes:
        """The znode's stat."""
        return self.node(path).stat(len(self.children(path)))

    def children(self, path: str) -> list[str]:
        """Their names."""
        prefix = path.rstrip("/") + "/"
        return sorted(each[len(prefix):] for each in self.nodes
                      if each.startswith(prefix) and each != "/" and "/" not in each[len(prefix):])

    # writing

    def create(self, path: str, data: bytes, acls: list[Acl], mode: Mode, session: Session) -> str:
        """The path that it got."""
        parent = _parent(path)
        above = self.node(parent)
        if above.owner:
            raise Refused(NO_CHILDREN_OF_EPHEMERALS)
        if Mode.SEQUENTIAL in mode:
            path += f"{above.created:010}"
        if path in self.nodes:
            raise Refused(NODE_EXISTS)
        self.zxid += 1
        now = time.time_ns() // 1_000_000
        self.nodes[path] = Znode(data, acls, session.number if Mode.EPHEMERAL in mode else 0, self.zxid, self.zxid,
                                 self.zxid, now, now)
        above.created += 1
        above.pzxid = self.zxid
        self._note(Event.CREATED, path)
        self._note_children(parent)
        return path

    def set(self, path: str, data: bytes, version: int) -> bytes:
        """The new stat."""
        self.check(path, version)
        node = self.nodes[path]
        self.zxid += 1
        node.data, node.version, node.mzxid, node.mtime = (
            data, node.version + 1, self.zxid, time.time_ns() // 1_000_000)
        self._note(Event.CHANGED, path)
        return self.stat(path)

    def delete(self, path: str, version: int) -> None:
        """It must have no children."""
        self.check(path, version)
        if self.children(path):
            raise Refused(NOT_EMPTY)
        self.zxid += 1
        self._remove(path)

    def check(self, path: str, version: int) -> None:
        """Refused unless it has that version; -1 is any."""
        if version not in (-1, self.node(path).version):
            raise Refused(BAD_VERSION)

    def together(self, operations: list[Callable[[], bytes]]) -> tuple[list[bytes], int]:
        """All or nothing: what each gave, and 0; or what those before the failure gave, and its code."""
        before, zxid, done = copy.deepcopy(self.nodes), self.zxid, []
        try:
            for each in operations:
                done.append(each())
                self.zxid = zxid + 1
        except Refused as refused:
            self.nodes, self.zxid = before, zxid
            self._fired.clear()
            return done, refused.args[0]
        return done, 0

    # watches

    def watch_data(self, path: str, watch: Watch) -> None:
        """Told once: of a change, the end or the making."""
        if watch not in self._data_watches[path]:
            self._data_watches[path].append(watch)

    def watch_children(self, path: str, watch: Watch) -> None:
        """Told once: of children that come or go, or of its end."""
        if watch not in self._child_watches[path]:
            self._child_watches[path].append(watch)

    def forget(self, watch: Watch) -> None:
        """Its connection has ended."""
        for watches in (*self._data_watches.values(), *self._child_watches.values()):
            if watch in watches:
                watches.remove(watch)

    def fire(self) -> None:
        """Tells all watches of what has been done."""
        fired, self._fired = self._fired, []
        for watch, event, path in fired:
            watch(event, path)

    def missed(self, zxid: int, data: list[str], exist: list[str], children: list[str]) -> Iterator[tuple[Event, str]]:
        """What a client that saw all up to `zxid` must be told of these watches."""
        for path in data:
            if path not in self.nodes:
                yield Event.DELETED, path
            elif self.nodes[path].mzxid > zxid:
                yield Event.CHANGED, path
        yield from ((Event.CREATED, path) for path in exist if path in self.nodes)
        for path in children:
            if path not in self.nodes:
                yield Event.DELETED, path
            elif self.nodes[path].pzxid > zxid:
                yield Event.CHILDREN, path

    def _remove(self, path: str) -> None:
        parent = self.nodes[_parent(path)]
        parent.deleted += 1
        parent.pzxid = self.zxid
        del self.nodes[path]
        watches = dict.fromkeys(self._data_watches.pop(path, []) + self._child_watches.pop(path, []))
        self._fired += [(watch, Event.DELETED, path) for watch in watches]
        self._note_children(_parent(path))

    def _note(self, event: Event, path: str) -> None:
        self._fired += [(watch, event, path) for watch in self._data_watches.pop(path, [])]

    def _note_children(self, path: str) -> None:
        self._fired += [(watch, Event.CHILDREN, path) for watch in self._child_watches.pop(path, [])]


def _parent(path: str) -> str:
    return path.rpartition("/")[0] or "/"

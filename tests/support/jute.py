"""Jute, the encoding of ZooKeeper's client protocol: big-endian numbers, and strings behind their length."""

import struct
from typing import NamedTuple


class Acl(NamedTuple):
    """Who may do what."""

    permissions: int
    scheme: str
    identity: str


class Reader:
    """Reads values one after the other; struct.error where there is none."""

    def __init__(self, data: bytes):
        self._data, self._at = data, 0

    def int(self) -> int:
        """Four bytes."""
        return self._unpack(">i")

    def long(self) -> int:
        """Eight bytes."""
        return self._unpack(">q")

    def bool(self) -> bool:
        """One byte."""
        return self._unpack(">b") != 0

    def buffer(self) -> bytes:
        """A length, and so many bytes; -1 is none."""
        length = max(self.int(), 0)
        if self._at + length > len(self._data):
            raise struct.error(f"no {length} bytes at {self._at}")
        self._at += length
        return self._data[self._at - length:self._at]

    def string(self) -> str:
        """A buffer in UTF-8."""
        return self.buffer().decode()

    def strings(self) -> list[str]:
        """A count, and so many strings."""
        return [self.string() for _ in range(self.int())]

    def acls(self) -> list[Acl]:
        """A count, and so many entries."""
        return [Acl(self.int(), self.string(), self.string()) for _ in range(self.int())]

    def _unpack(self, kind: str) -> int:
        (value,) = struct.unpack_from(kind, self._data, self._at)
        self._at += struct.calcsize(kind)
        return value


def pack_int(value: int) -> bytes:
    """Four bytes."""
    return struct.pack(">i", value)


def pack_buffer(value: bytes) -> bytes:
    """Behind its length."""
    return pack_int(len(value)) + value


def pack_string(value: str) -> bytes:
    """In UTF-8, behind its length."""
    return pack_buffer(value.encode())


def pack_strings(values: list[str]) -> bytes:
    """Behind their count."""
    return pack_int(len(values)) + b"".join(map(pack_string, values))


def pack_acls(values: list[Acl]) -> bytes:
    """Behind their count."""
    return pack_int(len(values)) + b"".join(
        pack_int(each.permissions) + pack_string(each.scheme) + pack_string(each.identity) for each in values)


def pack_reply(xid: int, zxid: int, error: int, body: bytes = b"") -> bytes:
    """A reply without its length."""
    return struct.pack(">iqi", xid, zxid, error) + body


def pack_frame(content: bytes) -> bytes:
    """What goes over the wire."""
    return pack_buffer(content)


def pack_event(event: int, path: str) -> bytes:
    """A watch's, of a connected session."""
    return pack_frame(pack_reply(-1, -1, 0, pack_int(event) + pack_int(3) + pack_string(path)))

"""What no ZooKeeper server sends instead of a reply. The connection stays open after it, but where None ends it."""

import itertools
import struct
from collections.abc import Callable, Iterable

from jute import pack_event, pack_frame, pack_int, pack_reply

CHANGED = 3


def _endless(part: bytes) -> Iterable[bytes]:
    return itertools.repeat(part)


# By name: what is sent instead, made of the right reply and of the request.
GARBLES: dict[str, Callable[[bytes, bytes], Iterable[bytes | None]]] = {
    "hang up": lambda reply, request: [None],
    "garbage": lambda reply, request: [bytes(range(1, 256)) * 40],
    "text": lambda reply, request: [b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", None],
    "echo": lambda reply, request: [pack_frame(request)],
    "huge length": lambda reply, request: [b"\x7f\xff\xff\xff" + reply],
    "huge length, endless": lambda reply, request: _endless(b"\x7f" * 65536),
    "negative length": lambda reply, request: [b"\xff\xff\xff\xff" + reply],
    "no length": lambda reply, request: [pack_int(0), pack_frame(reply)],
    "short reply": lambda reply, request: [pack_frame(reply[:7])],
    "header only": lambda reply, request: [pack_frame(reply[:16])],
    "huge string": lambda reply, request: [pack_frame(reply[:16] + b"\x7f\xff\xff\xff" * 30)],
    "negative string": lambda reply, request: [pack_frame(reply[:16] + b"\x80\x00\x00\x00" * 30)],
    "more than asked": lambda reply, request: [pack_frame(reply + b"x" * 1000)],
    "unsolicited": lambda reply, request: [pack_frame(pack_reply(77_777, 1, 0)), pack_frame(reply)],
    "wrong xid": lambda reply, request: [pack_frame(pack_int(struct.unpack(">i", reply[:4])[0] + 1) + reply[4:])],
    "twice": lambda reply, request: [pack_frame(reply), pack_frame(reply)],
    "unknown error": lambda reply, request: [pack_frame(reply[:12] + pack_int(-12_345))],
    "cut off": lambda reply, request: [pack_frame(reply)[:-5], None],
    "half": lambda reply, request: [pack_frame(reply)[:-5]],
    "drops": lambda reply, request: [bytes([each]) for each in pack_frame(reply)],
    "pings, endless": lambda reply, request: _endless(pack_frame(pack_reply(-2, 1, 0)) * 1000),
    "events, endless": lambda reply, request: _endless(pack_event(CHANGED, "/" + "e" * 50) * 1000),
    "replies, endless": lambda reply, request: _endless(pack_frame(pack_reply(77_777, 1, 0)) * 1000),
    "broken event": lambda reply, request: [pack_frame(pack_reply(-1, -1, 0, b"\x7f" * 20)), pack_frame(reply)],
    "huge event": lambda reply, request: [pack_event(CHANGED, "/" + "e" * (1 << 19)), pack_frame(reply)],
}

"""zk-health against servers that mean harm: it ends, with one line and a code that is right."""

import contextlib
import itertools
import json
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from zk_health import PROBES, run_health
from zookeeper_ensemble import HOST

SRVR = (b"Zookeeper version: 3.8.0-x, built on x\nLatency min/avg/max: 0/0.0/0\nReceived: 1\nSent: 1\nConnections: 1\n"
        b"Outstanding: 0\nZxid: 0x100000001\nMode: leader\nNode count: 5\n")
MNTR = b"zk_version\t3.8.0-x, built on x\nzk_server_state\tleader\n"
CONF = b"clientPort=2181\ndataDir=/data\ntickTime=2000\nserverId=1\ninitLimit=5\nsyncLimit=2\nmembership: \n"
SERVERS = b"".join(b"server.%d=h:%d:%d:participant;0.0.0.0:2181\n" % (i, i % 60000, i % 60000) for i in range(45000))
GROUPS = b"".join(b"group.%d=%d\n" % (i, i) for i in range(35000))


def whole(answers: dict[bytes, bytes]) -> Callable[[socket.socket, bytes], None]:
    """Says its answer to the word, and closes."""
    return lambda client, word: client.sendall(answers.get(word, b""))


def drip(client: socket.socket, _word: bytes) -> None:
    """One byte after the other, for ever."""
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stop = threading.Event()
    for byte in itertools.cycle(SRVR):
        client.sendall(bytes([byte]))
        stop.wait(0.01)


def endless(client: socket.socket, _word: bytes) -> None:
    """A line that never ends, as fast as it is taken."""
    while True:
        client.sendall(b"x" * 65536)


def huge(answer: bytes) -> dict[bytes, bytes]:
    """A good `srvr`, and one hostile answer to all other words."""
    return {b"srvr": SRVR, b"mntr": answer, b"conf": answer, b"wchs": answer}


HOSTILE = {
    "drips": drip,
    "never ends": endless,
    "a quorum of many": whole({b"srvr": SRVR, b"mntr": MNTR + b"zk_quorum_size\t10000000\n"}),
    "a quorum of more": whole({b"srvr": SRVR, b"mntr": MNTR + b"zk_quorum_size\t9223372036854775807\n"}),
    "45,000 servers": whole({b"srvr": SRVR, b"mntr": MNTR, b"conf": CONF + SERVERS[:1000000]}),
    "35,000 groups": whole({b"srvr": SRVR, b"mntr": MNTR, b"conf": CONF + GROUPS}),
    "a key of a megabyte": whole(huge(b"zk_" + b"x" * 1000000 + b"\t1\n")),
    "a million lines": whole(huge(b"a\n" * 500000)),
}


@contextlib.contextmanager
def hostile(behaviour: Callable[[socket.socket, bytes], None]) -> Iterator[str]:
    """A server that does so to each connection."""
    with socket.create_server((HOST, 0)) as listener:

        def talk(client: socket.socket) -> None:
            with client, contextlib.suppress(OSError):
                behaviour(client, client.recv(4))

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"{HOST}:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.parametrize("behaviour", HOSTILE.values(), ids=HOSTILE)
def test_it_ends_whatever_it_gets(behaviour: Callable[[socket.socket, bytes], None]) -> None:
    """Probes judge by srvr alone; the ensemble's checks never say yes to nonsense without a word."""
    is_well = behaviour not in (drip, endless)
    with hostile(behaviour) as address:
        for kind in PROBES:
            answer = run_health(f"--check={kind}", "--timeout=500ms", "--format=json", address)
            assert answer.returncode in ({0} if is_well else {0, 2, 3})
            assert json.loads(answer.stdout)["exit_code"] == answer.returncode
        for flags in (["--check=ensemble"], ["--check=safe-to-stop", f"--member={address}"]):
            answer = run_health(*flags, "--timeout=500ms", address)
            assert answer.returncode in ({2, 3} if not is_well else {0, 4, 5} if "=ensemble" in flags[0] else {4, 5})
            said = answer.stdout + answer.stderr
            assert said.count("\n") == 1 and said[:-1].isprintable() and len(said.encode()) < 1024

"""A network of the tests' own: namespaces that are joined by a bridge in one of them, and nothing outside.

    with Network(3) as network:
        network.enter("hub")       # this thread, and the processes that it starts
        network.cut_peers(1)       # member 1 loses its peers, and is still seen from the hub
"""

import contextlib
import ctypes
import functools
import itertools
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from zookeeper_ensemble import Ensemble, Member

CLONE_NEWNET = 0x40000000
QUORUM_PORT, ELECTION_PORT, CLIENT_PORT = 2888, 3888, 2181


def ip(*arguments: str) -> None:
    """Runs `ip`; CalledProcessError with its words when it fails."""
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


@functools.cache
def why_not() -> str:
    """Why namespaces and veth pairs cannot be made here, as the command that failed says it, or nothing."""
    if shutil.which("ip") is None:
        return "no network of its own: no `ip` here (iproute2)"
    try:
        with Network(1) as network, ThreadPoolExecutor(1) as thread:
            thread.submit(network.enter, "hub").result()
    except subprocess.CalledProcessError as error:
        who = "" if os.geteuid() == 0 else " (not root)"
        words = error.stderr.strip() or f"exit code {error.returncode}"
        return f"no network of its own: `{' '.join(error.cmd)}`{who}: {words}"
    except OSError as error:
        return f"no network of its own: {error}"
    return ""


class Network:
    """A hub and `count` members. Members reach each other at `peer(n)`; the hub reaches them at `front(n)`."""

    _made = itertools.count()

    def __init__(self, count: int):
        self.count = count
        self._prefix = f"zke{os.getpid()}-{next(self._made)}"
        self._open = contextlib.ExitStack()

    def __enter__(self) -> "Network":
        with contextlib.ExitStack() as stack:
            self._add(stack, "hub")
            self._run("hub", "link", "add", "peers", "type", "bridge")
            self._run("hub", "link", "set", "peers", "up")
            for number in range(1, self.count + 1):
                self._add_member(stack, number)
            self._open = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def peer(self, number: int) -> str:
        """Where the other members find this one."""
        return f"10.79.0.{number}"

    def front(self, number: int) -> str:
        """Where the hub finds it, on a link of its own."""
        return f"10.79.{number}.2"

    def enter(self, name: str) -> None:
        """Moves the calling thread into a namespace: "hub" or "member-N"."""
        with open(f"/var/run/netns/{self._prefix}-{name}", "rb") as namespace:
            if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), f"setns: {os.strerror(ctypes.get_errno())}")

    def cut_peers(self, number: int, yes: bool = True) -> None:
        """Drops all that passes between a member and the others."""
        self._run("hub", "link", "set", f"peer-{number}", "down" if yes else "up")

    def cut_front(self, number: int, yes: bool = True) -> None:
        """Drops all that passes between a member and the hub."""
        self._run(f"member-{number}", "link", "set", "front", "down" if yes else "up")

    def _add(self, stack: contextlib.ExitStack, name: str) -> None:
        ip("netns", "add", f"{self._prefix}-{name}")
        stack.callback(ip, "netns", "delete", f"{self._prefix}-{name}")
        self._run(name, "link", "set", "lo", "up")

    def _add_member(self, stack: contextlib.ExitStack, number: int) -> None:
        name = f"member-{number}"
        self._add(stack, name)
        self._join(f"peer-{number}", name, "peer", f"{self.peer(number)}/24")
        self._run("hub", "link", "set", f"peer-{number}", "master", "peers")
        self._join(f"front-{number}", name, "front", f"{self.front(number)}/24")
        self._run("hub", "address", "add", f"10.79.{number}.1/24", "dev", f"front-{number}")

    def _join(self, end: str, name: str, other_end: str, address: str) -> None:
        self._run("hub", "link", "add", end, "type", "veth", "peer", "name", other_end,
                  "netns", f"{self._prefix}-{name}")
        self._run("hub", "link", "set", end, "up")
        self._run(name, "address", "add", address, "dev", other_end)
        self._run(name, "link", "set", other_end, "up")

    def _run(self, name: str, *arguments: str) -> None:
        ip("-netns", f"{self._prefix}-{name}", *arguments)


def in_namespaces(network: Network, directory: Path, read_only: bool) -> Ensemble:
    """Three servers that talk to each other at one address and to clients at another; the first may be read-only."""
    ensemble = Ensemble(directory)
    servers = {f"server.{m.number}": f"{network.peer(m.number)}:{QUORUM_PORT}:{ELECTION_PORT}:participant;"
                                     f"{network.front(m.number)}:{CLIENT_PORT}" for m in ensemble.members}
    for member in ensemble.members:
        member.host, member.port = network.front(member.number), CLIENT_PORT
        member.address = f"{member.host}:{member.port}"
        member.config.update(servers, clientPort=CLIENT_PORT, clientPortAddress=member.host)
        member.jvm_flags += ["-Dreadonlymode.enabled=true"] if read_only else []
        start_from_its_namespace(network, member)
    return ensemble


def start_from_its_namespace(network: Network, member: Member) -> None:
    """Its process comes from a thread of its own, since a namespace is a thread's."""
    thread = ThreadPoolExecutor(1, initializer=network.enter, initargs=[f"member-{member.number}"])
    start = member.start
    member.start = lambda: thread.submit(start).result()

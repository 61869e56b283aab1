"""Real ZooKeeper servers on loopback, and a gentle load on them: for `make run` and for the tests.

    with Ensemble(directory, participants=3, observers=1) as ensemble:
        ensemble.leader().kill()
        ensemble.wait_until(ensemble.leader, "a new leader")

Every server is a direct child: it can be killed, frozen and restarted by its pid, and dies with the thread that
started it. Start servers from a thread that lives as long as they should.
"""

import atexit
import contextlib
import itertools
import logging
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from kazoo.client import KazooClient
from kazoo.exceptions import KazooException
from kazoo.retry import KazooRetry

HOST = "127.0.0.1"
# What zookeeper.jar does not name itself: a log, and what Netty (TLS) and the AdminServer need.
JARS = [Path("/usr/share/java") / f"{jar}.jar"
        for jar in ("zookeeper", "slf4j-simple", "netty-codec", "netty-resolver", "servlet-api")]
JVM_FLAGS = ["-Xms32m", "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData",
             "-Djava.net.preferIPv4Stack=true", "-Dorg.slf4j.simpleLogger.showDateTime=true",
             "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS"]  # slf4j-simple logs to stderr
DEFAULTS = {"tickTime": 1000, "initLimit": 10, "syncLimit": 4, "admin.enableServer": "false",
            "autopurge.purgeInterval": 0}
FIRST_PORT, LAST_PORT, PORTS_IN_BLOCK = 12000, 32000, 200
T = TypeVar("T")


class NotInstalled(RuntimeError):
    """Java or ZooKeeper's jars are missing."""


def free_ports(count: int) -> list[int]:
    """Free ports that were given to nobody else, below those that Linux gives to outgoing connections: one of these
    could otherwise take the port of a stopped server, or, from a client that retries it, connect to itself."""
    with _ports_lock:
        ports = list(itertools.islice(_ports, count))
    if len(ports) < count:
        raise RuntimeError(f"no free port is left below {LAST_PORT}: end other runs of this program")
    return ports


def _own_ports() -> Iterator[int]:
    """Free ports, each once, of blocks that only this process gives out while it lives: a port that is free now may
    already be meant for a server that another thread or process is about to start. A block's claim is the name of
    an abstract socket, which belongs to a network namespace as ports do, and ends with the process."""
    claims = []
    blocks = range(FIRST_PORT, LAST_PORT, PORTS_IN_BLOCK)
    for first in random.sample(blocks, len(blocks)):
        claim = socket.socket(socket.AF_UNIX)
        claims.append(claim)
        try:
            claim.bind(f"\0zookeeper-exporter-ports-{first}")
        except OSError:
            claim.close()
            continue
        yield from filter(_is_free, range(first, first + PORTS_IN_BLOCK))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


_ports, _ports_lock = _own_ports(), threading.Lock()


def wait_until(condition: Callable[[], T], what: str, limit: float = 60, explain: Callable[[], str] = str) -> T:
    """Polls `condition` until it is true and returns what it gave; TimeoutError with `explain()` after `limit`."""
    end = time.monotonic() + limit
    while not (value := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {limit:g} s in vain for {what}\n{explain()}")
        time.sleep(0.05)
    return value


class Member:
    """One server. `config` (zoo.cfg), `jars` and `jvm_flags` may be changed until its first start."""

    def __init__(self, number: int, role: str, directory: Path, ports: list[int], host: str = HOST):
        self.number, self.role, self.directory = number, role, directory
        self.port, self.quorum_port, self.election_port = ports
        self.host, self.address = host, f"{host}:{self.port}"
        self.config: dict[str, Any] = {}
        self.jars, self.jvm_flags = JARS, list[str]()
        self.tls: ssl.SSLContext | None = None  # for `ask`, when the client port speaks TLS
        self.admin_port: int | None = None
        self.process: subprocess.Popen | None = None

    @property
    def running(self) -> bool:
        """Whether the process exists, frozen or not."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Starts the process and does not wait for it to serve."""
        if self.running:
            return
        config_file = self.directory / "zoo.cfg"
        if not config_file.exists():  # with reconfigEnabled the server itself rewrites it later
            (self.directory / "data").mkdir(parents=True, exist_ok=True)
            (self.directory / "data" / "myid").write_text(f"{self.number}\n")
            config_file.write_text("".join(f"{key}={value}\n" for key, value in self.config.items()))
        java = ["java", "-cp", ":".join(map(str, self.jars)), *JVM_FLAGS, *self.jvm_flags,
                "org.apache.zookeeper.server.quorum.QuorumPeerMain", str(config_file)]
        with open(self.directory / "server.log", "ab") as log:
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *java], cwd=self.directory, stdout=log,
                                            stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)

    def stop(self) -> None:
        """Ends the process in order, within ten seconds by force."""
        self.terminate()
        self.wait_for_end()

    def terminate(self) -> None:
        """Asks the process to end and does not wait."""
        self.thaw()
        self._signal(signal.SIGTERM)

    def wait_for_end(self, limit: float = 10) -> None:
        """Waits for the end of the process, and forces it after `limit`."""
        if self.process is None:
            return
        try:
            self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL: to its peers a crash."""
        self._signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def freeze(self) -> None:
        """SIGSTOP: connections are still accepted, by the kernel, and nothing ever answers."""
        self._signal(signal.SIGSTOP)
        if self.running:  # its threads stop one after the other: wait for the last
            os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def thaw(self) -> None:
        """SIGCONT: takes back `freeze`."""
        self._signal(signal.SIGCONT)

    def restart(self) -> None:
        """Stops and starts the server, on the same ports and data."""
        self.stop()
        self.start()

    def ask(self, word: str, timeout: float = 5) -> bytes:
        """The reply to a four-letter word, read to its end; OSError when there is none in time."""
        end = time.monotonic() + timeout
        with contextlib.ExitStack() as stack:
            connection = stack.enter_context(socket.create_connection((self.host, self.port), timeout))
            if self.tls:
                connection = stack.enter_context(self.tls.wrap_socket(connection, server_hostname=self.host))
            connection.sendall(word.encode())
            reply = bytearray()
            while True:
                connection.settimeout(max(end - time.monotonic(), 0.001))
                part = connection.recv(65536)
                if not part:
                    return bytes(reply)
                reply += part

    def state(self, timeout: float = 1) -> str | None:
        """What `srvr` calls its Mode, "not_serving", or None without an answer."""
        try:
            reply = self.ask("srvr", timeout).decode()
        except OSError:
            return None
        if "not currently serving" in reply:
            return "not_serving"
        return next((line[6:] for line in reply.splitlines() if line.startswith("Mode: ")), None)

    def log_tail(self, lines: int = 15) -> str:
        """The last lines of the server's log."""
        log = self.directory / "server.log"
        text = log.read_text(errors="replace") if log.exists() else "(never started)"
        return "\n".join(text.splitlines()[-lines:])

    def _signal(self, number: int) -> None:
        if self.running:
            os.kill(self.process.pid, number)


class Ensemble:
    """Servers on free ports, with their files under `directory`/member-N; one participant alone is a standalone.

    With `own_hosts` clients find member N at 127.0.0.N.
    """

    def __init__(self, directory: str | Path, participants: int = 3, observers: int = 0, whitelist: str = "*",
                 extra_config: dict[str, Any] | None = None, jvm_flags: list[str] | None = None,
                 own_hosts: bool = False):
        if missing := [str(jar) for jar in JARS if not jar.exists()] or ([] if shutil.which("java") else ["java"]):
            raise NotInstalled(f"not installed: {', '.join(missing)}; `scripts/install-packages run` installs it")
        roles = ["participant"] * participants + ["observer"] * observers
        ports = free_ports(3 * len(roles))
        self.members = [Member(number, role, Path(directory).absolute() / f"member-{number}",
                               ports[3 * number - 3:3 * number], f"127.0.0.{number}" if own_hosts else HOST)
                        for number, role in enumerate(roles, 1)]
        servers = {f"server.{m.number}": f"{HOST}:{m.quorum_port}:{m.election_port}:{m.role};{m.address}"
                   for m in self.members} if len(roles) > 1 else {}
        for member in self.members:
            member.jvm_flags = list(jvm_flags or [])
            member.config = {**DEFAULTS, "dataDir": member.directory / "data", "clientPort": member.port,
                             "clientPortAddress": member.host, "4lw.commands.whitelist": whitelist,
                             "standaloneEnabled": str(not servers).lower(), **servers, **(extra_config or {})}

    @property
    def servers(self) -> str:
        """All client addresses, with commas: for the exporter's flag and for clients."""
        return ",".join(member.address for member in self.members)

    def __enter__(self) -> "Ensemble":
        try:
            self.start()
            self.wait_serving()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Starts all servers and does not wait for them."""
        atexit.register(self.stop)
        for member in self.members:
            member.start()

    def stop(self) -> None:
        """Stops all servers, frozen ones too."""
        for member in self.members:
            member.terminate()
        for member in self.members:
            member.wait_for_end()
        atexit.unregister(self.stop)

    def leader(self) -> Member | None:
        """The member that leads now, if any."""
        return next((member for member in self.members if member.running and member.state() == "leader"), None)

    def followers(self) -> list[Member]:
        """All members but the leader, once there is one."""
        leader = self.wait_until(self.leader, "a leader")
        return [member for member in self.members if member is not leader]

    def wait_serving(self, limit: float = 60) -> None:
        """Waits until every member serves; RuntimeError as soon as one has ended."""
        self.wait_until(self._all_serve, "every member to serve", limit)

    def wait_until(self, condition: Callable[[], T], what: str, limit: float = 60) -> T:
        """As the function of this name; a failure shows the members' states and the ends of their logs."""
        return wait_until(condition, what, limit, self._describe)

    def _all_serve(self) -> bool:
        for member in self.members:
            if not member.running:
                raise RuntimeError(f"member {member.number} has ended\n{member.log_tail()}")
        return all(member.state() not in (None, "not_serving") for member in self.members)

    def _describe(self) -> str:
        return "\n".join(f"--- member {m.number} ({m.address}): {m.state()}\n{m.log_tail()}" for m in self.members)


class ClientLoad:
    """A few client sessions that write, read and watch at a gentle rate, and outlive the loss of members."""

    def __init__(self, servers: str, sessions: int = 3, operations_per_second: float = 20):
        self.operations = 0  # that succeeded
        self._pause = sessions / operations_per_second
        self._stopping = threading.Event()
        quiet = logging.Logger("kazoo")
        quiet.addHandler(logging.NullHandler())
        self._clients = [KazooClient(servers, timeout=6, logger=quiet, randomize_hosts=True,
                                     connection_retry=KazooRetry(max_tries=-1, max_delay=1)) for _ in range(sessions)]
        self._threads = [threading.Thread(target=self._work, args=(client, number), daemon=True)
                         for number, client in enumerate(self._clients)]

    def __enter__(self) -> "ClientLoad":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Starts the load and does not wait for a connection."""
        for client, thread in zip(self._clients, self._threads):
            client.start_async()
            thread.start()

    def stop(self) -> None:
        """Closes the sessions, so that their ephemerals go at once."""
        self._stopping.set()
        for client in self._clients:
            client.stop()
        for client, thread in zip(self._clients, self._threads):
            thread.join(10)
            client.close()

    def _work(self, client: KazooClient, number: int) -> None:
        while not self._stopping.wait(self._pause):
            if not client.connected:
                continue
            try:
                for _ in _operations(client, number):
                    self.operations += 1
                    if self._stopping.wait(self._pause):
                        break
            except KazooException:
                pass  # the member or the session is lost: begin again once there is a connection


def _operations(client: KazooClient, number: int) -> Iterator[Any]:
    """An endless round of operations, one at each step."""
    path = f"/load/session-{number}"
    yield client.ensure_path(path)
    yield client.create("/load/online-", ephemeral=True, sequence=True)
    yield client.get("/load", watch=_ignore)  # nobody sets it: this watch stays
    for turn in itertools.count():
        yield client.set(path, f"turn {turn}".encode())
        yield client.get(path, watch=_ignore)
        yield client.get_children(path, watch=_ignore)
        item = client.create(f"{path}/item-", b"x" * 100, sequence=True, ephemeral=turn % 2 == 0)
        yield item
        yield client.delete(item)


def _ignore(_event: object) -> None:
    pass

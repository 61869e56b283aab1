"""The reference ensemble as pods: each server in a network namespace of its own, with a mini-kubelet beside it.

A probe is run with the very command of the manifest: there is a 127.0.0.1:2181 in each namespace.
"""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from manifests import golden
from mini_kubelet import MiniKubelet, Probe, probes_of
from network import Network
from threads import working
from zk_health import ZK_HEALTH
from zookeeper_ensemble import Ensemble, wait_until

NOBODY_SERVED = ("not_serving", "read-only")
USUAL = {
    "ours": "",
    "ruok": '[ "$(echo ruok | nc 127.0.0.1 2181)" = imok ]',
    "srvr": "echo srvr | nc 127.0.0.1 2181 | grep '^Mode: '",
}


def reference() -> tuple[dict[str, Any], dict[str, str]]:
    """The pod of the reference ensemble with our probes, and the lines of its zoo.cfg."""
    documents = golden("demo")
    (pod,) = [each["spec"]["template"]["spec"] for each in documents if each["kind"] == "StatefulSet"]
    (text,) = [each["data"]["zoo.cfg"] for each in documents if "zoo.cfg" in each.get("data", {})]
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return pod, dict(line.split("=", 1) for line in lines)


def probe_set(name: str) -> dict[str, Probe]:
    """Our probes, or probes with the same figures that run another command."""
    pod, _ = reference()
    (container,) = [each for each in pod["containers"] if each["name"] == "zookeeper"]
    probes = probes_of(container, {"/probe/zk-health": str(ZK_HEALTH)})
    if name != "ours":
        probes = {kind: Probe(("sh", "-c", USUAL[name]), probe.initial_delay, probe.period, probe.timeout,
                              probe.failures, probe.successes, probe.grace) for kind, probe in probes.items()}
    return probes


class Pods:
    """Three members; the first has the read-only mode on."""

    def __init__(self, directory: Path, network: Network, probes: str, scale: float):
        self.network, self.name, self.scale = network, probes, scale
        pod, self.zoo_cfg = reference()
        self.ensemble = Ensemble(directory)
        self.members = self.ensemble.members
        self._threads: dict[int, ThreadPoolExecutor] = {}
        self.kubelets: list[MiniKubelet] = []
        config = {**self.zoo_cfg, "admin.enableServer": "false"}
        if scale < 1:  # a member notices a lost quorum sooner, but not as much sooner as the probes ask
            config.update({"tickTime": "500", "fastleader.maxNotificationInterval": "1000"})
        for member in self.members:
            member.host, member.port = "127.0.0.1", 2181
            member.address = "127.0.0.1:2181"
            member.config = {**config, "dataDir": member.directory / "data"}
            for other in self.members:
                member.config[f"server.{other.number}"] = f"{network.peer(other.number)}:2888:3888"
            member.jvm_flags += ["-Dreadonlymode.enabled=true"] if member.number == 1 else []
            thread = ThreadPoolExecutor(1, initializer=network.enter, initargs=[f"member-{member.number}"])
            self._threads[member.number] = thread
            member.start = lambda start=member.start, thread=thread: thread.submit(start).result()
        grace = pod["terminationGracePeriodSeconds"]
        for member in self.members:
            self.kubelets.append(self._kubelet(member.number, grace))

    def _kubelet(self, number: int, grace: float) -> MiniKubelet:
        return MiniKubelet(self.members[number - 1], probe_set(self.name), grace, self.scale,
                           lambda: self.network.enter(f"member-{number}"))

    def __enter__(self) -> "Pods":
        try:
            for kubelet in self.kubelets:
                kubelet.start()
            self.wait_ready()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        print(f"--- kubelets with the probes {self.name}:\n{self.describe()}")
        self.close()

    def close(self) -> None:
        """Nothing of it remains."""
        for kubelet in self.kubelets:
            kubelet.stop()
        self.ensemble.stop()
        for thread in self._threads.values():
            thread.shutdown()

    def state(self, number: int) -> str | None:
        """What the member says of itself, asked in its own namespace."""
        return self._threads[number].submit(self.members[number - 1].state).result()

    def leader(self) -> int:
        """The number of the leader."""
        return self.wait(lambda: next((n for n in (1, 2, 3) if self.state(n) == "leader"), 0), "a leader")

    def wait(self, condition: Callable[[], Any], what: str) -> Any:
        """Waits, and tells all that the kubelets did when it was in vain."""
        return wait_until(condition, f"{self.name}: {what}", 120 if self.scale < 1 else 600, self.describe)

    def wait_ready(self) -> None:
        """All serve, and all are Ready."""
        self.wait(lambda: all(kubelet.ready for kubelet in self.kubelets)
                  and all(self.state(n) not in (None, *NOBODY_SERVED) for n in (1, 2, 3)), "all to be ready")

    def describe(self) -> str:
        """What the kubelets did, in order."""
        return "\n".join(sorted(line for kubelet in self.kubelets for line in kubelet.log))

    def watch(self, numbers: list[int], since: float) -> None:
        """Until each was restarted, or its liveness probe ran more often than a restart takes."""
        before = {n: len(self.kubelets[n - 1].restarts) for n in numbers}

        def judged(number: int) -> bool:
            kubelet = self.kubelets[number - 1]
            asked = len(kubelet.of("liveness", since))
            return len(kubelet.restarts) > before[number] or asked > kubelet.probes["liveness"].failures + 1
        self.wait(lambda: all(judged(n) for n in numbers), f"a judgement of {numbers}")

    @contextlib.contextmanager
    def sessions(self, number: int, count: int) -> Iterator[None]:
        """Holds sessions from the member's own address, as a client that leaks them does."""
        def keep_alive(stopping: threading.Event) -> None:
            while not stopping.wait(0.5):
                for each in held:
                    with contextlib.suppress(OSError):
                        each.sendall(struct.pack(">iii", 8, -2, 11))  # a ping

        with contextlib.ExitStack() as stack:
            held = [stack.enter_context(self._threads[number].submit(_open_session).result()) for _ in range(count)]
            stack.enter_context(working(keep_alive))
            yield


def _open_session() -> socket.socket:
    """A session of ten seconds; a connection without one is closed after some time."""
    connection = socket.create_connection(("127.0.0.1", 2181), 5)
    connection.sendall(struct.pack(">iiqiqi16s?", 45, 0, 0, 10000, 0, 16, bytes(16), False))
    connection.recv(1024)
    return connection

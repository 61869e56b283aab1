"""A StatefulSet of real servers, each at its own address of loopback, and a kubectl that knows no more than it."""

import itertools
import json
import os
import socketserver
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from zk_health import ZK_HEALTH
from zookeeper_ensemble import Ensemble, Member, free_ports

KUBECTL = """#!{python}
import json, socket, sys
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect({path!r})
    body = sys.stdin.read() if "-" in sys.argv else ""
    connection.sendall(json.dumps([sys.argv[1:], body]).encode() + b"\\n")
    answer = json.loads(connection.makefile().readline())
print(answer[1], end="", file=sys.stderr if answer[0] else sys.stdout)
sys.exit(answer[0])
"""
OLD, NEWEST = "rev-1", "rev-2"


class FakeCluster:
    """Pods zookeeper-0, -1 and so on; what `kubectl` was asked to delete is in `deleted`, in that order."""

    def __init__(self, directory: Path, replicas: int = 3, most: int = 0):
        """`most`: to so many replicas it may grow."""
        self.ensemble = Ensemble(directory, max(replicas, most))
        self._all = self.ensemble.members
        self.port = free_ports(1)[0]
        for member in self._all:
            member.host, member.port = f"127.0.1.{member.number}", self.port
            member.address = f"{member.host}:{self.port}"
        # Servers end with the thread that started them: this one lives as long as the cluster.
        self._starter = ThreadPoolExecutor(1)
        for member in self._all:
            member.start = lambda start=member.start: self._starter.submit(start).result()
            member.config.update(clientPort=self.port, clientPortAddress=member.host)
        self.newest = OLD
        self.replicas = replicas
        self._list_servers(replicas)
        self.ensemble.members = self.members
        self.strategy = "OnDelete"
        self.deleted: list[str] = []
        self.replacement_starts = True
        self.stays = False                        # a deleted pod stays: its node is lost
        self.odd: dict[int, dict[str, str]] = {}  # what kubectl says otherwise of a member's pod
        self.hiccups = 0                          # so many `kubectl get` fail
        self.gap = 0                              # so many fail after the next deletion
        self.leaving = 0                          # so many looks at a pod say that it is being deleted
        self.asked: list[list[str]] = []
        self.lease: list[str] = []                # version, holder, time
        self.other_run = False                    # whether the lease's holder is at work
        self.thief = ""                           # who takes the lease at the next deletion
        self._uids = itertools.count(1)
        self.uid = {member.number: f"uid-{next(self._uids)}" for member in self._all}
        self.revision = {member.number: OLD for member in self._all}
        self.running = {member.number: True for member in self._all}
        self._jobs: list[Member] = []
        self.kubectl = directory / "kubectl"
        directory.mkdir(parents=True, exist_ok=True)
        self.kubectl.write_text(KUBECTL.format(python=sys.executable, path=str(directory / "socket")))
        self.kubectl.chmod(0o755)
        cluster = self

        class Handler(socketserver.StreamRequestHandler):
            """One call of kubectl."""

            def handle(self) -> None:
                answer = cluster.answer(*json.loads(self.rfile.readline()))
                self.wfile.write(json.dumps(answer).encode() + b"\n")

        self._server = socketserver.ThreadingUnixStreamServer(str(directory / "socket"), Handler)
        self._server.daemon_threads = True
        self._wake = threading.Condition()
        self._closing = False
        self._controller = threading.Thread(target=self._control, daemon=True)

    def __enter__(self) -> "FakeCluster":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self._controller.start()
        try:
            self.ensemble.start()
            self.ensemble.wait_serving()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._controller.join()
        self._server.shutdown()
        self._server.server_close()
        self.ensemble.stop()
        self._starter.shutdown()

    @property
    def members(self) -> list[Member]:
        """The servers of the pods that there should be, by their ordinals."""
        return self._all[:self.replicas]

    def make_old(self) -> None:
        """As if the template had been changed since all pods started; forgets what was deleted."""
        self.newest = NEWEST
        self.revision.update({number: OLD for number in self.revision})
        self.deleted.clear()

    def apply(self, servers: int, revision: str) -> None:
        """Another zoo.cfg with so many servers, and as many replicas: the controller starts or ends the last pods."""
        gone = self._all[servers:self.replicas]
        new = self._all[self.replicas:servers]
        self.newest, self.replicas = revision, servers
        self.ensemble.members = self.members
        self._list_servers(servers)
        for member in gone:
            member.stop()
        for member in new:
            self._start_pod(member)
        self.ensemble.wait_serving()

    def member(self, pod: str) -> Member:
        """The server of a pod."""
        return self.members[int(pod.rpartition("-")[2])]

    def roll(self, *arguments: str, limit: float = 120, pause: str = "0.1") -> subprocess.CompletedProcess[str]:
        """Runs roll-zookeeper.sh against it; `pause` is between two looks."""
        script = Path(__file__).resolve().parents[2] / "manifests/scripts/roll-zookeeper.sh"
        environment = {"KUBECTL": f"env {self.kubectl}", "ROLL_PAUSE": pause, "ROLL_LOCK_SECONDS": "6",
                       "ROLL_PATIENCE": "2"}
        return subprocess.run([script, f"--port={self.port}", *arguments], capture_output=True, text=True,
                              timeout=limit, stdin=subprocess.DEVNULL, env={**os.environ, **environment})

    def answer(self, words: list[str], body: str = "") -> tuple[int, str]:
        """What kubectl says: its exit code and text."""
        if self.hiccups > 0 and "get" in words:
            self.hiccups -= 1
            return 1, "Unable to connect to the server: net/http: TLS handshake timeout"
        self.asked.append(words)
        container = next((word.partition("=")[2] for word in words if word.startswith("--container=")), "")
        template = next((word.removeprefix("jsonpath=") for word in words if word.startswith("jsonpath=")), "")
        words = [word for word in words if not word.startswith(("--namespace=", "--request-timeout=", "--container=",
                                                                "--context=", "--ignore-not-found", "jsonpath="))]
        if words == ["config", "current-context"]:
            return 0, "fake"
        if words[:2] == ["get", "statefulset"]:
            if words[2] != "zookeeper":
                return 1, f'Error from server (NotFound): statefulsets.apps "{words[2]}" not found'
            return 0, f"set-uid|{self.replicas}||{self.newest}|{self.strategy}|1|1|end"
        if words[:2] == ["get", "pod"]:
            return 0, self._describe(self.member(words[2]), template)
        if words[:2] == ["delete", "--raw"]:
            wanted = json.loads(body)["preconditions"]
            return (self._delete if "/pods/" in words[2] else self._unlock)(words[2].rpartition("/")[2], wanted)
        if words[:2] in (["get", "lease"], ["create", "-f"], ["replace", "-f"]):
            return self._answer_on_lease(words[0], body)
        if words[0] == "exec" and words[2] == "--":
            if not self.running[self.member(words[1]).number] or container != "zookeeper":
                return 1, "error: Internal error occurred: container not found"
            if words[3] != "/probe/zk-health":
                return 126, f"OCI runtime exec failed: exec: {words[3]}: no such file or directory"
            return self._health(*words[4:])
        return 1, f"kubectl here does not know {words}"

    def _describe(self, member: Member, template: str) -> str:
        number = member.number
        ready = self.running[number] and self._health("--check=readiness", "--timeout=1s", member.address)[0] == 0
        state = ('{"running":{"startedAt":"2026-01-01T00:00:00Z"}}' if self.running[number] else
                 '{"waiting":{"reason":"CrashLoopBackOff"}}')
        fields = {"uid": self.uid[number], "deletion": "", "owner": "set-uid", "revision": self.revision[number],
                  "ip": member.host, "phase": "Running", "ready": str(ready), "scheduled": "",
                  "containers": "zookeeper", "state": state if "@.name=='zookeeper'" in template else ""}
        if self.leaving > 0:
            self.leaving -= 1
            fields["deletion"] = "2026-01-01T00:00:00Z"
        fields.update(self.odd.get(number, {}))
        return "|".join(fields.values())

    def _delete(self, pod: str, wanted: dict[str, str]) -> tuple[int, str]:
        number = self.member(pod).number
        if wanted["uid"] != self.uid[number]:
            return 1, "Error from server (Conflict): the UID in the precondition does not match"
        self.deleted.append(pod)
        self.hiccups, self.gap = self.gap, 0
        if self.thief:
            self.lease = [str(next(self._uids)), self.thief, "now"]
        if self.stays:
            self.odd[number] = {"deletion": "2026-01-01T00:00:00Z"}
            return 0, "{}"
        with self._wake:
            self.running[number] = False
            self._jobs.append(self.member(pod))
            self._wake.notify()
        return 0, "{}"

    def _answer_on_lease(self, verb: str, body: str) -> tuple[int, str]:
        if verb == "get":
            if self.other_run and self.lease:
                self.lease[0] = str(next(self._uids))  # it renews its lease all the time
            return 0, "|".join(self.lease) if self.lease else ""
        wanted = json.loads(body)
        if verb == "create" and self.lease:
            return 1, "Error from server (AlreadyExists)"
        if self.lease and wanted["metadata"].get("resourceVersion") != self.lease[0]:  # one that is gone is made anew
            return 1, "Error from server (Conflict): the object has been modified"
        self.lease = [str(next(self._uids)), wanted["spec"]["holderIdentity"], wanted["spec"]["renewTime"]]
        return 0, self.lease[0]

    def _unlock(self, _: str, wanted: dict[str, str]) -> tuple[int, str]:
        if not self.lease or wanted["resourceVersion"] != self.lease[0]:
            return 1, "Error from server (Conflict)"
        self.lease = []
        return 0, "{}"

    def _control(self) -> None:
        """What the controller and the kubelet do after a deletion."""
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._jobs or self._closing)
                if self._closing:
                    return
                member = self._jobs.pop(0)
            member.stop()
            if self.replacement_starts:
                self._start_pod(member)
            else:
                self._make_pod(member)

    def _make_pod(self, member: Member) -> None:
        """A new one of this name, by the newest template."""
        self.odd.pop(member.number, None)
        self.uid[member.number] = f"uid-{next(self._uids)}"
        self.revision[member.number] = self.newest

    def _start_pod(self, member: Member) -> None:
        self._make_pod(member)
        (member.directory / "zoo.cfg").unlink(missing_ok=True)  # it is written at each start
        member.start()
        self.running[member.number] = True

    def _list_servers(self, count: int) -> None:
        """Writes the servers into the template; a member reads it when it starts."""
        for member in self._all:
            for other in self._all:
                member.config.pop(f"server.{other.number}", None)
            for other in self._all[:count]:
                member.config[f"server.{other.number}"] = (
                    f"{other.host}:{other.quorum_port}:{other.election_port}:participant;{other.address}")

    def _health(self, *arguments: str) -> tuple[int, str]:
        done = subprocess.run([ZK_HEALTH, *arguments], capture_output=True, text=True, timeout=20, check=False,
                              stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout + done.stderr

"""roll-zookeeper.sh against real servers, by a kubectl of the tests' own; and how it compares with the plain order."""

import json
import os
import re
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import figures
from fake_cluster import NEWEST, OLD, FakeCluster
from manifests import MANIFESTS, kubectl
from zookeeper_ensemble import Member, wait_until

SCRIPT = MANIFESTS / "scripts/roll-zookeeper.sh"
COLUMNS = ("roll", "leader at first on", "runs", "seconds without a leader: median", "max", "elections: mean", "max ")
RUNS = int(os.environ.get("ROLL_RUNS", "10"))


@pytest.fixture(name="cluster")
def fixture_cluster(tmp_path: Path) -> Iterator[FakeCluster]:
    """Three members, with the old template."""
    with FakeCluster(tmp_path) as cluster:
        cluster.make_old()
        yield cluster


def leader_pod(cluster: FakeCluster) -> str:
    """The pod of the leader."""
    leader = cluster.ensemble.wait_until(cluster.ensemble.leader, "a leader")
    return f"zookeeper-{leader.number - 1}"


class Outage:
    """How long nobody led, by asking each member some fifty times a second; and how many elections there were."""

    def __init__(self, cluster: FakeCluster):
        self._stopping = threading.Event()
        self._seen: list[tuple[float, int]] = []  # when a leader answered, and its epoch
        self._threads = [threading.Thread(target=self._watch, args=(member,), daemon=True)
                         for member in cluster.members]
        self.seconds = 0.0
        self.elections = 0

    def __enter__(self) -> "Outage":
        for thread in self._threads:
            thread.start()
        wait_until(lambda: self._seen, "a leader before the roll")
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        end = time.monotonic()
        try:
            if kind is None:
                wait_until(lambda: self._seen[-1][0] > end, "a leader after the roll")
        finally:
            self._stopping.set()
            for thread in self._threads:
                thread.join()
        times = sorted(when for when, _ in self._seen)
        gaps = [later - earlier for earlier, later in zip(times, times[1:])]
        self.seconds = sum(gap for gap in gaps if gap > 0.2)  # less may be a leader that is slow to answer
        epochs = [epoch for _, epoch in self._seen]
        self.elections = max(epochs) - min(epochs)

    def _watch(self, member: Member) -> None:
        while not self._stopping.wait(0.02):
            try:
                answer = member.ask("srvr", 1).decode()
            except OSError:
                continue
            if "Mode: leader" in answer:
                found = re.search(r"^Zxid: 0x([0-9a-f]+)$", answer, re.M)
                assert found
                self._seen.append((time.monotonic(), int(found[1], 16) >> 32))


def test_rolls_with_the_leader_last(cluster: FakeCluster) -> None:
    """Each pod once, the leader last; all of them new, and well, in the end; then there is nothing left to do."""
    leader = leader_pod(cluster)
    planned = cluster.roll("--dry-run")
    assert planned.returncode == 0 and cluster.deleted == []
    assert f"{leader}: would wait: not_safe" in planned.stdout and "it leads" in planned.stdout
    cluster.gap = 5  # the API server is away for longer than a moment
    with Outage(cluster) as outage:
        done = cluster.roll()
    print(done.stdout)
    assert done.returncode == 0 and done.stderr.count("trying again") == 1, done.stdout + done.stderr
    assert sorted(cluster.deleted) == ["zookeeper-0", "zookeeper-1", "zookeeper-2"] and cluster.deleted[-1] == leader
    assert outage.elections == 1
    cluster.leaving = 3
    again = cluster.roll("--context=other")
    assert again.stdout.count("waiting: zookeeper-2 is being deleted, with grace until 2026-01-01") == 1
    assert again.returncode == 0 and len(cluster.deleted) == 3 and "--all" in again.stdout
    assert "context other, namespace zookeeper, statefulset zookeeper" in again.stdout.splitlines()[0]
    assert cluster.lease == []
    touches_nothing(cluster)
    refuses_what_it_should(cluster)


def touches_nothing(cluster: FakeCluster) -> None:
    """What is not understood, or is wrong, stops it before the first deletion, in one line that says what."""
    cluster.make_old()
    wrong_flags = {"--container=nope": "it has: zookeeper", "--port=1": "port 1 is not that", "--port=0": "no port",
                   "--zk-health=/none": "cannot run /none", "--statefulset=other": "(NotFound)",
                   "--timeout=soon": "no number"}
    for flag, words in wrong_flags.items():
        refused = cluster.roll(flag)
        assert refused.returncode in (1, 2) and words in refused.stderr, (flag, refused)
    odd = [({"state": ""}, "cannot tell whether zookeeper-1 runs"), ({"state": "{}"}, "cannot tell"),
           ({"phase": "Unknown"}, "cannot tell"), ({"phase": "Pending", "state": ""}, "cannot tell"),
           ({"phase": ""}, "not understood"), ({"uid": ""}, "not understood"), ({"containers": ""}, "not understood"),
           ({"owner": "someone"}, "does not belong"), ({"owner": ""}, "does not belong"),
           ({"deletion": "2026-01-01T00:00:00Z"}, "is being deleted, with grace until"),
           ({"containers": "zk sidecar"}, "it has: zk sidecar")]
    for fields, words in odd:
        cluster.odd = {2: fields}
        refused = cluster.roll("--timeout=1")
        assert refused.returncode == 1 and words in refused.stderr, (fields, refused)
    cluster.odd = {2: {"ready": "Unknown"}}  # its node is lost: it may serve, so it is asked for like the others
    waits = cluster.roll("--dry-run")
    assert "zookeeper-1 is unready: its Ready condition is Unknown" in waits.stdout, waits
    cluster.odd = {}

    cluster.members[2].freeze()
    cluster.odd = {3: {"ready": "True"}}  # frozen a moment ago: the next one is asked
    planned = cluster.roll("--dry-run", "--zk-health-flag=--timeout=500ms")
    assert planned.returncode == 0 and "zookeeper-0: would wait" in planned.stdout, planned
    cluster.members[2].thaw()
    cluster.odd = {}
    cluster.ensemble.wait_serving()

    cluster.lease = ["7", "somebody", "then"]
    cluster.other_run = True
    refused = cluster.roll()
    cluster.other_run = False
    assert refused.returncode == 1 and "another run is at work: somebody" in refused.stderr, refused
    assert cluster.deleted == [] and cluster.lease[1] == "somebody"  # and is left to take over below

    cluster.revision.update({number: NEWEST for number in cluster.revision})
    cluster.odd = {2: {"phase": "Pending", "state": "", "ready": "False", "scheduled": "Unschedulable", "ip": ""}}
    not_well = cluster.roll()
    assert not_well.returncode == 1 and "zookeeper-1 is dead: it is Pending: Unschedulable" in not_well.stderr, not_well
    cluster.odd = {}


def refuses_what_it_should(cluster: FakeCluster) -> None:
    """A pod that does not run is first; a lost quorum, another strategy or a bad flag stops it."""
    cluster.make_old()
    cluster.hiccups = 2
    follower = next(m for m in cluster.members if f"zookeeper-{m.number - 1}" != leader_pod(cluster))
    follower.stop()  # but its container "runs": it is a server that does not answer
    cluster.running[follower.number] = True
    done = cluster.roll("--timeout=20", "--zk-health-flag=--timeout=2s")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "took over the lease of somebody" in done.stdout and "trying again" in done.stderr
    assert cluster.deleted[0] == f"zookeeper-{follower.number - 1}" and len(cluster.deleted) == 3
    assert any("--timeout=2s" in words for words in cluster.asked)

    cluster.make_old()
    for member in cluster.members[:2]:
        member.stop()
    alone = cluster.members[2]
    wait_until(lambda: alone.state() == "not_serving", "the last member to have noticed that it is alone")
    done = cluster.roll("--timeout=1")
    assert done.returncode == 1 and cluster.deleted == [], done.stdout
    assert "no member may be stopped after 1 s" in done.stderr and cluster.lease == []
    done = cluster.roll("--timeout=10", "--force")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "--force: deleted, for it does not run or answer" in done.stdout
    assert sorted(cluster.deleted[:2]) == ["zookeeper-0", "zookeeper-1"] and cluster.deleted[2:] == ["zookeeper-2"]

    cluster.make_old()
    for member in cluster.members[:2]:
        member.stop()
        cluster.running[member.number] = False  # as if they crashed on a bad template
    done = cluster.roll("--timeout=1")
    assert done.returncode == 1 and cluster.deleted == [], "a majority is not taken away without --force"
    done = cluster.roll("--timeout=20", "--force")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "--force: deleted, for it does not run" in done.stdout
    assert sorted(cluster.deleted[:2]) == ["zookeeper-0", "zookeeper-1"] and cluster.deleted[2:] == ["zookeeper-2"]

    cluster.revision[1] = OLD
    cluster.stays = True
    done = cluster.roll("--timeout=1")
    assert done.returncode == 1 and "zookeeper-0 is still being deleted after 1 s" in done.stderr, done.stderr
    assert "delete the Node object" in done.stderr
    cluster.stays, cluster.odd = False, {}

    cluster.revision[1] = OLD
    cluster.deleted.clear()
    cluster.replacement_starts = False
    done = cluster.roll("--timeout=1")
    assert done.returncode == 1 and "zookeeper-0 is not ready after 1 s" in done.stderr

    cluster.strategy = "RollingUpdate"
    done = cluster.roll()
    assert done.returncode == 1 and "OnDelete" in done.stderr
    assert cluster.roll("--fast").returncode == 2


def test_never_risks_two_quorums(tmp_path: Path) -> None:
    """3 to 5 members at once, and back from 5 to 3, is refused before a deletion, also with --force."""
    with FakeCluster(tmp_path, most=5) as cluster:
        cluster.apply(5, NEWEST)
        for flags in ((), ("--force", "--timeout=1"), ("--all",)):
            refused = cluster.roll(*flags)
            assert refused.returncode == 1 and "there could be two quorums" in refused.stderr, (flags, refused)
            assert "go by one: 3, 4, 5" in refused.stderr and cluster.deleted == []
        cluster.odd = {1: {"ready": "False"}, 2: {"ready": "False"}}  # no member comes into question: the lists still count
        refused = cluster.roll("--force", "--timeout=2")
        assert refused.returncode == 1 and "two quorums" in refused.stderr and cluster.deleted == [], refused
        cluster.odd = {}
        planned = cluster.roll("--dry-run")
        assert "two quorums" in planned.stdout + planned.stderr and cluster.lease == []
        cluster.apply(3, OLD)
        back = cluster.roll()
        assert back.returncode == 0 and "nothing to restart: all 3 pods" in back.stdout, back
    with FakeCluster(tmp_path / "shrinks", replicas=5) as cluster:
        cluster.apply(3, NEWEST)
        for flags in ((), ("--force", "--timeout=1")):
            refused = cluster.roll(*flags)
            assert refused.returncode == 1 and cluster.deleted == [], (flags, refused)
            assert "more voters than zookeeper has pods (3)" in refused.stderr and "set replicas back" in refused.stderr


def test_forces_no_more_than_what_is_stuck(tmp_path: Path) -> None:
    """Three frozen of five, and one that serves has the old template, too: the three go together, and then that one."""
    with FakeCluster(tmp_path, replicas=5) as cluster:
        cluster.make_old()
        cluster.revision[5] = NEWEST
        for member in cluster.members[1:4]:
            member.freeze()
        done = cluster.roll("--timeout=30", "--force", "--zk-health-flag=--timeout=500ms")
        assert done.returncode == 0, done.stdout + done.stderr
        assert sorted(cluster.deleted[:3]) == ["zookeeper-1", "zookeeper-2", "zookeeper-3"]
        assert cluster.deleted[3:] == ["zookeeper-0"]
        assert done.stdout.count("--force: deleted, for it does not run or answer") == 3


def test_restarts_a_lone_member_only_by_force(tmp_path: Path) -> None:
    """A standalone server: each restart is an outage, so that somebody must want it."""
    with FakeCluster(tmp_path, replicas=1) as cluster:
        cluster.make_old()
        refused = cluster.roll()
        assert refused.returncode == 1 and "an ensemble of 1 can spare no member" in refused.stderr, refused
        assert cluster.deleted == []
        done = cluster.roll("--force")
        assert done.returncode == 0 and cluster.deleted == ["zookeeper-0"], done
        assert "done: healthy" in done.stdout and cluster.lease == []


def test_stops_when_it_loses_the_lock(cluster: FakeCluster) -> None:
    """Somebody else has taken the Lease: no further deletion, and the Lease stays theirs."""
    cluster.thief = "another run"
    lost = cluster.roll()
    assert lost.returncode == 1 and "lost the lease roll-zookeeper to another run" in lost.stderr, lost
    assert len(cluster.deleted) == 1 and cluster.lease[1] == "another run"


@pytest.mark.long
def test_grows_by_one_at_a_time(tmp_path: Path) -> None:
    """3, 4, 5 by the script: each time one outage at most, of one election; the last to know all are the old ones."""
    with FakeCluster(tmp_path, most=5) as cluster:
        for size in (4, 5):
            cluster.apply(size, f"rev-{size}")
            with Outage(cluster) as outage:
                done = cluster.roll()
            print(done.stdout)
            assert done.returncode == 0, done.stdout + done.stderr
            assert outage.elections <= 1 and f"all {size}" in cluster.roll().stdout


def test_runs_in_bash_3_2() -> None:
    """Nothing newer than what macOS has: no such bash is at hand here, so that the words are looked for."""
    code = "\n".join(line for line in SCRIPT.read_text().splitlines() if not line.lstrip().startswith("#"))
    newer = re.compile(r"declare -[a-zA-Z]*[Agn]|local -[a-zA-Z]*[Agn]|mapfile|readarray|%\(|\$\{[^}]*(,,|\^\^|@[A-Z]\})|"
                       r"\[-1\]|coproc|&>>|\|&|\[\[ -v |wait -n|EPOCH|BASHPID|;;&|;&|\bnameref\b")
    assert newer.findall(code) == []
    for array in ("health_flags", "pending", "left", "dead"):  # an empty one is "unbound" there
        bare = [line for line in code.splitlines() if f'"${{{array}[@]}}"' in line and f"${{{array}[@]+" not in line]
        assert all("replace" in line or "for i in" in line for line in bare), bare


def fields_of(name: str) -> str:
    """A template of the script."""
    text = SCRIPT.read_text().replace("\\\n", "").replace("$container", "zookeeper")
    return re.search(rf'^{name}_FIELDS="(.*)"$', text, re.M)[1]


@pytest.mark.skipif(kubectl()[0] is None, reason=kubectl()[1])
def test_real_kubectl_reads_what_the_script_asks(tmp_path: Path) -> None:
    """kubectl itself gives the fields in the order that the script reads them in; no server is needed."""
    pod = {"apiVersion": "v1", "kind": "Pod",
           "metadata": {"name": "zookeeper-0", "uid": "u", "labels": {"controller-revision-hash": NEWEST},
                        "ownerReferences": [{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "z", "uid": "o"}]},
           "spec": {"containers": [{"name": "sidecar", "image": "i"}, {"name": "zookeeper", "image": "i"}]},
           "status": {"podIP": "10.0.0.1", "phase": "Running", "conditions": [{"type": "Ready", "status": "True"}],
                      "containerStatuses": [
                          {"name": "sidecar", "state": {"waiting": {}}, "ready": False, "image": "", "imageID": "",
                           "restartCount": 0},
                          {"name": "zookeeper", "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}},
                           "ready": True, "image": "", "imageID": "", "restartCount": 0}]}}
    pending = {**pod, "status": {"phase": "Pending", "conditions": [
        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}]}}
    stateful_set = {"apiVersion": "apps/v1", "kind": "StatefulSet",
                    "metadata": {"name": "zookeeper", "generation": 4, "uid": "s"},
                    "spec": {"replicas": 3, "serviceName": "s", "updateStrategy": {"type": "OnDelete"},
                             "selector": {}, "template": {}},
                    "status": {"updateRevision": NEWEST, "replicas": 3, "observedGeneration": 4}}
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "l", "resourceVersion": "7"},
             "spec": {"holderIdentity": "me", "renewTime": "2026-01-01T00:00:00.000000Z"}}
    running = '{"running":{"startedAt":"2026-01-01T00:00:00Z"}}'
    for name, document, expected in (
            ("POD", pod, f"u||o|{NEWEST}|10.0.0.1|Running|True||sidecar zookeeper|{running}"),
            ("POD", pending, f"u||o|{NEWEST}||Pending||Unschedulable|sidecar zookeeper|"),
            ("SET", stateful_set, f"s|3||{NEWEST}|OnDelete|4|4|end"),
            ("LEASE", lease, "7|me|2026-01-01T00:00:00.000000Z")):
        (tmp_path / "object.json").write_text(json.dumps(document))
        done = subprocess.run([kubectl()[0], "annotate", "--local", "-f", tmp_path / "object.json", "x=y", "-o",
                               f"jsonpath={fields_of(name)}"], capture_output=True, text=True, timeout=20)
        assert done.returncode == 0, done.stderr
        assert done.stdout == expected


def make_leader(cluster: FakeCluster, wanted: Member) -> None:
    """Lets a member lead: one that took part in a newer epoch than the other voter is elected."""
    if cluster.ensemble.leader() is wanted:
        return
    first, second = (member for member in cluster.members if member is not wanted)
    for member in cluster.members:
        member.terminate()
    for member in cluster.members:
        member.wait_for_end()
    wanted.start()
    first.start()
    cluster.ensemble.wait_until(lambda: wanted.state() in ("leader", "follower"), "a new epoch")
    first.stop()
    second.start()
    cluster.ensemble.wait_until(lambda: wanted.state() == "leader", f"member {wanted.number} to lead")
    first.start()
    cluster.ensemble.wait_serving()


def roll_plainly(cluster: FakeCluster) -> None:
    """As the controller does it with the usual readiness probe: the highest ordinal first, until `ruok` is answered."""
    for member in reversed(cluster.members):
        member.restart()
        cluster.ensemble.wait_until(lambda: says_imok(member), "imok")


def says_imok(member: Member) -> bool:
    """Whether a member answers `ruok`."""
    try:
        return member.ask("ruok", 1) == b"imok"
    except OSError:
        return False


@pytest.mark.long
def test_rolls_compared(cluster: FakeCluster) -> None:
    """Ours and the plain order, with the leader on every ordinal, in turn."""
    found: dict[tuple[str, int], list[Outage]] = {}
    for run in range(1, RUNS + 1):
        for ordinal in range(3):
            for name in ("ours", "plain, ruok"):
                make_leader(cluster, cluster.members[ordinal])
                with Outage(cluster) as outage:
                    if name == "ours":
                        done = cluster.roll("--all", pause="1")  # as it comes
                        assert done.returncode == 0, done.stdout + done.stderr
                    else:
                        roll_plainly(cluster)
                cluster.ensemble.wait_serving()
                found.setdefault((name, ordinal), []).append(outage)
                print(f"run {run}: {name}, leader on {ordinal}: {outage.seconds:.2f} s, {outage.elections} elections",
                      flush=True)
    for (name, ordinal), outages in found.items():
        seconds, elections = [each.seconds for each in outages], [each.elections for each in outages]
        figures.note(COLUMNS, name, f"zookeeper-{ordinal}", str(len(outages)), f"{statistics.median(seconds):.2f}",
                     f"{max(seconds):.2f}", f"{statistics.mean(elections):.1f}", str(max(elections)))
        assert name != "ours" or max(elections) == 1

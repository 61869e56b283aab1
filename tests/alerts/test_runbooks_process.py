"""The runbooks of the server processes, followed in the states that they are for."""

import contextlib
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from kazoo.client import KazooClient
from runbook_reader import Page, Reader
from states import frozen_now_and_then

from exporter_process import Exporter
from needs import refusal
from proxy import proxy
from zookeeper_ensemble import HOST, ClientLoad, Ensemble, Member, wait_until

MIB = 1 << 20
CLIENT = "127.0.0.2"  # an address of loopback that is not the exporter's


class Leak:
    """A client that opens connections to a member and closes none."""

    def __init__(self, member: Member):
        self._member = member
        self._open: list[socket.socket] = []

    def __enter__(self) -> "Leak":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Closes them all."""
        for connection in self._open:
            connection.close()

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._open)

    def grow(self, count: int) -> None:
        """Opens so many more, and waits until the member has accepted them."""
        self.press(count)
        wait_until(lambda: self._member.ask("cons").count(f"/{CLIENT}:".encode()) == self.count, "connections")

    def press(self, count: int) -> None:
        """Opens so many more; the kernel does, whether the member accepts them or not."""
        for _ in range(count):
            self._open.append(socket.create_connection((HOST, self._member.port), 5, (CLIENT, 0)))


def descriptors(member: Member) -> int:
    """How many the process has open."""
    return len(list(Path(f"/proc/{member.process.pid}/fd").iterdir()))


def test_a_client_leaks_connections(tmp_path: Path) -> None:
    """Descriptors run out: the pages name the client, and raise the limit of the process while it runs."""
    with leaking(tmp_path) as (reader, member, leak):
        hard = resource.prlimit(member.process.pid, resource.RLIMIT_NOFILE)[1]
        with reader.open("FileDescriptorsHigh", member) as page:
            page.wait_until_raised()
            assert 0.8 < page.ask("zookeeper_open_file_descriptors /")[0]["value"] < 0.95
            assert page.wait_for("predict_linear")[0]["value"] > descriptor_limit(member)
            page.says("Above the limit: by its trend, within an hour none is left.")
            check_figures(page.paste("file_descriptor"), page, member)
            page.says("A limit of 1024 is simply low: set `LimitNOFILE=65536`", "find the client that leaks, by `cons`")
            assert "must not be stopped now:\n- without it no quorum is left" in page.run("curl -s")

        leak.grow(descriptor_limit(member) * 96 // 100 + 1 - descriptors(member))
        with reader.open("FileDescriptorsExhausted", member) as page:
            page.wait_until_raised()
            assert page.ask("zookeeper_open_file_descriptors /")[0]["value"] > 0.95
            wait_until(lambda: page.ask("zookeeper_connections")[0]["value"] >= leak.count, "a scrape")
            page.says("Rising with the connections: clients.")
            printed = page.paste("file_descriptor")
            check_figures(printed, page, member)
            assert re.findall(r"^ +(\d+)  /([\d.]+)$", printed, re.MULTILINE)[0] == (str(leak.count), CLIENT)
            page.says("1. Stop the client that opens connections (the address at the top of the list)")
            page.says("2. Raise the limit of the running process, without a restart")
            assert not page.run("prlimit --pid", PID=str(member.process.pid), **{"65536": str(min(hard, 65536))})
            page.wait_until_over()
            assert f"zk_max_file_descriptor_count\t{min(hard, 65536)}\n" in page.shell('ask mntr "$MEMBER"\n')


@pytest.mark.long
def test_a_client_comes_near_its_limit_of_connections(tmp_path: Path) -> None:
    """It leaks; the page names it."""
    with Ensemble(tmp_path, participants=1) as ensemble, Leak(ensemble.members[0]) as leak, \
            Exporter(ensemble.servers, "--zookeeper.ensemble=orders") as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader:
        reader.prometheus.wait_for("count(zookeeper_connections offset 1m)", [1], 90)
        leak.grow(45)
        with reader.open("ClientNearConnectionLimit") as page:
            page.wait_until_raised()
            assert page.ask("zookeeper_connections")[0]["value"] >= leak.count
            assert page.ask("max_connections_per_client")[0]["value"] == 60
            assert page.paste("ask cons").split()[:2] == [str(leak.count), f"/{CLIENT}"]
            assert page.paste("ss -Htn").split()[:2] == [str(leak.count), CLIENT]
            page.says("- One address has most of them: a client that opens sessions and closes none",
                      "Restart the client that leaks, and have it repaired.")
        leak.end()
        page.wait_until_over()


@pytest.mark.long
def test_no_descriptor_is_left(tmp_path: Path) -> None:
    with leaking(tmp_path) as (reader, member, leak):
        leak.press(descriptor_limit(member) - descriptors(member) + 5)
        with reader.open("FileDescriptorsExhausted", member, whole=False) as page:
            reader.exporter.wait_for_state(member.address, "unreachable")
            printed = page.paste("file_descriptor")
            assert printed.count("zk_") == 0 and f" {descriptor_limit(member)} " in printed
            page.says("Nothing, as the member does not answer: none is left.", "is `timeout`")
            assert 'reason="timeout"} 1\n' in reader.exporter.page()
            assert page.run("ls /proc/PID/fd", PID=str(member.process.pid)).strip() == str(descriptor_limit(member))
            page.run("prlimit --pid", PID=str(member.process.pid), **{"65536": str(descriptor_limit(member) * 4)})
            reader.exporter.wait_for_state(member.address, "standalone")


@contextlib.contextmanager
def leaking(directory: Path) -> Iterator[tuple[Reader, Member, Leak]]:
    """A server of which a client took most descriptors: 85 %, or a little more as long as the exporter asks it."""
    with Ensemble(directory, participants=1, extra_config={"maxClientCnxns": 0}) as ensemble, \
            Leak(ensemble.members[0]) as leak, \
            Exporter(ensemble.servers, "--zookeeper.ensemble=orders") as exporter, \
            Reader(directory, ensemble, exporter) as reader:
        member = ensemble.members[0]
        reader.prometheus.wait_for("count(zookeeper_open_file_descriptors)", [1])
        leak.grow(100)
        hard = resource.prlimit(member.process.pid, resource.RLIMIT_NOFILE)[1]
        resource.prlimit(member.process.pid, resource.RLIMIT_NOFILE, (descriptors(member) * 100 // 85, hard))
        yield reader, member, leak


def descriptor_limit(member: Member) -> int:
    """How many its process may have open."""
    return resource.prlimit(member.process.pid, resource.RLIMIT_NOFILE)[0]


def check_figures(printed: str, page: Page, member: Member) -> None:
    """What the member says of its descriptors, and the limit that the kernel says."""
    limit = descriptor_limit(member)
    assert f"zk_max_file_descriptor_count\t{limit}\n" in printed
    assert "zk_open_file_descriptor_count\t" in printed and "zk_num_alive_connections\t" in printed
    if not shutil.which("pgrep"):
        printed += page.shell(f"grep 'open files' {page.run_without('pgrep').split('/cmdline')[0]}/limits\n")
    assert re.search(rf"^Max open files +{limit} ", printed, re.MULTILINE)


@pytest.mark.long
def test_a_process_stands_still_now_and_then(tmp_path: Path) -> None:
    """As in a virtual machine that is frozen: pauses without collections."""
    with Ensemble(tmp_path, participants=1, extra_config={"jvm.pause.monitor": "true"},
                  jvm_flags=["-XX:+UsePerfData"]) as ensemble, \
            Exporter(ensemble.servers, "--zookeeper.ensemble=orders", "--poll.timeout=3s",
                     "--poll.interval=3s") as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader, reader.open("JvmPausesHigh") as page:
        member = ensemble.members[0]
        with frozen_now_and_then(member, still=1.3, between=0.7):
            page.wait_until_raised()
            assert page.wait_for("zookeeper_jvm_pause_time_seconds_sum")[0]["value"] > 0
            assert not page.ask("zookeeper_jvm_gc_collection_seconds_sum")
            page.says("The second query has no answer where the Prometheus provider does not run")
            assert page.ask("zookeeper_approximate_data_size_bytes")[0]["value"] < 1
            log = member.directory / "server.log"
            wait_until(lambda: "Detected pause" in log.read_text(), "a pause that fell into a nap of the monitor")
            printed = page.paste("Detected pause")
            assert re.search(r"Detected pause in JVM or host machine .* pause of approximately 1\d\d\d ms", printed)
            check_heap(page, printed, member)
            check_memory(page, printed)
            page.says("Pauses without collections, or with much shorter ones:", "a frozen or moved virtual machine")
        page.wait_until_over()


@pytest.mark.long
def test_the_leader_stands_still_now_and_then(tmp_path: Path) -> None:
    """All writes wait for it, until another leads."""
    with Ensemble(tmp_path, extra_config={"jvm.pause.monitor": "true", "syncLimit": 10}) as ensemble, \
            Exporter(ensemble.servers, "--zookeeper.ensemble=orders") as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader:
        leader = ensemble.wait_until(ensemble.leader, "a leader")
        others = [member for member in ensemble.members if member is not leader]
        with ClientLoad(",".join(member.address for member in others)), \
                reader.open("WritesStalled", leader, whole=False) as page:
            with frozen_now_and_then(leader, still=3, between=0.5):
                page.wait_until_raised()
                assert all(each["value"] < 1 for each in page.wait_for("member:zookeeper_fsync_time_seconds:mean5m"))
                printed = page.paste("mntr")
                assert "Detected pause in JVM or host machine" in printed and "fsync-ing" not in printed
                page.says("2. The leader pauses (`Detected pause`), followers well")
                page.says("ask whether it may be stopped, and restart it, so that another leads")
                wait_until(lambda: f"{leader.address} may be stopped" in page.run("curl -s"), "a member to be stopped")
            leader.restart()
            ensemble.wait_serving()
            assert ensemble.leader() in others
            with frozen_now_and_then(leader, still=3, between=0.5):  # the others are a majority
                page.wait_until_over()
                reader.prometheus.wait_for("count(ensemble:zookeeper_update_latency_seconds:mean5m < 0.5)", [1])


def check_heap(page: Page, printed: str, member: Member) -> None:
    """It is not full, and little is collected: by `jstat`, if it is here, and by what the README has instead."""
    page.says("O near 100: the heap is too small", "`GCT` of `jstat` tells how many seconds")
    if shutil.which("jstat"):
        assert max(column(printed, "O")) < 50
        collecting = column(printed, "GCT")
        assert collecting[-1] - collecting[0] < 0.5  # of pauses of three seconds
    assert not page.run_without("jstat", PID=str(member.process.pid))
    assert old_generation(member) < 50


def column(printed: str, name: str) -> list[float]:
    """The figures of one column of `jstat`."""
    first, *lines = [line.split() for line in printed.partition(" S0 ")[2].splitlines()[:6]]
    values = [float(dict(zip(["S0", *first], line))[name]) for line in lines]
    assert len(values) == 5
    return values


def check_memory(page: Page, printed: str) -> None:
    """Nothing is swapped: by `free` and `vmstat`, if they are here, and by what the README has instead."""
    page.says("si and so must be 0: no swap")
    assert "Mem: " in printed or not shutil.which("free")
    if shutil.which("vmstat"):
        names, *rows = [line.split() for line in printed.partition("procs --")[2].splitlines()[1:]]
        rows = [dict(zip(names, row)) for row in rows if row]
        assert len(rows) == 5 and {(row["si"], row["so"]) for row in rows} == {("0", "0")}
    assert re.search(r"^MemAvailable: +\d+ kB\nSwapFree: +\d+ kB\npswpin \d+\npswpout \d+\n/proc/",
                     page.run_without("vmstat"), re.MULTILINE)


@contextlib.contextmanager
def metrics_provider(member: Member, figures: dict[str, float]) -> Iterator[str]:
    """Debian's ZooKeeper has no Prometheus provider: adds the `figures` of the moment to `mntr`; gives its address."""
    def add(word: str, answer: str) -> str:
        return answer + "".join(f"zk_{name}\t{value}\n" for name, value in figures.items() if word == "mntr")

    with proxy(member, change=add) as address:
        yield address


def old_generation(member: Member) -> int:
    """How full this part of the heap is, in percent: what no collection removes comes there."""
    def printed() -> list[str]:
        return re.findall(r"the space .* (\d+)% used", member.log_tail(100_000))

    before = len(printed())
    os.kill(member.process.pid, signal.SIGQUIT)
    wait_until(lambda: len(printed()) > before, "a heap in the log")
    return int(printed()[-1])


@pytest.mark.long
def test_the_data_fills_the_heap(tmp_path: Path) -> None:
    ensemble = Ensemble(tmp_path, participants=1, jvm_flags=["-Xmx48m", "-XX:+UsePerfData"])
    member = ensemble.members[0]
    figures = {'jvm_memory_bytes_used{area="heap"}': 46 * MIB, 'jvm_memory_bytes_max{area="heap"}': 48 * MIB}
    with ensemble, metrics_provider(member, figures) as member.address, \
            Exporter(member.address, "--zookeeper.ensemble=orders") as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader, reader.open("HeapAlmostFull") as page:
        fill_heap(member)
        page.wait_until_raised()
        assert page.ask("zookeeper_jvm_memory_used_bytes")[0]["value"] > 0.9
        wait_until(lambda: page.ask("zookeeper_approximate_data_size_bytes")[0]["value"] > 16, "a scrape")
        assert {each["labels"]["__name__"] for each in page.ask("__name__")} == {
            "zookeeper_connections", "zookeeper_watches", "zookeeper_outstanding_requests"}
        printed = page.paste("jstat")
        assert not shutil.which("jstat") or column(printed, "O")[-1] > 80
        page.says("O stays near 100")
        assert "OutOfMemoryError" not in printed
        assert "Mem: " in printed or not shutil.which("free")
        assert "MemAvailable: " in page.run_without("free")
        page.says("The data is a third of the heap or more: raise `-Xmx` on all members")
        assert "without it no quorum is left" in page.paste("disruption")
        member.jvm_flags = ["-Xms256m", "-Xmx256m"]  # so that the whole of it is the measure of its parts
        member.restart()
        ensemble.wait_serving()
        assert old_generation(member) < 50
        figures['jvm_memory_bytes_max{area="heap"}'] = 256 * MIB
        page.wait_until_over()


def fill_heap(member: Member) -> None:
    """With data of more than a third of it; the rest is what the server itself needs."""
    client = KazooClient(f"{HOST}:{member.port}", timeout=10)
    try:
        client.start()
        client.create("/data")
        written = 0
        while written < 17 * MIB or old_generation(member) < 85:
            for reply in [client.create_async("/data/item-", bytes(5000), sequence=True) for _ in range(200)]:
                reply.get(30)
            written += 200 * 5000
    finally:
        client.stop()
        client.close()


AGENT = """\
public class Deadlock {
  static final Object ONE = new Object(), OTHER = new Object();

  static void take(Object first, Object second) {
    synchronized (first) {
      try { Thread.sleep(500); } catch (InterruptedException ignored) { }
      synchronized (second) { }
    }
  }

  public static void premain(String arguments) {
    for (boolean turn : new boolean[] {false, true}) {
      Thread thread = new Thread(() -> take(turn ? ONE : OTHER, turn ? OTHER : ONE), "stuck-" + turn);
      thread.setDaemon(true);
      thread.start();
    }
  }
}
"""


def deadlock_agent(directory: Path) -> Path:
    """A jar that brings two threads of a JVM into a deadlock."""
    (directory / "Deadlock.java").write_text(AGENT)
    subprocess.run(["javac", "Deadlock.java"], cwd=directory, check=True)
    with zipfile.ZipFile(directory / "deadlock.jar", "w") as jar:
        jar.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nPremain-Class: Deadlock\n")
        jar.write(directory / "Deadlock.class", "Deadlock.class")
    return directory / "deadlock.jar"


@pytest.mark.long
@pytest.mark.skipif(bool(refusal("javac", "-version")), reason=refusal("javac", "-version"))
def test_threads_wait_for_each_other(tmp_path: Path) -> None:
    ensemble = Ensemble(tmp_path, jvm_flags=["-XX:+UsePerfData"])
    member = ensemble.members[0]
    member.jvm_flags.append(f"-javaagent:{deadlock_agent(tmp_path)}")
    figures = {"jvm_threads_deadlocked": 2}
    with ensemble, metrics_provider(member, figures) as member.address, \
            Exporter(ensemble.servers, "--zookeeper.ensemble=orders") as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader, reader.open("ThreadsDeadlocked") as page:
        page.wait_until_raised()
        assert [(each["labels"]["member"], each["value"]) for each in page.ask("zookeeper_jvm_threads_deadlocked")] == [
            (member.address, 2)]
        assert "follower" in page.shell('ask srvr "$MEMBER" | grep Mode\n')
        page.says("The member may still answer `srvr` and count as healthy.")
        printed = page.paste("jstack")
        assert "Found one Java-level deadlock:" in printed or not shutil.which("jstack")
        if "Java-level deadlock" in printed:
            assert '"stuck-true":' in printed and "Deadlock.java:" in printed
        page.run_without("jstack", PID=str(member.process.pid))
        wait_until(lambda: "Found one Java-level deadlock:" in member.log_tail(1000), "a dump of all threads")
        assert page.paste("disruption").strip() == f"{member.address} may be stopped"
        page.says("- `may be stopped`: restart this member")
        member.jvm_flags.pop()
        figures["jvm_threads_deadlocked"] = 0
        member.restart()
        ensemble.wait_serving()
        page.wait_until_over()

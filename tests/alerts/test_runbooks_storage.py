"""The runbooks of disks and data, followed in the states that they are for."""

import contextlib
import http.server
import os
import re
import shutil
import socket
import struct
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kazoo.client import KazooClient
from kazoo.exceptions import KazooException
from runbook_reader import Page, Reader

from clients import session
from exporter_process import Exporter
from needs import own_mounts, refusal
from threads import serving, working
from zookeeper_ensemble import HOST, ClientLoad, Ensemble, Member, wait_until

MIB = 1 << 20


@contextlib.contextmanager
def small_disk(path: Path, size: int) -> Iterator[None]:
    """A filesystem of its own at `path`."""
    path.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", path], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", path], check=True)


@contextlib.contextmanager
def node_exporter(mountpoint: Path) -> Iterator[str]:
    """Serves what node_exporter tells of one filesystem; gives its address."""
    class Handler(http.server.BaseHTTPRequestHandler):
        """One scrape."""

        def do_GET(self) -> None:  # pylint: disable=invalid-name
            """Sends the figures of now."""
            disk = os.statvfs(mountpoint)
            labels = f'{{device="none",fstype="tmpfs",mountpoint="{mountpoint}"}}'
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(f"node_filesystem_avail_bytes{labels} {disk.f_bavail * disk.f_frsize}\n"
                             f"node_filesystem_size_bytes{labels} {disk.f_blocks * disk.f_frsize}\n".encode())

        def log_message(self, *_: object) -> None:  # pylint: disable=arguments-differ
            """Says nothing."""

    with serving(http.server.ThreadingHTTPServer((HOST, 0), Handler)) as address:
        yield address


SLOW_DISK = """\
#include <stdio.h>
#include <unistd.h>

int fdatasync(int file) {
  long milliseconds = 0;
  FILE* delay = fopen("disk-delay", "r");
  if (delay) {
    if (fscanf(delay, "%ld", &milliseconds) == 1) usleep(milliseconds * 1000);
    fclose(delay);
  }
  return 0;
}

int fsync(int file) { return fdatasync(file); }
"""


def start_on_slow_disks(ensemble: Ensemble, directory: Path) -> None:
    """Starts servers whose syncs take as long as `slow_down` says, and no time without it, whatever the real disk."""
    library, source = directory / "slow-disk.so", directory / "slow-disk.c"
    source.write_text(SLOW_DISK)
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source], check=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LD_PRELOAD", str(library))
        ensemble.start()
    ensemble.wait_serving()


def slow_down(member: Member, milliseconds: int) -> None:
    """From now on each sync of the member's disk takes so long."""
    (member.directory / "disk-delay").write_text(f"{milliseconds}\n")


def available(path: Path) -> float:
    """The share of a filesystem that is left."""
    disk = os.statvfs(path)
    return disk.f_bavail / disk.f_blocks


def overwrite_until(client: KazooClient, condition: Callable[[], object]) -> None:
    """Sets one znode again and again: the logs grow, the data does not."""
    client.ensure_path("/blob")
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it is still not so"
        with contextlib.suppress(KazooException):
            client.set("/blob", os.urandom(200_000))


@pytest.mark.skipif(bool(own_mounts()), reason=own_mounts())
def test_a_disk_fills_up(tmp_path: Path) -> None:
    """The logs of a member fill its disk, until it cannot write the next one. A purge brings it back."""
    ensemble = Ensemble(tmp_path / "zookeeper", extra_config={"snapCount": 10})
    member = ensemble.members[0]  # the one with the lowest number does not lead
    data = member.directory / "data"
    with small_disk(data, 32 * MIB), node_exporter(data) as host, ensemble, \
            Exporter(ensemble.servers, "--zookeeper.ensemble=orders") as exporter, \
            Reader(tmp_path, ensemble, exporter, hosts=[host]) as reader, \
            session(member.address) as near, session(ensemble.members[1].address) as far:  # near does not run ahead
        reader.prometheus.wait_for("count(disk:zookeeper_available:ratio > 0.9)", [1])
        overwrite_until(near, lambda: available(data) < 0.24)
        with reader.open("DiskFillsSoon", member) as page:
            page.wait_until_raised()
            assert [each["value"] < 0 for each in page.ask("predict_linear")] == [True]
            assert page.wait_for("zookeeper_zxid_sequence")[0]["value"] > 0
            printed = page.paste("autopurge")
            assert re.search(rf" (7[6-9]|8\d)% {data}\n", printed)
            assert re.search(rf"^2[3-8]M\t{data}/version-2$", printed, re.MULTILINE)  # nearly all that is used
            page.says("If `du` shows most of what `df` calls used, it is ZooKeeper's")
            assert "autopurge.purgeInterval=0\n" in printed
            page.says("Switch the purge on ([ZooKeeperLogPurgeNotWorking]")

        overwrite_until(near, lambda: available(data) < 0.04)
        with reader.open("DiskAlmostFull", member) as page:
            wait_until(lambda: 0 <= page.ask("disk:zookeeper_available:ratio")[0]["value"] < 0.05, "a scrape")
            page.wait_until_raised()
            assert page.ask("zookeeper_data_log_dir_size_bytes")
            printed = page.paste("autopurge")
            assert re.search(rf" (9[6-9]|100)% {data}\n", printed)
            assert re.search(rf" IUse% Mounted on\n.* [0-9]% {data}\n", printed)  # no lack of inodes
            page.says("`df -i`")
            assert re.search(r"^3[0-2]M\t", printed, re.MULTILINE)
            assert " 67108880 " in printed  # of a file that has not so much room
            page.says("`ls` and `zookeeper_data_log_dir_size_bytes` count each log with `preAllocSize` (64 MiB)",
                      "what it takes on the disk is what `du` shows")
            assert "Ensemble orders: healthy" in printed
            overwrite_until(far, lambda: not member.running or member.state() == "not_serving")
            page.says("ends (exit code 10), or stays and tries in vain to follow its leader (`not_serving`)")
            follow_unrecoverable_error(reader, member)
            page.says("2. Purge: `zkCleanup.sh -n 3`.")
            assert "Removing file: " in page.run("zkCleanup.sh")
            assert available(data) > 0.25
            ended = not member.running  # it depends on whether a log or a snapshot was in want of room first
            if ended:
                page.says("One that has ended: `zkServer.sh start`")
                assert member.process.returncode == 10
                member.start()
            else:
                page.says("A member that tries in vain to follow its leader comes back by itself once there is room.")
            ensemble.wait_until(lambda: member.state() == "follower", "the member to be back")
            page.wait_until_over()
        with reader.open("UnrecoverableError", member, whole=False) as page:
            page.says("The alert is raised once the same process serves again")
            if not ended:
                page.wait_until_raised()


def follow_unrecoverable_error(reader: Reader, member: Member) -> None:
    """Of a member with a full disk, that has ended or not."""
    reader.exporter.wait_for(lambda found: found.state(member.address) == (
        "not_serving" if member.running else "unreachable"), "the exporter to see it")  # it may end a little later
    with reader.open("UnrecoverableError", member) as page:
        printed = page.paste("Severe unrecoverable error")
        assert f"- voter_down: {member.address}" in printed
        assert ("answers, but serves nobody" if member.running else "refused") in printed
        assert re.search(r"Severe unrecoverable error, .*\njava.io.IOException: No space left on device\n", printed)
        assert re.search(r" 0 100% .*\n", printed)
        page.says("Usual causes: `No space left on device`", "with a full disk, make room first")
        assert [each["value"] for each in page.ask("increase") if each["labels"]["member"] == member.address] == [0]
        page.says("It shows 0 as long as the member does not serve")


class Connection:
    """A session with a member, quicker than kazoo's."""

    def __init__(self, member: Member):
        self._socket = socket.create_connection((HOST, member.port), 30)
        self._replies = self._socket.makefile("rb")
        self.send(struct.pack(">iqiqi16s", 0, 0, 20_000, 0, 16, b""))
        self.receive()

    def close(self) -> None:
        """Leaves the session to its end."""
        self._replies.close()
        self._socket.close()

    def send(self, packet: bytes, times: int = 1) -> None:
        """Sends a request, so many times."""
        self._socket.sendall(_bytes(packet) * times)

    def receive(self) -> bytes:
        """One reply."""
        return self._replies.read(int.from_bytes(self._replies.read(4), "big"))


def set_data(path: str, data: bytes) -> bytes:
    """A request."""
    return struct.pack(">ii", 1, 5) + _bytes(path.encode()) + _bytes(data) + struct.pack(">i", -1)


def create_sequential(path: str, data: bytes) -> bytes:
    """A request."""
    acl = struct.pack(">ii", 1, 31) + _bytes(b"world") + _bytes(b"anyone")
    return struct.pack(">ii", 1, 1) + _bytes(path.encode()) + _bytes(data) + acl + struct.pack(">i", 2)


def _bytes(value: bytes) -> bytes:
    return struct.pack(">i", len(value)) + value


@contextlib.contextmanager
def flood(member: Member, count: int) -> Iterator[None]:
    """A client that keeps so many writes on their way to a member."""
    packet = set_data("/flood", b"x")

    def press(stopping: threading.Event) -> None:
        connection.send(packet, count)
        while not stopping.is_set():
            connection.receive()
            connection.send(packet)

    with contextlib.closing(Connection(member)) as connection, working(press):
        yield


def pour(member: Member, packet: bytes, count: int) -> None:
    """A client that writes so many times, as quickly as it can."""
    with contextlib.closing(Connection(member)) as connection:
        thread = threading.Thread(target=lambda: [connection.send(packet, 100) for _ in range(count // 100)])
        thread.start()
        errors = {connection.receive()[12:16] for _ in range(count // 100 * 100)}
        thread.join()
        assert errors == {bytes(4)}


def check_disks(page: Page, printed: str) -> None:
    """What `iostat` printed, if it is here, and what the README has instead of it."""
    assert "Device" in printed or not shutil.which("iostat")
    figures = re.findall(r"^(\w\S*) (\d+)$", page.run_without("iostat"), re.MULTILINE)
    names = [name for name, _ in figures]
    assert names and names == names[:len(names) // 2] * 2, "not all disks twice"


def by_member(answer: list[dict[str, Any]]) -> dict[str, float]:
    """The values of an answer by their members."""
    return {each["labels"]["member"]: each["value"] for each in answer}


@pytest.mark.long
@pytest.mark.skipif(bool(refusal("gcc", "--version")), reason=refusal("gcc", "--version"))
def test_disks_get_slow(tmp_path: Path) -> None:
    """First the disk of one follower, more and more; then of both, and all writes wait; then a client writes too much.
    At last one of them moves to a quick disk."""
    ensemble = Ensemble(tmp_path, extra_config={"syncLimit": 10, "request_throttle_max_requests": 150,
                                                "throttled_op_wait_time": 300})
    with contextlib.ExitStack() as stack:
        stack.callback(ensemble.stop)
        start_on_slow_disks(ensemble, tmp_path)
        one, other = ensemble.followers()
        with session(ensemble.servers) as client:
            client.create("/flood")
        exporter = stack.enter_context(Exporter(ensemble.servers, "--zookeeper.ensemble=orders"))
        reader = stack.enter_context(Reader(tmp_path, ensemble, exporter))
        # kazoo does not know the error of requests that wait too long in `one`: its sessions are elsewhere
        stack.enter_context(ClientLoad(",".join(each.address for each in ensemble.members if each is not one)))
        slow_down(one, 100)
        follow_fsync_slow(reader, one)
        slow_down(one, 1500)
        stalled = stack.enter_context(reader.open("FsyncStalled", one))
        follow_fsync_stalled(stalled, one)
        slow_down(other, 1500)
        follow_writes_stalled(reader, one, other)
        with flood(one, 400):
            follow_outstanding_requests_high(reader, one)
            follow_requests_throttled(reader, one, other)
        stalled.says("with no more than `myid` in its data directory it copies the data from the leader")
        one.stop()
        (one.directory / "data/version-2").rename(tmp_path / "evidence")
        slow_down(one, 0)
        slow_down(other, 0)
        one.start()
        ensemble.wait_serving()
        stalled.wait_until_over()


def follow_fsync_slow(reader: Reader, one: Member) -> None:
    with reader.open("FsyncSlow", one) as page:
        page.wait_until_raised()
        reader.prometheus.wait_for("count(member:zookeeper_fsync_time_seconds:mean5m)", [3])
        means = by_member(page.ask("member:zookeeper_fsync_time_seconds:mean5m"))
        assert [member for member, mean in means.items() if mean > 0.05] == [one.address]
        page.says("one slow disk alone delays nothing")
        assert reader.prometheus.query("ensemble:zookeeper_update_latency_seconds:mean5m < 0.05")
        assert page.wait_for("ensemble:zookeeper_transactions:rate5m")[0]["value"] > 0
        assert by_member(page.wait_for("rate(zookeeper_snapshot_time"))[one.address] == 0
        printed = page.paste("iostat")
        check_disks(page, printed)
        assert f"dataDir={one.directory}/data\n" in printed and "\ndataLogDir=" not in printed
        page.says("No `dataLogDir`: logs and snapshots share a disk.", "Give the log a disk of its own")
        assert " Snapshotting: 0x0 to " in printed and "fsync-ing" not in printed
        page.says("The log tells of each snapshot, and of syncs above a second only.")


def follow_fsync_stalled(page: Page, one: Member) -> None:
    page.wait_until_raised()
    assert by_member(page.ask("member:zookeeper_fsync_time_seconds:mean5m"))[one.address] > 1
    printed = page.paste("iostat")
    assert re.search(r"fsync-ing the write ahead log in \S+ took 1[5-9]\d\dms .*File size is", printed)
    assert re.search(r"^Filesystem .*\n.* \d+% /", printed, re.MULTILINE)
    check_disks(page, printed)
    page.says("1. Find what else uses the disk")
    assert page.paste("disruption").strip() == f"{one.address} may be stopped"
    page.says("once the member may be stopped, move it to another volume")


def follow_writes_stalled(reader: Reader, *slow: Member) -> None:
    with reader.open("WritesStalled", slow[0]) as page:
        page.wait_until_raised()
        assert max(by_member(page.ask("member:zookeeper_update_latency_seconds:mean5m")).values()) > 1
        reader.prometheus.wait_for("count(member:zookeeper_fsync_time_seconds:mean5m > 1)", [len(slow)])
        means = by_member(page.ask("member:zookeeper_fsync_time_seconds:mean5m"))
        assert {member for member, mean in means.items() if mean > 1} == {member.address for member in slow}
        page.says("of three disks two must be slow")
        assert max(by_member(page.ask("member:zookeeper_outstanding_requests:ratio")).values()) < 0.2
        printed = page.paste("mntr")
        assert "Ensemble orders: healthy" in printed and "zk_server_state\tfollower\n" in printed
        average, = re.findall(r"^zk_avg_fsynctime\t([\d.]+)$", printed, re.MULTILINE)
        assert float(average) < 1400  # it was quick before
        page.says("cover the whole time since the start: do not judge the present by them")
        assert "fsync-ing the write ahead log" in printed and "Detected pause" not in printed
        page.says("1. Several disks slow: shared storage")
        assert page.run("curl -s").strip() == f"{slow[0].address} may be stopped"


def follow_outstanding_requests_high(reader: Reader, one: Member) -> None:
    with reader.open("OutstandingRequestsHigh", one) as page:
        page.wait_until_raised()
        reader.prometheus.wait_for("count(member:zookeeper_outstanding_requests:ratio > 0.2)", [1])
        assert by_member(page.ask("member:zookeeper_outstanding_requests:ratio"))[one.address] > 0.2
        latency = f'member:zookeeper_update_latency_seconds:mean5m{{member="{one.address}"}}'
        reader.prometheus.wait_for(f"count({latency} > 1)", [1])
        assert by_member(page.ask("member:zookeeper_update_latency_seconds:mean5m"))[one.address] > 1
        assert page.wait_for("ensemble:zookeeper_transactions:rate5m")[0]["value"] > 0
        printed = page.paste("srvr")
        assert "Mode: follower\n" in printed and re.search(r"^Connections: \d+$", printed, re.MULTILINE)
        outstanding, = re.findall(r"^Outstanding: (\d+)$", printed, re.MULTILINE)
        assert int(outstanding) > 100
        page.says("20 % are 100 requests with three voters")
        assert "fsync-ing the write ahead log" in printed and "Detected pause" not in printed
        page.says("Disk first ([ZooKeeperFsyncSlow](ZooKeeperFsyncSlow.md))", "Relieve the disk")


def follow_requests_throttled(reader: Reader, one: Member, other: Member) -> None:
    with reader.open("RequestsThrottled", one) as page:
        page.wait_until_raised()
        ratios = by_member(page.ask("member:zookeeper_outstanding_requests:ratio"))
        assert [member for member, ratio in ratios.items() if ratio > 0.1] == [one.address]
        means = by_member(page.ask("member:zookeeper_fsync_time_seconds:mean5m"))
        assert {member for member, mean in means.items() if mean > 1} == {one.address, other.address}
        page.says("with these all members wait, but only one with many requests has a long queue")
        packets = by_member(page.ask("zookeeper_packets_received_total"))
        assert max(packets, key=packets.get) == one.address
        printed = page.paste("cons")
        assert re.search(rf"^{one.address}: Outstanding: 1\d\d Mode: follower $", printed, re.MULTILINE)
        assert printed.count("Mode: ") == 3 and "Mode: leader" in printed
        received = [int(count) for count in re.findall(r"^ /127.*,recved=(\d+),", printed, re.MULTILINE)]
        assert received == sorted(received, reverse=True) and received[0] > 400
        page.says("1. Slow disk: [ZooKeeperFsyncStalled](ZooKeeperFsyncStalled.md).")


def create_everywhere(client: KazooClient, ensemble: Ensemble, path: str, data: bytes) -> None:
    """Creates a znode and waits until it is in the log of each member, as one that is stopped could lack it."""
    client.create(path, data)

    def logged(member: Member) -> bool:
        return any(data in log.read_bytes() for log in (member.directory / "data/version-2").glob("log.*"))

    ensemble.wait_until(lambda: all(map(logged, ensemble.members)), f"{path} in all logs")


def corrupt(member: Member, old: bytes, new: bytes) -> None:
    """Replaces bytes in the member's transaction log, so that its checksum does not tell of it."""
    changed = 0
    for log in (member.directory / "data/version-2").glob("log.*"):
        content = bytearray(log.read_bytes())
        at = 16  # behind the header
        while size := int.from_bytes(content[at + 8:at + 12], "big"):
            entry = content[at + 12:at + 12 + size]
            if old in entry:
                content[at + 12:at + 12 + size] = entry.replace(old, new)
                content[at:at + 8] = zlib.adler32(entry.replace(old, new)).to_bytes(8, "big")
                changed += 1
            at += 12 + size + 1
        log.write_bytes(content)
    assert changed == 1


@pytest.mark.long
def test_the_data_of_a_member_differs(tmp_path: Path) -> None:
    """A follower whose disk lied. It gets the data of its leader."""
    with Ensemble(tmp_path) as ensemble, Exporter(ensemble.servers, "--zookeeper.ensemble=orders") as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader, session(ensemble.servers) as client:
        wrong = ensemble.followers()[0]
        client.create("/stock")
        create_everywhere(client, ensemble, "/price", b"good")
        wrong.stop()
        corrupt(wrong, b"good", b"evil")
        wrong.start()
        ensemble.wait_serving()
        reader.prometheus.wait_for("count(zookeeper_digest_mismatches_total)", [3])
        for _ in range(300):
            client.set("/stock", b"")
        with reader.open("DigestMismatch", wrong) as page:
            page.wait_until_raised()
            mismatches = by_member(page.ask("increase(zookeeper_digest_mismatches_total"))
            assert [member for member, count in mismatches.items() if count > 0] == [wrong.address]
            printed = page.paste("First digest mismatch on txn")
            assert "Digests are not matching." in printed and "First digest mismatch on txn: " in printed
            zxids = re.findall(r"^(\S+): Zxid: (0x\S+) Node count: 7 $", printed, re.MULTILINE)
            assert [member for member, _ in zxids] == ensemble.servers.split(",")
            assert len({zxid for _, zxid in zxids}) == 1
            digests = digests_of(printed)
            assert len(set(digests.values())) == 2
            page.says("Compare the digests of the same zxid. If two of three agree, the third is wrong.")
            assert list(digests.values()).count(digests[wrong.address]) == 1
            page.says("Its clients may read wrong data")
            assert value_in(wrong, "/price") == b"evil"

            assert f"safe: {wrong.address} may be stopped" in page.paste("safe-to-stop")
            page.says("3. Stop it, move its `version-2` aside, start it: it copies the data from the leader. Keep")
            wrong.stop()
            (wrong.directory / "data/version-2").rename(tmp_path / "evidence")
            wrong.start()
            ensemble.wait_serving()
            assert value_in(wrong, "/price") == b"good"
            for _ in range(300):
                client.set("/stock", b"")
            reader.exporter.fresh(wrong.address)
            assert reader.exporter.metrics().of(wrong.address).value("zookeeper_digest_mismatches_total") == 0
            digests = digests_of(page.paste("First digest mismatch on txn"))
            assert len(digests) == 3 and len(set(digests.values())) == 1


@pytest.mark.long
def test_the_exporter_finds_that_data_differs(tmp_path: Path) -> None:
    """DataDiffers: it compares the digests; the odd one of three gets the data of its leader."""
    with Ensemble(tmp_path) as ensemble, Exporter(ensemble.servers, "--zookeeper.ensemble=orders") as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader, session(ensemble.servers) as client:
        wrong = ensemble.followers()[0]
        client.create("/stock")
        create_everywhere(client, ensemble, "/price", b"good")
        wrong.stop()
        corrupt(wrong, b"good", b"evil")
        wrong.start()
        ensemble.wait_serving()
        def go_on_writing(stopping: threading.Event) -> None:
            while not stopping.wait(0.02):
                client.set("/stock", b"")

        with working(go_on_writing), reader.open("DataDiffers", wrong) as page:
            page.wait_until_raised(200)
            assert [each["labels"]["ensemble"] for each in page.ask("data_differs == 1")] == ["orders"]
            printed = page.paste("grep data_differs")
            assert "- data_differs: " in printed
            lines = re.findall(r"^(\S+) (\S+): (-?\d+)$", printed, re.MULTILINE)
            newest = [(member, digest) for member, zxid, digest in lines if zxid == lines[-1][1]]
            assert sorted(member for member, _ in newest) == sorted(ensemble.servers.split(","))
            assert [digest for _, digest in newest].count(dict(newest)[wrong.address]) == 1
            page.says("the odd one of three is the wrong one")
            assert "Digests are not matching." in page.paste("First digest mismatch on txn")
            assert f"safe: {wrong.address} may be stopped" in page.paste("safe-to-stop")
            page.says("3. Stop it, move its `version-2` aside, start it: it copies the data from the leader. Keep")
            wrong.stop()
            (wrong.directory / "data/version-2").rename(tmp_path / "evidence")
            wrong.start()
            ensemble.wait_serving()
            page.says("It lasts until digests at one zxid agree again, as after step 3 and some hundred writes")
            page.wait_until_over(200)


@pytest.mark.long
def test_the_data_of_the_leader_differs(tmp_path: Path) -> None:
    """The alert names its followers, which are right: their digests agree."""
    with Ensemble(tmp_path) as ensemble, Exporter(ensemble.servers, "--zookeeper.ensemble=orders") as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader:
        with session(ensemble.servers) as client:
            client.create("/stock")
            create_everywhere(client, ensemble, "/price", b"good")
        ensemble.stop()
        wrong = ensemble.members[-1]  # leads again, as all have seen as much
        corrupt(wrong, b"good", b"evil")
        ensemble.start()
        ensemble.wait_serving()
        assert ensemble.leader() is wrong
        reader.prometheus.wait_for("count(zookeeper_digest_mismatches_total)", [3])
        with session(ensemble.servers) as client:
            for _ in range(300):
                client.set("/stock", b"")
        right = ensemble.followers()
        with reader.open("DigestMismatch", right[0], whole=False) as page:
            page.wait_until_raised()
            reader.prometheus.wait_for("count(increase(zookeeper_digest_mismatches_total[1h]) > 0)", [2])
            mismatches = by_member(page.ask("increase(zookeeper_digest_mismatches_total"))
            assert {member for member, count in mismatches.items() if count > 0} == {each.address for each in right}
            page.says("If the leader is the wrong one, all followers report mismatches.")
            digests = digests_of(page.paste("First digest mismatch on txn"))
            assert digests[right[0].address] == digests[right[1].address] != digests[wrong.address]
            page.says("1. Set `MEMBER` to the wrong one")
            page.says("4. If the leader is the wrong one, stop it first, so that a good member leads; then as above.")
            wrong.stop()
            ensemble.wait_until(lambda: ensemble.leader() in right, "a good leader")
            (wrong.directory / "data/version-2").rename(tmp_path / "evidence")
            wrong.start()
            ensemble.wait_serving()
            assert [value_in(member, "/price") for member in ensemble.members] == [b"good"] * 3


def digests_of(printed: str) -> dict[str, tuple[str, ...]]:
    """What each member said of the newest digest: the zxid, and the digest."""
    lists = re.findall(r"^(\S+):\n((?:\S+: \d+\n)+)", printed, re.MULTILINE)
    return {member: tuple(digests.splitlines()[-1].split(": ")) for member, digests in lists}


def value_in(member: Member, path: str) -> bytes:
    """What a client of this member reads."""
    with session(member.address) as client:
        return client.get(path)[0]


@pytest.mark.long
def test_clients_write_very_much(tmp_path: Path) -> None:
    """So much that a snapshot is due, which somebody's setting prevents; then new znodes, large ones."""
    ensemble = Ensemble(tmp_path, participants=1, extra_config={"snapCount": 10_000_000, "enforceQuota": "true"},
                        jvm_flags=["-Xmx900m"])
    member = ensemble.members[0]
    with ensemble, Exporter(ensemble.servers, "--zookeeper.ensemble=orders") as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader:
        with session(member.address) as client:
            client.create("/queue")
            client.create("/state")
        reader.prometheus.wait_for("count(zookeeper_zxid_sequence)", [1])
        pour(member, set_data("/state", b"x"), 210_000)
        with reader.open("SnapshotStale", member) as page:
            follow_snapshot_stale(page, member)
            ensemble.wait_serving()
            page.wait_until_over()
        reader.prometheus.wait_for("count(zookeeper_znodes offset 60s)", [1], 90)  # as the rules look back
        pour(member, create_sequential("/queue/item-", bytes(2800)), 101_000)
        follow_znode_count_growth(reader)
        follow_data_size_growth(reader)


def follow_snapshot_stale(page: Page, member: Member) -> None:
    """To the end of the mitigation: a restart with the default."""
    page.wait_until_raised()
    assert page.ask("zookeeper_snapshot_time_seconds_count")[0]["value"] == 0
    printed = page.paste("Too busy")
    assert re.findall(r" (snapshot\..*)$", printed, re.MULTILINE) == ["snapshot.0"]
    assert set(re.findall(r" Snapshotting: (\S+)", printed)) == {"0x0"} and "Too busy to snap" not in printed
    assert "snapCount=10000000\n" in printed and f"dataDir={member.directory}/data\n" in printed
    assert " IUse% " in printed
    page.says("set `snapCount` (`-Dzookeeper.snapCount`, 100,000) back if somebody raised it")
    assert "must not be stopped now" in page.run("curl -s")
    config = member.directory / "zoo.cfg"
    config.write_text(config.read_text().replace("snapCount=10000000\n", ""))
    member.restart()


def follow_znode_count_growth(reader: Reader) -> None:
    with reader.open("ZnodeCountGrowth") as page:
        page.wait_until_raised()
        assert page.ask("zookeeper_znodes\n")[0]["value"] > 100_000
        assert page.ask("zookeeper_ephemeral_znodes")[0]["value"] == 0
        page.says("Ephemeral ones (clients), or others (leftovers)?")
        wait_until(lambda: {each["labels"]["namespace"] for each in page.ask("zookeeper_write_size_bytes_count")} == {
            "state", "queue"}, "both names")
        page.says("most writes of any kind: which of them is large, and further down?")
        printed = page.paste("getAllChildrenNumber", NAME="queue")
        assert "\n101000\n" in printed and "numChildren = 101000\n" in printed
        page.says("`ls` fails if these are very many")
        assert "/queue/item-" not in (listed := page.shell('zkCli.sh -server "$MEMBER" ls /queue 2>&1\n'))
        assert "ConnectionLoss" in listed
        page.says("Stop what creates them", "A quota, with `enforceQuota=true` (3.7+)")
        page.run('zkCli.sh -server "$MEMBER" setquota -N', path="queue")
        assert "Quota has exceeded : /queue/more\n" in page.shell('zkCli.sh -server "$MEMBER" create /queue/more\n')
        page.shell('zkCli.sh -server "$MEMBER" delquota /queue\n')


def follow_data_size_growth(reader: Reader) -> None:
    with reader.open("DataSizeGrowth") as page:
        page.wait_until_raised()
        assert page.ask("zookeeper_approximate_data_size_bytes")[0]["value"] > 256
        wait_until(lambda: page.ask("zookeeper_write_size_bytes_sum")[0]["labels"]["namespace"] == "queue", "a scrape")
        page.says("Which top-level znode takes the writes?")
        printed = page.paste("getAllChildrenNumber", NAME="queue")
        size, = re.findall(r"^zk_approximate_data_size\t(\d+)$", printed, re.MULTILINE)
        assert int(size) > 256 * MIB and "zk_znode_count\t10100" in printed and "zk_ephemerals_count\t0\n" in printed
        assert "\n101000\n" in printed
        page.leave("zookeeper_follower_sync_time_seconds_sum", "a server alone has no followers")
        page.says("Find the writer and stop it", "A quota refuses more, with `enforceQuota=true` (3.7+)")
        page.run('zkCli.sh -server "$MEMBER" setquota -B', path="queue")
        assert "Quota has exceeded : /queue/more\n" in page.shell('zkCli.sh -server "$MEMBER" create /queue/more x\n')


@pytest.mark.long
def test_old_logs_are_not_removed(tmp_path: Path) -> None:
    """Each log counts a gigabyte, as much as it may grow to."""
    ensemble = Ensemble(tmp_path, participants=1, extra_config={"snapCount": 10, "preAllocSize": 1 << 20})
    member = ensemble.members[0]
    with ensemble, Exporter(ensemble.servers, "--zookeeper.ensemble=orders") as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader, reader.open("LogPurgeNotWorking", member) as page:
        reader.prometheus.wait_for("count(zookeeper_data_log_dir_size_bytes)", [1])
        with session(member.address) as client:
            client.create("/state")
            for _ in range(100):
                client.set("/state", b"x")
        page.wait_until_raised(150)
        before = page.ask("zookeeper_data_log_dir_size_bytes")[0]["value"]
        assert before > 2 * 1024 * MIB
        printed = page.paste("Purge task")
        assert "autopurge.purgeInterval=0\n" in printed and "Filesystem " in printed
        assert re.search(r" log\.1$", printed, re.MULTILINE)
        assert printed.count("Purge task is not scheduled.") == 1 and "Purge task started" not in printed
        page.says("`autopurge.purgeInterval` is 0 by default: no purge at all.")
        page.says("Each log counts with all that it may grow to (`preAllocSize`)")
        assert "Removing file: " in page.paste("zkCleanup.sh")
        page.says("it keeps the newest three snapshots and the logs that they need")
        assert len(list((member.directory / "data/version-2").glob("snapshot.*"))) == 3
        page.wait_until_over(90)
        page.says("Then set `autopurge.purgeInterval=24` (hours)")

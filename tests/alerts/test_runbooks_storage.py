"""The runbooks of disks and data, followed in the states that they are for."""

import contextlib
import http.server
import os
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kazoo.client import KazooClient
from kazoo.exceptions import KazooException
from kazoo.retry import KazooRetry
from runbook_reader import Reader

from exporter_process import Exporter
from needs import own_mounts
from zookeeper_ensemble import HOST, Ensemble, Member, wait_until

MIB = 1 << 20


def followers(ensemble: Ensemble) -> list[Member]:
    """All members but the leader."""
    leader = ensemble.wait_until(ensemble.leader, "a leader")
    return [member for member in ensemble.members if member is not leader]


@contextlib.contextmanager
def session(servers: str) -> Iterator[KazooClient]:
    """A client that is connected to one of these servers."""
    client = KazooClient(servers, timeout=10, connection_retry=KazooRetry(max_tries=-1, max_delay=1))
    try:
        client.start()
        yield client
    finally:
        client.stop()
        client.close()


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

    with http.server.ThreadingHTTPServer((HOST, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"{HOST}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def available(path: Path) -> float:
    """The share of a filesystem that is left."""
    disk = os.statvfs(path)
    return disk.f_bavail / disk.f_blocks


def overwrite_until(client: KazooClient, condition: Callable[[], object]) -> None:
    """Sets one znode again and again: the logs grow, the data does not."""
    client.ensure_path("/blob")
    while not condition():
        with contextlib.suppress(KazooException):
            client.set("/blob", os.urandom(200_000))


@pytest.mark.skipif(bool(own_mounts()), reason=own_mounts())
def test_a_disk_fills_up(tmp_path: Path) -> None:
    """The logs of a member fill its disk, until it cannot write the next one. A purge brings it back."""
    ensemble = Ensemble(tmp_path / "zookeeper", extra_config={"snapCount": 10})
    member = ensemble.members[0]  # member 3 will lead
    data = member.directory / "data"
    with small_disk(data, 32 * MIB), node_exporter(data) as host, ensemble, \
            Exporter(ensemble.servers, "--zookeeper.ensemble=orders") as exporter, \
            Reader(tmp_path, ensemble, exporter, hosts=[host]) as reader, session(ensemble.servers) as client:
        reader.prometheus.wait_for("count(disk:zookeeper_available:ratio > 0.9)", [1])
        overwrite_until(client, lambda: available(data) < 0.24)
        with reader.open("DiskFillsSoon", member) as page:
            page.wait_until_raised()
            assert [each["value"] < 0 for each in page.ask("predict_linear")] == [True]
            assert page.wait_for("zookeeper_zxid_sequence")[0]["value"] > 0
            printed = page.paste("autopurge")
            assert re.search(r"\b7\d% ", printed) and f"{data}\n" in printed
            assert re.search(rf"^2[2-6]M\t{data}/version-2$", printed, re.MULTILINE)  # nearly all that is used
            page.says("If `du` shows most of what `df` calls used, it is ZooKeeper's")
            assert "autopurge.purgeInterval=0\n" in printed
            page.says("Switch the purge on ([ZooKeeperLogPurgeNotWorking]")

        overwrite_until(client, lambda: available(data) < 0.04)
        with reader.open("DiskAlmostFull", member) as page:
            wait_until(lambda: 0 <= page.ask("disk:zookeeper_available:ratio")[0]["value"] < 0.05, "a scrape")
            page.wait_until_raised()
            assert page.ask("zookeeper_data_log_dir_size_bytes")
            printed = page.paste("autopurge")
            assert re.search(r"\b9[6-9]% ", printed)
            assert re.search(rf" IUse% Mounted on\n.* [0-9]% {data}\n", printed)  # no lack of inodes
            page.says("`df -i`")
            assert re.search(r"^3[0-2]M\t", printed, re.MULTILINE)
            assert " 67108880 " in printed  # of a file that has not so much room
            page.says("`ls` and `zookeeper_data_log_dir_size_bytes` count each log with `preAllocSize` (64 MiB)",
                      "what it takes on the disk is what `du` shows")
            assert "Ensemble orders: healthy" in printed
            overwrite_until(client, lambda: member.state() == "not_serving")
            page.says("or stays and tries in vain to follow its leader (`not_serving`)")
            follow_unrecoverable_error(reader, member)
            page.says("2. Purge: `zkCleanup.sh -n 3`.", "comes back by itself")
            assert "Removing file: " in page.run("zkCleanup.sh")
            assert available(data) > 0.25
            ensemble.wait_until(lambda: member.state() == "follower", "the member to be back, without a restart")
            page.wait_until_over()
        with reader.open("UnrecoverableError", member, whole=False) as page:
            page.says("The alert is raised once the same process serves again")
            page.wait_until_raised()


def follow_unrecoverable_error(reader: Reader, member: Member) -> None:
    """Of a member with a full disk, that has not ended."""
    reader.exporter.wait_for_state(member.address, "not_serving")
    with reader.open("UnrecoverableError", member) as page:
        printed = page.paste("Severe unrecoverable error")
        assert f"live: {member.address} answers, but serves nobody" in printed
        assert f"- voter_down: {member.address} answers" in printed
        assert "Severe unrecoverable error, from thread : SyncThread:1\njava.io.IOException: No space left" in printed
        assert re.search(r" 0 100% .*\n", printed)
        page.says("Usual causes: `No space left on device`", "with a full disk, make room first")
        assert [each["value"] for each in page.ask("increase") if each["labels"]["member"] == member.address] == [0]
        page.says("It shows 0 as long as the member does not serve")

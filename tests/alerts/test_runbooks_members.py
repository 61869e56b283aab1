"""The runbooks of lost and failing members, followed in the states that they are for."""

import contextlib
import copy
import http.server
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from kazoo.client import KazooClient
from runbook_reader import RUNBOOKS, Reader, Series
from states import frozen_now_and_then, is_full, reading

from network import Network, in_namespaces, why_not
from threads import serving
from zookeeper_ensemble import HOST, Ensemble, Member, free_ports, wait_until


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """A reader of an ensemble of three with which all is well."""
    with reading(tmp_path, Ensemble(tmp_path)) as made:
        yield made


def members_of(series: Series) -> set[str]:
    """The labels `member` of an answer of Prometheus."""
    return {each["labels"]["member"] for each in series}


def test_a_member_cannot_reach_its_peers(reader: Reader) -> None:
    """Its zoo.cfg has other ports than theirs: it looks for a leader and finds none. Right lines and a restart help."""
    member = reader.ensemble.followers()[0]
    config = member.directory / "zoo.cfg"
    good = config.read_text()
    wrong = iter(free_ports(6))
    member.stop()
    config.write_text(re.sub(r"(server\.\d=[\d.]+):\d+:\d+:", lambda line: f"{line[1]}:{next(wrong)}:{next(wrong)}:",
                             good))
    member.start()
    with reader.open("MemberNotServing", member) as page:
        page.wait_until_raised()
        printed = page.paste("--check=readiness")
        assert f"not_ready: {member.address} answers, but serves nobody" in printed
        assert "2 of 3 voters serve" in printed
        page.says("Is it alone with that (its own trouble), or do all say so (no quorum)?")
        printed = page.paste("grep -A 1")
        assert {"2", "3"} - {str(member.number)} <= set(re.findall(r"Cannot open channel to (\d) at election", printed))
        assert re.findall(r"^server\.\d=[\d.]+:\d+", printed, re.MULTILINE) != re.findall(
            r"^server\.\d=[\d.]+:\d+", good, re.MULTILINE)
        answers = [line.split()[1] for line in page.paste("/dev/tcp").splitlines()]
        assert answers == ["open" if each is member else "closed" for each in reader.ensemble.members]
        page.says("- `closed`, or `Cannot open channel to N`: port 3888 of server N is closed or its name is wrong",
                  "1. Open 2888 and 3888 in both directions, correct names, `server.N` lines or `myid`.")
        assert members_of(page.wait_for("not_serving")) == {member.address}
        config.write_text(good)
        member.restart()
        page.wait_until_over()


def test_voters_are_lost_one_after_the_other(reader: Reader) -> None:
    """One has ended: MemberDown and QuorumAtRisk. A second one: EnsembleUnavailable, and the third waits for them."""
    first, second = reader.ensemble.followers()
    alone = next(member for member in reader.ensemble.members if member not in (first, second))
    first.kill()
    reader.exporter.wait_for_state(first.address, "unreachable")
    one_has_ended(reader, first)
    one_voter_is_missing(reader, first)
    second.kill()
    the_quorum_is_lost(reader, [first, second], alone)


def one_has_ended(reader: Reader, member: Member) -> None:
    """MemberDown: refused."""
    with reader.open("MemberDown", member) as page:
        page.wait_until_raised()
        printed = page.paste("x-zk")
        assert "X-ZK-Reason: refused" in printed
        assert f"dead: {member.address}" in printed
        page.says("| `refused` | the process has ended: its log, the exit code, the out-of-memory killer |")
        printed = page.paste("pgrep")
        assert f"{member.directory}/zoo.cfg" not in printed
        assert member.log_tail(1) in printed
        assert [each["labels"]["reason"] for each in page.wait_for("zookeeper_member_failure")] == ["refused"]
        assert page.paste("openssl").strip() == "no answer"
        page.says("- Ended: read the last lines of the log, then `zkServer.sh start`")


def one_voter_is_missing(reader: Reader, member: Member) -> None:
    """QuorumAtRisk: nobody else may be stopped."""
    with reader.open("QuorumAtRisk", member) as page:
        page.wait_until_raised()
        printed = page.paste("--require=full")
        assert "at_risk: One more failure can end the service: 2 of 3 voters serve" in printed
        assert f"- voter_down: {member.address} can't be reached (connection refused)" in printed
        page.says("The line of the finding `voter_down` says which voter, and why: refused (process gone)")
        assert members_of(page.wait_for("zookeeper_serving == 0")) == {member.address}
        assert f"{member.directory}/zoo.cfg" not in page.paste("pgrep")
        page.says("2. Bring the missing voter back: [ZooKeeperMemberDown](ZooKeeperMemberDown.md)")
        printed = page.paste("safe-to-stop")
        assert re.findall(r"^(\w+): (\S+)", printed, re.MULTILINE) == [
            ("safe" if each is member else "not_safe", each.address) for each in reader.ensemble.members]
        page.says("Every one that serves is `not_safe` now; `safe` is the missing one alone")


def the_quorum_is_lost(reader: Reader, lost: list[Member], alone: Member) -> None:
    """EnsembleUnavailable: those that have ended are started, the one that runs is left alone."""
    first = lost[0]
    with reader.open("EnsembleUnavailable", first) as page:
        page.wait_until_raised()
        reader.exporter.wait_for_state(alone.address, "not_serving")
        printed = page.paste("Mode|Zxid|not currently")
        assert "no_quorum: No quorum: " in printed and "Ensemble orders: no_quorum" in printed
        for each in lost:
            assert f"\n{each.address}: no answer" in printed
        assert f"\n{alone.address}: This ZooKeeper instance is not currently serving requests" in printed
        page.says('One that answers "not currently serving requests" runs and only lacks its peers.')
        printed = page.paste("pgrep")
        assert f"{first.directory}/zoo.cfg" not in printed
        assert f"\ndataDir={first.directory}/data\n" in printed and f"\n{first.number}\n" in printed
        assert re.search(r"^\d+\n+total", printed, re.MULTILINE) and " currentEpoch\n" in printed
        assert re.search(r"New election\. My id = +\d, proposed zxid=0x[0-9a-f]+", printed)
        page.says("1. Start the members that do not run and have their data: `zkServer.sh start`")
        page.go_to(alone)
        assert f"{alone.directory}/zoo.cfg" in page.paste("pgrep")
        page.says("- Do not restart the survivors. They hold the data, they look for peers by themselves")
        everybody = {each.address for each in reader.ensemble.members}
        page.wait_for("zookeeper_serving == 0", lambda found: members_of(found) == everybody)
        assert [each["value"] for each in page.ask("changes(")] == [1]
        page.says("3 or more: it comes and goes.")
        waits_for_peers(reader, alone)
        alone.kill()
        page.says("A majority is enough, in any order")
        for each in lost:
            each.start()
        page.wait_until_over()


def waits_for_peers(reader: Reader, member: Member) -> None:
    """MemberNotServing: all say so, and nothing is to be done to this one."""
    with reader.open("MemberNotServing", member, whole=False) as page:
        page.wait_until_raised()
        printed = page.paste("--check=readiness")
        assert f"not_ready: {member.address} answers, but serves nobody" in printed
        assert "no_quorum: No quorum" in printed and "ensemble level: no_quorum" in printed
        page.says("When not to act: the level is `no_quorum`. A restart of a member that waits for its peers helps "
                  "nobody.")


@pytest.mark.long
def test_the_quorum_comes_and_goes(reader: Reader) -> None:
    """EnsembleUnavailable: lost, found and lost again."""
    ensemble, name = reader.ensemble, "ensemble:zookeeper_unavailable:bool"
    wait_until(lambda: reader.query(f"{name} == 0"), "the first quorum")
    lost = ensemble.followers()
    for member in lost:
        member.kill()
    wait_until(lambda: reader.query(f"{name} == 1"), "the loss of the quorum")
    for member in lost:
        member.start()
    wait_until(lambda: reader.query(f"{name} == 0"), "the quorum")
    for member in ensemble.followers():
        member.kill()
    with reader.open("EnsembleUnavailable", whole=False) as page:
        page.wait_for("changes(", lambda found: [each["value"] for each in found] == [3])
        page.says("3 or more: it comes and goes. Then look for the cause at "
                  "[ZooKeeperLeaderFlapping](ZooKeeperLeaderFlapping.md)")


@pytest.mark.long
def test_a_member_is_started_by_hand(reader: Reader) -> None:
    """MemberDown: as the page's tools say, where there is no zkServer.sh."""
    member = reader.ensemble.followers()[0]
    member.kill()
    reader.exporter.wait_for_state(member.address, "unreachable")
    command = re.search(r'By hand, .*?`(java .*? "\$CONF")`', (RUNBOOKS / "README.md").read_text(), re.DOTALL)[1]
    with reader.open("MemberDown", member, whole=False) as page:
        page.wait_until_raised()
        page.says("or as the [tools](README.md#tools) say.")
        pid = int(page.shell(f"{command} >>\"$LOG\" 2>&1 & echo $!"))
        try:
            page.wait_until_over()
            reader.ensemble.wait_until(lambda: is_full(reader.ensemble), "all to serve in sync")
        finally:
            os.kill(pid, signal.SIGKILL)


@pytest.mark.long
def test_a_frozen_member(reader: Reader) -> None:
    """MemberDown: timeout. Somebody has stopped the process: it goes on as if nothing had been."""
    member = reader.ensemble.followers()[0]
    member.freeze()
    with reader.open("MemberDown", member) as page:
        page.wait_until_raised()
        printed = page.paste("x-zk")
        assert "X-ZK-Reason: timeout" in printed
        assert f"dead: {member.address} srvr {member.address}: connected, but no answer before the deadline" in printed
        page.says("| `timeout` | a frozen process, or one without a file descriptor left")
        assert page.paste("openssl").strip() == "no answer"
        page.says("For a frozen process the first prints `no answer`, and the others nothing;")
        pid = re.search(rf"^(\d+) java .*{member.directory}/zoo.cfg$", page.paste("pgrep"), re.MULTILINE)[1]
        assert [each["labels"]["reason"] for each in page.wait_for("zookeeper_member_failure")] == ["timeout"]
        page.says("- Frozen: `ps -o stat= -p PID` begins with `T` if somebody stopped it: `kill -CONT PID`.",
                  "`kill -3 PID` writes a thread dump to its output")
        assert page.shell(f"ps -o stat= -p {pid}").startswith("T")
        page.shell(f"kill -CONT {pid}; kill -3 {pid}")
        page.wait_until_over()
        assert page.shell("grep -c 'Full thread dump' $LOG").strip() == "1"


@contextlib.contextmanager
def tls_server(directory: Path) -> Iterator[str]:
    """The address of one."""
    key, certificate, address = directory / "key.pem", directory / "certificate.pem", f"{HOST}:{free_ports(1)[0]}"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-subj", "/CN=orders", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    with subprocess.Popen(["openssl", "s_server", "-quiet", "-accept", address, "-key", key, "-cert", certificate],
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield address
        finally:
            process.kill()


@pytest.mark.long
def test_addresses_of_something_else(tmp_path: Path) -> None:
    """MemberDown of what was never a client port: a web server, TLS, and a name without an address."""
    ensemble = Ensemble(tmp_path)
    nobody = "no-such-server.invalid:2181"
    with serving(http.server.ThreadingHTTPServer((HOST, 0), http.server.SimpleHTTPRequestHandler)) as web, \
            tls_server(tmp_path) as tls, \
            reading(tmp_path, ensemble, ",".join([ensemble.servers, web, tls, nobody])) as reader:
        strangers = ((web, "timeout", "HTTP/1.0 200 OK"), (tls, "timeout", "depth=0 CN = orders"), (nobody, "dns", ""))
        for address, reason, first_line in strangers:
            stranger = copy.copy(ensemble.members[0])
            stranger.address = address
            with reader.open("MemberDown", stranger) as page:
                page.wait_until_raised()
                assert f"X-ZK-Reason: {reason}\n" in page.paste("x-zk").replace("\r", "")
                no_answer, _, others = page.paste("openssl").replace("\r", "").partition("\n")
                assert no_answer == "no answer"
                assert others.partition("\n")[0] == first_line
                failures = {each["labels"]["member"]: each["labels"]["reason"] for each in page.ask("member_failure")}
                assert failures[address] == reason
                page.leave("pgrep", "no server that could be looked at")
                page.says("for a member that never answered, a wrong port: AdminServer, metrics provider, TLS |",
                          "| `dns` | the name, seen from the exporter |",
                          "the second `HTTP` for a web server, the third `depth=` for TLS.")


@pytest.mark.long
def test_a_member_with_too_many_connections(tmp_path: Path) -> None:
    """MemberDown: closed_without_answer, of an observer, which no leader counts."""
    ensemble = Ensemble(tmp_path, observers=1)
    observer = ensemble.members[3]
    observer.config["maxClientCnxns"] = 5
    with reading(tmp_path, ensemble) as reader, contextlib.ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(socket.create_connection((observer.host, observer.port)))
        with reader.open("MemberDown", observer) as page:
            page.wait_until_raised()
            printed = page.paste("x-zk")
            assert "X-ZK-Reason: closed_without_answer" in printed
            assert "closed without an answer: too many connections (maxClientCnxns), or no ZooKeeper" in printed
            page.says("| `closed_without_answer` | too many connections from the exporter's address (`maxClientCnxns`",
                      "Its leader does not count it: else it would be [ZooKeeperPartialView](ZooKeeperPartialView.md)")
            assert page.paste("openssl").strip() in ("", "no answer")  # the latter if the connection is reset
            page.says("one that closes connections prints no more than that.")
            assert "Too many connections from /127.0.0.1 - max is 5" in page.paste("pgrep")
            page.says("`Too many connections from`, in its log, says so.")
            failure = page.wait_for("zookeeper_member_failure")[0]["labels"]
            assert (failure["member"], failure["reason"]) == (observer.address, "closed_without_answer")
            stack.close()
            page.wait_until_over()


@pytest.mark.long
def test_a_member_fails_again_and_again(tmp_path: Path) -> None:
    """MemberUnreliable: frozen for two of three seconds."""
    with reading(tmp_path, Ensemble(tmp_path, extra_config={"jvm.pause.monitor": "true"})) as reader:
        member = reader.ensemble.followers()[0]
        with frozen_now_and_then(member, still=2, between=1), reader.open("MemberUnreliable", member) as page:
            page.wait_until_raised()
            # It may have been raised by the share of the time in which it served.
            polls = page.wait_for("polls_failed", lambda found: any(each["value"] > 0.25 for each in found))
            assert [each["labels"]["member"] for each in polls if each["value"] > 0.25] == [member.address]
            serving = {each["labels"]["member"]: each["value"] for each in page.ask("member:zookeeper_serving")}
            assert serving[member.address] == min(serving.values())
            assert {(each["labels"]["member"], each["labels"]["reason"]) for each in page.ask("avg_over_time")} == {
                (member.address, "timeout")}
            page.says("a timeout is a freeze or the network, refused is a process that ends and starts again.")
            printed = page.paste("for i in")
            assert printed.count(member.address) >= 10
            assert any(float(time) > 1000 for time in re.findall(r"\((\d+\.\d) ms\)", printed))
            page.says("A time of seconds, or no answer before the deadline, is a freeze")
            assert "Detected pause in JVM or host machine" in page.paste("pressure")
            page.says("- Freezes with `Detected pause`: [ZooKeeperJvmPausesHigh](ZooKeeperJvmPausesHigh.md).")
            wait_until(lambda: "may be stopped" in page.paste("disruption"), "the gate to allow it")
            page.says("stop this member when that is safe, so that it does not come and go.")


@pytest.mark.long
def test_a_member_ends_again_and_again(reader: Reader) -> None:
    """MemberRestarting: killed three times; then its data is torn, and it copies that of the others."""
    ensemble, member = reader.ensemble, reader.ensemble.followers()[0]
    uptime = f'zookeeper_uptime_seconds{{member="{member.address}"}}'
    for count in range(1, 4):
        wait_until(lambda: reader.query(f"{uptime} > 3"), "some seconds of uptime")
        member.kill()
        reader.exporter.wait_for_state(member.address, "unreachable")
        member.start()
        wait_until(lambda count=count: reader.query(f"resets({uptime}[1m]) >= {count}"), "its new uptime")
    reader.exporter.wait_for_state(member.address, "follower")
    with reader.open("MemberRestarting", member) as page:
        page.wait_until_raised()
        printed = page.paste("Exiting JVM")
        assert "Ensemble orders: healthy" in printed and "JVM with code" not in printed
        page.says("A log that breaks off without a code: 137, 143 or an end of the machine",
                  "| 137 | killed: out of memory, or a liveness probe |")
        resets = {each["labels"]["member"]: each["value"] for each in page.ask("resets(")}
        assert resets[member.address] >= 3 and sum(resets.values()) == resets[member.address]
        member.kill()
        data = member.directory / "data"
        (data / "version-2/acceptedEpoch").write_text("")
        for _ in range(2):
            member.start()
            assert member.process.wait(30) == 1
        printed = page.paste("Exiting JVM")
        assert printed.count("Unable to load database on disk") == 2
        page.says("| 1 | unexpected error: the exception above it in the log.",
                  "- Data that cannot be loaded (a torn `acceptedEpoch` or log after a crash)")
        assert f"\nsafe: {member.address} may be stopped" in "\n" + page.paste("safe-to-stop")
        page.says("Only after `safe`: stop it, move its `version-2` aside (do not delete it), and start it")
        shutil.move(data / "version-2", data / "version-2.torn")
        member.start()
        ensemble.wait_until(lambda: is_full(ensemble), "all to serve in sync")
        assert page.paste("--require=full").rstrip().endswith("exit 0")
        assert (data / "myid").read_text() == f"{member.number}\n"


@contextlib.contextmanager
def as_it_was(member: Member) -> Iterator[Path]:
    """Stops a member, and gives it its zoo.cfg and data back in the end."""
    member.stop()
    saved = member.directory / "saved"
    shutil.copytree(member.directory / "data", saved)
    config = (member.directory / "zoo.cfg").read_text()
    try:
        yield member.directory / "data"
    finally:
        member.kill()
        (member.directory / "zoo.cfg").write_text(config)
        shutil.rmtree(member.directory / "data")
        saved.rename(member.directory / "data")


@pytest.mark.long
def test_exit_codes(reader: Reader) -> None:
    """MemberRestarting: its table, by what brings the codes about."""
    member = reader.ensemble.followers()[0]

    def ends(code: int, row: str) -> None:
        (member.directory / "server.log").unlink()
        member.start()
        assert member.process.wait(30) == code
        with reader.open("MemberRestarting", member, whole=False) as page:
            assert f"Exiting JVM with code {code}\n" in page.paste("Exiting JVM")
            page.says(row)

    with as_it_was(member):
        assert member.process.returncode == 143
        with reader.open("MemberRestarting", member, whole=False) as page:
            assert "JVM with code" not in page.paste("Exiting JVM")
            page.says("| 143 | told to end (`SIGTERM`): a stop, a deployment |")
        (member.directory / "zoo.cfg").write_text("tickTime=x\n")
        ends(2, "| 2 | `zoo.cfg` is wrong, or `myid` is missing |")
    with as_it_was(member) as data:
        (data / "myid").unlink()
        ends(2, "| 2 | `zoo.cfg` is wrong, or `myid` is missing |")
    with as_it_was(member) as data:
        with (member.directory / "zoo.cfg").open("a") as config:
            config.write(f"dataLogDir={data}/myid/log\n")  # below a file
        ends(3, "| 3 | the data directory cannot be read or written |")
    with as_it_was(member), socket.create_server((HOST, member.election_port)):
        ends(14, "| 14 | the election port (3888) is taken |")


@pytest.mark.long
def test_a_heap_that_is_too_small(reader: Reader) -> None:
    """MemberRestarting: the data does not fit into the heap of one member. With a larger one it does."""
    ensemble, member = reader.ensemble, reader.ensemble.followers()[0]
    client = KazooClient(ensemble.servers)
    client.start()
    for number in range(36):
        client.create(f"/large-{number}", b"x" * 900_000)
    client.stop()
    client.close()
    member.stop()
    (member.directory / "server.log").unlink()
    member.jvm_flags = ["-Xms16m", "-Xmx32m"]
    member.start()
    assert member.process.wait(30) in (0, 1)
    with reader.open("MemberRestarting", member, whole=False) as page:
        assert "java.lang.OutOfMemoryError: Java heap space" in page.paste("Exiting JVM")
        page.says("| 0 | `Exiting normally` after `java.lang.OutOfMemoryError`: the heap is too small |",
                  "look for `OutOfMemoryError` |",
                  "- Out of memory: raise the heap (`-Xmx`; data size × 3 is a start)")
    with reader.open("MemberNotServing", member, whole=False) as page:
        assert "java.lang.OutOfMemoryError: Java heap space" in page.paste("grep -A 1")
        page.says("- `java.lang.OutOfMemoryError`: the heap is too small for the data.")
    member.jvm_flags = ["-Xmx128m"]
    member.start()
    ensemble.wait_until(lambda: is_full(ensemble), "all to serve in sync")


@contextlib.contextmanager
def inside(network: Network, name: str = "hub") -> Iterator[Callable[..., Any]]:
    """Runs a function in a thread within a namespace of a network, to its end."""
    with ThreadPoolExecutor(1, initializer=network.enter, initargs=[name]) as thread:
        yield lambda *arguments: thread.submit(*arguments).result()


@pytest.mark.long
@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_a_read_only_member_is_cut_off(tmp_path: Path) -> None:
    """MemberReadOnly: it joins by itself when the network is whole again."""
    def scenario() -> None:
        with reading(tmp_path, in_namespaces(network, tmp_path, read_only=True)) as reader:
            member = reader.ensemble.followers()[0]
            network.cut_peers(member.number)
            with reader.open("MemberReadOnly", member) as page:
                page.wait_until_raised()
                printed = page.paste("isro")
                assert f"not_ready: {member.address} serves read-only clients only: it is cut off" in printed
                assert "2 of 3 voters serve" in printed and printed.rstrip().endswith("\nro")
                page.says("# ro: read-only, rw: serves, null: neither")
                with inside(network, f"member-{member.number}") as on_server:
                    assert "Read-only server started" in on_server(page.paste, "Read-only server started")
                    printed = on_server(page.paste, "/dev/tcp")
                assert printed.splitlines() == [
                    f"{network.peer(each.number)}:3888 {'open' if each is member else 'closed'}"
                    for each in reader.ensemble.members]
                page.says("which peers can it not reach on 3888?")
                assert members_of(page.wait_for("read_only")) == {member.address}
                page.says("Repair the network between this member and its peers; it joins by itself")
                network.cut_peers(member.number, False)
                page.wait_until_over()

    with Network(3) as network, inside(network) as run:
        run(scenario)


@pytest.mark.long
@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_the_members_lose_each_other(tmp_path: Path) -> None:
    """ElectionSlow: nobody reaches anybody for a while, since packets are dropped."""
    def scenario() -> None:
        with reading(tmp_path, in_namespaces(network, tmp_path, read_only=False)) as reader:
            ensemble = reader.ensemble
            wait_until(lambda: len(reader.query("zookeeper_election_time_seconds_count == 1")) == 3, "an election")
            for member in ensemble.members:
                network.cut_peers(member.number)
            ensemble.wait_until(lambda: {member.state() for member in ensemble.members} == {"not_serving"}, "no quorum")
            start = time.monotonic()
            wait_until(lambda: time.monotonic() - start > 20, "a long election")
            for member in ensemble.members:
                network.cut_peers(member.number, False)
            with reader.open("ElectionSlow", ensemble.members[0]) as page:
                page.wait_until_raised(120)
                took = {each["labels"]["member"]: each["value"] for each in page.wait_for("election_time")}
                assert len(took) == 3 and min(took.values()) > 10
                printed = page.paste("Connection broken")
                assert re.search(r"LEADER ELECTION TOOK - \d{5} MS", printed)
                assert re.search(r"Notification time out: \d{4,5} ms", printed)
                page.says("rounds get longer, from 200 ms to a minute, while members do not agree, or do not hear",
                          "Packets that are dropped leave nothing else in the log: ask the election ports")

    with Network(3) as network, inside(network) as run:
        run(scenario)

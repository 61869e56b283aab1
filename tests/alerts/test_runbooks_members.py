"""The runbooks of lost and failing members, followed in the states that they are for."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from runbook_reader import Reader, Series

from exporter_process import Exporter
from zk_health import check
from zookeeper_ensemble import Ensemble, Member, free_ports


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """A reader of an ensemble of three with which all is well."""
    with Ensemble(tmp_path) as ensemble, Exporter(ensemble.servers, "--zookeeper.ensemble=orders") as exporter, \
            Reader(tmp_path, ensemble, exporter) as made:
        yield made


def is_full(ensemble: Ensemble) -> bool:
    """Whether zk-health finds nothing wrong."""
    return check("ensemble", "--require=full", ensemble.servers) == 0


def followers(ensemble: Ensemble) -> list[Member]:
    """All members but the leader."""
    leader = ensemble.wait_until(ensemble.leader, "a leader")
    return [member for member in ensemble.members if member is not leader]


def members_of(series: Series) -> set[str]:
    """The labels `member` of an answer of Prometheus."""
    return {each["labels"]["member"] for each in series}


def test_a_member_cannot_reach_its_peers(reader: Reader) -> None:
    """Its zoo.cfg has other ports than theirs: it looks for a leader and finds none. Right lines and a restart help."""
    member = followers(reader.ensemble)[0]
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
        page.says("- `Cannot open channel to N`: port 3888 of server N is closed or its name is wrong, seen from here.",
                  "1. Open 2888 and 3888 in both directions, correct names, `server.N` lines or `myid`.")
        assert members_of(page.wait_for("not_serving")) == {member.address}
        config.write_text(good)
        member.restart()
        page.wait_until_over()


def test_voters_are_lost_one_after_the_other(reader: Reader) -> None:
    """One has ended: MemberDown and QuorumAtRisk. A second one: EnsembleUnavailable, and the third waits for them."""
    first, second = followers(reader.ensemble)
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
        page.wait_for("zookeeper_serving == 0", lambda found: members_of(found) == set(reader.ensemble.servers.split(",")))
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

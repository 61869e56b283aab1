"""A canary of real servers that writes: what it leaves there, what it counts, and what it finds of dead members."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kazoo.security import make_acl

from canary import (A_ROUND, ELECTION, LEVEL, READING, WRITING, count, findings, rounds, session_state, verdict)
from clients import session
from exporter_process import Exporter, run_to_end
from exposition import Samples
from zookeeper_ensemble import Ensemble, Member, wait_until

PATH = "/zookeeper-exporter"
SHORT_SESSIONS = {"maxSessionTimeout": 4000}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    """Three participants that end a session after four seconds."""
    with Ensemble(tmp_path_factory.mktemp("canary"), extra_config=SHORT_SESSIONS) as ensemble:
        yield ensemble


@pytest.fixture
def ensemble(servers: Ensemble) -> Iterator[Ensemble]:
    """The same, well again after each test."""
    yield servers
    for member in servers.members:
        member.thaw()
        member.start()
    servers.wait_serving()


@pytest.fixture
def exporter(ensemble: Ensemble, start_exporter: Callable[..., Exporter]) -> Exporter:
    """One that has written through every member and read it back."""
    process = start_exporter(ensemble.servers, *WRITING)
    wait_more(process, ensemble.members, "get")
    return process


def wait_more(exporter: Exporter, members: list[Member], operation: str, more: int = 1, result: str = "ok",
              limit: float = 30) -> Samples:
    """Waits until so many more operations of each member ended so."""
    before = exporter.metrics()
    return exporter.wait_for(lambda now: all(
        count(now, member.address, operation, result) >= count(before, member.address, operation, result) + more
        for member in members), f"{more} more {operation} {result}", limit)


def wait_well(exporter: Exporter, ensemble: Ensemble) -> None:
    """Waits until nothing is found, and all is done through every member."""
    wait_more(exporter, ensemble.members, "get", limit=60)
    wait_until(lambda: verdict(exporter)["level"] == "healthy" and not findings(exporter), "healthy", 60,
               lambda: f"{verdict(exporter)}\n{exporter.log()}")


def tree(member: Member) -> dict[str, tuple[int, int]]:
    """The canary's znodes: how often each was set, and its children came or went."""
    with session(member.address) as client:
        def read(path: str) -> Iterator[tuple[str, tuple[int, int]]]:
            stat = client.exists(path)
            if stat:
                yield path, (stat.version, stat.cversion)
                for child in client.get_children(path):
                    yield from read(f"{path}/{child}")
        return dict(read(PATH))


def zxid(member: Member) -> int:
    """Of its last transaction."""
    return int(re.search("Zxid: (.+)", member.ask("srvr").decode())[1], 16)


def test_it_writes_its_few_znodes_and_no_other(ensemble: Ensemble, exporter: Exporter) -> None:
    """One transaction a round and member; every watch tells; the znodes are readable by all."""
    before, zxid_before, counted = tree(ensemble.members[0]), zxid(ensemble.members[0]), exporter.metrics()
    samples = wait_more(exporter, ensemble.members, "watch", 3)
    after = tree(ensemble.members[0])
    znodes = {f"{PATH}/members/{each.address}" for each in ensemble.members}
    fixed = {PATH, f"{PATH}/members", f"{PATH}/writers", *znodes}
    assert set(after) == set(before)
    assert fixed < set(after) and len(after) == len(fixed) + 1
    (writer,) = set(after) - fixed
    assert re.fullmatch(rf"{PATH}/writers/writer-[0-9a-f]{{12}}-\d{{10}}", writer)
    assert {path for path in after if after[path] != before[path]} == znodes
    writes = sum(count(exporter.metrics(), each.address, "set") - count(counted, each.address, "set")
                 for each in ensemble.members)
    ours = 4  # two sessions of ours, that began and ended
    assert 0 < zxid(ensemble.members[0]) - zxid_before <= writes + ours + len(ensemble.members)
    for member in ensemble.members:
        mine = samples.of(member.address)
        assert mine.value("zookeeper_session_establish_seconds_count") == 1
        assert mine.value("zookeeper_canary_watch_delivery_seconds_count") == count(
            samples, member.address, "watch", "ok")
        for operation in ("exists", "sync", "get", "set"):
            assert mine.value("zookeeper_canary_operation_duration_seconds_count", operation=operation) == count(
                samples, member.address, operation, "ok")
            assert count(samples, member.address, operation, "error", "no_auth", "connection_loss", "timeout") == 0
    assert samples.value("zookeeper_canary_writer") == 1


def test_level_read_writes_nothing(ensemble: Ensemble, start_exporter: Callable[..., Exporter]) -> None:
    """Not even a znode that is missing; nothing of level write is counted."""
    run_cleanup(ensemble.servers)
    reader = start_exporter(ensemble.servers, *READING)
    wait_more(reader, ensemble.members, "sync")
    before = zxid(ensemble.members[0])
    samples = wait_more(reader, ensemble.members, "sync", 3)
    assert [zxid(member) for member in ensemble.members] == [before] * 3
    assert tree(ensemble.members[0]) == {}
    assert {dict(labels)["operation"] for labels in samples.series("zookeeper_canary_operations_total")} == {
        "connect", "exists", "sync"}
    assert samples.series("zookeeper_canary_writer") == {}


def run_cleanup(servers: str, *flags: str) -> str:
    """Removes the znodes; what it says."""
    done = run_to_end(f"--zookeeper.servers={servers}", f"{LEVEL}=write", *flags, "--canary.cleanup")
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_a_cleanup_removes_what_there_is(ensemble: Ensemble, start_exporter: Callable[..., Exporter]) -> None:
    """And a second one finds nothing to do."""
    exporter = start_exporter(ensemble.servers, *WRITING)
    wait_more(exporter, ensemble.members, "get")
    exporter.stop()
    assert len(tree(ensemble.members[0])) == 6  # the writer's is gone: it has taken leave
    run_cleanup(ensemble.servers)
    assert tree(ensemble.members[0]) == {}
    run_cleanup(ensemble.servers)


def check_others(exporter: Exporter, ensemble: Ensemble, dead: Member) -> None:
    """Its operations fail, those of the others go on, and no client's failure is found of them."""
    others = [member for member in ensemble.members if member is not dead]
    samples = wait_more(exporter, others, "get", 3, limit=60)
    assert session_state(samples, dead.address) != "connected"
    assert count(samples, dead.address, "exists", "connection_loss", "timeout") > 0
    before = count(samples, dead.address, "exists", "ok")
    assert rounds(wait_more(exporter, others, "set", 2), dead.address) >= rounds(samples, dead.address)
    assert count(exporter.metrics(), dead.address, "exists", "ok") == before
    assert verdict(exporter)["level"] == "at_risk"
    assert {code for code, _ in findings(exporter)}.isdisjoint(
        {"writes_fail", "reads_fail", "watches_late", "canary_blind"})


FAULTS = [("follower", "kill"), ("leader", "freeze"),
          pytest.param("leader", "kill", marks=pytest.mark.long),
          pytest.param("follower", "freeze", marks=pytest.mark.long)]


@pytest.mark.parametrize("role,act", FAULTS)
def test_a_member_that_is_lost(ensemble: Ensemble, exporter: Exporter, role: str, act: str) -> None:
    """Its session drops, or falls silent; then it comes back, with a session that is there at once."""
    dead = ensemble.leader() if role == "leader" else ensemble.followers()[0]
    getattr(dead, act)()
    check_others(exporter, ensemble, dead)
    dead.thaw()
    dead.start()
    wait_well(exporter, ensemble)


def test_a_lost_quorum(ensemble: Ensemble, exporter: Exporter) -> None:
    """The servers end all sessions: connection loss everywhere, and what says so is the poll, not the canary."""
    dead = ensemble.followers()
    for member in dead:
        member.kill()
    wait_more(exporter, ensemble.members, "set", 2, "connection_loss")
    wait_until(lambda: verdict(exporter)["level"] == "no_quorum", "no_quorum", 30)
    assert exporter.get("/health/ensemble?require=writable")[0] == 503
    samples = exporter.metrics()
    assert "connected" not in {session_state(samples, member.address) for member in ensemble.members}
    for member in dead:
        member.start()
    wait_well(exporter, ensemble)


def test_a_canary_without_permission(ensemble: Ensemble, start_exporter: Callable[..., Exporter],
                                     tmp_path: Path) -> None:
    """By the ACL of the znode above, or with another digest than the znodes were made with: no worse level."""
    with session(ensemble.servers) as client:
        client.create("/denied", acl=[make_acl("world", "anyone", read=True)])
    check_blind(ensemble, start_exporter(ensemble.servers, *WRITING, "--zookeeper.canary.path=/denied/canary"))

    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text("canary:right\n")
    wrong.write_text("canary:wrong\n")
    path = "--zookeeper.canary.path=/owned"
    owner = start_exporter(ensemble.servers, *WRITING, path, f"--zookeeper.canary.auth-file={right}")
    wait_more(owner, ensemble.members, "get")
    owner.stop()
    check_blind(ensemble, start_exporter(ensemble.servers, *WRITING, path, f"--zookeeper.canary.auth-file={wrong}"))
    with session(ensemble.servers) as client:
        acls, _ = client.get_acls("/owned/members")
        assert sorted(acl.id.scheme for acl in acls) == ["digest", "world"]
        assert [acl.acl_list for acl in acls if acl.id.scheme == "world"] == [["READ"]]
    run_cleanup(ensemble.servers, path, f"--zookeeper.canary.auth-file={right}")


def check_blind(ensemble: Ensemble, exporter: Exporter) -> None:
    """Every member is said to tell nothing, and the level is what the polls say."""
    blind = {("canary_blind", member.address) for member in ensemble.members}
    wait_until(lambda: findings(exporter) == blind, "blindness", 3 * A_ROUND + ELECTION,
               lambda: f"{verdict(exporter)}\n{exporter.log()}")
    assert verdict(exporter)["level"] == "healthy"
    assert exporter.get("/health/ensemble?require=writable")[0] == 200
    samples = wait_more(exporter, ensemble.members, "set", 1, "no_auth")
    assert [count(samples, member.address, "set", "ok") for member in ensemble.members] == [0, 0, 0]

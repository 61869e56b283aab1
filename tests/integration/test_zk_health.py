"""The verdict table of docs/health.md: zk-health against real servers in each state, and against fakes."""

import contextlib
import re
import socket
import subprocess
from collections.abc import Iterator

import pytest

from fake_member import CLOSES, fake_member, full_backlog
from zk_health import PROBES, ZK_HEALTH, probe_codes, report, run_health
from zookeeper_ensemble import HOST, Ensemble, free_ports

GARBAGE = {
    "another protocol": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "binary": bytes(range(256)) * 40,
    "quotes": b'"' * 5000,
    "a line without an end": b"Zookeeper version: 3.8.0" + b"x" * 5000,
    "a mode that is not known": b"Zookeeper version: 3.8.0, built on x\nMode: dreaming\n",
}
NAGIOS = re.compile(r"ZOOKEEPER (OK|WARNING|CRITICAL|UNKNOWN) - [^|]+ \| time=\d+\.\d{6}s"
                    r"( voters=\d+ voters_serving=\d+ failures_tolerated=-?\d+)?\n")


@pytest.fixture(scope="module")
def trio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    """Three servers with the default whitelist, not started; the first has a read-only mode."""
    servers = Ensemble(tmp_path_factory.mktemp("trio"), whitelist="srvr")
    servers.members[0].jvm_flags += ["-Dreadonlymode.enabled=true"]
    try:
        yield servers
    finally:
        servers.stop()


def expect(address: str, codes: tuple[int, int, int], verdicts: str, reason: str, warns: bool = False,
           timeout: str = "1s") -> None:
    """The codes of startup, liveness and readiness, and all that the JSON and Nagios formats say beside them."""
    assert probe_codes(address, timeout) == codes
    for kind, code, verdict in zip(PROBES, codes, verdicts.split()):
        said = report(kind, address, timeout=timeout)
        assert (said["exit_code"], said["passed"]) == (code, code == 0)
        assert (said["verdict"], said["reason"]) == (verdict, reason)
        assert said["warning"] == (warns and kind == "liveness")
        assert said["text"].startswith(address)
        nagios = run_health(f"--check={kind}", "--format=nagios", f"--timeout={timeout}", address)
        assert NAGIOS.fullmatch(nagios.stdout)
        wanted = 1 if said["warning"] else 0 if code == 0 else 3 if code == 6 else 2
        assert nagios.returncode == wanted


WELL = "started live ready"
ALIVE = "started live not_ready"
DEAD = "not_started dead not_ready"
DOUBT = "not_started live not_ready"


@pytest.mark.parametrize("index", range(4))
def test_members_that_serve(ensemble: Ensemble, index: int) -> None:
    """Leader, followers and observer."""
    expect(ensemble.members[index].address, (0, 0, 0), WELL, "serving")


def test_a_server_that_never_had_a_quorum(trio: Ensemble) -> None:
    """Started alone: alive, not ready."""
    alone = trio.members[1]
    alone.start()
    trio.wait_until(lambda: alone.state() == "not_serving", "its port")
    expect(alone.address, (0, 0, 4), ALIVE, "not_serving")
    alone.kill()


def test_a_read_only_server(trio: Ensemble) -> None:
    """Not ready, unless that is allowed."""
    alone = trio.members[0]
    alone.start()
    trio.wait_until(lambda: alone.state() == "read-only", "the read-only mode")
    expect(alone.address, (0, 0, 4), ALIVE, "read_only")
    allowed = run_health("--check=readiness", "--allow-read-only", alone.address)
    assert allowed.returncode == 0


def test_the_default_whitelist(trio: Ensemble) -> None:
    """Probes need no more; the ensemble can be judged; a stop cannot be allowed, for want of mntr."""
    trio.start()
    trio.wait_serving()
    for member in trio.members:
        expect(member.address, (0, 0, 0), WELL, "serving")
    assert report("ensemble", trio.servers)["level"] == "healthy"
    said = report("safe-to-stop", f"--member={trio.members[0].address}", trio.servers)
    assert (said["exit_code"], said["passed"]) == (5, False)
    assert "mntr" in said["text"]


def test_a_server_that_has_lost_its_quorum(trio: Ensemble) -> None:
    """As before it had one: a restart would not help."""
    survivor = trio.members[1]
    trio.members[0].kill()
    trio.members[2].kill()
    trio.wait_until(lambda: survivor.state() == "not_serving", "the loss")
    expect(survivor.address, (0, 0, 4), ALIVE, "not_serving")
    said = report("ensemble", trio.servers)
    assert (said["exit_code"], said["level"], said["failures_tolerated"]) == (4, "no_quorum", -2)


def test_a_frozen_server(trio: Ensemble) -> None:
    """Connections are accepted, and nobody answers: the case for a restart."""
    frozen = trio.members[1]
    frozen.freeze()
    expect(frozen.address, (2, 2, 2), DEAD, "timeout", timeout="300ms")
    frozen.thaw()


def test_a_standalone_server_that_is_full(tmp_path_factory: pytest.TempPathFactory) -> None:
    """It serves; with maxClientCnxns used up it closes without a byte, which is no reason to kill it."""
    directory = tmp_path_factory.mktemp("standalone")
    with Ensemble(directory, participants=1, extra_config={"maxClientCnxns": 3}) as single:
        address = single.servers
        expect(address, (0, 0, 0), WELL, "serving")
        assert report("ensemble", address)["level"] == "healthy"
        with contextlib.ExitStack() as stack:
            for _ in range(3):
                stack.enter_context(socket.create_connection((HOST, single.members[0].port)))
            single.wait_until(lambda: single.members[0].state() is None, "the limit")
            expect(address, (3, 0, 3), DOUBT, "closed_without_answer", warns=True)
            for _ in range(100):  # it resets at once, at times before the connection counts as made
                assert probe_codes(address) == (3, 0, 3)


def test_a_refused_port() -> None:
    """Nothing listens there."""
    address = f"{HOST}:{free_ports(1)[0]}"
    expect(address, (2, 2, 2), DEAD, "refused")
    said = report("ensemble", address)
    assert (said["exit_code"], said["level"]) == (2, "unknown")


def test_a_full_backlog() -> None:
    """The kernel drops the connection: as frozen."""
    with full_backlog() as address:
        expect(address, (2, 2, 2), DEAD, "timeout", timeout="300ms")


def test_a_refused_command() -> None:
    """No ZooKeeper can refuse srvr; who does is alive all the same."""
    with fake_member(b"srvr is not executed because it is not in the whitelist.\n") as address:
        expect(address, (0, 0, 5), ALIVE, "command_refused")


def test_a_server_that_closes() -> None:
    """As with maxClientCnxns."""
    with fake_member(CLOSES) as address:
        expect(address, (3, 0, 3), DOUBT, "closed_without_answer", warns=True)


@pytest.mark.parametrize("answer", GARBAGE.values(), ids=GARBAGE)
def test_garbage(answer: bytes) -> None:
    """Alive, perhaps the wrong port; whatever it says, ours is one short line."""
    with fake_member(answer) as address:
        assert probe_codes(address) == (3, 0, 3)
        for kind in (*PROBES, "ensemble"):
            for layout in ("text", "json", "nagios"):
                line = run_health(f"--check={kind}", f"--format={layout}", address).stdout
                assert line.isprintable() is False and line[:-1].isprintable() and len(line.encode()) < 1024
        assert report("liveness", address)["warning"] is True


@pytest.mark.parametrize("files", range(3, 9))
def test_its_own_lack_of_files(ensemble: Ensemble, files: int) -> None:
    """With too few descriptors it never calls a server dead, nor ready without having asked."""
    one, all_of_them = ensemble.members[0].address, ensemble.servers
    cases = [("liveness", one, {0}), ("readiness", one, {0, 6}), ("ensemble", all_of_them, {0, 6})]
    for kind, servers, wanted in cases:
        limited = subprocess.run(["sh", "-c", f'ulimit -n {files}; exec "$@"', "sh", ZK_HEALTH, f"--check={kind}",
                                  servers], capture_output=True, text=True, timeout=10, check=False)
        assert limited.returncode in wanted, limited.stdout + limited.stderr
        assert limited.stdout.count("\n") == 1


def test_one_line_for_many_servers(trio: Ensemble) -> None:
    """Also with a reason for each of forty."""
    servers = ",".join(f"{HOST}:{port}" for port in free_ports(40))
    member = servers.split(",", maxsplit=1)[0]
    for layout in ("text", "json", "nagios"):
        for flags in (["--check=ensemble"], ["--check=safe-to-stop", f"--member={member}"]):
            answer = run_health(*flags, f"--format={layout}", f"{trio.servers},{servers}")
            assert answer.stdout.endswith("\n") and answer.stdout.count("\n") == 1
            assert len(answer.stdout.encode()) < 1024

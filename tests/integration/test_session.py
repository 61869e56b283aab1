"""Sessions of the exporter's own client with real servers."""

import contextlib
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import figures
from certificates import Authority
from fake_member import fake_member
from secure_servers import speak_tls
from session_client import SessionClient
from zookeeper_ensemble import Ensemble

TICK = {"tickTime": 200}  # sessions of 400 ms to 4 s
CROWD = {"maxClientCnxns": 0}
LAG = ("sessions on one loop", "answers in 5 s", "lag p50", "p99", "max")


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    """Three members whose sessions expire soon."""
    with Ensemble(tmp_path_factory.mktemp("servers"), participants=3, extra_config=TICK | CROWD | {"syncLimit": 20}) as three:
        yield three


@contextlib.contextmanager
def connected(address: str, **options: object) -> Iterator[SessionClient]:
    """A session that stands."""
    with SessionClient(address, **options) as session:
        assert session.do("connected") == ("ok", "")
        yield session


def test_every_operation_does_what_it_says(servers: Ensemble) -> None:
    first, second = servers.members[0].address, servers.members[1].address
    with connected(first) as session, connected(second) as other:
        assert session.told == ["tried ok", "state connected"]
        assert session.do("exists /a")[0] == "no_node"
        assert session.do("create /a one open persistent") == ("ok", "/a")
        assert session.do("create /a one open persistent") == ("node_exists", "node exists (-110)")
        assert session.do("create /a/b- x open ephemeral") == ("ok", "/a/b-0000000000")
        assert session.do("set /a two") == ("ok", "version 1")
        assert session.do("exists /a") == ("ok", "version 1")
        assert other.do("sync /a") == ("ok", "")
        assert other.do("get /a") == ("ok", "two")
        assert other.do("children /a") == ("ok", "b-0000000000")
        assert session.do("delete /a") == ("not_empty", "not empty (-111)")
        assert session.do("delete /a/b-0000000000") == ("ok", "")
        assert session.do("delete /a/b-0000000000")[0] == "no_node"
        assert session.do("multi create:/a/c:x set:/a:three delete:/a/c") == ("ok", "")
        assert session.do("multi set:/a:four delete:/a/none create:/a/d:x") == ("no_node", "no node (-101)")
        assert session.do("get /a") == ("ok", "three")
        assert session.do("delete /a") == ("ok", "")


def test_a_watch_tells_of_what_another_client_does(servers: Ensemble) -> None:
    first, second = servers.members[0].address, servers.members[1].address
    with connected(first, deadline=10_000) as session, connected(second) as other:
        assert session.do("exists /w watch")[0] == "no_node"
        assert other.do("create /w one open persistent")[0] == "ok"
        assert session.do("told") == ("ok", "told")
        assert session.do("get /w watch") == ("ok", "one")
        assert other.do("set /w two")[0] == "ok"
        assert session.do("told") == ("ok", "told")
        assert session.do("children /w watch") == ("ok", "")
        assert other.do("create /w/x one open persistent")[0] == "ok"
        assert session.do("told") == ("ok", "told")
        assert other.do("multi delete:/w/x delete:/w") == ("ok", "")


def test_what_credentials_made_only_they_may_change(servers: Ensemble) -> None:
    address = servers.members[0].address
    with connected(address, auth="monitor:secret") as session, connected(address, auth="monitor:other") as other:
        assert session.do("create /own x own persistent") == ("ok", "/own")
        assert session.do("set /own y")[0] == "ok"
        assert other.do("set /own z") == ("no_auth", "no permission (-102)")
        assert other.do("get /own") == ("ok", "y")
        assert session.do("delete /own")[0] == "ok"


def test_paths_are_below_the_chroot(servers: Ensemble) -> None:
    address = servers.members[0].address
    with connected(address) as session, connected(address, chroot="/root") as below:
        assert session.do("create /root top open persistent")[0] == "ok"
        assert below.do("create /x- one open ephemeral") == ("ok", "/x-0000000000")
        assert below.do("get /") == ("ok", "top")
        assert below.do("exists /x-0000000000 watch")[0] == "ok"
        assert session.do("children /root") == ("ok", "x-0000000000")
        assert session.do("delete /root/x-0000000000")[0] == "ok"
        assert below.do("told") == ("ok", "told")
        assert below.do("multi create:/y:1 delete:/y delete:/") == ("ok", "")


def test_a_session_ends_with_its_client(servers: Ensemble) -> None:
    address = servers.members[0].address
    with connected(address) as other:
        with connected(address, timeout=4000) as session:
            code, path = session.do("create /mine- x open ephemeral")
            assert code == "ok"
        assert session.told == ["tried ok", "state connected", "state closed"]
        assert other.do(f"exists {path}")[0] == "no_node"  # at once: not when it would have expired


def test_a_session_goes_on_over_another_connection(servers: Ensemble) -> None:
    address = servers.members[0].address
    with connected(address) as session, connected(address) as other:
        identity = session.do("id")
        _, path = session.do("create /on- x open ephemeral")
        assert session.do(f"exists {path} watch")[0] == "ok"
        assert session.do("drop")[0] == "ok"
        session.wait_told("state connecting", "dropped as told", "tried ok", "state connected")
        assert session.do("told") == ("ok", "lost")
        assert session.do("id") == identity
        assert other.do(f"exists {path}")[0] == "ok"


def test_a_session_outlives_its_server(servers: Ensemble) -> None:
    first, second, _ = servers.members
    with connected(f"{first.address},{second.address}", deadline=20_000) as session:
        identity = session.do("id")
        first.kill()
        try:
            session.wait_told("dropped", "state connected")
            assert session.do("create /outlive x open persistent")[0] == "ok"
            assert session.do("id") == identity
        finally:
            first.start()
            servers.wait_serving()
        assert session.do("delete /outlive")[0] == "ok"


def test_an_expired_session_is_followed_by_a_new_one(servers: Ensemble) -> None:
    address = servers.members[0].address
    with connected(address) as session, connected(address) as other:
        identity = session.do("id")
        _, path = session.do("create /expires- x open ephemeral")
        session.process.send_signal(signal.SIGSTOP)
        servers.wait_until(lambda: other.do(f"exists {path}")[0] == "no_node", "the session to expire")
        session.process.send_signal(signal.SIGCONT)
        session.wait_told("dropped", "tried session_expired", "state expired", "tried ok", "state connected")
        assert session.do("id") != identity
        assert session.do(f"exists {path}")[0] == "no_node"


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ensemble, Authority]]:
    """A server that speaks TLS, and who vouches for it."""
    directory = tmp_path_factory.mktemp("secure")
    authority = Authority(directory / "ca")
    ensemble = Ensemble(directory / "servers", participants=1, extra_config=TICK)
    speak_tls(ensemble, authority.issue("server"), authority)
    with ensemble:
        yield ensemble, authority


def test_a_session_over_tls(secure: tuple[Ensemble, Authority], tmp_path: Path) -> None:
    ensemble, authority = secure
    address = ensemble.members[0].address
    with connected(address, ca=authority.file) as session:
        assert session.do("create /t one open persistent") == ("ok", "/t")
        assert session.do("set /t two")[0] == "ok"
        assert session.do("get /t watch") == ("ok", "two")
        identity = session.do("id")
        assert session.do("drop")[0] == "ok"
        session.wait_told("dropped as told", "state connected", after=2)
        assert session.do("id") == identity
        assert session.do("delete /t")[0] == "ok"
    stranger = Authority(tmp_path / "ca", "Stranger")
    with SessionClient(address, ca=stranger.file) as session:
        session.wait_told("tried connection_loss")
        assert "not signed" in session.told[0] or "certificate" in session.told[0]


@pytest.mark.parametrize("cycles", [1000, pytest.param(10_000, marks=pytest.mark.long)])
def test_sessions_leave_nothing_behind(servers: Ensemble, cycles: int) -> None:
    with connected(servers.members[0].address) as session:
        assert session.do("cycles 200")[0] == "ok"  # what is allocated once
        code, came = session.do(f"cycles {cycles}", 300)
        stood, descriptors, pages = map(int, came.split())
        print(f"{cycles} sessions: {descriptors} descriptors and {pages} pages more")
        assert (code, stood, descriptors) == ("ok", cycles, 0)
        assert pages < 100


def test_a_crowd_of_sessions_does_not_hold_the_loop(servers: Ensemble) -> None:
    with connected(servers.servers) as session:
        code, came = session.do("crowd 300 5000")
        answered, half, most, worst = map(float, came.split())
        figures.note(LAG, "300", f"{answered:.0f}", *(f"{lag:.1f} ms" for lag in (half, most, worst)))
        assert code == "ok" and answered > 300
        assert most < 200  # 20 ms on a machine of its own


def test_a_frozen_server_ends_all_in_time(servers: Ensemble) -> None:
    member = next(member for member in servers.followers())
    with connected(member.address, deadline=500, patience=1000) as session:
        assert session.do("exists / watch")[0] == "ok"
        member.freeze()
        try:
            assert session.do("exists /") == ("timeout", "no answer in time")
            session.wait_told("state connecting", "dropped the server keeps silent", "tried timeout")
            assert session.do("told") == ("ok", "lost")
            assert session.do("exists /")[0] == "connection_loss"  # at once
            began = time.monotonic()
            assert session.close() == 0  # nor does that wait for it
            assert time.monotonic() - began < 3
        finally:
            member.thaw()
            servers.wait_serving()


def test_closing_waits_a_second_at_most(servers: Ensemble) -> None:
    member = next(member for member in servers.followers())
    with connected(member.address) as session:
        member.freeze()
        try:
            began = time.monotonic()
            assert session.close() == 0
            assert 0.5 < time.monotonic() - began < 4
            assert session.told[-1] == "state closed"
        finally:
            member.thaw()
            servers.wait_serving()


def test_a_killed_server_is_missed_at_once(servers: Ensemble) -> None:
    member = next(member for member in servers.followers())
    with connected(member.address, deadline=20_000) as session:
        member.kill()
        try:
            session.wait_told("state connecting", "dropped the server closed it", "tried connection_loss")
            assert session.do("get /") == ("connection_loss", "Connection refused")
        finally:
            member.start()
            servers.wait_serving()
        assert session.do("connected")[0] == "ok"


@pytest.mark.parametrize("answer", [None, b"", b"SSH-2.0-OpenSSH_9.2p1\r\n", bytes(4096)],
                         ids=["silent", "closing", "ssh", "zeros"])
def test_who_is_no_server_is_a_result(answer: bytes | None) -> None:
    with fake_member(answer) as address, SessionClient(address, patience=1000) as session:
        session.wait_told("tried timeout connected, but no session" if answer is None else "tried ")
        assert "state connected" not in session.told
        code, why = session.do("exists /")
        assert (code, why) == ("connection_loss", session.told[0].split(" ", 2)[2])
        assert why

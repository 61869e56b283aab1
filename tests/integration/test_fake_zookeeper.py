"""The pretend ZooKeeper of other tests, seen by a real client and by the exporter's polls."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from kazoo.client import KazooClient, KazooState
from kazoo.exceptions import (AuthFailedError, BadVersionError, NoAuthError, NodeExistsError, NoNodeError,
                              NotEmptyError, RolledBackError)

from clients import QUIET, session
from exporter_process import Exporter
from fake_tree import AUTH_FAILED, NO_AUTH
from fake_zookeeper import NEVER, FakeEnsemble
from zookeeper_ensemble import wait_until


@pytest.fixture
def fakes() -> Iterator[FakeEnsemble]:
    """Three of them."""
    with FakeEnsemble(3) as ensemble:
        yield ensemble


def test_its_polls_look_well(fakes: FakeEnsemble, start_exporter: Callable[..., Exporter]) -> None:
    """One leader, two followers, three voters."""
    exporter = start_exporter(fakes.servers)
    samples = exporter.wait_for(lambda found: found.only("zookeeper_ensemble_state", "state") == "healthy", "healthy")
    assert [samples.state(member.address) for member in fakes.members] == ["leader", "follower", "follower"]
    assert samples.value("zookeeper_ensemble_voters") == 3


def test_a_real_client_finds_a_tree(fakes: FakeEnsemble) -> None:
    """Through one member what was written through another."""
    with session(fakes.members[0].address) as one, session(fakes.members[1].address) as other:
        one.create("/a/b/c", b"first", makepath=True)
        assert other.sync("/a/b/c") and other.get("/a/b/c")[0] == b"first"
        assert other.set("/a/b/c", b"second").version == 1
        assert one.get("/a/b/c")[1].dataLength == 6
        assert one.exists("/a/x") is None
        assert other.get_children("/a") == ["b"] and other.get_children("/a", include_data=True)[1].numChildren == 1
        assert [one.create("/a/n-", sequence=True), other.create("/a/n-", sequence=True)] == [
            "/a/n-0000000001", "/a/n-0000000002"]
        assert len(one.get_acls("/a")[0]) == 1
        for error, wrong in ((NoNodeError, lambda: one.get("/x")), (NodeExistsError, lambda: one.create("/a")),
                             (NotEmptyError, lambda: one.delete("/a")), (NoNodeError, lambda: one.create("/x/y")),
                             (BadVersionError, lambda: one.set("/a/b/c", b"", version=7))):
            with pytest.raises(error):
                wrong()
        other.delete("/a/b/c")
        assert one.exists("/a/b/c") is None


def test_a_transaction_is_whole_or_nothing(fakes: FakeEnsemble) -> None:
    """And counts once."""
    with session(fakes.servers) as client:
        zxid = fakes.tree.zxid
        good = client.transaction()
        good.create("/one")
        good.create("/one/two", b"2")
        good.check("/one", 0)
        assert good.commit() == ["/one", "/one/two", True] and fakes.tree.zxid == zxid + 1
        bad = client.transaction()
        bad.set_data("/one", b"new")
        bad.delete("/three")
        bad.create("/four")
        rolled_back, cause, _ = bad.commit()
        assert isinstance(rolled_back, RolledBackError) and isinstance(cause, NoNodeError)
        assert fakes.znodes() == {"/one": b"", "/one/two": b"2"} and fakes.tree.zxid == zxid + 1


def test_a_watch_tells_once_and_through_every_member(fakes: FakeEnsemble) -> None:
    """Of a znode's making, change and end, and of its children."""
    told: list[tuple[str, str]] = []
    with session(fakes.members[0].address) as watcher, session(fakes.members[1].address) as writer:
        def watch(event: object) -> None:
            told.append((event.type, event.path))
        assert watcher.exists("/w", watch=watch) is None
        writer.create("/w")
        wait_until(lambda: told == [("CREATED", "/w")], "the first event")
        watcher.get("/w", watch=watch)
        watcher.get_children("/w", watch=watch)
        writer.set("/w", b"1")
        writer.set("/w", b"2")
        writer.create("/w/x")
        wait_until(lambda: told[1:] == [("CHANGED", "/w"), ("CHILD", "/w")], "two more")


def test_an_ephemeral_ends_with_its_session(fakes: FakeEnsemble) -> None:
    """When the client closes it, and when the server ends it; a lost connection alone ends nothing."""
    states: list[str] = []
    with session(fakes.members[0].address) as client:
        client.create("/e", ephemeral=True)
        client.add_listener(states.append)
        number = client.client_id[0]
        fakes.members[0].drop_connections()
        wait_until(lambda: states == [KazooState.SUSPENDED, KazooState.CONNECTED], "the client to come back")
        assert client.client_id[0] == number and "/e" in fakes.znodes()
        fakes.expire_sessions()
        wait_until(lambda: KazooState.LOST in states and client.connected, "a new session")
        assert client.client_id[0] != number and fakes.znodes() == {}
        client.create("/f", ephemeral=True)
    assert fakes.znodes() == {}


def test_a_frozen_client_expires(fakes: FakeEnsemble) -> None:
    """Of a shorter timeout than any ping."""
    fakes.timeouts = (0.2, 0.2)
    fakes.misbehave(timeout_ms=40_000)
    with session(fakes.servers) as client:
        client.create("/e", ephemeral=True)
        wait_until(lambda: fakes.znodes() == {}, "the end of the ephemeral")
        fakes.timeouts = (4, 40)


def test_an_operation_hangs_while_others_and_pings_are_answered(fakes: FakeEnsemble) -> None:
    """It is carried out as soon as the fault ends."""
    fakes.misbehave(delay={"set": NEVER})
    with session(fakes.servers) as client, session(fakes.servers) as other:
        client.create("/a")
        writing = client.set_async("/a", b"late")
        wait_until(lambda: sum(member.asked["set"] for member in fakes.members) == 1, "the write")
        assert other.get("/a")[0] == b"" and not writing.ready()
        fakes.behave()
        assert writing.get(5).version == 1 and other.get("/a")[0] == b"late"


def test_errors_that_a_client_is_told(fakes: FakeEnsemble) -> None:
    """No permission; and authentication that fails, which ends the connection."""
    fakes.misbehave(errors={"set": NO_AUTH})
    with session(fakes.servers) as client:
        client.create("/a")
        with pytest.raises(NoAuthError):
            client.set("/a", b"")
    fakes.misbehave(errors={"auth": AUTH_FAILED})
    client = KazooClient(fakes.servers, timeout=10, logger=QUIET)
    try:
        client.start()
        with pytest.raises(AuthFailedError):
            client.add_auth("digest", "user:password")
    finally:
        client.stop()
        client.close()


def test_watches_that_are_late_or_never_told(fakes: FakeEnsemble) -> None:
    """Of the member whose fault it is."""
    told = threading.Event()
    fakes.members[0].misbehave(watch_delay=NEVER)
    with session(fakes.members[0].address) as watcher, session(fakes.members[1].address) as writer:
        writer.create("/w")
        watcher.get("/w", watch=lambda _: told.set())
        writer.set("/w", b"1")
        watcher.get("/w")
        assert not told.is_set()
        fakes.members[0].misbehave(watch_delay=0.05)
        watcher.get("/w", watch=lambda _: told.set())
        writer.set("/w", b"2")
        assert told.wait(10)


def test_it_counts_what_is_in_flight(fakes: FakeEnsemble) -> None:
    """Without pings."""
    member = fakes.members[0]
    fakes.misbehave(delay={"get": NEVER})
    with session(member.address) as client:
        asked = [client.get_async("/"), client.exists_async("/")]
        wait_until(lambda: member.in_flight == 2, "two requests")
        fakes.behave()
        assert [each.get(5) is not None for each in asked] == [True, True]
        wait_until(lambda: member.in_flight == 0, "no request")
        assert member.most_in_flight == 2 and member.asked["get"] == 1


def test_a_stopped_member_refuses_and_comes_back(fakes: FakeEnsemble) -> None:
    """On the same port."""
    member = fakes.members[0]
    with session(fakes.servers) as client:
        for each in fakes.members:
            each.stop()
        wait_until(lambda: not client.connected, "the loss")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((member.host, member.port))
        for each in fakes.members:
            each.start()
        wait_until(lambda: client.connected, "the return")

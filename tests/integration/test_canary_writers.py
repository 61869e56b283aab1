"""Two exporters over one ensemble: one of them writes, and the other takes over when it is gone."""

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from canary import A_ROUND, WRITING, count, findings, verdict
from clients import session
from exporter_process import Exporter
from network import Network, why_not
from zookeeper_ensemble import Ensemble, wait_until

A_SESSION = 4  # seconds
# A session's end, which the servers see within a tick; then the election's watch tells, and the next round begins.
HAND_OVER = A_SESSION + 2 + A_ROUND
SHORT_SESSIONS = {"maxSessionTimeout": 1000 * A_SESSION}


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    """Three participants that end a session after four seconds."""
    with Ensemble(tmp_path_factory.mktemp("writers"), extra_config=SHORT_SESSIONS) as servers:
        yield servers


def wait_role(exporter: Exporter, is_writer: bool, limit: float = 30) -> None:
    """Waits until it writes, or knows that another one does."""
    exporter.wait_for(lambda samples: samples.series("zookeeper_canary_writer") and samples.value(
        "zookeeper_canary_writer") == is_writer, "the writer" if is_writer else "a reader", limit)


def versions(ensemble: Ensemble) -> list[int]:
    """How often each member's znode was set."""
    with session(ensemble.servers) as client:
        return [client.exists(f"/zookeeper-exporter/members/{member.address}").version for member in ensemble.members]


def begin(start: Callable[..., Exporter], ensemble: Ensemble) -> tuple[Exporter, Exporter]:
    """The one that writes, and the one that reads; both have seen writes."""
    writer = start(ensemble.servers, *WRITING)
    wait_role(writer, True)
    reader = start(ensemble.servers, *WRITING)
    wait_role(reader, False)
    wait_writes(writer, ensemble)
    return writer, reader


def wait_writes(exporter: Exporter, ensemble: Ensemble, limit: float = 30) -> None:
    """Waits until it has written through every member."""
    before = exporter.metrics()
    exporter.wait_for(lambda now: all(count(now, member.address, "set", "ok") > count(
        before, member.address, "set", "ok") for member in ensemble.members), "writes through every member", limit)


def check_same(one: Exporter, other: Exporter) -> None:
    """Both say the same of the ensemble, and of each member."""
    def told(exporter: Exporter) -> tuple[object, ...]:
        said = verdict(exporter)
        return said["level"], findings(exporter), [(row["member"], row["serves"]) for row in said["members"]]
    wait_until(lambda: told(one) == told(other), "the same verdicts", 15, lambda: f"{told(one)}\n{told(other)}")


def test_one_writes_and_the_other_reads(ensemble: Ensemble, start_exporter: Callable[..., Exporter]) -> None:
    """What both do in a minute is what one does; the reader sets nothing, and both say the same."""
    writer, reader = begin(start_exporter, ensemble)
    wait_writes(writer, ensemble)
    samples = reader.metrics()
    assert [count(samples, member.address, "set", "ok") for member in ensemble.members] == [0, 0, 0]
    assert writer.metrics().value("zookeeper_canary_writer") == 1
    check_same(writer, reader)
    assert findings(reader) == set()


def test_the_reader_takes_over_from_a_writer_that_ends_well(ensemble: Ensemble,
                                                            start_exporter: Callable[..., Exporter]) -> None:
    """At once: it has taken leave."""
    writer, reader = begin(start_exporter, ensemble)
    writer.stop()
    wait_role(reader, True, 1.5)
    wait_writes(reader, ensemble)


def test_the_reader_takes_over_from_a_killed_writer(ensemble: Ensemble,
                                                    start_exporter: Callable[..., Exporter]) -> None:
    """Within a session's timeout and a round; nothing is found in between."""
    writer, reader = begin(start_exporter, ensemble)
    writer.kill()
    wait_role(reader, True, A_SESSION + 2)
    wait_writes(reader, ensemble, HAND_OVER)
    assert findings(reader) == set()
    assert verdict(reader)["level"] == "healthy"


def test_a_frozen_writer_does_not_write_when_it_wakes(ensemble: Ensemble,
                                                      start_exporter: Callable[..., Exporter]) -> None:
    """The other writes meanwhile and afterwards."""
    writer, reader = begin(start_exporter, ensemble)
    writer.process.send_signal(signal.SIGSTOP)
    try:
        wait_role(reader, True, A_SESSION + 2)
        wait_writes(reader, ensemble, HAND_OVER)
        before = sum(count(reader.metrics(), member.address, "set") for member in ensemble.members)
        version = sum(versions(ensemble))
    finally:
        writer.process.send_signal(signal.SIGCONT)
    wait_role(writer, False)
    wait_writes(reader, ensemble)
    after = sum(versions(ensemble))
    written = sum(count(reader.metrics(), member.address, "set") for member in ensemble.members) - before
    assert after - version <= written, "the other one wrote too"
    check_same(writer, reader)


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_a_writer_that_is_cut_off(tmp_path: Path) -> None:
    """It stops to write by itself; the other takes over, and both agree again once it is back."""
    with Network(1) as network:
        hub = ThreadPoolExecutor(1, initializer=network.enter, initargs=["hub"])
        island = ThreadPoolExecutor(1, initializer=network.enter, initargs=["member-1"])
        try:
            hub.submit(cut_the_writer_off, network, tmp_path, island).result()
        finally:
            island.shutdown()
            hub.shutdown()


def cut_the_writer_off(network: Network, directory: Path, island: ThreadPoolExecutor) -> None:
    """In the hub, where the servers are."""
    ensemble = Ensemble(directory, extra_config=SHORT_SESSIONS)
    move_clients(ensemble, "10.79.1.1")
    with ensemble:
        writer = island.submit(Exporter, ensemble.servers, *WRITING).result()
        try:
            island.submit(writer.wait_ready).result()
            island.submit(wait_role, writer, True).result()
            with Exporter(ensemble.servers, *WRITING) as reader:
                wait_role(reader, False)
                network.cut_front(1)
                wait_role(reader, True, A_SESSION + 2)
                wait_writes(reader, ensemble, HAND_OVER)
                assert findings(reader) == set()
                network.cut_front(1, False)
                island.submit(wait_role, writer, False).result()
                wait_until(lambda: island.submit(verdict, writer).result()["level"] == "healthy", "all well", 15)
                assert findings(reader) == island.submit(findings, writer).result() == set()
        finally:
            island.submit(writer.close).result()


def move_clients(ensemble: Ensemble, host: str) -> None:
    """Clients find all members at this address, before the first start."""
    for member in ensemble.members:
        member.host, member.address = host, f"{host}:{member.port}"
    servers = {f"server.{each.number}": f"127.0.0.1:{each.quorum_port}:{each.election_port}:participant;{each.address}"
               for each in ensemble.members}
    for member in ensemble.members:
        member.config |= {"clientPortAddress": host, **servers}

"""The ensemble that most tests look at and none disturbs, and a configuration file for a test of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from kazoo.client import KazooClient

from config_file import NOWHERE, ConfigFile
from exporter_process import Exporter
from zookeeper_ensemble import ClientLoad, Ensemble

NAMESPACES = ("/my service", "/café", '/we"ird{k}=\\x', "/plain")


@pytest.fixture(scope="session")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    """Three participants and an observer after a load that has ended; sessions, ephemerals and watches remain."""
    with Ensemble(tmp_path_factory.mktemp("ensemble"), participants=3, observers=1) as servers:
        with ClientLoad(servers.servers, operations_per_second=200) as load:
            servers.wait_until(lambda: load.operations > 100, "100 operations of the load")
        clients = [KazooClient(member.address, timeout=20) for member in servers.members]
        try:
            for client in clients:
                client.start()
                write(client)
            add_quota(clients[0])
            for client in clients:
                watch(client)
            yield servers
        finally:
            for client in clients:
                client.stop()
                client.close()


@pytest.fixture
def config(tmp_path: Path) -> ConfigFile:
    """The file of an exporter over one member, where nobody listens."""
    return ConfigFile(tmp_path / "exporter.yml", one=[NOWHERE])


@pytest.fixture(scope="session")
def exporter(ensemble: Ensemble) -> Iterator[Exporter]:
    """An exporter over `ensemble`."""
    with Exporter(ensemble.servers) as process:
        yield process


def write(client: KazooClient) -> None:
    """Some data and an ephemeral in every namespace."""
    for path in NAMESPACES:
        client.ensure_path(path)
        client.set(path, b"some data")
        client.create(f"{path}/online-", ephemeral=True, sequence=True)


def add_quota(client: KazooClient) -> None:
    """Up to 100 znodes and any number of bytes."""
    path = f"/zookeeper/quota{NAMESPACES[0]}"
    client.create(f"{path}/zookeeper_limits", b"count=100,bytes=-1", makepath=True)
    client.create(f"{path}/zookeeper_stats", b"count=0,bytes=0")


def watch(client: KazooClient) -> None:
    """A data watch and a child watch on every namespace; nothing is written any more that would fire them."""
    for path in NAMESPACES:
        client.sync(path)
        client.get(path, watch=ignore)
        client.get_children(path, watch=ignore)


def ignore(_event: object) -> None:
    """A watch that does nothing."""

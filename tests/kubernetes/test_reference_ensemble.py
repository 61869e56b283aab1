"""Real servers with the zoo.cfg of the reference ensemble grow as manifests/README.md tells."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from kazoo.client import KazooClient
from kazoo.exceptions import KazooException

from manifests import golden
from zk_health import check
from zookeeper_ensemble import Member, free_ports, wait_until

pytestmark = pytest.mark.long

(ZOO_CFG,) = [document["data"]["zoo.cfg"] for document in golden("reference-ensemble")
              if "zoo.cfg" in document.get("data", {})]


@pytest.fixture
def members(tmp_path: Path) -> Iterator[list[Member]]:
    """Five servers, none of them started."""
    ports = free_ports(15)
    servers = [Member(n + 1, "participant", tmp_path / str(n + 1), ports[3 * n:3 * n + 3]) for n in range(5)]
    for member in servers:
        (member.directory / "data").mkdir(parents=True)
        (member.directory / "data/myid").write_text(f"{member.number}\n")
    yield servers
    for member in servers:
        member.kill()


def test_grows_from_three_to_five_members_and_shrinks_again(members: list[Member]) -> None:
    """One at a time. After each restart clients can write; the members that stay hold all that was written."""
    configure(members[:3])
    for member in members[:3]:
        member.start()
    for member in members[:3]:
        wait_until(lambda: is_ready(member), f"server {member.number}", explain=member.log_tail)
    client = KazooClient(",".join(member.address for member in members[:3]), timeout=10)
    client.start()
    client.create("/written", b"0")
    written = 0
    for size in (4, 5, 4, 3):
        configure(members[:size])
        for gone in members[size:]:  # the StatefulSet stops it when `replicas` shrinks
            gone.stop()
        newest = members[size - 1]
        newest.start()  # which is nothing for one that runs
        wait_until(lambda: is_ready(newest), f"server {size}", explain=newest.log_tail)
        for member in sorted(members[:size], key=lambda member: member.state() == "leader"):
            member.stop()
            member.start()
            wait_until(lambda: is_ready(member), f"server {member.number}", explain=member.log_tail)
            written += 1
            wait_until(lambda: can_write(client, written), "a write")
        assert check("ensemble", "--require=full", ",".join(member.address for member in members[:size])) == 0
        print(f"{size} members, after {written} restarts: full")
    client.stop()
    client.close()
    for member in members[:3]:
        reader = KazooClient(member.address)
        reader.start()
        reader.sync("/written")
        assert reader.get("/written")[0] == str(written).encode()
        reader.stop()
        reader.close()


def configure(members: list[Member]) -> None:
    """Writes the reference configuration for these members; only directories, addresses and ports are other ones."""
    head = re.sub(r"^(server\.|#).*\n", "", ZOO_CFG, flags=re.M)
    servers = "".join(f"server.{member.number}={member.host}:{member.quorum_port}:{member.election_port}\n"
                      for member in members)
    for member in members:
        text = head.replace("dataDir=/data", f"dataDir={member.directory}/data")
        text = text.replace("clientPort=2181", f"clientPort={member.port}\nclientPortAddress={member.host}")
        text = text.replace("quorumListenOnAllIPs=true\n", "")
        text = text.replace("admin.serverAddress=127.0.0.1", "admin.enableServer=false")
        (member.directory / "zoo.cfg").write_text(text + servers)


def is_ready(member: Member) -> bool:
    """Whether the kubelet would call it ready."""
    return check("readiness", member.address) == 0


def can_write(client: KazooClient, number: int) -> bool:
    """Whether a client can write, in a session that it may have to move to another server."""
    try:
        client.set("/written", str(number).encode())
    except KazooException:
        return False
    return True

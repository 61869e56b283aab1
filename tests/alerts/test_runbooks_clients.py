"""The runbooks of what clients do and suffer, followed in the states that they are for."""

import contextlib
import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kazoo.client import KazooClient
from kazoo.exceptions import ConnectionLoss
from kazoo.interfaces import IAsyncResult
from kazoo.retry import KazooRetry
from runbook_reader import Page, Reader

import zookeeper_ensemble
from clients import ANYWHERE, Crowd, session
from exporter_process import Exporter
from forwarder import forwarding
from zookeeper_ensemble import HOST, Ensemble, Member, wait_until

NAME = "--zookeeper.ensemble=orders"


def count(counted: str, address: str) -> int:
    """What `uniq -c` counted of an address."""
    return int(re.search(rf"^ *(\d+) +/?{re.escape(address)}$", counted, re.MULTILINE)[1])


def test_too_many_connections_of_one_address(tmp_path: Path) -> None:
    """The refusals end with its client."""
    with Ensemble(tmp_path, participants=1, extra_config={"maxClientCnxns": 10}) as ensemble, \
            Exporter(ensemble.servers, NAME) as exporter, Reader(tmp_path, ensemble, exporter) as reader:
        member = ensemble.members[0]
        crowd = Crowd(member, ANYWHERE)
        with reader.open("ConnectionsRejected") as page:
            page.wait_until_raised()
            assert page.ask("zookeeper_connections_rejected_total")[0]["value"] > 0
            assert [each["value"] for each in page.ask("tls")] == [0]
            assert page.ask("zookeeper_connections\n")[0]["value"] >= 10
            answers = page.paste("Too many connections")
            assert f"Too many connections from /{ANYWHERE} - max is 10" in answers
            page.says("| `Too many connections from ADDRESS - max is 60` | `maxClientCnxns`, of this address |")
            assert "\nmaxClientCnxns=10\n" in answers and "maxCnxns" not in answers
            assert 8 <= count(answers, ANYWHERE) <= 10  # the server ends those that stay without a session
            assert 8 <= count(page.paste("ss -Htn"), ANYWHERE) <= 10
            page.says("One address with more and more: a client that opens a session a request and closes none.",
                      "Restart it")
        crowd.stop()

        def refused() -> float:
            return exporter.fresh(member.address).value("zookeeper_connections_rejected_total")

        assert refused() == refused()


@pytest.mark.long
def test_too_many_connections_of_all_addresses(tmp_path: Path) -> None:
    """The exporter and the reader are refused as well; the leader tells that the member works."""
    with Ensemble(tmp_path, extra_config={"maxCnxns": 20}) as ensemble, Exporter(ensemble.servers, NAME) as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader:
        leader = ensemble.leader()
        member = next(each for each in ensemble.members if each is not leader)
        with contextlib.ExitStack() as stack:
            for _ in range(20):
                stack.enter_context(session(member.address))
            with reader.open("PartialView", member) as partial:
                partial.wait_until_raised()
                answers = partial.paste("x-zk")
                assert f"partial_view: {member.address} has too many connections to answer" in answers
                assert "X-ZK-Reason: closed_without_answer" in answers and "live (warning): " in answers
                partial.says("`closed_without_answer` is \"too many connections\" on the health page",
                             "or `maxCnxns` of the whole server: then it refuses new clients too")
                assert [each["labels"]["reason"] for each in partial.ask("failure")] == ["closed_without_answer"]
                partial.says("Too many connections: see [ZooKeeperConnectionsRejected]", "do not restart the member")
            with reader.open("ConnectionsRejected", member) as page:
                for query in ("rejected_total", "tls", "zookeeper_connections\n"):
                    assert member.address not in [each["labels"]["member"] for each in page.ask(query)]
                page.says("The exporter itself may be refused (`closed_without_answer`)")
                answers = page.paste("Too many connections")
                assert "Too many connections max allowed is 20" in answers and "\nmaxCnxns=20\n" in answers
                assert "maxClientCnxns=" not in answers  # nor does `ask` get in
                page.says("| `Too many connections max allowed is 1000` | `maxCnxns`, of all addresses together |",
                          "At `maxCnxns` they are refused everywhere.")
                assert count(page.paste("ss -Htn"), HOST) == 20
        partial.wait_until_over()


@pytest.mark.long
def test_the_connection_throttle_refuses(tmp_path: Path) -> None:
    flags = [f"-Dzookeeper.connection_throttle_{flag}" for flag in ("tokens=1", "fill_time=3600000")]
    with Ensemble(tmp_path, participants=1, jvm_flags=flags) as ensemble, \
            Exporter(ensemble.servers, NAME) as exporter, Reader(tmp_path, ensemble, exporter) as reader, \
            session(ensemble.members[0].address), refused_session(ensemble.members[0]):
        with reader.open("ConnectionsRejected") as page:
            page.wait_until_raised()
            assert page.ask("rejected_total")[0]["value"] > 0
            assert [each["value"] for each in page.ask("tls")] == [0]
            assert page.ask("zookeeper_connections\n")[0]["value"] < 10
            answers = page.paste("Too many connections")
            assert "Connection throttle rejected connection" in answers and "Too many" not in answers
            page.says("| `Connection throttle rejected connection` | new sessions at a time",
                      "- The throttle refuses: clients come back in a crowd")
            assert count(answers, HOST) < 10 and count(page.paste("ss -Htn"), HOST) < 10


@contextlib.contextmanager
def refused_session(member: Member) -> Iterator[None]:
    """A client that tries to connect all the time."""
    client = KazooClient(member.address, timeout=10, connection_retry=KazooRetry(max_tries=-1, max_delay=0.2))
    client.start_async()
    try:
        yield
    finally:
        client.stop()
        client.close()


SESSIONS, EPHEMERALS = 25, 75


@contextlib.contextmanager
def fleet(port: int, tries: int = -1) -> Iterator[list[KazooClient]]:
    """Clients with the shortest session timeout, which own some ephemeral znodes each. After so many tries they do not
    connect again."""
    with contextlib.ExitStack() as stack:
        clients = []
        for number in range(SESSIONS):
            client = KazooClient(f"{HOST}:{port}", timeout=4,
                                 connection_retry=KazooRetry(max_tries=tries, max_delay=1))
            stack.callback(client.close)
            stack.callback(client.stop)
            client.start()
            clients.append(client)
            for each in range(EPHEMERALS // SESSIONS):
                client.create(f"/app/online-{number}-{each}", ephemeral=True, makepath=True)
        yield clients


def wait_until_usual(reader: Reader) -> None:
    """The rule on expired sessions compares with the time before."""
    reader.prometheus.wait_for("zookeeper_ephemeral_znodes offset 17s", [EPHEMERALS])


def ask_whether_expired(page: Page) -> None:
    """The first two queries of the page on expired sessions: they show that it is so."""
    assert page.ask("zookeeper_stale_sessions_expired_total")[0]["value"] > 20
    assert page.ask("zookeeper_ephemeral_znodes")[0]["value"] < EPHEMERALS


@pytest.mark.long
def test_a_fleet_is_cut_off(tmp_path: Path) -> None:
    with Ensemble(tmp_path, participants=1, extra_config={"jvm.pause.monitor": "true"}) as ensemble, \
            Exporter(ensemble.servers, NAME) as exporter, Reader(tmp_path, ensemble, exporter) as reader, \
            contextlib.ExitStack() as cut:
        forwarder = cut.enter_context(forwarding(ensemble.members[0].port))
        with fleet(forwarder.port):
            wait_until_usual(reader)
            cut.close()
            with reader.open("SessionExpiryStorm") as storm:
                storm.wait_until_raised()
                ask_whether_expired(storm)
                latency = storm.ask("latency")
                assert not latency or latency[0]["value"] < 0.5
                assert storm.ask("dropped")[0]["value"] > 0
                answers = storm.paste("Expiring")
                assert answers.startswith("Ensemble orders: healthy\n")
                assert answers.count("Expiring session 0x") == 20 and "timeout of 4000ms" in answers
                assert "Detected pause" not in answers
                assert re.search(rf"^ *{SESSIONS} address = /{HOST}:$", answers, re.MULTILINE)
                storm.says("- Servers well, connections of one fleet or zone: its deployment")
            with reader.open("EphemeralsDropped") as page:
                page.wait_until_raised()
                assert page.ask("znodes")[0]["value"] < EPHEMERALS / 2
                assert page.ask("sessions")[0]["value"] < SESSIONS / 2
                page.says("Sessions fell as well: clients were lost, or an application was stopped.")
                answers = page.paste("Expiring")
                assert answers.startswith("Ensemble orders: healthy\n")
                assert "Expiring session 0x" in answers and "/app" not in answers
                page.says("Otherwise find out why its clients lost their sessions, as in [ZooKeeperSessionExpiryStorm]")
            storm.wait_until_over()


@pytest.mark.long
def test_the_server_stands_still(tmp_path: Path) -> None:
    """So long that all sessions expire: nobody connects again before the server counts them."""
    with Ensemble(tmp_path, participants=1, extra_config={"jvm.pause.monitor": "true"}) as ensemble, \
            Exporter(ensemble.servers, NAME) as exporter, Reader(tmp_path, ensemble, exporter) as reader, \
            fleet(ensemble.members[0].port, tries=0) as clients:
        wait_until_usual(reader)
        ensemble.members[0].freeze()
        wait_until(lambda: not any(client.connected for client in clients), "all clients to miss the server")
        reader.prometheus.wait_for("min_over_time(zookeeper_up[6s]) + max_over_time(zookeeper_up[6s])", [0])
        ensemble.members[0].thaw()
        with reader.open("SessionExpiryStorm") as page:
            page.wait_until_raised()
            ask_whether_expired(page)
            page.ask("latency")
            assert page.ask("dropped")[0]["value"] > 0
            answers = page.paste("Expiring")
            assert answers.count("Expiring session 0x") == 20
            assert "Detected pause in JVM or host machine" in answers
            page.says("A pause is logged only with `jvm.pause.monitor=true`.",
                      "- Writes slow, pauses, or elections at that time: the servers.", "do not restart servers")


@pytest.mark.long
def test_an_application_deletes_its_ephemerals(tmp_path: Path) -> None:
    with Ensemble(tmp_path, participants=1) as ensemble, Exporter(ensemble.servers, NAME) as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader, fleet(ensemble.members[0].port) as clients:
        reader.prometheus.wait_for("zookeeper_ephemeral_znodes", [EPHEMERALS])
        kept = clients[0].client_id[0]
        for number, client in enumerate(clients[1:], 1):
            for each in range(EPHEMERALS // SESSIONS):
                client.delete(f"/app/online-{number}-{each}")
        reader.prometheus.wait_for("zookeeper_ephemeral_znodes", [EPHEMERALS // SESSIONS])
        with reader.open("EphemeralsDropped") as page:
            page.wait_until_raised()
            assert page.ask("znodes")[0]["value"] == EPHEMERALS // SESSIONS
            assert page.ask("sessions")[0]["value"] == SESSIONS
            page.says("Sessions stayed: an application deleted its znodes.")
            answers = page.paste("Expiring")
            assert "Expiring session" not in answers
            assert answers.endswith(f"\n3 0x{kept:x}:\n      3 \t/app\n")
            page.says("The last two show how many are left, by session and by parent")


@pytest.mark.long
def test_requests_and_znodes_beyond_limits(tmp_path: Path) -> None:
    """Large packets, larger requests, and more znodes than a quota allows."""
    limits = {"enforceQuota": "true", "largeRequestThreshold": 1_020_000, "largeRequestMaxBytes": 1_020_000}
    with Ensemble(tmp_path, extra_config=limits) as ensemble, Exporter(ensemble.servers, NAME) as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader:
        leader = ensemble.leader()
        follower = next(member for member in ensemble.members if member is not leader)
        with session(follower.address) as client:
            client.create("/app")
            client.get("/app")
            largest = f'zookeeper_client_response_size_max_bytes{{member="{follower.address}"}}'
            reader.prometheus.wait_for(f"{largest} > bool 0", [1])
            write(client, 900_000)
            client.get("/app/large")
            reader.prometheus.wait_for("count(zookeeper_client_response_size_max_bytes > 9e5) + "
                                       "count(zookeeper_proposal_size_max_bytes > 9e5)", [2])
            follow_large_packets(reader, client, leader, follower)
            write(client, 1_030_000)
            follow_large_requests(reader, follower)
        follow_quota(reader, leader)


def write(client: KazooClient, size: int) -> None:
    """A znode of so many bytes, unless that is refused."""
    wait_until(lambda: client.connected, "the connection")
    call = client.set_async if size > 1_000_000 else client.create_async
    with contextlib.suppress(ConnectionLoss):
        call("/app/large", b"x" * size).get(timeout=10)


def follow_large_packets(reader: Reader, client: KazooClient, leader: Member, follower: Member) -> None:
    """In the state that ZooKeeperPayloadNearJuteLimit is for, and above the limit."""
    with reader.open("PayloadNearJuteLimit", follower) as page:
        page.wait_until_raised()
        responses, proposals = page.ask("zookeeper_client_response"), page.ask("zookeeper_proposal_size_max_bytes\n")
        assert {each["labels"]["member"]: each["value"] > 900_000 for each in responses}[follower.address]
        assert {each["labels"]["member"]: each["value"] > 900_000 for each in proposals} == {leader.address: True}
        assert [each["labels"]["member"] for each in page.ask("changes")] == [leader.address]
        write(client, 1_100_000)
        wait_until(lambda: client.connected, "the connection")
        assert client.create("/app/online", ephemeral=True)
        with socket.create_connection((follower.host, follower.port), 5) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert connection.recv(1) == b""
        answers = page.paste("Len error", PATH="app/large")
        assert re.findall(r"Len error. A message from /127.0.0.1:\d+ with advertised length of (\d+)", answers)[1:] == [
            "1195725856"]
        assert "jute.maxbuffer=1048575" in answers
        page.says("`Len error` tells the length, the limit of this server", "1195725856 is no large packet",
                  "Above the limit the connection breaks")
        assert "\ndataLength = 900000\nnumChildren = 0\n" in answers
        assert f"\n1 0x{client.client_id[0]:x}:\n" in answers


def follow_large_requests(reader: Reader, follower: Member) -> None:
    """In the state that ZooKeeperLargeRequestsRejected is for."""
    with reader.open("LargeRequestsRejected", follower) as page:
        page.wait_until_raised()
        rejected = {each["labels"]["member"]: each["value"] > 0 for each in page.ask("rejected")}
        assert [member for member, some in rejected.items() if some] == [follower.address]
        assert {each["labels"]["namespace"] for each in page.wait_for("topk")} == {"app"}
        answers = page.paste("largeRequest")
        assert answers.startswith("largeRequestThreshold=1020000\nlargeRequestMaxBytes=1020000\n")
        assert "The large request threshold is set to 1020000" in answers
        page.says("raise `largeRequestMaxBytes` (100 MiB)", "Make the requests smaller")


def follow_quota(reader: Reader, leader: Member) -> None:
    """In the state that ZooKeeperQuotaExceeded is for; a higher quota ends it."""
    create = 'zkCli.sh -server "$MEMBER" create /app/{}'.format
    reader.prometheus.wait_for("count(zookeeper_znodes offset 31s)", [3])  # the rule must know that there were none
    with reader.open("QuotaExceeded", leader) as page:
        page.paste("delquota", COUNT="3", NAMESPACE="app")
        assert "Created /app/1" in page.shell(create(1))
        assert "Quota has exceeded : /app/2" in page.shell(create(2))
        page.says("fail with `QuotaExceeded` (−125)", "Every refusal is an error in an application")
        page.wait_until_raised()
        refused = page.ask("zookeeper_quota_exceeded_total")
        assert [each["labels"] for each in refused if each["value"] > 0] == [{"ensemble": "orders", "namespace": "app"}]
        assert "app" in [each["labels"]["namespace"] for each in page.ask("topk")]
        answers = page.paste("listquota", NAMESPACE="app")
        assert "countHardLimit=3\nOutput stat for /app count=3,bytes=900000\n" in answers
        assert "Quota exceeded: /app [current count=4, hardCountLimit=3]" in answers
        page.says("`countHardLimit` is a quota by `-N`", "Real need: raise the quota, one of bytes with `-B`:")
        page.paste("delquota", COUNT="1000", NAMESPACE="app")
        assert "Created /app/2" in page.shell(create(2))
        page.shell('zkCli.sh -server "$MEMBER" setquota -B 2000000 /app')
        assert "byteHardLimit=2000000;countHardLimit=1000\n" in page.paste("listquota", NAMESPACE="app")
        page.wait_until_over()


CLIENTS, PATHS = 11, 10_000


@pytest.mark.long
def test_watches_grow_then_fire(tmp_path: Path) -> None:
    """Those of some clients on the same paths; the others end with their connections."""
    with Ensemble(tmp_path, jvm_flags=["-Xmx256m"]) as ensemble, Exporter(ensemble.servers, NAME) as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader:
        leader = ensemble.leader()
        member = next(each for each in ensemble.members if each is not leader)
        reader.prometheus.wait_for("count(zookeeper_watches offset 60s)", [3], 90)  # as the rule looks back
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(session(member.address)) for _ in range(CLIENTS)]
            clients[0].create("/app")
            for client in clients:
                for_paths(client.exists_async, PATHS, watch=lambda _: None)
            clients[0].get_children("/app", watch=lambda _: None)
            reader.prometheus.wait_for("sum(zookeeper_watches)", [CLIENTS * PATHS + 1])
            with reader.open("WatchCountGrowth", member) as page:
                page.wait_until_raised()
                assert page.ask("sum by")[0]["value"] > 100_000
                assert [each["value"] for each in page.ask("zookeeper_data_watches")] == [PATHS]
                page.says("many for each connection is a leak in a client, more connections is more clients")
                children = {each["labels"]["member"]: each["value"] for each in page.ask("zookeeper_child_watches")}
                assert children[member.address] == 1
                assert page.paste("wchs").startswith(f"{CLIENTS} connections watching {PATHS} paths\n")
                page.says("watches end with their connection")

            for_paths(clients[0].create_async, PATHS // 2)
            with reader.open("WatchStorm", member) as page:
                page.wait_until_raised()
                assert page.ask("fired:rate5m")[0]["value"] > 1000
                fired = {kind: max(each["value"] for each in page.ask(f"node_{kind}_"))
                         for kind in ("created", "deleted", "children", "changed")}
                assert fired["created"] > 10 and fired["deleted"] == fired["changed"] == 0 and fired["children"] < 1
                assert page.wait_for("topk")[0]["labels"]["namespace"] == "app"
                page.says("Slow down the writer of the watched path")
                assert "connections watching" in page.paste("wchs")
        reader.prometheus.wait_for("sum(zookeeper_watches)", [0])


def for_paths(call: Callable[..., IAsyncResult], count: int, **options: object) -> None:
    """Calls it for so many znodes, some thousands at a time."""
    for start in range(0, count, 5000):
        for reply in [call(f"/app/{number}", **options) for number in range(start, start + 5000)]:
            reply.get(60)


@pytest.mark.long
def test_clients_without_tls_at_its_port(tmp_path: Path) -> None:
    certificate, port = make_certificate(tmp_path), zookeeper_ensemble.free_ports(1)[0]
    tls = {"serverCnxnFactory": "org.apache.zookeeper.server.NettyServerCnxnFactory", "secureClientPort": port,
           "secureClientPortAddress": HOST, "ssl.keyStore.location": certificate,
           "ssl.trustStore.location": certificate}
    with Ensemble(tmp_path, participants=1, extra_config=tls) as ensemble, \
            Exporter(ensemble.servers, NAME) as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader:
        reader.prometheus.wait_for("zookeeper_auth_failed_total", [0])
        for _ in range(15):
            with socket.create_connection((HOST, port), 5) as client:
                client.sendall(b"GET / HTTP/1.1\r\n\r\n")
                client.recv(100)
        with reader.open("TlsHandshakeFailures") as page:
            page.wait_until_raised()
            assert page.ask("handshakes")[0]["value"] > 5
            answers = page.paste("s_client", HOST=HOST, SECURE_PORT=str(port))
            assert "NotSslRecordException: not an SSL/TLS record: " in answers
            page.says("- `not an SSL/TLS record`: plain text, HTTP or a scanner.")
            assert "subject=CN = zookeeper" in answers and "IP Address:127.0.0.1" in answers
            assert "alert bad certificate" in answers and f"\nsecureClientPort={port}\n" in answers
            assert "Empty client certificate chain" in page.paste("s_client", HOST=HOST, SECURE_PORT=str(port))
            page.says("`Empty client certificate chain`: a client without one, as `openssl` above")
        with reader.open("AuthFailures") as page:
            page.wait_until_raised()
            assert page.ask("auth_failed")[0]["value"] > 10
            answers = page.paste("x509", CLIENT_CERTIFICATE=str(certificate.with_suffix("")))
            assert "Authentication failed" not in answers and "Empty client certificate chain" in answers
            page.says("Only handshakes: go on with [ZooKeeperTlsHandshakeFailures]")
            assert "ssl.trustStore.location=" in answers and "issuer=CN = zookeeper" in answers


def make_certificate(directory: Path) -> Path:
    """A file with a key and its self-signed certificate."""
    key, certificate, both = (directory / f"{name}.pem" for name in ("key", "certificate", "both"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                    "-days", "2", "-subj", "/CN=zookeeper", "-addext", f"subjectAltName=IP:{HOST}"],
                   check=True, capture_output=True)
    both.write_text(key.read_text() + certificate.read_text())
    return both

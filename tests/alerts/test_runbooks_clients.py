"""The runbooks of what clients do and suffer, followed in the states that they are for."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from kazoo.client import KazooClient
from kazoo.retry import KazooRetry
from runbook_reader import Page, Reader
from test_incidents import ANYWHERE, Crowd, session

from exporter_process import Exporter
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
            assert count(answers, ANYWHERE) == 10
            assert count(page.paste("ss -Htn"), ANYWHERE) == 10
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
                stack.enter_context(session(member))
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
            session(ensemble.members[0]), refused_session(ensemble.members[0]):
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

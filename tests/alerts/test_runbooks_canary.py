"""The runbooks of what clients see, followed with a canary that tries real servers."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from kazoo.security import make_acl
from runbook_reader import Page, Reader, Series

from client_proxy import ClientProxy, client_proxy
from clients import session
from exporter_process import Exporter
from zookeeper_ensemble import Ensemble, wait_until

pytestmark = pytest.mark.long
NEVER = float("inf")
PATH = "/zookeeper-exporter"
CANARY = ["--zookeeper.canary.level=write", "--zookeeper.canary.interval=2s", "--zookeeper.canary.timeout=1900ms"]


@contextlib.contextmanager
def reading(directory: Path, ensemble: Ensemble) -> Iterator[Reader]:
    """A reader with an exporter whose canary tries each server every two seconds."""
    with Exporter(ensemble.servers, "--zookeeper.ensemble=orders", *CANARY) as exporter, \
            Reader(directory, ensemble, exporter) as reader:
        for each in ensemble.members:
            wait_until(lambda each=each: reader.query("zookeeper_canary_operations_total"
                                                      f'{{operation="sync",result="ok",member="{each.address}"}} > 0'),
                       "the canary")
        yield reader


@contextlib.contextmanager
def meddled(directory: Path) -> Iterator[tuple[Reader, list[ClientProxy]]]:
    """The same, with the canary's way to each server through a proxy."""
    with contextlib.ExitStack() as stack:
        ensemble = stack.enter_context(Ensemble(directory))
        proxies = [stack.enter_context(client_proxy(each)) for each in ensemble.members]
        for member, proxy in zip(ensemble.members, proxies, strict=True):
            member.address = proxy.address
        yield stack.enter_context(reading(directory, ensemble)), proxies


def results(series: Series) -> set[tuple[str, str]]:
    """The operations of an answer, and how they end."""
    return {(each["labels"].get("operation", ""), each["labels"]["result"]) for each in series}


def health(page: Page) -> str:
    """What the health page says."""
    return page.paste("/health/ensemble")


def test_answers_to_writes_get_lost(tmp_path: Path) -> None:
    """WritesFail, WriteErrorBudgetBurn and WriteErrorBudgetSlowBurn: no write is answered, under one leader."""
    with meddled(tmp_path) as (reader, proxies):
        recorded = "ensemble:zookeeper_canary_writes_failed:ratio5m"
        wait_until(lambda: reader.query(f"{recorded} offset 60s"), "a minute of the canary", 120)
        for proxy in proxies:
            proxy.late["set"] = NEVER
        with reader.open("WritesFail", reader.ensemble.leader()) as page:
            page.wait_until_raised(90)
            assert "- writes_fail: " in health(page)
            assert ("set", "timeout") in results(page.wait_for("zookeeper_canary_operations_total"))
            assert "Created /by-hand" in page.paste("create -e")
            page.says("| `timeout` of `set` alone, `outstanding_requests` grows | the disks of a majority")
            assert f"{PATH} does not exist" in page.paste("listquota")
        with reader.open("WriteErrorBudgetBurn") as page:
            page.wait_until_raised(120)
            assert page.wait_for("ratio5m\n")[0]["value"] > 0.5
            assert page.ask("ratio5m[1h]")[0]["value"] > 0
            assert page.ask("ratio5m[6h]")[0]["value"] > 0
            assert results(page.wait_for('operation="set"')) == {("", "timeout")}
            assert {each["value"] for each in page.ask("changes(")} == {0}
            assert "Writes have failed through all 3 members that are tried" in health(page)
            page.says("They fail now, all of them:", "otherwise [ZooKeeperWritesFail](ZooKeeperWritesFail.md).")
        with reader.open("WriteErrorBudgetSlowBurn") as page:
            page.wait_until_raised(120)
            assert page.ask("ratio5m > 0")
            assert results(page.wait_for("[6h]")) == {("", "timeout")}
            assert {each["value"] for each in page.ask("changes(")} == {0}
            assert "LEADER ELECTION TOOK" in page.paste("LEADER ELECTION TOOK")


def test_a_member_answers_words_and_no_client(tmp_path: Path) -> None:
    """ReadsFail: what is between clients and one member swallows their requests."""
    with meddled(tmp_path) as (reader, proxies):
        member = reader.ensemble.members[0]
        for operation in ("connect", "exists", "sync", "get", "set", "other"):
            proxies[0].late[operation] = NEVER
        with reader.open("ReadsFail", member) as page:
            page.wait_until_raised(90)
            assert f"- reads_fail: {member.address}" in health(page)
            assert ("exists", "timeout") in results(page.wait_for("zookeeper_canary_operations_total"))
            states = {each["labels"]["member"]: each["labels"]["state"] for each in page.ask("zookeeper_session_state")}
            assert {state for name, state in states.items() if name != member.address} == {"connected"}
            assert "cZxid" not in page.paste("stat /", 90)
            page.says("what is between clients and the server: a load balancer, a firewall, its limit on connections")
            proxies[0].late.clear()
            proxies[0].cut()
            page.wait_until_over()


def test_a_members_writes_are_slow(tmp_path: Path) -> None:
    """WritesSlow and WriteLatencyBudgetBurn: the answers to writes take 0.7 s."""
    with meddled(tmp_path) as (reader, proxies):
        recorded = "ensemble:zookeeper_canary_writes_slow:ratio5m"
        wait_until(lambda: reader.query(f"{recorded} offset 60s"), "a minute of the canary", 120)
        member = reader.ensemble.leader()
        for proxy in proxies:
            proxy.late["set"] = 0.7
        with reader.open("WritesSlow", member) as page:
            page.wait_until_raised(90)
            assert f"- writes_slow: {member.address}" in health(page)
            assert min(each["value"] for each in page.ask("_seconds_sum")) > 0.05  # for five minutes, quick at first
            page.paste("fsync-ing")
            page.says("Only `set` is slow: the disks of a majority.")
        with reader.open("WriteLatencyBudgetBurn", member) as page:
            page.wait_until_raised(120)
            assert page.ask("ratio5m > 0")
            assert all(each["value"] < 0.5 for each in page.ask("update_latency"))
            page.ask("fsync_time")
            page.paste("fsync-ing")
            page.says("if the servers' own figures are quick, look at the network from the exporter")


def test_watches_get_lost(tmp_path: Path) -> None:
    """WatchesLate: what is between clients and one member loses notifications."""
    with meddled(tmp_path) as (reader, proxies):
        member = reader.ensemble.members[0]
        proxies[0].late["event"] = NEVER
        with reader.open("WatchesLate", member) as page:
            page.wait_until_raised(90)
            assert f"- watches_late: {member.address}" in health(page)
            assert ("", "timeout") in results(page.wait_for('operation="watch"'))
            page.leave("watch_delivery", "no watch of this member came; those of others are quick")
            page.paste("zk_(server_state|watch_count")
            page.says("notifications get lost: something between clients and server that cuts idle streams")


def test_sessions_take_long(tmp_path: Path) -> None:
    """SessionEstablishSlow: a session is cut three times, and each login takes 1.2 s."""
    with meddled(tmp_path) as (reader, proxies):
        member = reader.ensemble.members[0]
        proxies[0].late["connect"] = 1.2
        count = f'zookeeper_session_establish_seconds_count{{member="{member.address}"}}'
        for _ in range(3):
            before = reader.query(count)[0]["value"]
            proxies[0].cut()
            wait_until(lambda before=before: reader.query(f"{count} > {before}"), "another session")
        with reader.open("SessionEstablishSlow", member) as page:
            page.wait_until_raised()
            assert max(each["value"] for each in page.ask("establish_seconds_count")) >= 3
            assert ("", "ok") in results(page.ask('operation="connect"'))
            assert "real" in page.paste("time zkCli.sh")
            page.says("A new session is a write: slow disks make it slow.")


def test_a_canary_without_a_permission(tmp_path: Path) -> None:
    """CanaryBlind: its path belongs to somebody else."""
    with Ensemble(tmp_path) as ensemble:
        with session(ensemble.servers) as client:
            client.create(PATH, acl=[make_acl("world", "anyone", read=True, admin=True)])
        member = ensemble.members[0]
        with reading(tmp_path, ensemble) as reader, reader.open("CanaryBlind", member) as page:
            page.wait_until_raised()
            assert "- canary_blind: " in health(page)
            assert ("set", "no_auth") in results(page.wait_for("no_auth"))
            assert {each["labels"]["state"] for each in page.ask("zookeeper_session_state")} == {"connected"}
            assert all(each["value"] == 0 for each in page.ask("zookeeper_canary_writer"))
            page.says("- `no_auth`: let the canary's user do all below its path")
            page.run('zkCli.sh -server "$MEMBER" setAcl', ACL="world:anyone:cdrwa")
            page.wait_until_over()

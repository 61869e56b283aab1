"""Servers with ZooKeeper's default whitelist answer `srvr` and refuse everything else."""

import re
from collections.abc import Iterator

import pytest

from exporter_process import Exporter
from zk_health import check
from zookeeper_ensemble import Ensemble


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    """Three participants that allow `srvr` only, and log the words that they refuse."""
    debug = "-Dorg.slf4j.simpleLogger.log.org.apache.zookeeper.server.NIOServerCnxn=debug"
    with Ensemble(tmp_path_factory.mktemp("whitelist"), whitelist="srvr", jvm_flags=[debug]) as servers:
        yield servers


@pytest.fixture(scope="module")
def exporter(ensemble: Ensemble) -> Iterator[Exporter]:
    """An exporter that has polled each of them four times."""
    with Exporter(ensemble.servers) as process:
        process.fresh(*(member.address for member in ensemble.members), polls=4)
        yield process


def test_srvr_gives_the_essentials(ensemble: Ensemble, exporter: Exporter) -> None:
    """Role, version, zxid, latency, packets, connections and znodes."""
    leader = ensemble.leader()
    samples = exporter.fresh(leader.address)
    mine = samples.of(leader.address)

    srvr = leader.ask("srvr").decode()
    zxid = int(re.search("Zxid: (.+)", srvr)[1], 16)
    least, mean, most = map(float, re.search("Latency min/avg/max: (.+)/(.+)/(.+)", srvr).groups())
    received, sent = (int(re.search(rf"{word}: (\d+)", srvr)[1]) for word in ("Received", "Sent"))
    assert samples.state(leader.address) == "leader"
    assert mine.labels("zookeeper_member_info")["version"] == re.match(r"Zookeeper version: ([\d.]+)-", srvr)[1]
    assert mine.value("zookeeper_zxid_epoch") == zxid >> 32
    assert mine.value("zookeeper_zxid_sequence") == zxid & 0xFFFFFFFF
    assert mine.value("zookeeper_request_latency_min_seconds") == least / 1000
    assert mine.value("zookeeper_request_latency_avg_seconds") == mean / 1000
    assert mine.value("zookeeper_request_latency_max_seconds") == most / 1000
    assert 0 < mine.value("zookeeper_packets_received_total") <= received
    assert 0 < mine.value("zookeeper_packets_sent_total") <= sent
    assert mine.value("zookeeper_connections") == 1
    assert mine.value("zookeeper_outstanding_requests") == 0
    assert mine.value("zookeeper_znodes") == int(re.search(r"Node count: (\d+)", srvr)[1])


def test_every_member_serves_and_says_what_is_refused(ensemble: Ensemble, exporter: Exporter) -> None:
    """A refused command is a reason, not a failure."""
    samples = exporter.metrics()

    assert sorted(samples.state(member.address) for member in ensemble.members) == ["follower", "follower", "leader"]
    for member in ensemble.members:
        mine = samples.of(member.address)
        assert mine.value("zookeeper_up") == mine.value("zookeeper_serving") == mine.value("zookeeper_voter") == 1
        assert samples.reason(member.address) == "command_refused"
        assert mine.value("zookeeper_command_allowed", command="srvr") == 1
        for command in ("mntr", "wchs", "conf"):
            assert mine.value("zookeeper_command_allowed", command=command) == 0
            assert mine.value("zookeeper_commands_total", command=command) == 1
        assert mine.value("zookeeper_polls_total", result="ok") >= 4
        assert mine.series("zookeeper_ephemeral_znodes") == mine.series("zookeeper_start_time_seconds") == {}


def test_the_server_is_asked_once_for_what_it_refuses(ensemble: Ensemble, exporter: Exporter) -> None:
    """Its own log has one line for each of these words, however often it is polled."""
    exporter.fresh(*(member.address for member in ensemble.members))

    for member in ensemble.members:
        log = member.log_tail(10000)
        for command in ("mntr", "wchs", "conf"):
            assert len(re.findall(f"Command {command} is not executed because it is not in the whitelist", log)) == 1
        assert len(re.findall("Processing srvr command from", log)) >= 5


def test_the_log_says_how_to_allow_it(ensemble: Ensemble, exporter: Exporter) -> None:
    """One warning for each member."""
    for member in ensemble.members:
        lines = exporter.changes(member.address)
        assert len(lines) == 1
        assert "level=warn" in lines[0]
        assert "mntr" in lines[0] and "4lw.commands.whitelist" in lines[0]


def test_a_refused_word_is_the_reason_of_no_gate_only(ensemble: Ensemble) -> None:
    """zk-health exits with 5 where `mntr` is what it lacks, and with 4 where a member is down."""
    down = next(member for member in ensemble.members if member.state() == "follower")
    other = next(member for member in ensemble.members if member is not down)
    assert check("safe-to-stop", f"--member={other.address}", ensemble.servers) == 5
    assert check("ensemble", "--require=healthy", ensemble.servers) == 0
    down.kill()
    try:
        assert check("ensemble", "--require=healthy", ensemble.servers) == 4
    finally:
        down.start()
        ensemble.wait_serving()

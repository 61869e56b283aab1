"""What is exported of a healthy ensemble from the poll itself, `srvr`, `wchs` and `conf`."""

import re
import time

import pytest

from exporter_process import Exporter
from test_values import MEMBERS, ask
from zookeeper_ensemble import Ensemble

COMMANDS = ("srvr", "mntr", "wchs", "conf")


def number(pattern: str, text: bytes) -> int:
    """The number in the first group of a pattern that must be found."""
    match = re.search(pattern, text.decode())
    assert match, text
    return int(match[1], 0)


@MEMBERS
def test_every_member_is_well(ensemble: Ensemble, exporter: Exporter, index: int) -> None:
    """Its state is the server's own, nothing fails, every command is allowed."""
    member = ensemble.members[index]
    samples = exporter.fresh(member.address)
    mine = samples.of(member.address)

    assert samples.state(member.address) == member.state()
    assert samples.reason(member.address) == "none"
    assert mine.value("zookeeper_up") == 1
    assert mine.value("zookeeper_serving") == 1
    assert mine.value("zookeeper_voter") == (0 if member.number == 4 else 1)
    assert mine.value("zookeeper_polls_total", result="failed") == 0
    assert mine.value("zookeeper_polls_total", result="partial") == 0
    assert 0 < mine.value("zookeeper_poll_duration_seconds") < 0.5
    assert abs(mine.value("zookeeper_last_poll_timestamp_seconds") - time.time()) < 2
    for command in COMMANDS:
        assert mine.value("zookeeper_command_allowed", command=command) == 1


def test_the_roles_are_all_there(ensemble: Ensemble, exporter: Exporter) -> None:
    """One leader, two followers, one observer, all in the ensemble of the default name."""
    samples = exporter.metrics()

    states = sorted(samples.state(member.address) or "none" for member in ensemble.members)
    assert states == ["follower", "follower", "leader", "observer"]
    assert len(samples.series("zookeeper_up", ensemble="default")) == 4
    assert samples.value("zookeeper_exporter_members") == 4


@MEMBERS
def test_the_zxid_is_that_of_srvr(ensemble: Ensemble, exporter: Exporter, index: int) -> None:
    """In two parts that are put together again."""
    member = ensemble.members[index]
    mine = exporter.fresh(member.address).of(member.address)

    zxid = number(r"Zxid: (0x[0-9a-f]+)", member.ask("srvr"))
    assert int(mine.value("zookeeper_zxid_epoch")) << 32 | int(mine.value("zookeeper_zxid_sequence")) == zxid
    assert zxid >> 32 >= 1


@MEMBERS
def test_watches_are_those_of_wchs_and_mntr(ensemble: Ensemble, exporter: Exporter, index: int) -> None:
    """Each member's client has set a data watch and a child watch on four znodes."""
    member = ensemble.members[index]
    mine = exporter.fresh(member.address).of(member.address)

    wchs = member.ask("wchs")
    assert mine.value("zookeeper_data_watches") == number(r"Total watches:(\d+)", wchs) == 4
    assert mine.value("zookeeper_watched_paths") == number(r"watching (\d+) paths", wchs) == 4
    assert mine.value("zookeeper_watching_connections") == number(r"(\d+) connections", wchs) == 1
    assert mine.value("zookeeper_watches") == 8
    assert mine.value("zookeeper_child_watches") == 4


@MEMBERS
def test_limits_are_those_of_conf(ensemble: Ensemble, exporter: Exporter, index: int) -> None:
    """Milliseconds become seconds, the rest stays."""
    member = ensemble.members[index]
    mine = exporter.fresh(member.address).of(member.address)
    conf = dict(line.split("=", 1) for line in member.ask("conf").decode().splitlines() if "=" in line)

    assert mine.value("zookeeper_tick_time_seconds") == int(conf["tickTime"]) / 1000 == 1
    assert mine.value("zookeeper_init_limit_ticks") == int(conf["initLimit"]) == 10
    assert mine.value("zookeeper_sync_limit_ticks") == int(conf["syncLimit"]) == 4
    assert mine.value("zookeeper_min_session_timeout_seconds") == int(conf["minSessionTimeout"]) / 1000 == 2
    assert mine.value("zookeeper_max_session_timeout_seconds") == int(conf["maxSessionTimeout"]) / 1000 == 20
    assert mine.value("zookeeper_max_connections_per_client") == int(conf["maxClientCnxns"]) == 60
    assert mine.value("zookeeper_data_dir_size_bytes") == int(conf["dataDirSize"])
    assert mine.value("zookeeper_data_log_dir_size_bytes") == int(conf["dataLogSize"])


@MEMBERS
def test_the_identity_is_the_servers_own(ensemble: Ensemble, exporter: Exporter, index: int) -> None:
    """Id from conf, version and build from srvr, peer state from mntr."""
    member = ensemble.members[index]
    info = exporter.fresh(member.address).of(member.address).labels("zookeeper_member_info")

    assert info["server_id"] == str(member.number)
    assert member.ask("srvr").decode().startswith(f"Zookeeper version: {info['version']}-")
    assert re.fullmatch(r"3\.\d+\.\d+", info["version"])
    assert f"built on {info['built']}" in member.ask("srvr").decode()
    said = ask(member)
    assert info["peer_state"] == said["peer_state"]
    assert info["observer_master_id"] == said.get("observer_master_id", "")


@MEMBERS
def test_the_start_time_stands_still(ensemble: Ensemble, exporter: Exporter, index: int) -> None:
    """The clock less the uptime, the same in every poll, in whole seconds."""
    address = ensemble.members[index].address
    first = exporter.fresh(address).of(address)
    second = exporter.fresh(address, polls=2).of(address)

    start = first.value("zookeeper_start_time_seconds")
    assert second.value("zookeeper_start_time_seconds") == start == int(start)
    assert abs(time.time() - second.value("zookeeper_uptime_seconds") - start) < 3


def test_few_words_are_sent(ensemble: Ensemble, exporter: Exporter) -> None:
    """One srvr, mntr and wchs a poll, and conf once a minute: each is a line in the server's log."""
    address = ensemble.members[0].address
    samples = exporter.fresh(address)
    mine = samples.of(address)

    polls = sum(mine.series("zookeeper_polls_total").values())
    for command in ("srvr", "mntr", "wchs"):
        assert mine.value("zookeeper_commands_total", command=command) == polls
    assert mine.value("zookeeper_commands_total", command="conf") <= 1 + polls / 60 + 1


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_the_page_comes_in_the_asked_encoding(exporter: Exporter, encoding: str) -> None:
    """Compressed only for those who ask for it."""
    status, headers, _ = exporter.get("/metrics", {"Accept-Encoding": encoding})

    assert status == 200
    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert headers.get("Content-Encoding", "identity") == encoding

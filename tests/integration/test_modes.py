"""Servers that are no part of a voting ensemble: standalone and read-only."""

from collections.abc import Callable
from pathlib import Path

from exporter_process import Exporter
from zookeeper_ensemble import Ensemble


def test_a_standalone_server_serves(tmp_path: Path, start_exporter: Callable[..., Exporter]) -> None:
    """It counts as a voter: without it nothing is left."""
    with Ensemble(tmp_path, participants=1) as ensemble:
        exporter = start_exporter(ensemble.servers)
        samples = exporter.metrics()
        mine = samples.of(ensemble.servers)

        assert samples.state(ensemble.servers) == "standalone"
        assert samples.reason(ensemble.servers) == "none"
        assert mine.value("zookeeper_up") == mine.value("zookeeper_serving") == mine.value("zookeeper_voter") == 1
        assert mine.value("zookeeper_uptime_seconds") > 0
        assert mine.value("zookeeper_tick_time_seconds") == 1
        assert mine.series("zookeeper_quorum_size") == {}


def test_a_read_only_server_is_up_and_does_not_serve(tmp_path: Path, start_exporter: Callable[..., Exporter]) -> None:
    """One of three, cut off and with read-only mode; with the others it becomes a follower or the leader."""
    ensemble = Ensemble(tmp_path, jvm_flags=["-Dreadonlymode.enabled=true"])
    alone = ensemble.members[0]
    try:
        alone.start()
        ensemble.wait_until(lambda: alone.state() == "read-only", "the read-only mode")
        exporter = start_exporter(alone.address)
        samples = exporter.metrics()
        mine = samples.of(alone.address)

        assert samples.state(alone.address) == "read_only"
        assert samples.reason(alone.address) == "none"
        assert mine.value("zookeeper_up") == 1
        assert mine.value("zookeeper_serving") == 0
        assert mine.value("zookeeper_voter") != 0  # 1, or NaN: its conf names no members in this mode
        assert mine.labels("zookeeper_member_info")["server_id"] == "1"
        assert mine.value("zookeeper_znodes") > 0

        ensemble.start()
        ensemble.wait_serving()
        samples = exporter.wait_for(lambda found: found.of(alone.address).value("zookeeper_serving"), "it to serve")
        assert samples.state(alone.address) in ("leader", "follower")
        assert samples.of(alone.address).value("zookeeper_voter") == 1
    finally:
        ensemble.stop()

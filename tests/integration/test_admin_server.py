"""Three servers that are read by their AdminServers alone, through a lost quorum."""

from collections.abc import Iterator

import pytest

from exporter_process import Exporter
from secure_servers import serve_admin
from zookeeper_ensemble import Ensemble


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    """Each has a host of its own, since all AdminServers are at one port."""
    servers = Ensemble(tmp_path_factory.mktemp("admin"), whitelist="srvr", own_hosts=True)
    serve_admin(servers)
    with servers:
        yield servers



@pytest.mark.parametrize("source", ["auto", "admin_server"])
def test_figures_come_without_a_whitelist(ensemble: Ensemble, source: str) -> None:
    """Whatever the whitelist refuses is there, and nothing is missing for it."""
    port = ensemble.members[0].admin_port
    with Exporter(ensemble.servers, f"--zookeeper.source={source}", f"--zookeeper.admin.port={port}") as exporter:
        for member in ensemble.members:
            mine = exporter.fresh(member.address, polls=2).of(member.address)
            assert mine.value("zookeeper_up") == mine.value("zookeeper_serving") == 1
            assert mine.value("zookeeper_poll_source", source="admin_server") == 1
            assert mine.value("zookeeper_poll_source", source="four_letter_words") == (source == "auto")
            assert mine.value("zookeeper_member_failure", reason="none") == 1
            assert mine.value("zookeeper_data_watches") == 0
            assert mine.value("zookeeper_tick_time_seconds") == 1
        snapshot = exporter.metrics().of(ensemble.leader().address)
        assert snapshot.value("zookeeper_last_snapshot_timestamp_seconds") > 1.7e9


def test_a_lost_quorum_is_seen_by_the_admin_server_alone(ensemble: Ensemble) -> None:
    """Not serving is a state of a member that answers, and the verdict is that of four-letter words."""
    port = ensemble.members[0].admin_port
    with Exporter(ensemble.servers, "--zookeeper.source=admin_server", f"--zookeeper.admin.port={port}") as exporter:
        exporter.wait_for(lambda samples: samples.value("zookeeper_ensemble_state", state="healthy") == 1, "healthy")
        survivor, *others = ensemble.members
        for member in others:
            member.kill()
        samples = exporter.wait_for_state(survivor.address, "not_serving")
        mine = samples.of(survivor.address)
        assert mine.value("zookeeper_up") == 1
        assert mine.value("zookeeper_serving") == 0
        exporter.wait_for(lambda samples: samples.value("zookeeper_ensemble_state", state="no_quorum") == 1, "no quorum")
        for member in others:
            member.restart()
        exporter.wait_for(lambda samples: samples.value("zookeeper_ensemble_state", state="healthy") == 1, "healthy again")

"""One run of real servers for all tests of this folder: what came when stays in Prometheus, and is asked there."""

import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from grafana import monitored_ensemble
from prometheus_server import Prometheus


@dataclass
class Story:
    """A Prometheus and the moments of what it saw, as Unix times."""
    prometheus: Prometheus
    members: list[str]  # their addresses: the leader, its followers, the observer
    healthy: float
    exporter_frozen: float
    observer_down: float
    at_risk: float
    no_quorum: float
    exporter_dead: float


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """More than half a minute of health, the step at which "Level for" looks back; the exporter is frozen for a moment;
    the observer, a follower, the other one and the exporter are killed."""
    with monitored_ensemble(tmp_path_factory.mktemp("dashboards")) as (ensemble, exporter, server):
        server.wait_for('count_over_time(up{job="zookeeper"}[2m]) >= bool 35', [1], 90)
        server.wait_for('count(ALERTS{alertstate="firing"})', [])
        moments = [time.time()]
        exporter.process.send_signal(signal.SIGSTOP)
        server.wait_for('up{job="zookeeper"}', [0])
        moments += server.query('timestamp(up{job="zookeeper"})')  # now the next scrape may have begun, and succeed
        exporter.process.send_signal(signal.SIGCONT)
        server.wait_for('zookeeper_ensemble_state{state="healthy"}', [1])
        leader = ensemble.wait_until(ensemble.leader, "a leader")
        *followers, observer = (member for member in ensemble.members if member is not leader)
        page = 'max(ALERTS{alertstate="firing",alertname="ZooKeeperEnsembleUnavailable"})'
        for victim, seen in ((observer, 'count(zookeeper_ensemble_finding{finding="observer_down"})'),
                             (followers[0], 'zookeeper_ensemble_state{state="at_risk"} == 1'),
                             (followers[1], page)):
            victim.kill()
            server.wait_for(seen, [1])
            moments.append(time.time())
        exporter.kill()
        exporter.process.wait()
        server.wait_for('up{job="zookeeper"}', [0])
        yield Story(server, [member.address for member in (leader, *followers, observer)], *moments, time.time())

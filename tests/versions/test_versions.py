"""The latest servers of each release that is still met, plain and over TLS, with both metrics providers.

`make test-versions` runs it, and no other command: the servers come by Maven, in minutes.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from certificates import Authority
from config_file import ConfigFile
from exporter_process import Exporter
from secure_servers import speak_tls
from upstream import NotServed, jars
from zookeeper_ensemble import HOST, Ensemble, Member, free_ports, wait_until

VERSIONS = ("3.5.10", "3.6.4", "3.7.2", "3.8.6", "3.9.3", "3.9.5")
PROVIDER = "org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider"
TLS_FAMILIES = {"zookeeper_tls_certificate_not_after_timestamp_seconds", "zookeeper_tls_version_info"}
UNSTEADY = {"zookeeper_lag_transactions"}  # not told when the polls of follower and leader fall badly
LOST = [("not_serving", "none"), ("unreachable", "refused"), ("unreachable", "refused")]


@pytest.fixture(scope="module", autouse=True)
def maven() -> None:
    """Without it nothing can be tested: that is said in one line."""
    try:
        jars(VERSIONS[0])
    except NotServed as error:
        pytest.exit(f"test-versions: {error}", 1)


class Site:
    """Two ensembles of three servers, plain and over TLS, and an exporter over both."""

    def __init__(self, directory: Path, version: str, prometheus: bool):
        authority = Authority(directory / "ca")
        self.plain, self.tls = self.ensembles = [Ensemble(directory / name) for name in ("plain", "tls")]
        speak_tls(self.tls, authority.issue("server"), authority)
        for member in [member for ensemble in self.ensembles for member in ensemble.members]:
            member.jars = jars(version, prometheus)
            if prometheus:
                member.config |= {"metricsProvider.className": PROVIDER, "metricsProvider.httpHost": HOST,
                                  "metricsProvider.httpPort": free_ports(1)[0]}
        self.config = ConfigFile(directory / "exporter.yml")
        self.config.settings["ensembles"] = [
            {"name": "plain", "members": self.plain.servers.split(",")},
            {"name": "tls", "members": self.tls.servers.split(","), "tls": {"ca_file": str(authority.file)}}]
        self.config.write()


@pytest.fixture(params=[(version, prometheus) for version in VERSIONS for prometheus in (False, True)
                        if not prometheus or version >= "3.6"],
                ids=lambda given: f"{given[0]}{'-prometheus' if given[1] else ''}")
def release(request: pytest.FixtureRequest) -> tuple[str, bool]:
    """A version, and whether with the Prometheus metrics provider."""
    try:
        jars(*request.param)
    except NotServed as error:
        pytest.skip(str(error))
    return request.param


@pytest.fixture
def site(release: tuple[str, bool], tmp_path: Path) -> Iterator[Site]:
    """All servers serve."""
    made = Site(tmp_path, *release)
    try:
        for ensemble in made.ensembles:
            ensemble.start()
        for ensemble in made.ensembles:
            ensemble.wait_serving()
        yield made
    finally:
        for ensemble in made.ensembles:
            ensemble.stop()


def find(ensemble: Ensemble, role: str) -> Member:
    """The leader, or a follower."""
    return ensemble.wait_until(ensemble.leader, "a leader") if role == "leader" else ensemble.followers()[0]


def is_healthy(verdict: dict[str, Any]) -> bool:
    """Whether all is well."""
    return verdict["level"] == "healthy" and not verdict["findings"]


def is_lost(verdict: dict[str, Any]) -> bool:
    """Whether one member is left, which serves nobody."""
    return verdict["level"] == "no_quorum" and LOST == sorted(
        (member["state"], member["reason"]) for member in verdict["members"])


def test_a_release(release: tuple[str, bool], site: Site) -> None:
    """The same families plain and over TLS, and the same verdicts through a lost quorum."""
    version, _ = release
    with Exporter(config=site.config) as exporter:
        def verdicts() -> list[dict[str, Any]]:
            return [json.loads(exporter.get(f"/health/ensemble?ensemble={name}&format=json")[2])
                    for name in ("plain", "tls")]

        def wait(condition: Callable[[dict[str, Any]], bool], what: str) -> None:
            wait_until(lambda: all(condition(verdict) for verdict in verdicts()), what,
                       explain=lambda: json.dumps(verdicts(), indent=1))

        wait(is_healthy, "both to be healthy")
        members = [member for ensemble in site.ensembles for member in ensemble.members]
        samples = exporter.fresh(*(member.address for member in members), polls=2)
        for member in members:
            mine = samples.of(member.address)
            assert mine.value("zookeeper_up") == mine.value("zookeeper_serving") == 1
            assert mine.labels("zookeeper_member_info")["version"] == version
            assert samples.reason(member.address) == "none"
            assert mine.value("zookeeper_unparsed_lines") == 0
        for member in site.tls.members:
            shown = samples.of(member.address).labels("zookeeper_tls_version_info")
            assert shown["version"] == ("TLSv1.3" if version >= "3.9" else "TLSv1.2")
        for role in ("leader", "follower"):
            plain, tls = (find(ensemble, role).address for ensemble in site.ensembles)
            names = samples.of(tls).names() - TLS_FAMILIES
            assert (names ^ samples.of(plain).names()) - UNSTEADY == set(), role

        stopped = [member for ensemble in site.ensembles for member in ensemble.followers()]
        for member in stopped:
            member.kill()
        wait(is_lost, "the loss of both quorums")
        for member in stopped:
            member.start()
        wait(is_healthy, "both to be healthy again")

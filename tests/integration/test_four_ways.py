"""Four ensembles under one exporter: all defaults, TLS alone, the AdminServer alone, everything allowed."""

import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kazoo.client import KazooClient

from certificates import Authority
from config_file import ConfigFile
from exporter_process import Exporter
from secure_servers import serve_admin, speak_tls, wait_admin
from zk_health import run_health
from zookeeper_ensemble import Ensemble, Member, wait_until

DEFAULTS, TLS, ADMIN, EVERYTHING = WAYS = ("defaults", "tls", "admin", "everything")
TLS_FAMILIES = {"zookeeper_tls_certificate_not_after_timestamp_seconds", "zookeeper_tls_version_info"}
ONLY_WORDS_TELL = {"zookeeper_init_limit_ticks", "zookeeper_sync_limit_ticks"}  # the page `configuration` lacks them
ONLY_ADMIN_TELLS = {"zookeeper_last_snapshot_timestamp_seconds"}  # if the server has ever written one
DIFFERS = "zookeeper_ensemble_data_differs"
UNSTEADY = {"zookeeper_lag_transactions"}  # not told when the polls of follower and leader fall badly
Verdict = dict[str, Any]


class Site:
    """The ensembles by their names, and an exporter over all of them."""

    def __init__(self, directory: Path):
        self.authority = Authority(directory / "ca")
        self._client, server = self.authority.issue("client"), self.authority.issue("server")
        self.ensembles = {way: Ensemble(directory / way, own_hosts=True) for way in WAYS}
        speak_tls(self.ensembles[TLS], server, self.authority)
        speak_tls(self.ensembles[ADMIN], server, self.authority, client_auth="need")  # which the exporter can't
        for member in self.ensembles[DEFAULTS].members:
            del member.config["4lw.commands.whitelist"]
        admin = {}
        for way in (DEFAULTS, ADMIN, EVERYTHING):
            serve_admin(self.ensembles[way])
            admin[way] = {"admin": {"port": self.ensembles[way].members[0].admin_port}}
        ways = {DEFAULTS: admin[DEFAULTS], TLS: {"tls": {"ca_file": str(self.authority.file)}},
                ADMIN: {"source": "admin_server", **admin[ADMIN]}, EVERYTHING: admin[EVERYTHING]}
        config = ConfigFile(directory / "exporter.yml")
        config.settings["ensembles"] = [
            {"name": way, "members": ensemble.servers.split(","), **ways[way]}
            for way, ensemble in self.ensembles.items()]
        config.write()
        self._config = config

    def start(self) -> None:
        """Starts all, and waits until every server serves."""
        for ensemble in self.ensembles.values():
            ensemble.start()
        for way, ensemble in self.ensembles.items():
            ensemble.wait_serving()
            for member in ensemble.members:
                self._write(way, member)
        for way in (DEFAULTS, ADMIN, EVERYTHING):
            wait_admin(self.ensembles[way])  # who is late is not asked again for a minute
        self.exporter = Exporter(config=self._config)
        self.exporter.wait_ready()

    def _write(self, way: str, member: Member) -> None:
        """Makes enough transactions for a digest of the data, as a client of this member."""
        own = self._client.store
        tls = {"use_ssl": True, "verify_certs": False, "certfile": own, "keyfile": own} if way in (TLS, ADMIN) else {}
        client = KazooClient(member.address, timeout=10, **tls)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of how this client calls Python's ssl
            try:
                client.start()
                for made in [client.create_async(f"/{member.number}-{number}") for number in range(150)]:
                    made.get(timeout=10)
            finally:
                client.stop()
                client.close()

    def stop(self) -> None:
        """Stops all that runs."""
        if hasattr(self, "exporter"):
            print(self.exporter.log())
            self.exporter.close()
        for ensemble in self.ensembles.values():
            ensemble.stop()

    def verdict(self, way: str) -> Verdict:
        """What is said of an ensemble now."""
        return json.loads(self.exporter.get(f"/health/ensemble?ensemble={way}&format=json")[2])

    def wait(self, condition: Callable[[Verdict], bool], what: str) -> None:
        """Waits until it is true of all verdicts."""
        wait_until(lambda: all(condition(self.verdict(way)) for way in WAYS), what,
                   explain=lambda: json.dumps([self.verdict(way) for way in WAYS], indent=1))

    def find(self, way: str, role: str) -> Member:
        """The leader, or a follower."""
        ensemble = self.ensembles[way]
        return ensemble.wait_until(ensemble.leader, "a leader") if role == "leader" else ensemble.followers()[0]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """All serve."""
    made = Site(tmp_path_factory.mktemp("four-ways"))
    try:
        made.start()
        made.wait(lambda verdict: verdict["level"] == "healthy", "all to be healthy")
        yield made
    finally:
        made.stop()


@pytest.mark.parametrize("role", ["leader", "follower"])
def test_the_same_families(site: Site, role: str) -> None:
    """TLS changes nothing; the AdminServer tells almost as much as the words, alone or for those that are refused."""
    found = {}
    for way in WAYS:
        member = site.find(way, role)
        samples = site.exporter.fresh(member.address, polls=2)
        assert samples.state(member.address) == role
        found[way] = samples.of(member.address).names() - UNSTEADY
    assert found[TLS] - TLS_FAMILIES == found[EVERYTHING]
    assert found[TLS] > TLS_FAMILIES
    for way in (DEFAULTS, ADMIN):
        assert found[way] - found[EVERYTHING] <= ONLY_ADMIN_TELLS
        assert found[EVERYTHING] - found[way] == ONLY_WORDS_TELL


def test_the_data_is_compared(site: Site) -> None:
    """By the word or by the AdminServer's page, whichever tells the digests."""
    site.exporter.wait_for(lambda samples: {way: list(samples.series(DIFFERS, ensemble=way).values()) for way in WAYS}
                           == {way: [0] for way in WAYS}, "all digests")


def test_what_answered_is_told(site: Site) -> None:
    """Words or the AdminServer."""
    members = [member.address for ensemble in site.ensembles.values() for member in ensemble.members]
    samples = site.exporter.fresh(*members, polls=2)
    for way, ensemble in site.ensembles.items():
        for member in ensemble.members:
            answered = {dict(labels)["source"]: value for labels, value in
                        samples.of(member.address).series("zookeeper_poll_source").items()}
            words, admin = answered.get("four_letter_words", 0), answered.get("admin_server", 0)
            assert (words, admin) == {DEFAULTS: (1, 1), ADMIN: (0, 1)}.get(way, (1, 0))


def flags(site: Site, way: str) -> list[object]:
    """How zk-health asks them."""
    return ["--tls", f"--ca-file={site.authority.file}"] if way == TLS else []


def test_zk_health_over_each_way(site: Site) -> None:
    """It speaks words, plain or over TLS; a port that it can't speak to is no reason to restart."""
    for way in (DEFAULTS, TLS, EVERYTHING):
        leader = site.find(way, "leader")
        for kind in ("startup", "liveness", "readiness"):
            done = run_health(f"--check={kind}", *flags(site, way), leader.address)
            assert done.returncode == 0, done.stdout
        done = run_health("--check=ensemble", "--require=healthy", *flags(site, way), site.ensembles[way].servers)
        assert done.returncode == 0, done.stdout
    leader = site.find(ADMIN, "leader").address
    for given, words in (([], "speaks TLS"), (flags(site, TLS), "demands a client certificate")):
        done = run_health("--check=liveness", *given, leader)
        assert done.returncode == 0 and words in done.stdout, done.stdout
        assert run_health("--check=readiness", *given, leader).returncode == 3


def test_a_lost_quorum(site: Site) -> None:
    """The same levels and states, one voter after the other, and back."""
    followers = {way: ensemble.followers() for way, ensemble in site.ensembles.items()}
    for each in followers.values():
        each[0].kill()
    site.wait(lambda verdict: (verdict["level"], verdict["voters_serving"], verdict["leaders"]) == ("at_risk", 2, 1),
              "one voter less")
    for each in followers.values():
        each[1].kill()
    site.wait(is_lost, "the loss of the quorums")
    for way in (DEFAULTS, TLS, EVERYTHING):
        left = next(member for member in site.ensembles[way].members if member.running)
        codes = [run_health(f"--check={kind}", *flags(site, way), left.address).returncode
                 for kind in ("startup", "liveness", "readiness")]
        assert codes == [0, 0, 4]
        assert run_health("--check=ensemble", *flags(site, way), site.ensembles[way].servers).returncode == 4
    for each in followers.values():
        each[0].start()
    site.wait(lambda verdict: (verdict["level"], verdict["voters_serving"], verdict["leaders"]) == ("at_risk", 2, 1),
              "a quorum again")
    for each in followers.values():
        each[1].start()
    site.wait(lambda verdict: verdict["level"] == "healthy", "all to be healthy again")


def is_lost(verdict: Verdict) -> bool:
    """Whether one member is left, which serves nobody."""
    return (verdict["level"], verdict["voters_serving"], verdict["failures_tolerated"]) == ("no_quorum", 0, -2) \
        and sorted((member["state"], member["serves"]) for member in verdict["members"]) == [
            ("not_serving", False), ("unreachable", False), ("unreachable", False)]

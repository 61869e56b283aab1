"""Three servers whose ports speak with and without TLS: read in each way, through a lost quorum and back."""

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from certificates import Authority
from exporter_process import Exporter
from secure_servers import serve_admin, speak_tls, wait_admin
from zookeeper_ensemble import Ensemble, wait_until

PLAIN, TLS, HTTP, HTTPS = WAYS = ("plain", "tls", "http", "https")
WORDS, ADMIN = "four_letter_words", "admin_server"
TLS_FAMILIES = {"zookeeper_tls_certificate_not_after_timestamp_seconds", "zookeeper_tls_version_info"}
UNSTEADY = {"zookeeper_lag_transactions"}  # not told when the polls of follower and leader fall badly
Verdict = dict[str, Any]


class Site:
    """The servers, and an exporter for each way."""

    def __init__(self, directory: Path):
        authority = Authority(directory / "ca")
        self.certificate = authority.issue("server")
        self.servers = Ensemble(directory / "servers", own_hosts=True)
        speak_tls(self.servers, self.certificate, authority, plain_too=True)
        serve_admin(self.servers, self.certificate, authority, plain_too=True)
        tls = f"--zookeeper.tls.ca-file={authority.file}"
        admin = ("--zookeeper.source=admin_server", f"--zookeeper.admin.port={self.servers.members[0].admin_port}")
        self.flags = {PLAIN: (), TLS: (tls,), HTTP: admin, HTTPS: (tls, *admin, "--zookeeper.admin.scheme=https")}
        self.exporters: dict[str, Exporter] = {}

    def verdict(self, way: str) -> Verdict:
        """What is said of the servers now, read in this way."""
        return json.loads(self.exporters[way].get("/health/ensemble?format=json")[2])

    def wait(self, condition: Callable[[Verdict], bool], what: str) -> None:
        """Waits until it is true of all verdicts."""
        wait_until(lambda: all(condition(self.verdict(way)) for way in WAYS), what,
                   explain=lambda: json.dumps([self.verdict(way) for way in WAYS], indent=1))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """All is well, in every way."""
    made = Site(tmp_path_factory.mktemp("unified"))
    with made.servers, contextlib.ExitStack() as stack:
        wait_admin(made.servers)
        for way in WAYS:
            made.exporters[way] = stack.enter_context(Exporter(made.servers.servers, *made.flags[way]))
        made.wait(is_well, "all to be healthy")
        yield made


def is_well(verdict: Verdict) -> bool:
    """Whether all three serve, and nothing is found."""
    return (verdict["level"], verdict["voters_serving"], verdict["findings"]) == ("healthy", 3, [])


def states(verdict: Verdict) -> Counter[tuple[str, str]]:
    """How many members are in each state for each reason."""
    return Counter((member["state"], member["reason"]) for member in verdict["members"])


@pytest.mark.parametrize("role", ["leader", "follower"])
def test_the_same_families_with_tls_and_without(site: Site, role: str) -> None:
    """By words and by the AdminServer; what answered is told, and the certificate of who showed one."""
    member = site.servers.leader() if role == "leader" else site.servers.followers()[0]
    found = {way: site.exporters[way].wait_for(lambda samples: samples.polls(member.address) >= 3, "three polls")
             .of(member.address) for way in WAYS}
    names = {way: found[way].names() - UNSTEADY for way in WAYS}
    assert names[TLS] - names[PLAIN] == names[HTTPS] - names[HTTP] == TLS_FAMILIES
    assert names[PLAIN] <= names[TLS] and names[HTTP] <= names[HTTPS]
    for way, source in ((PLAIN, WORDS), (TLS, WORDS), (HTTP, ADMIN), (HTTPS, ADMIN)):
        assert {dict(labels)["source"] for labels, value in found[way].series("zookeeper_poll_source").items()
                if value} == {source}
    for way in (TLS, HTTPS):
        end = found[way].value("zookeeper_tls_certificate_not_after_timestamp_seconds")
        assert end == site.certificate.not_after


def test_a_lost_quorum(site: Site) -> None:
    """First the leader goes, then the next one: the same levels and states in every way, and back."""
    first = site.servers.leader()
    first.kill()
    site.wait(lambda verdict: (verdict["level"], verdict["voters_serving"], verdict["leaders"]) == ("at_risk", 2, 1)
              and states(verdict) == {("leader", "none"): 1, ("follower", "none"): 1, ("unreachable", "refused"): 1},
              "another leader")
    second = site.servers.leader()
    second.kill()
    site.wait(lambda verdict: (verdict["level"], verdict["voters_serving"]) == ("no_quorum", 0)
              and states(verdict) == {("not_serving", "none"): 1, ("unreachable", "refused"): 2},
              "the loss of the quorum")
    survivor = next(member for member in site.servers.members if member.running)
    for exporter in site.exporters.values():
        found = exporter.metrics().of(survivor.address)
        assert (found.value("zookeeper_up"), found.value("zookeeper_serving")) == (1, 0)
    for member in (first, second):
        member.start()
    site.wait(is_well, "all to be healthy again")

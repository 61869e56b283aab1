"""Real incidents of real ensembles: which alerts fire, who is told, and what is held back.

All parts are real: servers, exporter, Prometheus, Alertmanager. The rules are the shipped ones with short durations
(tests/support/quick_rules.py), so that a test takes a minute and not an hour.
"""

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from incident import INHIBITED, PAGED, TICKET, Site
from kazoo.client import KazooClient

from clients import ANYWHERE, Crowd, session
from grafana import GREY
from zk_health import check
from zookeeper_ensemble import Ensemble, Member

SHORT = r"00:0[01]:\d\d"  # in fast motion
WATCHES = 100_000  # the threshold of ZooKeeperWatchCountGrowth
StartSite = Callable[..., Site]


@pytest.fixture
def start_site(tmp_path: Path) -> Iterator[StartSite]:
    """Starts a site over ensembles by their names, which are started first."""
    with contextlib.ExitStack() as stack:
        def start(**ensembles: Ensemble) -> Site:
            for ensemble in ensembles.values():
                stack.callback(ensemble.stop)
                ensemble.start()
            for ensemble in ensembles.values():
                ensemble.wait_serving()
            return stack.enter_context(Site(tmp_path, **ensembles))
        yield start


@pytest.fixture
def site(start_site: StartSite, tmp_path: Path) -> Site:
    """A site over one ensemble of three, `orders`."""
    return start_site(orders=Ensemble(tmp_path / "orders"))


@pytest.fixture
def orders(site: Site) -> Ensemble:
    """Its ensemble."""
    return site.ensembles["orders"]


def lose_quorum(ensemble: Ensemble) -> tuple[Member, Member, Member]:
    """Kills two followers; them and the leader, which stays alone."""
    one, two = ensemble.followers()
    one.kill()
    two.kill()
    return one, two, next(member for member in ensemble.members if member not in (one, two))


def test_rolling_restart_then_lost_quorum(site: Site, orders: Ensemble) -> None:
    """A careful restart of all members tells nobody anything. The same site then pages for a lost quorum, once, with
    its members held back, and says when it is over."""
    site.fault("rolling restart")
    members = orders.followers()
    for member in [*members, next(each for each in orders.members if each not in members)]:
        site.wait(lambda at=member: check("safe-to-stop", f"--member={at.address}", orders.servers) == 0,
                  f"{member.address} to be safe to stop")
        member.restart()
        site.wait(lambda at=member: check("readiness", at.address) == 0, f"{member.address} to be ready")
    site.prometheus.wait_for('zookeeper_ensemble_state{state="healthy"}', [1])
    site.wait_for_scrapes()
    assert site.pager.notices == []
    assert site.fired() == set()

    site.fault("quorum lost")
    one, two, alone = lose_quorum(orders)
    tiles = site.wait_for_page("EnsembleUnavailable", ensemble="orders")
    assert (tiles["Level"], tiles["Failures left"]) == ("no_quorum (red)", "-2 (red)")
    assert re.fullmatch(SHORT, tiles["Level for"])
    assert all(member.address in tiles["Odd ones"] for member in orders.members)
    for member in (one, two):
        site.wait_for(INHIBITED, "MemberDown", member=member.address)
    site.wait_for(INHIBITED, "MemberNotServing", member=alone.address)
    one.start()
    two.start()
    site.wait_for_end("EnsembleUnavailable")
    site.wait_for_scrapes()
    assert site.fired() == {"EnsembleUnavailable", "MemberDown", "MemberNotServing"}
    assert site.told(PAGED) == {"EnsembleUnavailable"}
    assert site.told(TICKET) == set()


@pytest.mark.long
@pytest.mark.parametrize("incident", ["follower killed", "leader killed", "follower frozen"])
def test_one_member_lost(site: Site, orders: Ensemble, incident: str) -> None:
    """A ticket for the member; a page when it has not come back in time. No page for the election."""
    leader, follower = orders.leader(), orders.followers()[0]
    lost = leader if incident == "leader killed" else follower
    site.fault(incident)
    if incident == "follower frozen":
        lost.freeze()
    else:
        lost.kill()
    site.wait_for(TICKET, "MemberDown", member=lost.address)
    tiles = site.wait_for_page("QuorumAtRisk", ensemble="orders")
    assert (tiles["Level"], tiles["Failures left"]) == ("at_risk (orange)", "0 (orange)")
    assert re.fullmatch(SHORT, tiles["Level for"])
    assert lost.address in tiles["Odd ones"] and tiles["Odd ones"].count("127.0.0.1") == 1
    assert site.fired() == {"MemberDown", "QuorumAtRisk"}
    assert site.told(PAGED) == {"QuorumAtRisk"}
    assert site.told(TICKET) == {"MemberDown"}


@pytest.mark.long
def test_connections_of_one_client_exhausted(start_site: StartSite, tmp_path: Path) -> None:
    """A client beyond maxClientCnxns: a ticket. The exporter, at another address, still sees everything."""
    site = start_site(orders=Ensemble(tmp_path / "orders", extra_config={"maxClientCnxns": 10}))
    member = site.ensembles["orders"].followers()[0]
    site.fault("connections of a client exhausted")
    crowd = Crowd(member, ANYWHERE)
    try:
        site.wait_for(TICKET, "ConnectionsRejected", member=member.address)
    finally:
        crowd.stop()
    assert site.fired() == {"ConnectionsRejected"}
    assert site.told(PAGED) == set()


@pytest.mark.long
def test_all_connections_exhausted(start_site: StartSite, tmp_path: Path) -> None:
    """A member at maxCnxns refuses the exporter, too. Its leader still counts it as synced: a ticket, no page."""
    site = start_site(orders=Ensemble(tmp_path / "orders", extra_config={"maxCnxns": 20}))
    member = site.ensembles["orders"].followers()[0]
    with contextlib.ExitStack() as stack:
        site.fault("all connections exhausted")
        for _ in range(20):
            stack.enter_context(session(member.address))
        site.wait_for(TICKET, "PartialView", member=member.address)
        reason = site.exporter.metrics().of(member.address).only("zookeeper_member_failure", "reason")
    assert reason == "closed_without_answer"
    assert site.fired() == {"PartialView"}
    assert site.told(PAGED) == set()


@pytest.mark.long
def test_watches_filled(start_site: StartSite, tmp_path: Path) -> None:
    """A client that sets watches without end: a ticket, at the shipped threshold."""
    ensemble = Ensemble(tmp_path / "orders", jvm_flags=["-Xmx256m"])
    site = start_site(orders=ensemble)
    site.prometheus.wait_for("count(zookeeper_watches offset 60s)", [3], 90)  # as the rule looks back
    site.fault("watches filled")
    with session(ensemble.followers()[0].address) as client:
        fill_watches(client)
        site.wait_for(TICKET, "WatchCountGrowth", ensemble="orders")
    assert site.fired() == {"WatchCountGrowth"}
    assert site.told(PAGED) == set()


def fill_watches(client: KazooClient) -> None:
    """More than the threshold: watches on znodes that do not exist, and some of children."""
    for start in range(0, WATCHES, 5000):
        for reply in [client.exists_async(f"/w{number}", watch=_ignore) for number in range(start, start + 5000)]:
            reply.get(60)
    for number in range(100):
        client.create(f"/parent{number}")
        client.get_children(f"/parent{number}", watch=_ignore)


def _ignore(_event: object) -> None:
    pass


@pytest.mark.long
def test_words_refused(start_site: StartSite, tmp_path: Path) -> None:
    """A whitelist without the words that the exporter needs: a ticket that names them, and nothing else."""
    site = start_site(orders=Ensemble(tmp_path / "orders", whitelist="srvr"))
    site.fault("words refused")
    for command in ("mntr", "conf", "wchs"):
        site.wait_for(TICKET, "CommandNotAllowed", command=command)
    assert site.fired() == {"CommandNotAllowed"}
    assert site.told(PAGED) == set()


@pytest.mark.long
def test_one_of_two_ensembles(start_site: StartSite, tmp_path: Path) -> None:
    """An ensemble that is lost says nothing of the other, and holds nothing of it back."""
    site = start_site(orders=Ensemble(tmp_path / "orders"), search=Ensemble(tmp_path / "search"))
    site.fault("quorum lost, one of two ensembles")
    lost = lose_quorum(site.ensembles["orders"])
    tiles = site.wait_for_page("EnsembleUnavailable", ensemble="orders")
    assert tiles["Level"] == "no_quorum (red)"
    assert not any(member.address in tiles["Odd ones"] for member in site.ensembles["search"].members)
    site.wait_for(INHIBITED, "MemberDown", ensemble="orders", member=lost[0].address)
    assert site.firing_ensembles() == {"orders"}
    other = site.ensembles["search"].followers()[0]
    site.fault("then a follower of the other killed")
    other.kill()
    site.wait_for(TICKET, "MemberDown", ensemble="search", member=other.address)
    assert {each.labels["ensemble"] for each in site.pager.notices if each.receiver == PAGED} == {"orders"}
    assert {each.labels["ensemble"] for each in site.pager.notices if each.receiver == TICKET} == {"search"}


@pytest.mark.long
def test_exporter_killed(site: Site) -> None:
    """The only exporter: a page that nothing is watched any more, and not one for each ensemble."""
    site.fault("exporter killed")
    site.exporter.kill()
    site.wait_for(TICKET, "ExporterDown", instance=site.exporter.address)
    tiles = site.wait_for_page("MetricsAbsent")
    assert {tiles[title] for title in ("Level", "Level for", "Failures left")} == {f"No data ({GREY})"}
    assert "ZooKeeperEnsembleUnwatched" in tiles["Odd ones"]
    site.wait_for(INHIBITED, "EnsembleUnwatched", ensemble="orders")
    assert site.fired() == {"ExporterDown", "MetricsAbsent", "EnsembleUnwatched"}
    assert site.told(PAGED) == {"MetricsAbsent"}

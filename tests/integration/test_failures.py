"""Members that die, hang, or lose their quorum. Each test leaves the ensemble as it found it."""

import time
from collections.abc import Callable, Iterator

import pytest

from exporter_process import Exporter
from exposition import Samples
from zookeeper_ensemble import Ensemble, Member, wait_until

ALWAYS = {f"zookeeper_{name}" for name in (
    "up", "serving", "voter", "member_state", "member_failure", "poll_duration_seconds",
    "last_poll_timestamp_seconds", "polls_total", "commands_total", "command_allowed", "poll_source")}

# What is judged of a member by all others together.
JUDGED = {"zookeeper_member_safe_to_stop", "zookeeper_ensemble_finding"}

LEADERS_ONLY = {f"zookeeper_{name}" for name in (
    "leader_uptime_seconds", "learners", "pending_syncs", "proposal_size_last_bytes", "proposal_size_max_bytes",
    "proposal_size_min_bytes", "quorum_size", "synced_followers", "synced_non_voting_followers", "synced_observers")}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    """Three participants and an observer."""
    with Ensemble(tmp_path_factory.mktemp("failures"), participants=3, observers=1) as ensemble:
        yield ensemble


@pytest.fixture
def ensemble(servers: Ensemble) -> Iterator[Ensemble]:
    """The same, well again after each test."""
    yield servers
    for member in servers.members:
        member.thaw()
        member.start()
    servers.wait_serving()


@pytest.fixture
def exporter(ensemble: Ensemble, start_exporter: Callable[..., Exporter]) -> Exporter:
    """An exporter that has seen every member serve."""
    process = start_exporter(ensemble.servers)
    process.wait_for(lambda samples: len(samples.series("zookeeper_uptime_seconds")) == 4, "four members that serve")
    return process


def others(ensemble: Ensemble, *but: Member) -> list[Member]:
    """All members except some."""
    return [member for member in ensemble.members if member not in but]


def leader_of(samples: Samples, members: list[Member]) -> Member | None:
    """The one that is called leader."""
    leaders = [member for member in members if samples.state(member.address) == "leader"]
    assert len(leaders) <= 1
    return leaders[0] if leaders else None


def test_a_killed_leader_vanishes_and_comes_back(ensemble: Ensemble, exporter: Exporter) -> None:
    """It is unreachable at once and without values, another leads a new epoch, and after a restart it follows."""
    dead = ensemble.leader()
    rest = others(ensemble, dead)
    before = exporter.fresh(dead.address).of(dead.address)
    start = before.value("zookeeper_start_time_seconds")
    wait_until(lambda: time.time() > start + 2, "a restart that the start time, to the second, can tell")
    dead.kill()

    samples = exporter.fresh(dead.address)
    mine = samples.of(dead.address)
    assert samples.state(dead.address) == "unreachable"
    assert samples.reason(dead.address) == "refused"
    assert mine.value("zookeeper_up") == mine.value("zookeeper_serving") == 0
    assert mine.value("zookeeper_voter") == 1
    assert mine.names() - JUDGED == ALWAYS

    samples = exporter.wait_for(lambda found: leader_of(found, rest), "a new leader")
    leader = leader_of(samples, rest)
    assert samples.of(leader.address).value("zookeeper_zxid_epoch") > before.value("zookeeper_zxid_epoch")

    dead.start()
    mine = exporter.wait_for_state(dead.address, "follower").of(dead.address)
    assert exporter.fresh(dead.address).reason(dead.address) == "none"
    missing = before.names() - mine.names() - LEADERS_ONLY
    assert {name for name in missing if not name.startswith("zookeeper_learner_handler_queue_")} == set()
    assert mine.value("zookeeper_start_time_seconds") > start


def test_a_frozen_member_is_a_timeout_and_delays_nobody(ensemble: Ensemble, exporter: Exporter) -> None:
    """Its connections are accepted and never answered; the others' values stay as fresh as ever."""
    leader = ensemble.leader()
    frozen = next(member for member in ensemble.members if member.state() == "follower")
    rest = others(ensemble, frozen)
    before = exporter.fresh(*(member.address for member in rest))
    frozen.freeze()

    samples = exporter.wait_for_state(frozen.address, "unreachable")
    mine = samples.of(frozen.address)
    assert samples.reason(frozen.address) == "timeout"
    assert mine.names() - JUDGED == ALWAYS
    assert mine.value("zookeeper_up") == 0
    assert 0.4 < mine.value("zookeeper_poll_duration_seconds") < 0.8
    for _ in range(5):
        began = time.monotonic()
        exporter.page()
        assert time.monotonic() - began < 0.2
    samples = exporter.fresh(*(member.address for member in ensemble.members), polls=2)
    for member in rest:
        assert samples.state(member.address) == before.state(member.address)
        assert samples.of(member.address).value("zookeeper_polls_total", result="failed") == 0
        assert samples.of(member.address).value("zookeeper_poll_duration_seconds") < 0.3
    assert samples.state(leader.address) == "leader"

    frozen.thaw()
    samples = exporter.wait_for_state(frozen.address, "follower")
    assert samples.of(frozen.address).value("zookeeper_up") == 1


@pytest.mark.parametrize("survivor_role", ["follower", "leader"])
def test_without_a_quorum_nobody_serves(ensemble: Ensemble, exporter: Exporter, survivor_role: str) -> None:
    """The participant that is left and the observer answer, serve nobody, and have no values; a quorum heals it."""
    observer = ensemble.members[3]
    survivor = next(member for member in ensemble.members if member.state() == survivor_role)
    stopped = others(ensemble, survivor, observer)
    for member in stopped:
        member.kill()

    left = [survivor.address, observer.address]

    def is_lost(samples: Samples) -> bool:
        assert survivor_role == "leader" or samples.state(survivor.address) != "leader"
        return all(samples.state(address) == "not_serving" for address in left)

    exporter.wait_for(is_lost, "the loss of the quorum to be seen")
    for _ in range(3):
        samples = exporter.fresh(*left)
        assert is_lost(samples)
        for address in left:
            mine = samples.of(address)
            assert mine.value("zookeeper_up") == 1
            assert mine.value("zookeeper_serving") == 0
            assert mine.value("zookeeper_voter") == (address == survivor.address)
            assert samples.reason(address) == "none"
            assert mine.names() - JUDGED == ALWAYS

    stopped[0].start()
    back = [*left, stopped[0].address]
    samples = exporter.wait_for(
        lambda found: all(found.of(address).value("zookeeper_serving") for address in back), "a new quorum")
    assert sorted(samples.state(address) for address in back) == ["follower", "leader", "observer"]

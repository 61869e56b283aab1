"""What a canary finds, beside clients of their own kind that write every 50 ms: they never disagree for long."""

import asyncio
import random
from collections.abc import Callable, Iterator

import pytest

from canary import A_ROUND, ELECTION, WRITING
from exporter_process import Exporter
from fake_operations import WRITES
from fake_zookeeper import NEVER, FakeEnsemble
from truth import compared
from zookeeper_ensemble import Ensemble, wait_until

TOLD = ELECTION + 2 * A_ROUND  # seconds of failing writes until the exporter says so
WELL = 6 + A_ROUND  # seconds until it says that all is well again; sessions come again after 5 s at most


def writable(exporter: Exporter) -> bool:
    """What the exporter says."""
    return exporter.get("/health/ensemble?require=writable")[0] == 200


@pytest.mark.long
def test_writes_that_are_stuck_for_short_and_for_long(start_exporter: Callable[..., Exporter]) -> None:
    """The servers' polls look well all the time."""
    with FakeEnsemble(3) as fakes:
        exporter = start_exporter(fakes.servers, *WRITING)
        with compared(fakes.servers, exporter, TOLD, WELL) as outages:
            for seconds in (1.5, TOLD + 1):
                before = outages()
                fakes.misbehave(delay=dict.fromkeys(WRITES, NEVER))
                hold(fakes, seconds)
                assert writable(exporter) is (seconds < ELECTION)
                fakes.behave()
                wait_until(lambda before=before: outages() > before and writable(exporter), "all to be well", WELL)


def hold(fakes: FakeEnsemble, seconds: float) -> None:
    """Lets so much time pass in the fakes' own loop."""
    fakes.run(asyncio.sleep(seconds))


@pytest.fixture
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    """Three real servers."""
    with Ensemble(tmp_path_factory.mktemp("truth")) as servers:
        yield servers


@pytest.mark.long
def test_real_servers_that_are_killed_and_frozen(ensemble: Ensemble, start_exporter: Callable[..., Exporter]) -> None:
    """Each member in turn, and two at once, again and again."""
    exporter = start_exporter(ensemble.servers, *WRITING)
    turns = random.Random(14)
    with compared(ensemble.servers, exporter, TOLD, WELL) as outages:
        for act, count in (("kill", 1), ("freeze", 1), ("kill", 2), ("freeze", 2)) * 2:
            before = outages()
            leader = ensemble.wait_until(ensemble.leader, "a leader")
            victims = [leader, *turns.sample(ensemble.followers(), 1)][:count]
            for member in victims:
                getattr(member, act)()
            if count == 2:
                wait_until(lambda: not writable(exporter), "no quorum", TOLD + 20)
            else:
                ensemble.wait_until(lambda leader=leader: ensemble.leader() not in (None, leader), "another leader")
            for member in victims:
                member.thaw()
                member.start()
            ensemble.wait_serving()
            wait_until(lambda before=before: outages() > before and writable(exporter), "all to be well", 60)

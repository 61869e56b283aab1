"""A member that is cut off from its peers, or from the exporter: each server in a network namespace of its own."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from drill import Drill, together
from network import Network, in_namespaces, why_not
from zk_health import probe_codes
from zookeeper_ensemble import Member

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())


class CutDrill(Drill):
    """Three servers in a network that can be cut; the exporter is in its hub."""

    def __init__(self, directory: Path, network: Network, read_only: bool):
        self.network, self.read_only = network, read_only
        super().__init__(f"3, read-only mode {'on' if read_only else 'off'}",
                         in_namespaces(network, directory, read_only), enter=lambda: network.enter("hub"))

    def restore(self) -> None:
        """Joins all that was cut, too."""
        for number in range(1, self.network.count + 1):
            self.network.cut_peers(number, False)
            self.network.cut_front(number, False)
        super().restore()


@pytest.fixture(scope="module")
def drills(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[CutDrill]]:
    """With read-only mode, and without."""
    with contextlib.ExitStack() as stack:
        made = []
        for read_only in (True, False):
            network = stack.enter_context(Network(3))
            made.append(CutDrill(tmp_path_factory.mktemp("partition"), network, read_only))
            stack.callback(made[-1].end)
        for each in [drill.begin() for drill in made]:
            each.result()
        yield made


def cut_off(drill: CutDrill, member: Member, role: str) -> None:
    """Cuts a member off from its peers and heals that."""
    state = "read_only" if drill.read_only else "not_serving"

    def is_seen(verdict: dict) -> bool:
        row = drill.row(member)
        return verdict["leaders"] == 1 and row["state"] == state and not row["serves"]

    with drill.fault(f"cut the {role} off", "at_risk", is_seen, ("degraded", "no_quorum")):
        drill.network.cut_peers(member.number)
    assert drill.probes(member) == [(200, state), (200, state), (503, state)]
    assert drill.exporter.get(f"/probe/readiness?member={member.address}&allow_read_only")[0] == (
        200 if drill.read_only else 503)
    assert probe_codes(member.address) == (0, 0, 4)
    assert drill.check_all("ensemble") == 0
    assert drill.check_all("ensemble", "--require=healthy") == 4
    with drill.fault(f"join the {role} again", "healthy", lambda verdict: drill.row(member)["serves"],
                     ("degraded", "no_quorum")):
        drill.network.cut_peers(member.number, False)


def test_a_follower_without_its_peers(drills: list[CutDrill]) -> None:
    """The exporter still reaches it: alive and not ready, read-only or not serving."""
    def scenario(drill: CutDrill) -> None:
        leader = drill.calm()
        cut_off(drill, next(member for member in drill.voters if member is not leader), "follower")
    together(drills, scenario)


def test_a_leader_without_its_peers(drills: list[CutDrill]) -> None:
    """It gives up by itself, and the others elect another."""
    def scenario(drill: CutDrill) -> None:
        cut_off(drill, drill.calm(), "leader")
    together(drills, scenario)


def test_a_follower_that_only_the_exporter_cannot_reach(drills: list[CutDrill]) -> None:
    """At risk as far as can be seen; then the leader's word counts, and the view is what is partial."""
    def scenario(drill: CutDrill) -> None:
        leader = drill.calm()
        follower = next(member for member in drill.voters if member is not leader)
        with drill.fault("hide a follower", "at_risk", lambda verdict: not drill.row(follower)["serves"],
                         ("degraded",)):
            drill.network.cut_front(follower.number)
        assert [status for status, _ in drill.probes(follower)] == [503] * 3
        with drill.fault("the leader counts on it", "degraded", lambda verdict: drill.row(follower)["serves"]):
            pass
        assert [finding["code"] for finding in drill.recorder.last["findings"]] == ["partial_view"]
        assert drill.may_stop(leader)[0] is False
        with drill.fault("show it again", "healthy", lambda verdict: verdict["leaders"] == 1, ("at_risk",)):
            drill.network.cut_front(follower.number, False)
    together(drills, scenario)

"""Real ensembles of three voters, and of five and an observer, through all that can happen to a member.

Both live through each scenario at the same time, under exporters with the default interval. What happens is found by
the grid alone: nothing but the recorder asks an exporter before its verdict is there.
"""

import time
from collections.abc import Callable, Iterator

import pytest

from drill import Drill, five_and_three, together
from zk_health import probe_codes, report
from zookeeper_ensemble import Member

SERVING, DOWN, SILENT = (200, "serving"), (503, "refused"), (503, "timeout")
NOT_SERVING = [(200, "not_serving"), (200, "not_serving"), (503, "not_serving")]
ELECTION = ("no_quorum", "degraded", "at_risk")


@pytest.fixture(scope="module")
def drills(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Drill]]:
    """Both ensembles."""
    both = five_and_three(tmp_path_factory.mktemp("verdicts"))
    try:
        yield both
    finally:
        for drill in both:
            drill.end()


def is_out(*members: Member) -> Callable[[dict], bool]:
    """Whether a verdict says that of the voters these do not serve, and all others do under one leader.

    The observer may take its time to find a new leader.
    """
    out = {member.address for member in members}
    return lambda verdict: verdict["leaders"] == 1 and {
        row["member"] for row in verdict["members"] if row["voter"] and not row["serves"]} == out


def all_serve(verdict: dict) -> bool:
    """Whether a verdict says that every member serves under one leader."""
    return verdict["leaders"] == 1 and all(row["serves"] for row in verdict["members"])


def bring_back(drill: Drill, name: str, act: Callable[[], None], *may_pass: str) -> None:
    """Undoes a fault."""
    with drill.fault(name, "healthy", all_serve, ("degraded", "at_risk", *may_pass)):
        act()
    assert drill.check_all("ensemble", "--require=full") == 0


def check_one_down(drill: Drill, member: Member) -> None:
    """The gates while one voter is down."""
    others = [other for other in drill.voters if other is not member]
    found = report("ensemble", drill.ensemble.servers)
    assert (found["exit_code"], found["level"], found["warning"]) == (0, drill.one_down, True)
    assert drill.check_all("ensemble", "--require=healthy") == 4
    assert drill.may_stop(others[0]) == (False, False)
    assert drill.exporter.get("/health/ensemble")[0] == 200
    assert drill.exporter.get("/health/ensemble?require=healthy")[0] == 503


def test_a_killed_leader(drills: list[Drill]) -> None:
    """An election, then one voter less."""
    def scenario(drill: Drill) -> None:
        leader = drill.calm()
        with drill.fault("kill the leader", drill.one_down, is_out(leader), ELECTION):
            leader.kill()
        assert drill.probes(leader) == [DOWN, DOWN, DOWN]
        assert probe_codes(leader.address) == (2, 2, 2)
        check_one_down(drill, leader)
        bring_back(drill, "start it again", leader.start)
        assert drill.probes(leader) == [SERVING] * 3
        assert probe_codes(leader.address) == (0, 0, 0)
    together(drills, scenario)


def test_a_frozen_leader(drills: list[Drill]) -> None:
    """It accepts connections and answers nobody; thawed, it may claim to lead for a moment."""
    def scenario(drill: Drill) -> None:
        leader = drill.calm()
        with drill.fault("freeze the leader", drill.one_down, is_out(leader), ELECTION):
            leader.freeze()
        assert drill.probes(leader) == [SILENT, SILENT, SILENT]
        assert probe_codes(leader.address) == (2, 2, 2)
        check_one_down(drill, leader)
        bring_back(drill, "thaw the old leader", leader.thaw)
    together(drills, scenario)


def test_a_frozen_follower(drills: list[Drill]) -> None:
    """The others go on without an election."""
    def scenario(drill: Drill) -> None:
        leader = drill.calm()
        follower = next(member for member in drill.voters if member is not leader)
        elections = drill.recorder.last["elections"]
        with drill.fault("freeze a follower", drill.one_down, is_out(follower), ("degraded",)):
            follower.freeze()
        assert drill.probes(follower) == [SILENT, SILENT, SILENT]
        assert probe_codes(follower.address) == (2, 2, 2)
        assert drill.probes(leader) == [SERVING] * 3
        check_one_down(drill, follower)
        assert drill.recorder.last["elections"] == elections
        bring_back(drill, "thaw the follower", follower.thaw)
    together(drills, scenario)


def test_a_lost_quorum(drills: list[Drill]) -> None:
    """The survivors are alive and not ready; each that comes back is one step up."""
    def scenario(drill: Drill) -> None:
        leader = drill.calm()
        followers = [member for member in drill.voters if member is not leader]
        dead = followers[:len(drill.voters) // 2 + 1]
        with drill.fault("lose the quorum", "no_quorum", lambda verdict: not any(
                row["serves"] for row in verdict["members"]), ("degraded", "at_risk")):
            for member in dead:
                member.kill()
        assert drill.probes(leader) == NOT_SERVING
        assert probe_codes(leader.address) == (0, 0, 4)
        assert drill.probes(dead[0]) == [DOWN] * 3
        found = report("ensemble", drill.ensemble.servers)
        assert (found["exit_code"], found["level"]) == (4, "no_quorum")
        assert drill.may_stop(leader) == (False, False)
        assert drill.may_stop(dead[0]) == (False, False)
        assert drill.exporter.get("/health/ensemble")[0] == 503

        with drill.fault("regain the quorum", "at_risk", is_out(*dead[1:])):
            dead[0].start()
        assert drill.probes(leader) == [SERVING] * 3
        assert drill.exporter.get("/health/ensemble")[0] == 200

        def start_all() -> None:
            for member in dead[1:]:
                member.start()
        bring_back(drill, "start the others", start_all)
    together(drills, scenario)


def test_a_rolling_restart(drills: list[Drill]) -> None:
    """Leader last, each stop behind both gates: never less than at risk, but for a moment of election."""
    def scenario(drill: Drill) -> None:
        leader = drill.calm()
        start = time.monotonic()
        for member in [member for member in drill.ensemble.members if member is not leader] + [leader]:
            drill.ensemble.wait_until(lambda member=member: drill.may_stop(member) == (True, True), "both gates")
            flags = ("--leader-last", f"--member={leader.address}")
            assert drill.check_all("safe-to-stop", *flags) == 4
            member.stop()
            if member in drill.voters:
                other = next(each for each in drill.voters if each is not member)
                assert drill.may_stop(other) == (False, False), "a gate is open while a voter is down"
            member.start()
            drill.ensemble.wait_until(lambda member=member: drill.probe("readiness", member) == SERVING, "readiness")
        drill.wait(lambda verdict: verdict["level"] == "healthy" and all_serve(verdict), "healthy")
        check_roll(drill, start)
    together(drills, scenario)


def check_roll(drill: Drill, start: float) -> None:
    """Below at risk at most once, for the time of an election; two ends that are healthy."""
    levels = drill.levels_since(start)
    names = [level for _, level in levels]
    assert names[0] == names[-1] == "healthy"
    assert set(names) <= {"healthy", "degraded", "at_risk", "no_quorum"}
    assert names.count("no_quorum") <= 1
    for (since, level), (until, _) in zip(levels, levels[1:]):
        assert level != "no_quorum" or until - since < 10

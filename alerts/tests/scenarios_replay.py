"""Replays of what happens in the life of an ensemble, at one sample in half a minute: nobody may be paged for them."""

from scenario import Scenario, scenario
from world import World

STEP = 30  # seconds
DOWN, SYNC = 1.5, 0.5  # minutes that a restarting member is gone, and that it takes to get in sync
PAUSE = 2.5  # minutes until the next


def restart(world: World, member: str, at: float, role: str = "follower") -> None:
    """A member restarts."""
    world.state(member, "unreachable", at, at + DOWN)
    world.state(member, "not_serving", at + DOWN, at + DOWN + SYNC)
    world.state(member, role, at + DOWN + SYNC)
    world.finding("not_synced", at + DOWN, at + DOWN + SYNC)


def elect(world: World, leader: str, at: float) -> None:
    """The others look for a leader, and find it within a sample."""
    for member, states in world.states["orders"].items():
        if states[round(at * 60 / STEP) - 1] in ("leader", "follower"):
            world.state(member, "not_serving", at, at + STEP / 60)
            world.state(member, "follower", at + STEP / 60)
    world.state(leader, "leader", at + STEP / 60)


def rolling_restart(members: int):
    """All members of an ensemble, the leader (zk-0) last."""
    def change(world: World) -> None:
        world.ensemble("orders", members)
        for i in range(1, members):
            restart(world, f"zk-{i}", 5 + PAUSE * 2 * i)
        end = 5 + PAUSE * 2 * members
        elect(world, "zk-1", end)
        restart(world, "zk-0", end)
    return change


def careless_restart(world: World) -> None:
    """All members of five, the leader each time: five elections."""
    world.ensemble("orders", 5)
    for i in range(5):
        at = 5 + PAUSE * 2 * (i + 1)
        elect(world, f"zk-{(i + 1) % 5}", at)
        restart(world, f"zk-{i}", at)


def leader_restart(world: World) -> None:
    """The leader alone."""
    elect(world, "zk-1", 10)
    restart(world, "zk-0", 10)


def scale(world: World) -> None:
    """Three to five and back, by two reconfigurations; the exporter's configuration follows ten minutes later."""
    for i, member in enumerate(("zk-3", "zk-4")):
        world.state(member, "not_serving", 20, 21 + i)
        world.state(member, "follower", 21 + i, 60)
    world.expect_voters(4, 21, 22)
    world.expect_voters(5, 22, 50)
    world.finding("unmonitored_voters", 11, 20)
    world.expect_voters(4, 50, 51)
    for member in ("zk-3", "zk-4"):
        world.finding("not_in_membership", 50, 60, member=f"{member}:2181")
        world.state(member, "unreachable", 52, 60)
        world.state(member, None, 60)
        world.put("zookeeper_ensemble_finding", None, finding="voter_down", member=f"{member}:2181")


def exporter_restart(world: World) -> None:
    """The exporter is away for a minute, and then knows nothing for half of one."""
    world.exporter(10, 11)
    for metric in ("zookeeper_ensemble_voters_serving", "zookeeper_ensemble_voters"):
        world.put(metric, 0, 11, 11.5)
    world.level("unknown", 11, 11.5)
    for member in ("zk-0:2181", "zk-1:2181", "zk-2:2181"):
        world.finding("not_polled", 11, 11.5, member=member)


def exporter_replaced(world: World) -> None:
    """Its pod is replaced by one under another address."""
    world.exporters.append("exporter-1:9141")
    world.exporter(0, 11, "exporter-1:9141")
    world.exporter(10, 999)
    world.put("up", None, 10, instance="exporter-0:9141")


def replay(name: str, change, minutes: float, **warnings: list[str]) -> Scenario:
    """A replay in which nothing fires at any sample, but for these alerts at the end."""
    samples = [i * STEP / 60 for i in range(int(minutes * 60 / STEP) + 1)]
    firing = {minute: [] for minute in samples}
    firing[samples[-1]] = warnings.get("end", [])
    return scenario("EnsembleUnavailable", name, change, firing, STEP)


SCENARIOS = [
    replay("a rolling restart of three", rolling_restart(3), 45),
    replay("a rolling restart of five", rolling_restart(5), 60),
    replay("a restart of the leader", leader_restart, 30),
    replay("from three to five members and back", scale, 100),
    replay("a restart of the exporter", exporter_restart, 30),
    replay("an exporter whose pod is replaced", exporter_replaced, 40),
    scenario("LeaderFlapping", "a rolling restart of five that hits the leader each time", careless_restart,
             {15: [], 19.5: [], 20.5: ["LeaderFlapping"], 45: ["LeaderFlapping"]}, STEP),
]

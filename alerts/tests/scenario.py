"""The form of a scenario: what happens, and which alerts fire when."""

from collections.abc import Callable
from dataclasses import dataclass

from world import World

Change = Callable[[World], object]
# What fires at a minute: alerts without "ZooKeeper", with the member if they name one, such as "MemberDown zk-2".
Firing = dict[float, list[str]]

FIRST, SECOND = ({"job": "zookeeper", "instance": f"exporter-{i}:9141"} for i in range(2))
# What an exporter of one member says of the ensemble is dropped.
OF_ENSEMBLE = ("data_differs", "epoch", "failures_tolerated", "finding", "state", "versions", "voters", "voters_serving")
# These say nothing of one ensemble.
WITHOUT_ENSEMBLE = ("MetricsAbsent", "ExporterDown", "ExporterConfigReloadFailed", "DiskAlmostFull", "DiskFillsSoon")


@dataclass(frozen=True, eq=False)
class Scenario:
    """Something that happens to the ensemble `orders`, while `search` is well."""

    alert: str
    name: str
    change: Change
    firing: Firing  # all alerts that fire at these minutes
    step: int  # seconds

    def world(self) -> World:
        """The world in which it happens."""
        world = World(max(self.firing), self.step)
        self.change(world)
        return world

    @property
    def title(self) -> str:
        """Names it."""
        return f"{self.alert}: {self.name}"

    @property
    def fires(self) -> bool:
        """Whether its alert fires in it."""
        return self.moment is not None

    @property
    def moment(self) -> float | None:
        """The last minute at which its alert is expected to fire."""
        moments = [minute for minute, alerts in self.firing.items()
                   if self.alert in (each.split()[0] for each in alerts)]
        return max(moments, default=None)


@dataclass(frozen=True, eq=False)
class Values:
    """What a rule records of the ensemble `orders` while something happens to it."""

    record: str
    name: str
    change: Change
    values: dict[float, dict[str, float]]  # at a minute, by further labels, to three digits
    step: int = 60  # seconds

    def world(self) -> World:
        """The world in which it happens."""
        world = World(max(self.values), self.step)
        self.change(world)
        return world

    @property
    def title(self) -> str:
        """Names it."""
        return f"{self.record}: {self.name}"


def scenario(alert: str, name: str, change: Change, firing: Firing, step: int = 60) -> Scenario:
    """A scenario of this alert."""
    return Scenario(alert, name, change, firing, step)


def counter(rate: float, at: float, then: float, start: float = 0) -> Callable[[int], float]:
    """A counter that grows by `rate` a second, and from the minute `at` on by `then`."""
    return lambda seconds: start + rate * min(seconds, at * 60) + then * max(0, seconds - at * 60)


def jump(at: float, by: float) -> Callable[[int], float]:
    """A counter at rest that grows at once at the minute `at`."""
    return lambda seconds: by if seconds >= at * 60 else 0


def collide(world: World, members: int = 3, host: str = "db") -> None:
    """A second exporter tells of another ensemble `orders` (here `orders/2`), of servers of other names."""
    world.ensemble("orders/2", members, host)
    world.exporters.append(SECOND["instance"])
    world.polls[SECOND["instance"]] = {"orders/2": tuple(world.states["orders/2"])}


def seen_by_one(change: Change) -> Change:
    """Only one of two exporters sees what happens; to the other one all is well."""
    def both(world: World) -> None:
        other = World((world.count - 1) * world.step / 60, world.step)
        other.exporters = [SECOND["instance"]]
        change(world)
        world.beside.append(other)
    return both


def sidecars(world: World) -> None:
    """Beside each of three members an exporter that polls it alone; what it says of the ensemble is dropped."""
    for i in range(3):
        exporter = f"exporter-{i}:9141"
        world.exporters = [*world.exporters, exporter] if exporter not in world.exporters else world.exporters
        world.polls[exporter] = {"orders": (f"zk-{i}",), "search": (f"zk-{i}",)}
    for ensemble in ("orders", "search"):
        for figure in OF_ENSEMBLE:
            world.put(f"zookeeper_ensemble_{figure}", None, ensemble=ensemble)
        world.put("zookeeper_lag_transactions", None, ensemble=ensemble)

"""The form of a scenario: what happens, and which alerts fire when."""

from collections.abc import Callable
from dataclasses import dataclass

from world import World

Change = Callable[[World], object]
# What fires at a minute: alerts without "ZooKeeper", with the member if they name one, such as "MemberDown zk-2".
Firing = dict[float, list[str]]

# These say nothing of one ensemble.
WITHOUT_ENSEMBLE = ("MetricsAbsent", "ExporterDown", "DiskAlmostFull", "DiskFillsSoon")


@dataclass(frozen=True)
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


def scenario(alert: str, name: str, change: Change, firing: Firing, step: int = 60) -> Scenario:
    """A scenario of this alert."""
    return Scenario(alert, name, change, firing, step)


def counter(rate: float, at: float, then: float, start: float = 0) -> Callable[[int], float]:
    """A counter that grows by `rate` a second, and from the minute `at` on by `then`."""
    return lambda seconds: start + rate * min(seconds, at * 60) + then * max(0, seconds - at * 60)


def jump(at: float, by: float) -> Callable[[int], float]:
    """A counter at rest that grows at once at the minute `at`."""
    return lambda seconds: by if seconds >= at * 60 else 0

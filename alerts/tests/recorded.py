"""What the recording rules record, beyond what alerts make of it."""

from collections.abc import Callable, Iterator

from scenario import FIRST, SECOND, Values, counter, sidecars
from scenarios_availability import lose, two_exporters
from scenarios_exporter import it_vanishes
from world import World


def summary(metric: str, of: str, by: float, rate: float, at: float = 0, **labels: str) -> Callable[[World], None]:
    """A summary that counts so often a second, and takes so long each time, from a minute on."""
    def change(world: World) -> None:
        world.put(f"zookeeper_{metric}_seconds_sum", counter(0, at, rate * by), member=f"{of}:2181", **labels)
        world.put(f"zookeeper_{metric}_seconds_count", counter(0, at, rate), member=f"{of}:2181", **labels)
    return change


def polls(failing: float, at: float = 0, then: float | None = None, **labels: str) -> Callable[[World], None]:
    """Of a hundred polls of zk-2 so many fail; from a minute on another share, and it is polled twice as often."""
    then = failing if then is None else then

    def change(world: World) -> None:
        for result, before, after in (("failed", failing, then), ("partial", 10, 10),
                                      ("ok", 90 - failing, 90 - then)):
            world.put("zookeeper_polls_total", counter(before / 1000, at, after / 500), member="zk-2:2181",
                      result=result, **labels)
    return change


def serves(period: int, away: int, at: float = 0, **labels: str) -> Callable[[World], None]:
    """Of so many minutes zk-2 does not serve for the first ones, from a minute on."""
    return lambda world: world.put("zookeeper_serving", lambda t: float(t < at * 60 or t // 60 % period >= away),
                                   member="zk-2:2181", **labels)


def own_fault(reason: str, member: str = "zk-2", **labels: str) -> Callable[[World], None]:
    """An exporter fails to ask a member for this reason, for two minutes."""
    return lambda world: world.put("zookeeper_member_failure", 1, 20, 22, member=f"{member}:2181", reason=reason,
                                   **labels)


def by_two(*changes: Callable[[World], object]) -> Callable[[World], None]:
    """Two exporters, and what they see."""
    def change(world: World) -> None:
        two_exporters(world)
        for each in changes:
            each(world)
    return change


def watches(world: World) -> None:
    """One member fires watches, of each kind at another rate; so does another one, which two exporters see."""
    two_exporters(world)
    for i, kind in enumerate(("created", "deleted", "changed", "children")):
        world.put(f"zookeeper_node_{kind}_watches_sum", 0)
        for member, times in (("zk-0:2181", 1), ("zk-1:2181", 100)):
            world.put(f"zookeeper_node_{kind}_watches_sum", counter(0, 10, times * (i + 1)), member=member)
        world.put(f"zookeeper_node_{kind}_watches_sum", counter(0, 10, 50), member="zk-1:2181", **SECOND)


def written(share: float, **labels: str) -> Callable[[World], None]:
    """So many transactions a second from minute 10 on."""
    return lambda world: world.put("zookeeper_zxid_sequence", counter(0, 10, share), **labels)


def with_own_faults(record: str, worse: Callable[[World], object], better: Callable[[World], object],
                    told: float, else_told: float, others: float) -> Iterator[Values]:
    """What two exporters record of zk-2, of which the better one fails by its own fault at minute 20."""
    seen, unseen = ({ZK0: others, ZK1: others, ZK2: value} for value in (told, else_told))
    yield Values(record, "an exporter that failed by its own fault has no say for 15 minutes",
                 by_two(worse, better, own_fault("local_error", **FIRST)),
                 {19: unseen, 20: seen, 30: seen, 35: seen, 37: unseen})
    yield Values(record, "one that failed for another reason has one",
                 by_two(worse, better, own_fault("truncated", **FIRST)), {20: unseen, 30: unseen})
    yield Values(record, "one that failed to ask another member, or of another ensemble, has one",
                 by_two(worse, better, own_fault("local_error", ensemble="search"),
                        own_fault("local_error", "zk-1", **FIRST)), {20: unseen, 30: unseen})


def tried(of: str, ok: float, timeout: float = 0, lost: float = 0, refused: float = 0, at: float = 0,
          operation: str = "set", **labels: str) -> Callable[[World], None]:
    """How many operations of the canary end how in a second, from a minute on."""
    def change(world: World) -> None:
        for result, rate in (("ok", ok), ("timeout", timeout), ("connection_loss", lost), ("no_auth", refused)):
            world.put("zookeeper_canary_operations_total", counter(0, at, rate), member=f"{of}:2181",
                      operation=operation, result=result, **labels)
    return change


def took(of: str, quick: float, slow: float = 0, at: float = 0, operation: str = "set",
         **labels: str) -> Callable[[World], None]:
    """How many writes, or others, of the canary are quick and slow in a second, from a minute on."""
    def change(world: World) -> None:
        for part, rate, bound in (("bucket", quick, {"le": "0.5"}), ("bucket", quick + slow, {"le": "1"}),
                                  ("count", quick + slow, {})):
            world.put(f"zookeeper_canary_operation_duration_seconds_{part}", counter(0, at, rate),
                      member=f"{of}:2181", operation=operation, **bound, **labels)
    return change


def failing(record: str, *operations: str) -> Iterator[Values]:
    """Of the share of the canary's operations that fail."""
    def each(*calls: tuple) -> list[Callable[[World], None]]:
        return [tried(of, *rates, operation=operation, **labels) for operation in operations
                for of, rates, labels in calls]

    others = [tried(of, 0, 1, operation=other) for of in MEMBERS
              for other in {"exists", "sync", "set"} - set(operations)]
    yield Values(record, "through one member fewer fail than through the others, of which two exporters tell",
                 by_two(*others, *each(("zk-0", (1, 1), FIRST), ("zk-0", (2, 6), SECOND), ("zk-1", (7, 1, 2), FIRST),
                                       ("zk-1", (2, 5, 3), SECOND), ("zk-2", (4, 6), FIRST), ("zk-2", (1, 9), SECOND))),
                 {20: {"": 0.3}})
    yield Values(record, "what is refused does not count",
                 by_two(*others, *each(*((of, (3, 1, 0, 4), {}) for of in MEMBERS))), {20: {"": 0.25}})
    yield Values(record, "nothing is tried", by_two(*others, *each(*((of, (0,), {}) for of in MEMBERS))),
                 {20: {}})
    yield Values(record, "one of two exporters tries nothing",
                 by_two(*others, *each(*((of, (0.1, 0.1), FIRST) for of in MEMBERS),
                                       *((of, (0,), SECOND) for of in MEMBERS))), {20: {"": 0.5}})
    yield Values(record, "it begins at minute 10", lambda world: [
        world.put("zookeeper_canary_operations_total", counter(before, 10, after), operation=operation, result=result)
        for operation in operations for result, before, after in (("ok", 1, 0.5), ("timeout", 0, 1.5))],
        {10: {"": 0}, 12: {"": 0.429}, 15: {"": 0.75}, 20: {"": 0.75}})


def means(metric: str) -> Iterator[Values]:
    """Of a summary."""
    record = f"member:zookeeper_{metric}_seconds:mean5m"
    yield Values(record, "two exporters, each with its own mean",
                 by_two(summary(metric, "zk-0", 0, 0), summary(metric, "zk-1", 0.5, 0.5),
                        summary(metric, "zk-2", 2, 50, 10, **FIRST), summary(metric, "zk-2", 3, 10, 10, **SECOND)),
                 {9: {ZK1: 0.5}, 12: {ZK1: 0.5, ZK2: 3}})
    yield Values(record, "it gets slow at minute 10",
                 lambda world: [world.put(f"zookeeper_{metric}_seconds_{part}", counter(before, 10, after))
                                for part, before, after in (("sum", 10, 110), ("count", 100, 100))],
                 {10: dict.fromkeys((ZK0, ZK1, ZK2), 0.1), 12: dict.fromkeys((ZK0, ZK1, ZK2), 0.5)})


def writes(seconds: float, rate: float, at: float = 0, **labels: str) -> Callable[[World], None]:
    """One of the members takes so many writes a second, from a minute on others of so many seconds each."""
    labels = {"member": "zk-0:2181"} | labels

    def change(world: World) -> None:
        world.put("zookeeper_update_latency_seconds_sum", counter(rate, at, rate * seconds), **labels)
        world.put("zookeeper_update_latency_seconds_count", counter(rate, at, rate), **labels)
    return change


def no_writes(world: World) -> None:
    """Nobody writes."""
    for part in ("sum", "count"):
        world.put(f"zookeeper_update_latency_seconds_{part}", 0)


def one_polls_a_part(world: World) -> None:
    """Two exporters poll all, but for `orders`, of which one polls zk-2 only; each of them polls all of `search`."""
    two_exporters(world)
    world.exporters.append("exporter-2:9141")
    everyone = ("zk-0", "zk-1", "zk-2")
    world.polls = {"exporter-0:9141": {"orders": everyone, "search": everyone},
                   "exporter-1:9141": {"orders": ("zk-2",), "search": everyone},
                   "exporter-2:9141": {"search": everyone}}


def polled_in_part(world: World) -> None:
    """The only exporter of `orders` polls two of three; two others poll all of `search`."""
    one_polls_a_part(world)
    world.polls["exporter-0:9141"]["orders"] = ("zk-0", "zk-1")
    del world.polls["exporter-1:9141"]["orders"]


def slower(world: World) -> None:
    """Ten writes a second of a second each, and from minute 10 on twenty of two seconds each."""
    world.put("zookeeper_update_latency_seconds_sum", counter(10, 10, 40), member="zk-0:2181")
    world.put("zookeeper_update_latency_seconds_count", counter(10, 10, 20), member="zk-0:2181")


def tells_of(world: World, metric: str) -> None:
    """From minute 10 on another exporter tells nothing of `orders` but this."""
    member = {"member": "zk-0:2181"} if metric == "up" else {}
    world.put(f"zookeeper_{metric}", 1, 10, **FIRST, **member)


def with_an_observer(world: World) -> None:
    """A fourth member is an observer, which counts as no voter."""
    world.state("zk-3", "observer")


MEMBERS = ("zk-0", "zk-1", "zk-2")
ZK0, ZK1, ZK2 = ('member="zk-%d:2181"' % i for i in range(3))
OWN, OTHER = (f'instance="exporter-{i}:9141",job="zookeeper"' for i in (1, 0))
WELL = {ZK0: 0, ZK1: 0}
VALUES = [
    Values("ensemble:zookeeper_unavailable:bool", "two exporters see it", by_two(lose("zk-1", "zk-2")),
           {4: {"": 0}, 5: {"": 1}}),
    Values("ensemble:zookeeper_at_risk:bool", "two exporters see it",
           by_two(lambda world: world.state("zk-2", "unreachable", 5)), {4: {"": 0}, 5: {"": 1}}),

    Values("member:zookeeper_polls_failed:ratio5m", "one exporter fails more often than the other, and more and more",
           by_two(polls(10, 20, 40, **FIRST), polls(30, 20, 80, **SECOND)),
           {20: WELL | {ZK2: 0.1}, 23: WELL | {ZK2: 0.325}, 26: WELL | {ZK2: 0.4}}),
    Values("member:zookeeper_polls_failed:ratio15m", "one exporter fails more often than the other, and more and more",
           by_two(polls(10, 20, 40, **FIRST), polls(30, 20, 80, **SECOND)),
           {20: WELL | {ZK2: 0.1}, 23: WELL | {ZK2: 0.2}, 30: WELL | {ZK2: 0.34}, 36: WELL | {ZK2: 0.4}}),
    Values("member:zookeeper_serving:ratio5m", "one exporter sees it serve less often than the other",
           by_two(serves(5, 2, 20, **FIRST), serves(5, 3, 20, **SECOND)),
           {19: {ZK0: 1, ZK1: 1, ZK2: 1}, 22: {ZK0: 1, ZK1: 1, ZK2: 0.667}, 26: {ZK0: 1, ZK1: 1, ZK2: 0.5}}),
    Values("member:zookeeper_serving:ratio15m", "one exporter sees it serve less often than the other",
           by_two(serves(5, 2, 20, **FIRST), serves(5, 3, 20, **SECOND)),
           {19: {ZK0: 1, ZK1: 1, ZK2: 1}, 22: {ZK0: 1, ZK1: 1, ZK2: 0.875}, 36: {ZK0: 1, ZK1: 1, ZK2: 0.563}}),

    Values("member:zookeeper_outstanding_requests:ratio", "two exporters count at other moments",
           by_two(lambda world: (world.put("zookeeper_outstanding_requests", 30, member="zk-2:2181"),
                                 world.put("zookeeper_outstanding_requests", 150, member="zk-2:2181", **SECOND))),
           {10: {ZK0: 0.006, ZK1: 0.006, ZK2: 0.3}}),
    Values("member:zookeeper_outstanding_requests:ratio", "a standalone server",
           lambda world: (world.ensemble("orders", 1), world.put("zookeeper_outstanding_requests", 150)),
           {10: {ZK0: 0.15}}),
    Values("ensemble:zookeeper_watches_fired:rate5m", "two members, which two exporters see", watches,
           {10: {"": 0}, 12: {"": 404}, 20: {"": 1010}}),
    Values("ensemble:zookeeper_transactions:rate5m", "two exporters",
           by_two(written(50, **FIRST), written(90, **SECOND)), {10: {"": 0}, 12: {"": 36}, 20: {"": 90}}),
    Values("ensemble:zookeeper_transactions:rate5m", "an election starts the count anew",
           lambda world: world.put("zookeeper_zxid_sequence", lambda t: 10 * t if t < 600 else 10 * (t - 600)),
           {9: {"": 10}, 12: {"": 8}}),

    *(Values("ensemble:zookeeper_update_latency_seconds:mean5m", name, lambda world, changes=changes: [
        change(world) for change in (*changes[:1], no_writes, *changes[1:])], told)
      for name, changes, told in (
          ("two exporters, each with its own mean",
           (two_exporters, writes(2, 20), writes(3, 50, **SECOND)), {9: {"": 3}}),
          ("an exporter of a part has no say", (one_polls_a_part, writes(0.5, 20), writes(2, 20, member="zk-2:2181")),
           {9: {"": 1.25}}),
          ("all exporters poll a part", (polled_in_part, writes(2, 20), writes(4, 20, member="zk-1:2181")),
           {9: {"": 3}}),
          ("there is an observer", (with_an_observer, writes(2, 20)), {9: {"": 2}}),
          ("hardly any writes, which two exporters see", (two_exporters, writes(2, 0.06)), {9: {}}),
          ("30 writes in five minutes", (two_exporters, writes(2, 0.1)), {9: {}}),
          ("30 writes in five minutes, with sidecars", (sidecars, writes(2, 0.1)), {9: {}}),
          ("15 writes in five minutes, with sidecars", (sidecars, writes(2, 0.05)), {9: {}}),
          ("60 writes in five minutes, with sidecars", (sidecars, writes(2, 0.2)), {9: {"": 2}}),
          ("they get slow at minute 10, and more of them", (two_exporters, slower), {10: {"": 1}, 12: {"": 1.571}}),
          ("they get slow at minute 10, and more of them, with sidecars", (sidecars, slower),
           {10: {"": 1}, 12: {"": 1.571}}),
      )),
    *failing("ensemble:zookeeper_canary_writes_failed:ratio5m", "set"),
    *failing("ensemble:zookeeper_canary_reads_failed:ratio5m", "exists", "sync"),
    *(Values("ensemble:zookeeper_canary_reads_failed:ratio5m", f"only {failed} fails",
             lambda world, failed=failed: [tried(of, 1, operation="exists" if failed == "sync" else "sync")(world)
                                           or tried(of, 0, 1, operation=failed)(world) for of in MEMBERS],
             {20: {"": 0.5}}) for failed in ("exists", "sync")),
    Values("ensemble:zookeeper_canary_writes_slow:ratio5m", "through one member fewer are slow, of which two tell",
           by_two(*(took(of, 0, 1, operation="get", **FIRST) for of in MEMBERS), took("zk-0", 1, 1, **FIRST),
                  took("zk-0", 1, 3, **SECOND), took("zk-1", 7, 3, **FIRST), took("zk-1", 2, 8, **SECOND),
                  took("zk-2", 2, 8)), {20: {"": 0.3}}),
    Values("ensemble:zookeeper_canary_writes_slow:ratio5m", "nobody writes",
           lambda world: [took(of, 0)(world) for of in MEMBERS], {20: {}}),
    Values("ensemble:zookeeper_canary_writes_slow:ratio5m", "they get slow at minute 10", lambda world: [
        world.put(f"zookeeper_canary_operation_duration_seconds_{part}", counter(1, 10, after), operation="set", **more)
        for part, after, more in (("bucket", 0.5, {"le": "0.5"}), ("count", 1, {}))],
           {10: {"": 0}, 12: {"": 0.2}, 15: {"": 0.5}, 20: {"": 0.5}}),
    Values("exporter:zookeeper_ensemble:watched", "its exporter is gone, and another one tells of members only",
           lambda world: (it_vanishes(world), tells_of(world, "up")),
           {9: {OWN: 1}, 12: {OTHER: 1}, 20: {OTHER: 1}}),
    Values("exporter:zookeeper_ensemble:watched", "its exporter is gone, and another one tells of no member",
           lambda world: (it_vanishes(world), tells_of(world, "ensemble_voters")),
           {9: {OWN: 1}, 12: {OTHER: 1}, 20: {OTHER: 1}}),
    *(each for record in ("5m", "15m") for each in with_own_faults(
        f"member:zookeeper_polls_failed:ratio{record}", polls(40, **SECOND), polls(0, **FIRST), 0.4, 0, 0)),
    *(each for record, share in (("5m", 0.5), ("15m", 0.563)) for each in with_own_faults(
        f"member:zookeeper_serving:ratio{record}", serves(5, 2, **SECOND), serves(5, 0, **FIRST), share, 1, 1)),
    *(each for metric in ("fsync_time", "update_latency", "read_latency") for each in means(metric)),
]

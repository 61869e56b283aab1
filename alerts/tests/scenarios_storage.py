"""Scenarios of zookeeper-storage.rules.yml."""

from scenario import FIRST, SECOND, collide, counter, jump, scenario, sidecars
from world import World

DAY = 24 * 60  # minutes


def mean(metric: str, seconds: float, at: float, rate: float = 50, **labels: str):
    """A summary whose mean is that long from a minute on."""
    def change(world: World) -> None:
        world.put(f"zookeeper_{metric}_seconds_sum", counter(rate * 0.004, at, rate * seconds), **labels)
        world.put(f"zookeeper_{metric}_seconds_count", counter(rate, at, rate), **labels)
    return change


def idle(world: World) -> None:
    """No write at all, after a slow past."""
    for metric in ("fsync_time", "update_latency", "read_latency"):
        world.put(f"zookeeper_{metric}_seconds_sum", 5000)
        world.put(f"zookeeper_{metric}_seconds_count", 1000)


def few_slow_writes(world: World) -> None:
    """Hardly any writes, and six slow ones of every member."""
    world.put("zookeeper_update_latency_seconds_sum", jump(10, 30))
    world.put("zookeeper_update_latency_seconds_count", jump(10, 6))


def growing_log(world: World, purges_every: float | None = None, daily: float = 2e9) -> None:
    """A log directory that grows by 2 GB a day; a purge takes it back to where it was."""
    rate = daily / 86400
    period = (purges_every or 1e9) * 60
    world.put("zookeeper_data_log_dir_size_bytes", lambda t: 1e9 + rate * (t % period), member="zk-2:2181")


def new_exporter(world: World) -> None:
    """The pod of the exporter is replaced, so that its series begin anew under another instance."""
    world.exporters.append("exporter-1:9141")
    world.exporter(0, 2 * DAY, "exporter-1:9141")
    world.exporter(2 * DAY, 9 * DAY)


def log_seen_for_a_day(world: World) -> None:
    """A new exporter that has known a fast growing log for a day only: there may be a purge tomorrow."""
    growing_log(world)
    world.exporter(0, DAY)


def no_snapshots(world: World) -> None:
    """Writes, and no snapshot."""
    world.put("zookeeper_snapshot_time_seconds_count", 7, member="zk-2:2181")


def idle_without_snapshots(world: World) -> None:
    """Neither writes nor snapshots."""
    no_snapshots(world)
    world.put("zookeeper_zxid_sequence", 5000)


def grow(metric: str, before: float, after: float, at: float = 1.5 * DAY):
    """A gauge of all members that rises at once."""
    return lambda world: world.put(metric, lambda seconds: after if seconds >= at * 60 else before)


def appears(metric: str, value: float, at: float = 1.5 * DAY):
    """An exporter of another ensemble of the same name is added, which has that much."""
    def change(world: World) -> None:
        collide(world)
        world.put(metric, value, **SECOND)
        world.exporter(0, at, SECOND["instance"])
        world.put("up", None, 0, at, **SECOND)
    return change


def grow_beside_another(metric: str, before: float, after: float, other: float):
    """It grows beside a larger ensemble of the same name."""
    def change(world: World) -> None:
        collide(world)
        world.put(metric, lambda seconds: after if seconds >= 1.5 * DAY * 60 else before, **FIRST)
        world.put(metric, other, **SECOND)
    return change


def stalled_beside_another(world: World) -> None:
    """Few writes, of two seconds each; another ensemble of the same name takes many fast ones."""
    collide(world)
    mean("update_latency", 2, 10, 1, **FIRST)(world)
    mean("update_latency", 0.004, 10, 1000, **SECOND)(world)


def few_beside_another(world: World) -> None:
    """Hardly any writes, and slow ones; another ensemble of the same name takes many, not quite as slow."""
    few_slow_writes(world)
    collide(world)
    mean("update_latency", 0.5, 0, 100, **SECOND)(world)


def stalled(world: World) -> None:
    """All writes take two seconds."""
    mean("update_latency", 2, 10, 100)(world)


NAMES = ["EnsembleNameCollision"]
DIFFERS = ["DataDiffers"]
SCENARIOS = [
    scenario("WritesStalled", "all writes take two seconds", stalled, {11: [], 15: [], 16: ["WritesStalled"]}),
    scenario("WritesStalled", "all writes take two seconds, with sidecars", lambda w: (sidecars(w), stalled(w)),
             {15: [], 16: ["WritesStalled"]}),
    scenario("WritesStalled", "one member of three takes two seconds, with sidecars",
             lambda w: (sidecars(w), mean("update_latency", 2, 10, 100, member="zk-2:2181")(w)), {20: [], 30: []}),
    scenario("WritesStalled", "beside a busy ensemble of the same name", stalled_beside_another,
             {15: NAMES, 17: ["WritesStalled", *NAMES]}),
    scenario("WritesStalled", "a handful of slow writes beside a busy ensemble of the same name", few_beside_another,
             {13: NAMES, 20: NAMES}),
    scenario("WritesStalled", "ten writes a minute take two seconds",
             mean("update_latency", 2, 0, 1 / 18), {2: [], 15: ["WritesStalled"]}),
    scenario("WritesStalled", "one member of three takes two seconds",
             mean("update_latency", 2, 10, 100, member="zk-2:2181"), {20: [], 30: []}),
    scenario("WritesStalled", "a handful of writes of five seconds", few_slow_writes, {13: [], 20: []}),
    scenario("WritesStalled", "an idle ensemble after a slow past", idle, {30: []}),

    scenario("FsyncStalled", "a sync takes two seconds", mean("fsync_time", 2, 10, member="zk-2:2181"),
             {13: [], 15: [], 16: ["FsyncStalled zk-2"], 30: ["FsyncStalled zk-2", "FsyncSlow zk-2"]}),
    scenario("FsyncStalled", "a sync takes 0.3 seconds", mean("fsync_time", 0.3, 10, member="zk-2:2181"),
             {19: [], 30: ["FsyncSlow zk-2"]}),

    scenario("FsyncSlow", "a sync takes 0.1 seconds", mean("fsync_time", 0.1, 10, member="zk-2:2181"),
             {19: [], 22: [], 23: ["FsyncSlow zk-2"]}),
    scenario("FsyncSlow", "a sync takes 20 milliseconds", mean("fsync_time", 0.02, 10), {30: []}),
    scenario("FsyncSlow", "an idle ensemble after a slow past", idle, {30: []}),

    scenario("DigestMismatch", "the data of a member differs",
             lambda w: w.put("zookeeper_digest_mismatches_total", jump(10, 1), member="zk-2:2181"),
             {9: [], 10: ["DigestMismatch zk-2"], 79: ["DigestMismatch zk-2"], 82: []}),
    scenario("DigestMismatch", "one of long ago, and the exporter restarts",
             lambda w: (w.put("zookeeper_digest_mismatches_total", 1, member="zk-2:2181"), w.exporter(20, 22)),
             {10: [], 23: [], 30: []}),

    scenario("DataDiffers", "the digests of two members differ",
             lambda w: w.put("zookeeper_ensemble_data_differs", 1, 10),
             {9: [], 10: DIFFERS, 90: DIFFERS}),
    scenario("DataDiffers", "they agree again", lambda w: w.put("zookeeper_ensemble_data_differs", 1, 10, 30),
             {29: DIFFERS, 43: DIFFERS, 46: []}),
    scenario("DataDiffers", "the exporter restarts, and forgets it for three minutes",
             lambda w: (w.put("zookeeper_ensemble_data_differs", 1, 10), w.exporter(20, 21),
                        w.put("zookeeper_ensemble_data_differs", None, 21, 24)),
             {19: DIFFERS, 22: DIFFERS, 25: DIFFERS, 60: DIFFERS}),
    scenario("DataDiffers", "no digests can be compared",
             lambda w: w.put("zookeeper_ensemble_data_differs", None), {10: [], 30: []}),
    scenario("DataDiffers", "they agree", lambda w: None, {10: [], 30: []}),

    scenario("UnrecoverableError", "a critical thread dies",
             lambda w: w.put("zookeeper_unrecoverable_errors_total", jump(10, 1), member="zk-2:2181"),
             {9: [], 10: ["UnrecoverableError zk-2"], 49: ["UnrecoverableError zk-2"], 52: []}),
    scenario("UnrecoverableError", "one of long ago",
             lambda w: w.put("zookeeper_unrecoverable_errors_total", 1, member="zk-2:2181"), {30: []}),

    scenario("LogPurgeNotWorking", "no purge in two days", growing_log,
             {2 * DAY: [], 2 * DAY + 30: [], 2 * DAY + 60: ["LogPurgeNotWorking zk-2"]}, step=1800),
    scenario("LogPurgeNotWorking", "half a GB a day", lambda w: growing_log(w, daily=5e8), {3 * DAY: []}, step=1800),
    scenario("LogPurgeNotWorking", "a purge every day", lambda w: growing_log(w, DAY), {3 * DAY: []}, step=1800),
    scenario("LogPurgeNotWorking", "a purge every day, and the exporter was replaced",
             lambda w: (growing_log(w, DAY), new_exporter(w)), {3 * DAY: ["ExporterDown"]}, step=1800),
    scenario("LogPurgeNotWorking", "a log that is known for a day", log_seen_for_a_day, {2 * DAY + 120: []}, step=1800),

    scenario("SnapshotStale", "a day of writes without one", no_snapshots,
             {360: [], 390: [], 420: ["SnapshotStale zk-2"], 900: ["SnapshotStale zk-2"]}, step=1800),
    scenario("SnapshotStale", "an idle ensemble", idle_without_snapshots, {2 * DAY: []}, step=1800),
    scenario("SnapshotStale", "the exporter was replaced", new_exporter, {3 * DAY: ["ExporterDown"]}, step=1800),

    scenario("DataSizeGrowth", "the data doubles to 400 MB",
             lambda w: (grow("zookeeper_approximate_data_size_bytes", 200e6, 400e6)(w),
                        w.put("zookeeper_approximate_data_size_bytes", 390e6, 1.5 * DAY, member="zk-2:2181")),
             {1.5 * DAY: [], 1.5 * DAY + 30: ["DataSizeGrowth"]}, step=1800),
    scenario("DataSizeGrowth", "beside a larger ensemble of the same name",
             grow_beside_another("zookeeper_approximate_data_size_bytes", 200e6, 400e6, 900e6),
             {1.5 * DAY: NAMES, 1.5 * DAY + 30: ["DataSizeGrowth", *NAMES]}, step=1800),
    scenario("DataSizeGrowth", "a larger ensemble of the same name appears",
             appears("zookeeper_approximate_data_size_bytes", 900e6),
             {1.5 * DAY + 60: NAMES, 2 * DAY: NAMES}, step=1800),
    scenario("DataSizeGrowth", "the exporter is replaced meanwhile",
             lambda w: (grow("zookeeper_approximate_data_size_bytes", 200e6, 400e6, 2 * DAY)(w), new_exporter(w)),
             {2 * DAY: [], 2 * DAY + 60: ["DataSizeGrowth", "ExporterDown"]}, step=1800),
    scenario("DataSizeGrowth", "it doubles to 120 MB", grow("zookeeper_approximate_data_size_bytes", 60e6, 120e6),
             {1.5 * DAY + 30: [], 1.5 * DAY + 60: []}, step=1800),
    scenario("DataSizeGrowth", "it grows by a third", grow("zookeeper_approximate_data_size_bytes", 300e6, 400e6),
             {1.5 * DAY + 30: [], 1.5 * DAY + 60: []}, step=1800),

    scenario("ZnodeCountGrowth", "the znodes double to 180,000",
             lambda w: (grow("zookeeper_znodes", 90e3, 180e3)(w),
                        w.put("zookeeper_znodes", 170e3, 1.5 * DAY, member="zk-2:2181")),
             {1.5 * DAY: [], 1.5 * DAY + 30: ["ZnodeCountGrowth"]}, step=1800),
    scenario("ZnodeCountGrowth", "beside a larger ensemble of the same name",
             grow_beside_another("zookeeper_znodes", 90e3, 180e3, 900e3),
             {1.5 * DAY: NAMES, 1.5 * DAY + 30: ["ZnodeCountGrowth", *NAMES]}, step=1800),
    scenario("ZnodeCountGrowth", "a larger ensemble of the same name appears", appears("zookeeper_znodes", 900e3),
             {1.5 * DAY + 60: NAMES, 2 * DAY: NAMES}, step=1800),
    scenario("ZnodeCountGrowth", "the exporter is replaced meanwhile",
             lambda w: (grow("zookeeper_znodes", 90e3, 180e3, 2 * DAY)(w), new_exporter(w)),
             {2 * DAY: [], 2 * DAY + 60: ["ZnodeCountGrowth", "ExporterDown"]}, step=1800),
    scenario("ZnodeCountGrowth", "they grow by a third", grow("zookeeper_znodes", 120e3, 160e3),
             {1.5 * DAY + 30: [], 1.5 * DAY + 60: []}, step=1800),
    scenario("ZnodeCountGrowth", "they double to 50,000", grow("zookeeper_znodes", 25e3, 50e3),
             {1.5 * DAY + 30: [], 1.5 * DAY + 60: []}, step=1800),
]

"""Scenarios of zookeeper-process.rules.yml."""

from scenario import FIRST, SECOND, collide, counter, jump, scenario, sidecars
from world import World


def open_files(count: float):
    """A member has so many of its 4,096 file descriptors open from minute 5 on."""
    return lambda world: world.put("zookeeper_open_file_descriptors", count, 5, member="zk-2:2181")


def collect(gc: str, share: float):
    """Garbage collections take this share of the time, with the Prometheus provider."""
    def change(world: World) -> None:
        world.put("zookeeper_jvm_gc_collection_seconds_sum", counter(0.002, 10, share), gc=gc, member="zk-2:2181")
    return change


def heap(least: float, most: float, maximum: float = 1000e6):
    """From minute 10 on, a member's heap of `maximum` goes up and down between these, a collection every 5 minutes."""
    def change(world: World) -> None:
        def used(seconds: int) -> float:
            return least + (most - least) * (seconds % 300) / 300 if seconds >= 600 else 400e6
        world.put("zookeeper_jvm_memory_used_bytes", used, area="heap", member="zk-2:2181")
        world.put("zookeeper_jvm_memory_max_bytes", maximum, area="heap", member="zk-2:2181")
        world.put("zookeeper_jvm_memory_used_bytes", 80e6, area="nonheap", member="zk-2:2181")
        world.put("zookeeper_jvm_memory_max_bytes", -1, area="nonheap", member="zk-2:2181")
    return change


def off_heap(world: World) -> None:
    """A member's memory outside of the heap, which has a limit here, is nearly used up."""
    heap(300e6, 400e6)(world)
    world.put("zookeeper_jvm_memory_used_bytes", 250e6, area="nonheap", member="zk-2:2181")
    world.put("zookeeper_jvm_memory_max_bytes", 256e6, area="nonheap", member="zk-2:2181")


def deadlock(threads: float, first: float, last: float = 1e9):
    """So many threads of a member are in a deadlock; none of another member's are."""
    def change(world: World) -> None:
        world.put("zookeeper_jvm_threads_deadlocked", 0, member="zk-1:2181")
        world.put("zookeeper_jvm_threads_deadlocked", 0, member="zk-2:2181")
        world.put("zookeeper_jvm_threads_deadlocked", threads, first, last, member="zk-2:2181")
    return change


def upgrade(hours: float):
    """A member runs another version for so long."""
    def change(world: World) -> None:
        world.put("zookeeper_member_info", None, 60, 60 + hours * 60, member="zk-2:2181", version="3.9.3")
        world.put("zookeeper_member_info", 1, 60, 60 + hours * 60, member="zk-2:2181", version="3.9.5", **FIRST)
        world.put("zookeeper_ensemble_versions", 2, 60, 60 + hours * 60)
    return change


def versions_beside_another(world: World) -> None:
    """Another ensemble of the same name runs another version."""
    collide(world)
    world.put("zookeeper_member_info", None, version="3.9.3", **SECOND)
    for member in ("db-0", "db-1", "db-2"):
        world.put("zookeeper_member_info", 1, member=f"{member}:2181", version="3.8.4", **SECOND)


def upgrade_with_sidecars(world: World) -> None:
    """An exporter in each pod polls one member; one member runs another version."""
    sidecars(world)
    world.put("zookeeper_member_info", None, 60, member="zk-2:2181", version="3.9.3")
    world.put("zookeeper_member_info", 1, 60, member="zk-2:2181", version="3.9.5", job="zookeeper",
              instance="exporter-2:9141")


def drift(*keys: str, first: float = 5, last: float = 1e9):
    """These settings differ between the members."""
    return lambda world: [world.put("zookeeper_ensemble_config_drift", 1, first, last, key=key, **FIRST) for key in keys]


DRIFT = ["ConfigDrift"]
MANY = ["FileDescriptorsHigh zk-2"]
SCENARIOS = [
    scenario("FileDescriptorsExhausted", "4,000 of 4,096 are open", open_files(4000),
             {9: [], 10: ["FileDescriptorsExhausted zk-2"], 15: ["FileDescriptorsExhausted zk-2", *MANY]}),
    scenario("FileDescriptorsExhausted", "3,600 of 4,096", open_files(3600), {14: [], 30: MANY}),

    scenario("FileDescriptorsHigh", "3,600 of 4,096 are open", open_files(3600), {14: [], 15: MANY}),
    scenario("FileDescriptorsHigh", "3,000 of 4,096", open_files(3000), {30: []}),

    scenario("JvmPausesHigh", "a tenth of the time",
             lambda w: w.put("zookeeper_jvm_pause_time_seconds_sum", counter(0.001, 10, 0.1), member="zk-2:2181"),
             {20: [], 23: ["JvmPausesHigh zk-2"]}),
    scenario("JvmPausesHigh", "a tenth of the time in garbage collections", collect("G1 Young Generation", 0.1),
             {20: [], 23: ["JvmPausesHigh zk-2"]}),
    scenario("JvmPausesHigh", "3 % of the time",
             lambda w: w.put("zookeeper_jvm_pause_time_seconds_sum", counter(0.001, 10, 0.03), member="zk-2:2181"),
             {40: []}),
    scenario("JvmPausesHigh", "3 % of the time in garbage collections", collect("G1 Young Generation", 0.03), {40: []}),
    scenario("JvmPausesHigh", "a garbage collector that works beside the server", collect("ZGC Cycles", 0.3), {40: []}),
    scenario("JvmPausesHigh", "one pause of four seconds",
             lambda w: w.put("zookeeper_jvm_pause_time_seconds_sum", jump(10, 4), member="zk-2:2181"), {40: []}),

    scenario("HeapAlmostFull", "collections leave 95 %", heap(950e6, 990e6),
             {49: [], 51: ["HeapAlmostFull zk-2"], 90: ["HeapAlmostFull zk-2"]}),
    scenario("HeapAlmostFull", "it fills up before each collection", heap(300e6, 990e6), {30: [], 60: [], 90: []}),
    scenario("HeapAlmostFull", "collections leave 85 %", heap(850e6, 990e6), {60: [], 90: []}),
    scenario("HeapAlmostFull", "a heap without a limit", heap(950e6, 990e6, -1), {60: []}),
    scenario("HeapAlmostFull", "memory outside of the heap", off_heap, {60: [], 90: []}),
    scenario("HeapAlmostFull", "full for half an hour",
             lambda w: (heap(950e6, 990e6)(w), w.put("zookeeper_jvm_memory_used_bytes", 400e6, 40, area="heap",
                                                     member="zk-2:2181")), {45: [], 60: []}),

    scenario("ThreadsDeadlocked", "two threads", deadlock(2, 5),
             {6: [], 7: ["ThreadsDeadlocked zk-2"], 60: ["ThreadsDeadlocked zk-2"]}),
    scenario("ThreadsDeadlocked", "none", deadlock(0, 5), {10: [], 30: []}),
    scenario("ThreadsDeadlocked", "seen for a minute", deadlock(2, 5, 6), {6: [], 7: [], 10: []}),
    scenario("ThreadsDeadlocked", "the member is restarted", lambda w: (deadlock(2, 5, 10)(w), w.put(
        "zookeeper_jvm_threads_deadlocked", 0, 11, member="zk-2:2181")), {9: ["ThreadsDeadlocked zk-2"], 12: []}),

    scenario("ConfigDrift", "a member has another syncLimit", drift("syncLimit"), {64: [], 65: DRIFT, 90: DRIFT}),
    scenario("ConfigDrift", "two settings differ", drift("syncLimit", "maxClientCnxns"), {64: [], 65: DRIFT * 2}),
    scenario("ConfigDrift", "a rolling restart with a new setting, of 50 minutes", drift("syncLimit", last=55),
             {54: [], 66: [], 90: []}),
    scenario("ConfigDrift", "until it is mended", drift("syncLimit", last=80), {79: DRIFT, 80: [], 90: []}),

    scenario("VersionMismatch", "an upgrade that was left half done", upgrade(9),
             {60 + 330: [], 60 + 360: ["VersionMismatch"]}, step=600),
    scenario("VersionMismatch", "an upgrade that was left half done, with sidecars", upgrade_with_sidecars,
             {60 + 330: [], 60 + 360: ["VersionMismatch"]}, step=600),
    scenario("VersionMismatch", "another ensemble of the same name runs another version", versions_beside_another,
             {480: ["EnsembleNameCollision"]}, step=600),
    scenario("VersionMismatch", "an upgrade of four hours", upgrade(4), {360: [], 480: []}, step=600),
]

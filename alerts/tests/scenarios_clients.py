"""Scenarios of zookeeper-clients.rules.yml."""

from scenario import counter, jump, scenario
from world import World

DAY = 24 * 60  # minutes


def expire(sessions: float):
    """The leader expires so many sessions at minute 10."""
    def change(world: World) -> None:
        world.put("zookeeper_stale_sessions_expired_total", jump(10, sessions), member="zk-0:2181")
    return change


def drop_ephemerals(before: float, after: float):
    """So many ephemeral znodes are left at minute 30."""
    return lambda world: world.put("zookeeper_ephemeral_znodes", lambda t: after if t >= 1800 else before)


def no_quorum(world: World) -> None:
    """Two of three are lost, and the third tells no figures."""
    world.state("zk-0", "not_serving", 30)
    world.state("zk-1", "unreachable", 30)
    world.state("zk-2", "unreachable", 30)


def two_exporters(world: World) -> None:
    """Two exporters tell of 70,000 watches, as yesterday."""
    world.exporters.append("exporter-1:9141")
    world.put("zookeeper_watches", 24e3)
    world.exporter(0, DAY, "exporter-1:9141")


def watches_move(world: World) -> None:
    """A member restarts, and its watches move to the other two."""
    world.state("zk-2", "unreachable", 1.5 * DAY, 1.5 * DAY + 4)
    world.put("zookeeper_watches", 90e3, 1.5 * DAY, member="zk-0:2181")
    world.put("zookeeper_watches", 90e3, 1.5 * DAY, member="zk-1:2181")
    world.put("zookeeper_watches", 0, 1.5 * DAY, member="zk-2:2181")


def voters(count: int, queued: float):
    """An ensemble of so many voters, whose leader has so many requests queued."""
    def change(world: World) -> None:
        world.ensemble("orders", count)
        world.put("zookeeper_outstanding_requests", queued, 10, member="zk-0:2181")
    return change


REJECTED = ["ConnectionsRejected zk-2"]
SCENARIOS = [
    scenario("RequestsThrottled", "490 of 500 queued", voters(3, 490),
             {11: [], 12: ["RequestsThrottled zk-0"], 15: ["RequestsThrottled zk-0", "OutstandingRequestsHigh zk-0"]}),
    scenario("RequestsThrottled", "requests fail that have waited too long",
             lambda w: w.put("zookeeper_throttled_ops_total", counter(0, 10, 2), member="zk-2:2181"),
             {11: [], 13: ["RequestsThrottled zk-2"]}),
    scenario("RequestsThrottled", "400 of 500 queued", voters(3, 400), {14: [], 30: ["OutstandingRequestsHigh zk-0"]}),

    scenario("OutstandingRequestsHigh", "150 of 500 queued", voters(3, 150),
             {14: [], 15: ["OutstandingRequestsHigh zk-0"]}),
    scenario("OutstandingRequestsHigh", "60 of 250 queued, with five voters", voters(5, 60),
             {14: [], 15: ["OutstandingRequestsHigh zk-0"]}),
    scenario("OutstandingRequestsHigh", "12 of 500 queued", voters(3, 12), {30: []}),
    scenario("OutstandingRequestsHigh", "150 of 1000 queued, standalone", voters(1, 150), {30: []}),

    scenario("SessionExpiryStorm", "60 of 500 sessions expire", expire(60),
             {9: [], 10: ["SessionExpiryStorm"], 29: ["SessionExpiryStorm"], 32: []}),
    scenario("SessionExpiryStorm", "40 of 200 sessions expire",
             lambda w: (w.put("zookeeper_global_sessions", 200), expire(40)(w)), {9: [], 10: ["SessionExpiryStorm"]}),
    scenario("SessionExpiryStorm", "21 of 500, such as those of one host", expire(21), {10: [], 15: []}),
    scenario("SessionExpiryStorm", "10 of 40",
             lambda w: (w.put("zookeeper_global_sessions", 40), expire(10)(w)), {10: [], 15: []}),

    scenario("EphemeralsDropped", "100 of 120 are gone", drop_ephemerals(120, 20),
             {31: [], 32: ["EphemeralsDropped"], 80: ["EphemeralsDropped"], 92: []}),
    scenario("EphemeralsDropped", "60 of 200 are gone", drop_ephemerals(200, 140), {40: []}),
    scenario("EphemeralsDropped", "30 of 40 are gone", drop_ephemerals(40, 10), {40: []}),
    scenario("EphemeralsDropped", "figures vanish with the quorum", no_quorum,
             {34: ["EnsembleUnavailable"]}),

    scenario("ConnectionsRejected", "clients over their limit",
             lambda w: w.put("zookeeper_connections_rejected_total", counter(0, 5, 1), member="zk-2:2181"),
             {10: [], 11: REJECTED, 20: REJECTED}),
    scenario("ConnectionsRejected", "a single one",
             lambda w: w.put("zookeeper_connections_rejected_total", jump(5, 1), member="zk-2:2181"), {8: [], 20: []}),

    scenario("LargeRequestsRejected", "two requests",
             lambda w: w.put("zookeeper_large_requests_rejected_total", jump(5, 2), member="zk-2:2181"),
             {4: [], 5: ["LargeRequestsRejected zk-2"], 24: ["LargeRequestsRejected zk-2"], 27: []}),
    scenario("LargeRequestsRejected", "two of long ago",
             lambda w: w.put("zookeeper_large_requests_rejected_total", 2, member="zk-2:2181"), {20: []}),

    scenario("PayloadNearJuteLimit", "a response of 900 kB",
             lambda w: w.put("zookeeper_client_response_size_last_bytes", 900e3, 5, 6, member="zk-2:2181"),
             {4: [], 5: ["PayloadNearJuteLimit"], 65: ["PayloadNearJuteLimit"], 66: []}),
    scenario("PayloadNearJuteLimit", "a proposal of 900 kB",
             lambda w: w.put("zookeeper_proposal_size_last_bytes", 900e3, 5, 6), {4: [], 5: ["PayloadNearJuteLimit"]}),
    scenario("PayloadNearJuteLimit", "a proposal of 700 kB",
             lambda w: w.put("zookeeper_proposal_size_last_bytes", 700e3, 5), {30: []}),
    scenario("PayloadNearJuteLimit", "a response of 700 kB",
             lambda w: w.put("zookeeper_client_response_size_last_bytes", 700e3, 5), {30: []}),

    scenario("WatchCountGrowth", "watches go from 90,000 to 270,000",
             lambda w: w.put("zookeeper_watches", lambda t: 90e3 if t >= 1.5 * DAY * 60 else 30e3),
             {1.5 * DAY: [], 1.5 * DAY + 30: ["WatchCountGrowth"]}, step=1800),
    scenario("WatchCountGrowth", "watches go from 18,000 to 60,000",
             lambda w: w.put("zookeeper_watches", lambda t: 20e3 if t >= 1.5 * DAY * 60 else 6e3),
             {1.5 * DAY + 60: []}, step=1800),
    scenario("WatchCountGrowth", "a second exporter tells of the same watches", two_exporters,
             {1.5 * DAY + 60: []}, step=1800),
    scenario("WatchCountGrowth", "watches move to the other members", watches_move, {1.5 * DAY + 60: []}, step=1800),

    scenario("WatchStorm", "each of three fires 750 a second",
             lambda w: w.put("zookeeper_node_changed_watches_sum", counter(10, 240, 750)),
             {240: [], 244: [], 252: ["WatchStorm"]}, step=240),
    scenario("WatchStorm", "each of three fires 250 a second",
             lambda w: w.put("zookeeper_node_changed_watches_sum", counter(1, 240, 250)), {256: []}, step=240),
    scenario("WatchStorm", "five times as many as usual, each of three fires 5,000 a second",
             lambda w: w.put("zookeeper_node_changed_watches_sum", counter(1000, 240, 5000)), {256: []}, step=240),

    scenario("QuotaExceeded", "a write over a quota",
             lambda w: w.put("zookeeper_quota_exceeded_total", jump(5, 1), member="zk-2:2181"),
             {4: [], 5: ["QuotaExceeded"], 24: ["QuotaExceeded"], 27: []}),
    scenario("QuotaExceeded", "one of long ago", lambda w: w.put("zookeeper_quota_exceeded_total", 1), {20: []}),
]

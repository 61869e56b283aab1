"""Scenarios of zookeeper-clients.rules.yml."""

from scenario import FIRST, SECOND, Change, collide, counter, jump, scenario
from world import World

DAY = 24 * 60  # minutes


def expire(sessions: float, lost: float = 0, back: float | None = None, at: float = 10, **labels: str):
    """The leader expires so many sessions at once; so many ephemeral znodes go with them, until all are back."""
    def change(world: World) -> None:
        world.put("zookeeper_stale_sessions_expired_total", jump(at, sessions), **{"member": "zk-0:2181"} | labels)
        world.put("zookeeper_ephemeral_znodes", 200 - lost, at, back or 999)
    return change


def first_refusal(minute: float):
    """A member refuses its first write below another znode over its quota; before, it told of none there."""
    return lambda world: world.put("zookeeper_quota_exceeded_total", 1, minute, namespace="shop", member="zk-2:2181",
                                   **FIRST)


def probe(world: World) -> None:
    """A probe opens a session every ten seconds, with an ephemeral znode, and never closes it."""
    world.put("zookeeper_stale_sessions_expired_total", counter(0.1, 999, 0), member="zk-0:2181")
    world.put("zookeeper_ephemeral_znodes", lambda seconds: 200 + seconds // 60 % 3)


def storm_among_many(world: World) -> None:
    """60 of 500 sessions expire; another ensemble of the same name has 10,000."""
    collide(world)
    expire(60, 60)(world)
    world.put("zookeeper_global_sessions", 10_000, **SECOND)


def storms_apart(world: World) -> None:
    """Sessions expire in one ensemble, and ephemeral znodes go in another one of the same name."""
    collide(world)
    expire(60)(world)
    world.put("zookeeper_ephemeral_znodes", 100, 10, **SECOND)


def goes_away(world: World) -> None:
    """An exporter of another ensemble of the same name, with more ephemeral znodes, ends."""
    collide(world)
    world.put("zookeeper_ephemeral_znodes", 1000, **SECOND)
    world.exporter(30, 999, SECOND["instance"])
    world.put("up", None, 30, **SECOND)


def queue_beside_another(world: World) -> None:
    """60 of 500 are queued; another ensemble of the same name has five voters."""
    collide(world, 5)
    world.put("zookeeper_outstanding_requests", 60, 10, member="zk-0:2181")


def largest(metric: str, size: float, at: float = 10, last: float = 999, **labels: str):
    """The largest packet of a member is of that size from a minute on."""
    return lambda world: world.put(f"zookeeper_{metric}_size_max_bytes", size, at, last,
                                   **{"member": "zk-0:2181"} | labels)


def largest_before(world: World) -> None:
    """A largest packet of long ago, seen by an exporter that starts; later the leader takes another role."""
    largest("proposal", 900e3, 0)(world)
    world.exporter(0, 10)
    world.put("zookeeper_proposal_size_max_bytes", 0, 40, member="zk-0:2181")


def largest_known(world: World) -> None:
    """A packet of 900 kB came between two polls, below an older maximum; and another one was the last when polled."""
    largest("client_response", 950e3, 0)(world)
    world.put("zookeeper_client_response_size_last_bytes", 900e3, 90, 91, member="zk-0:2181")


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


def watches_of_another(world: World) -> None:
    """An exporter of another ensemble of the same name is added, with many watches."""
    collide(world)
    world.put("zookeeper_watches", 90e3, **SECOND)
    world.exporter(0, 1.5 * DAY, SECOND["instance"])
    world.put("up", None, 0, 1.5 * DAY, **SECOND)


def voters(count: int, queued: float):
    """An ensemble of so many voters, whose leader has so many requests queued."""
    def change(world: World) -> None:
        world.ensemble("orders", count)
        world.put("zookeeper_outstanding_requests", queued, 10, member="zk-0:2181")
    return change


def throttle(pauses):
    """The request throttle of the leader, which somebody configured, paused so often."""
    return lambda world: world.put("zookeeper_request_throttle_waits_total", pauses, member="zk-0:2181", **FIRST)


def connected(before: float, after: float, limit: float = 60) -> Change:
    """A member has so many connections; from the second day on, an hour later, more of them."""
    def change(world: World) -> None:
        world.put("zookeeper_max_connections_per_client", limit)
        world.put("zookeeper_connections", before)
        world.put("zookeeper_connections", after, GROWS, member="zk-2:2181")
    return change


def moved(world: World) -> None:
    """After a rolling restart a member has no clients, and a day later as many as the others again."""
    connected(200, 0)(world)
    world.put("zookeeper_connections", 0, member="zk-2:2181")
    world.put("zookeeper_connections", 200, GROWS, member="zk-2:2181")


GROWS = DAY + 60
NEAR = ["ClientNearConnectionLimit zk-2"]
NAMES = ["EnsembleNameCollision"]
REJECTED = ["ConnectionsRejected zk-2"]
SCENARIOS = [
    scenario("RequestsThrottled", "requests fail that have waited too long",
             lambda w: w.put("zookeeper_throttled_ops_total", counter(0, 10, 2), member="zk-2:2181"),
             {11: [], 13: ["RequestsThrottled zk-2"]}),
    scenario("RequestsThrottled", "450,000 queued, by a limit that was raised", voters(3, 450_000),
             {14: [], 30: ["OutstandingRequestsHigh zk-0"]}),
    scenario("RequestsThrottled", "those of long ago", lambda w: w.put("zookeeper_throttled_ops_total", 50), {30: []}),

    scenario("OutstandingRequestsHigh", "150 of 500 queued", voters(3, 150),
             {14: [], 15: ["OutstandingRequestsHigh zk-0"]}),
    scenario("OutstandingRequestsHigh", "the request throttle paused the intake", throttle(counter(0, 10, 1)),
             {15: [], 16: ["OutstandingRequestsHigh zk-0"], 30: ["OutstandingRequestsHigh zk-0"]}),
    scenario("OutstandingRequestsHigh", "the request throttle paused the intake once", throttle(jump(10, 1)),
             {14: [], 15: [], 20: []}),
    scenario("OutstandingRequestsHigh", "60 of 250 queued, with five voters", voters(5, 60),
             {14: [], 15: ["OutstandingRequestsHigh zk-0"]}),
    scenario("OutstandingRequestsHigh", "60 of 500 queued beside five voters of the same name", queue_beside_another,
             {30: NAMES}),
    scenario("OutstandingRequestsHigh", "12 of 500 queued", voters(3, 12), {30: []}),
    scenario("OutstandingRequestsHigh", "150 of 1000 queued, standalone", voters(1, 150), {30: []}),

    scenario("SessionExpiryStorm", "60 of 500 sessions expire, and 60 of 200 ephemeral znodes go",
             lambda w: (expire(60, 60)(w), expire(30, 60, member="zk-1:2181")(w)),
             {9: [], 10: ["SessionExpiryStorm"], 14: ["SessionExpiryStorm"], 16: []}),
    scenario("SessionExpiryStorm", "the clients are back within a minute", expire(60, 60, 11),
             {9: [], 10: ["SessionExpiryStorm"], 14: ["SessionExpiryStorm"], 16: []}),
    scenario("SessionExpiryStorm", "40 of 200 sessions expire",
             lambda w: (w.put("zookeeper_global_sessions", 200), expire(40, 40)(w)),
             {9: [], 10: ["SessionExpiryStorm"]}),
    scenario("SessionExpiryStorm", "while a probe runs", lambda w: (probe(w), expire(90, 60, at=90)(w)),
             {85: [], 90: ["SessionExpiryStorm"], 94: ["SessionExpiryStorm"], 100: []}),
    scenario("SessionExpiryStorm", "beside a larger ensemble of the same name", storm_among_many,
             {9: [], 10: ["SessionExpiryStorm", *NAMES]}),
    scenario("SessionExpiryStorm", "the znodes of another ensemble of the same name go", storms_apart,
             {10: NAMES, 14: NAMES}),
    scenario("SessionExpiryStorm", "seen by an exporter that is new",
             lambda w: (expire(60, 60)(w), w.exporter(0, 7)), {9: [], 10: ["SessionExpiryStorm"]}),
    scenario("SessionExpiryStorm", "21 of 500, such as those of one host", expire(21, 21), {10: [], 15: []}),
    scenario("SessionExpiryStorm", "10 of 40",
             lambda w: (w.put("zookeeper_global_sessions", 40), expire(10, 10)(w)), {10: [], 15: []}),
    scenario("SessionExpiryStorm", "30 clients that never close", expire(30), {10: [], 12: [], 15: []}),
    scenario("SessionExpiryStorm", "60 sessions expire, and 8 of 200 ephemeral znodes go", expire(60, 8),
             {10: [], 12: [], 15: []}),
    scenario("SessionExpiryStorm", "a probe that never closes its sessions", probe,
             {5: [], 30: [], 90: [], 180: [], 360: []}),
    scenario("SessionExpiryStorm", "a fleet of 60 sessions that closes them",
             lambda w: w.put("zookeeper_ephemeral_znodes", 140, 10), {10: [], 12: [], 15: []}),
    scenario("SessionExpiryStorm", "a fleet closes its sessions while a probe runs",
             lambda w: (probe(w), w.put("zookeeper_ephemeral_znodes", 140, 90)), {90: [], 92: [], 95: []}),

    scenario("EphemeralsDropped", "100 of 120 are gone",
             lambda w: (drop_ephemerals(120, 20)(w), w.put("zookeeper_ephemeral_znodes", 10, 30, member="zk-1:2181")),
             {31: [], 32: ["EphemeralsDropped"], 80: ["EphemeralsDropped"], 92: []}),
    scenario("EphemeralsDropped", "a larger ensemble of the same name goes", goes_away,
             {29: NAMES, 33: [], 45: []}),
    scenario("EphemeralsDropped", "beside a larger ensemble of the same name",
             lambda w: (collide(w), drop_ephemerals(120, 20)(w), w.put("zookeeper_ephemeral_znodes", 1000, **SECOND)),
             {31: NAMES, 32: ["EphemeralsDropped", *NAMES]}),
    scenario("EphemeralsDropped", "60 of 200 are gone", drop_ephemerals(200, 140), {40: []}),
    scenario("EphemeralsDropped", "30 of 40 are gone", drop_ephemerals(40, 10), {40: []}),
    scenario("EphemeralsDropped", "figures vanish with the quorum", no_quorum,
             {34: ["EnsembleUnavailable"]}),

    scenario("ConnectionsRejected", "clients over their limit",
             lambda w: w.put("zookeeper_connections_rejected_total", counter(0, 5, 1), member="zk-2:2181"),
             {10: [], 11: REJECTED, 20: REJECTED}),
    scenario("ConnectionsRejected", "too many TLS handshakes at a time",
             lambda w: w.put("zookeeper_tls_handshakes_exceeded_total", counter(0, 5, 1), member="zk-2:2181", **FIRST),
             {10: [], 11: REJECTED, 20: REJECTED}),
    scenario("ConnectionsRejected", "a single one",
             lambda w: w.put("zookeeper_connections_rejected_total", jump(5, 1), member="zk-2:2181"), {8: [], 20: []}),

    scenario("ClientNearConnectionLimit", "50 connections more than a day ago, of a limit of 60", connected(40, 90),
             {GROWS: [], GROWS + 15: NEAR, GROWS + DAY - 15: NEAR, GROWS + DAY: []}, step=900),
    scenario("ClientNearConnectionLimit", "37 more, of a limit of 60", connected(30, 67),
             {GROWS: [], GROWS + 15: NEAR}, step=900),
    scenario("ClientNearConnectionLimit", "36 more, of a limit of 60", connected(20, 56), {GROWS + 30: []}, step=900),
    scenario("ClientNearConnectionLimit", "50 more, of a limit of 200", connected(40, 90, 200), {GROWS + 30: []},
             step=900),
    scenario("ClientNearConnectionLimit", "there is no limit", connected(40, 900, 0), {GROWS + 30: []}, step=900),
    scenario("ClientNearConnectionLimit", "it is not told", connected(40, 900, float("nan")), {GROWS + 30: []}, step=900),
    scenario("ClientNearConnectionLimit", "a large fleet grows by half", connected(200, 300), {GROWS + 30: []}, step=900),
    scenario("ClientNearConnectionLimit", "a fleet doubles", connected(200, 400), {GROWS + 30: []}, step=900),
    scenario("ClientNearConnectionLimit", "clients come back to a member that had none", moved, {GROWS + 30: []},
             step=900),
    scenario("ClientNearConnectionLimit", "in a rolling restart, for ten minutes",
             lambda w: (connected(40, 90)(w), w.put("zookeeper_connections", 40, GROWS + 10)),
             {GROWS + 15: [], GROWS + 30: []}, step=900),
    scenario("ClientNearConnectionLimit", "the exporter has known the ensemble for an hour",
             lambda w: (connected(40, 90)(w), w.exporter(0, DAY)), {GROWS + 30: []}, step=900),

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
    scenario("PayloadNearJuteLimit", "proposals of 900 kB between two polls", largest("proposal", 900e3),
             {9: [], 10: ["PayloadNearJuteLimit"], 69: ["PayloadNearJuteLimit"], 70: []}),
    scenario("PayloadNearJuteLimit", "responses of 900 kB between two polls", largest("client_response", 900e3),
             {9: [], 10: ["PayloadNearJuteLimit"], 69: ["PayloadNearJuteLimit"], 70: []}),
    scenario("PayloadNearJuteLimit", "the server takes another role soon after",
             lambda w: (largest("proposal", 900e3)(w), largest("proposal", 0, 20)(w)),
             {10: ["PayloadNearJuteLimit"], 19: ["PayloadNearJuteLimit"], 21: []}),
    scenario("PayloadNearJuteLimit", "one of 900 kB after a reset from 950 kB",
             lambda w: (largest("proposal", 950e3, 0)(w), largest("proposal", 900e3, 90)(w)),
             {89: [], 90: ["PayloadNearJuteLimit"], 150: []}),
    scenario("PayloadNearJuteLimit", "an exporter that starts finds an old one", largest_before,
             {10: [], 30: [], 45: []}),
    scenario("PayloadNearJuteLimit", "a packet below an older maximum is the last one when polled", largest_known,
             {89: [], 90: ["PayloadNearJuteLimit"], 151: []}),
    scenario("PayloadNearJuteLimit", "proposals of 700 kB between two polls", largest("proposal", 700e3), {30: []}),
    scenario("PayloadNearJuteLimit", "responses of 700 kB between two polls", largest("client_response", 700e3),
             {30: []}),
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
    scenario("WatchCountGrowth", "another ensemble of the same name appears", watches_of_another,
             {1.5 * DAY + 60: NAMES}, step=1800),
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

    scenario("QuotaExceeded", "writes over a quota, which two members refuse",
             lambda w: (w.put("zookeeper_quota_exceeded_total", jump(5, 1), member="zk-2:2181"),
                        w.put("zookeeper_quota_exceeded_total", jump(5, 2), member="zk-1:2181")),
             {4: [], 5: ["QuotaExceeded"], 24: ["QuotaExceeded"], 27: []}),
    scenario("QuotaExceeded", "one of long ago", lambda w: w.put("zookeeper_quota_exceeded_total", 1), {20: []}),
    scenario("QuotaExceeded", "the first write below a znode that is refused", first_refusal(12),
             {11: [], 12: ["QuotaExceeded"], 31: ["QuotaExceeded"], 33: []}),
    scenario("QuotaExceeded", "an exporter that is new sees refusals of long ago",
             lambda w: (first_refusal(0)(w), w.exporter(0, 15)), {16: [], 20: [], 30: []}),
    scenario("QuotaExceeded", "a member that could not be read shows refusals of long ago",
             lambda w: (first_refusal(0)(w), w.state("zk-2", "unreachable", 11, 14),
                        w.put("zookeeper_quota_exceeded_total", None, 11, 14, namespace="shop")),
             {16: [], 24: []}),
]

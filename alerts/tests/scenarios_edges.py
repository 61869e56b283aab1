"""Scenarios at the edges of the rules: what one part of a rule is for, and where its thresholds and times end."""

from collections.abc import Callable
from dataclasses import replace

import scenarios_availability as availability
import scenarios_clients as clients
import scenarios_exporter as exporter
import scenarios_process as process
import scenarios_replication as replication
import scenarios_security as security
import scenarios_storage as storage
from scenario import (FIRST, OF_ENSEMBLE, SECOND, Change, Scenario, collide, counter, jump, scenario, seen_by_one,
                      sidecars)
from scenarios_availability import LOST, NAMES, fail_to_ask, lose, two_exporters
from world import Value, World

HOUR, DAY = 60, 24 * 60  # minutes
ALL = ("zk-0", "zk-1", "zk-2")
THIRD = {"job": "zookeeper", "instance": "exporter-2:9141"}


def together(*changes: Change) -> Change:
    """All of these happen."""
    return lambda world: [change(world) for change in changes]


def put(metric: str, value: Value, first: float = 0, last: float = 1e9, **labels: str) -> Change:
    """A value of a metric."""
    return lambda world: world.put(f"zookeeper_{metric}", value, first, last, **labels)


def found(code: str, first: float = 0, last: float = 1e9, member: str = "zk-2", **labels: str) -> Change:
    """A finding on a member."""
    return lambda world: world.finding(code, first, last, member=f"{member}:2181", **labels)


def in_state(member: str, state: str, first: float, last: float = 1e9) -> Change:
    """A member is in this state."""
    return lambda world: world.state(member, state, first, last)


def at_level(level: str, first: float, last: float = 1e9, **labels: str) -> Change:
    """The verdict on the ensemble."""
    return lambda world: world.level(level, first, last, **labels)


def away(first: float, last: float = 1e9, instance: str = "exporter-0:9141") -> Change:
    """An exporter is away."""
    return lambda world: world.exporter(first, last, instance)


def late(minute: float) -> Change:
    """A second exporter starts at this minute: of what was before it knows nothing."""
    return together(two_exporters, away(0, minute, SECOND["instance"]),
                    lambda world: world.put("up", None, 0, minute, instance=SECOND["instance"]))


def spans(*times: tuple[float, float], change: Callable[[float, float], Change]) -> Change:
    """The same happens several times."""
    return together(*(change(*each) for each in times))


# ---- availability

def search_not_polled(world: World) -> None:
    """The quorum of `orders` is lost; `search`, and `orders` for another exporter, have not been polled yet."""
    two_exporters(world)
    lose("zk-1", "zk-2")(world)
    found("not_polled", 5, ensemble="search")(world)
    for member in ALL:
        found("not_polled", 5, member=member, **SECOND)(world)
        found("not_polled", 5, member=member, ensemble="search", **SECOND)(world)


def search_unknown(world: World) -> None:
    """No member of `orders` can be reached; two exporters failed to ask two of three of `search`."""
    two_exporters(world)
    world.polls[SECOND["instance"]] = {"search": ALL}
    lose(*ALL)(world)
    world.level("unknown", 5, ensemble="search")
    world.put("zookeeper_ensemble_voters_serving", 1, 5, ensemble="search")
    for member in ("zk-1", "zk-2"):
        for each in (FIRST, SECOND):
            found("not_asked", 5, member=member, ensemble="search", **each)(world)


def search_in_part(world: World) -> None:
    """No member of `orders` can be reached; two exporters failed to ask one of three of `search`, which serves."""
    two_exporters(world)
    world.polls[SECOND["instance"]] = {"search": ALL}
    lose(*ALL)(world)
    for each in (FIRST, SECOND):
        found("not_asked", 5, ensemble="search", **each)(world)


def one_for_each(world: World) -> None:
    """An exporter for each ensemble."""
    two_exporters(world)
    world.polls = {FIRST["instance"]: {"orders": ALL}, SECOND["instance"]: {"search": ALL}}


def half_of_four(world: World) -> None:
    """Of four one serves, one was not asked, and two are down: a half at best. The exporter is not sure of it."""
    world.ensemble("orders", 4)
    world.state("zk-2", "unreachable", 5)
    world.state("zk-3", "unreachable", 5)
    fail_to_ask(world, "zk-1")
    world.put("zookeeper_ensemble_voters_serving", 1, 5)
    world.level("unknown", 5)


def by_weights(world: World) -> None:
    """By their weights the two that are left make no quorum: one serves, and one was not asked."""
    fail_to_ask(world, "zk-2")
    world.put("zookeeper_ensemble_voters_serving", 1, 5)
    world.level("no_quorum", 5)


def hidden_beside_others(world: World) -> None:
    """A leader with leaderServes=no says that it does not serve; a follower is down, and others of `search`, too."""
    world.state("zk-0", "not_serving", 5)
    world.put("zookeeper_ensemble_finding", None, member="zk-0:2181")
    world.level("healthy")
    found("voter_down", 5, member="zk-1")(world)
    found("voter_down", 5, member="zk-0", ensemble="search")(world)


AVAILABILITY = [
    scenario("EnsembleUnavailable", "another ensemble, and another exporter, has not been polled yet",
             search_not_polled, {5: [], 6: LOST, 9: LOST}),
    scenario("EnsembleUnavailable", "the exporter can't tell of another ensemble", search_unknown,
             {5: [], 6: LOST, 9: LOST}),
    scenario("EnsembleUnavailable", "the exporter failed to ask one of another ensemble", search_in_part,
             {5: [], 6: LOST, 9: LOST}),
    scenario("EnsembleUnavailable", "at best a half of four is left", half_of_four, {5: [], 6: LOST, 9: LOST}),
    scenario("EnsembleUnavailable", "there is no quorum, whatever the one does that was not asked", by_weights,
             {5: [], 6: LOST, 9: LOST}),
    scenario("EnsembleUnavailable", "three elections of a minute each",
             spans((10, 11), (12, 13), (14, 15), change=lambda first, last: at_level("no_quorum", first, last)),
             {14: [], 14 + 2 / 3: [], 15: LOST, 20: LOST}, step=20),
    scenario("EnsembleUnavailable", "its end after short elections",
             spans((5, 5.5), (8, 8.5), (20, 25), change=lambda first, last: at_level("no_quorum", first, last)),
             {19: [], 21: LOST, 24: LOST, 26: LOST, 28: [], 35: []}, step=30),
    scenario("EnsembleUnavailable", "the exporter is gone soon after", together(at_level("no_quorum", 5), away(8)),
             {6: LOST, 11: LOST, 12.5: [], 13: ["ExporterDown"]}, step=30),
    scenario("EnsembleUnavailable", "two scrapes in a row are lost when it begins",
             together(at_level("no_quorum", 5), away(5.5, 6.5)), {5.5: [], 6: LOST, 6.5: LOST}, step=30),

    scenario("QuorumAtRisk", "two exporters see it", together(two_exporters, at_level("at_risk", 5)),
             {19: [], 20: ["QuorumAtRisk"]}),
    scenario("QuorumAtRisk", "another exporter, of another ensemble, finds that healthy",
             together(one_for_each, at_level("at_risk", 5)), {19: [], 20: ["QuorumAtRisk"]}),
    scenario("QuorumAtRisk", "the quorum is lost in the meantime",
             together(at_level("at_risk", 5, 16), at_level("no_quorum", 16)), {16: [], 20: LOST, 30: LOST}),
    scenario("QuorumAtRisk", "two scrapes in a row are lost meanwhile",
             together(at_level("at_risk", 5), away(10, 11)), {19.5: [], 20: ["QuorumAtRisk"]}, step=30),
    scenario("QuorumAtRisk", "it ends just in time, but not all is well",
             together(at_level("at_risk", 5, 19.5), at_level("degraded", 19.5)), {19: [], 20: [], 21: [], 30: []},
             step=30),

    scenario("MemberDown", "its leader counts it as synced", exporter.seen_by_its_leader_only, {10: [], 19: []}),
    scenario("MemberDown", "its leader counts others as synced, also those of another ensemble",
             together(in_state("zk-2", "unreachable", 5), found("partial_view", 5, member="zk-1"),
                      found("partial_view", 5, ensemble="search"), found("not_asked", 5, ensemble="search")),
             {9: [], 10: ["MemberDown zk-2"], 19: ["MemberDown zk-2"]}),
    scenario("MemberDown", "the exporter of another ensemble failed to ask its members",
             together(one_for_each, in_state("zk-2", "unreachable", 5),
                      found("not_asked", 5, ensemble="search", **SECOND)),
             {9: [], 10: ["MemberDown zk-2"], 19: ["MemberDown zk-2"]}),

    scenario("MemberNotServing", "a leader with leaderServes=no, while others are down", hidden_beside_others,
             {4: [], 12: [], 14: []}),

    scenario("MemberUnreliable", "of four polls one fails",
             together(put("polls_total", lambda t: t / 40, member="zk-2:2181", result="failed"),
                      put("polls_total", lambda t: t * 3 / 40, member="zk-2:2181", result="ok")),
             {30: [], 60: []}, step=120),
    scenario("MemberUnreliable", "it does not serve for a quarter of the time",
             availability.flips("zk-2", 4, 1, "not_serving"), {40: [], 60: []}),

    scenario("MemberRestarting", "one that is no member any more",
             together(availability.crash_loop, found("not_in_membership", 8)), {30: [], 34: ["MemberRestarting zk-2"]},
             step=120),
    scenario("MemberRestarting", "others are several servers, also of another ensemble",
             together(availability.crash_loop, found("several_servers", 32, 36, member="zk-1"),
                      found("several_servers", 32, 36, ensemble="search")),
             {30: [], 34: ["MemberRestarting zk-2"]}, step=120),
    scenario("MemberRestarting", "a second exporter has just started", together(availability.crash_loop, late(32)),
             {30: [], 34: ["MemberRestarting zk-2"]}, step=120),
    scenario("MemberRestarting", "elections of long ago",
             together(availability.leader_moves,
                      *(in_state("zk-2", "unreachable", minute, minute + 4) for minute in (110, 120, 130))),
             {100: [], 130: [], 134: ["MemberRestarting zk-2"]}, step=120),
    scenario("MemberRestarting", "four elections in an hour", replication.lead_by_turns(10, 20, 30, 50),
             {44: ["LeaderFlapping"], 52: ["LeaderFlapping"], 58: []}, step=120),
]


# ---- exporter

def taken_out_beside_one_that_is_down(world: World) -> None:
    """An exporter is configured anew without the ensemble; another one, which nobody needs, is down."""
    exporter.taken_out(world)
    world.exporters.append(THIRD["instance"])
    world.polls[THIRD["instance"]] = {"search": ALL}
    world.exporter(10, 1e9, THIRD["instance"])


def out_and_in(*spans_without: tuple[float, float], dies: float, gone: bool = False) -> Change:
    """An exporter is configured anew without the ensemble, and again with it; later it dies, or its pod is gone."""
    def change(world: World) -> None:
        exporter.exporter_of_its_own(world)
        for metric in {name.split("{")[0] for name in world.series() if 'ensemble="' in name}:
            for first, last in spans_without:
                world.put(metric, None, first, last, instance=SECOND["instance"])
        world.exporter(dies, 1e9, SECOND["instance"])
        if gone:
            world.put("up", None, dies, instance=SECOND["instance"])
    return change


def never_seen(world: World) -> None:
    """An exporter that has been down ever since it was configured, beside two others."""
    two_exporters(world)
    world.exporters.append(THIRD["instance"])
    world.exporter(0, 1e9, THIRD["instance"])


def back_without_it(world: World) -> None:
    """Both exporters of an ensemble die; one is back soon, without it."""
    world.exporters += [SECOND["instance"], THIRD["instance"]]
    world.polls = {"exporter-0:9141": {"search": ALL}, SECOND["instance"]: {"orders": ALL},
                   THIRD["instance"]: {"orders": ALL}}
    for metric in {name.split("{")[0] for name in world.series() if 'ensemble="' in name}:
        world.put(metric, None, 15, 1e9, instance=THIRD["instance"])
    world.exporter(10, 1e9, SECOND["instance"])
    world.exporter(5, 15, THIRD["instance"])


def one_beside_parts(world: World) -> None:
    """One exporter polls all four voters, and two others a half each."""
    world.ensemble("orders", 4)
    world.exporters += [SECOND["instance"], THIRD["instance"]]
    world.polls = {SECOND["instance"]: {"orders": ("zk-0", "zk-1")}, THIRD["instance"]: {"orders": ("zk-2", "zk-3")}}


def collision_beside_a_part(world: World) -> None:
    """Two exporters with different servers, and one that polls two of those of one of them, and all of `search`."""
    collide(world)
    world.exporters.append(THIRD["instance"])
    world.polls[THIRD["instance"]] = {"orders": ("zk-0", "zk-1"), "search": ALL}


def takes_it_for_standalone(world: World) -> None:
    """Another exporter polls one of the servers, and takes it for a standalone one."""
    world.exporters.append(THIRD["instance"])
    world.polls[THIRD["instance"]] = {"orders": ("zk-0",)}
    world.put("zookeeper_ensemble_voters", 1, **THIRD)


def own_faults_elsewhere(world: World) -> None:
    """For two minutes exporters fail to ask others of their own fault: of another ensemble, and of this one."""
    for member, labels in (("zk-1", FIRST), ("zk-2", SECOND), ("zk-2", FIRST | {"ensemble": "search"}),
                           ("zk-2", SECOND | {"ensemble": "search"})):
        world.put("zookeeper_member_failure", 1, 10, 12, member=f"{member}:2181", reason="local_error", **labels)


def seen_by_second_only(world: World) -> None:
    """One of two exporters does not reach a member."""
    two_exporters(world)
    world.put("zookeeper_up", 0, 5, member="zk-2:2181", **FIRST)


def falls(first: float, last: float = 1e9, left: float = 24, hourly: float = 1) -> Change:
    """A disk of 100 GB that loses so much an hour between two hours, and keeps what it has before and after."""
    series, *labels = exporter.NODE
    available, size = series.split()
    def change(world: World) -> None:
        world.put(available, lambda t: (left - hourly * min(max(0, t / 3600 - first), last - first)) * 1e9,
                  **dict(labels))
        world.put(size, 100e9, **dict(labels))
    return change


FULL, FILLS = ["DiskAlmostFull"], ["DiskFillsSoon"]
UNWATCHED = exporter.UNWATCHED
EXPORTER = [
    scenario("EnsembleUnwatched", "it was taken out, and an exporter is down that nobody needs",
             taken_out_beside_one_that_is_down, {30: ["ExporterDown"], 120: ["ExporterDown"]}),
    scenario("EnsembleUnwatched", "Prometheus is away for two hours", lambda w: exporter.it_dies(w, 2 * HOUR),
             {0: [], 6 * HOUR: [], 12 * HOUR: []}, step=7200),
    scenario("EnsembleUnwatched", "its pod is gone, and Prometheus is away for two hours",
             lambda w: (exporter.it_dies(w, 2 * HOUR), w.put("up", None, 2 * HOUR, instance=SECOND["instance"])),
             {0: [], 6 * HOUR: [], 12 * HOUR: []}, step=7200),
    scenario("EnsembleUnwatched", "its pod is gone, and Prometheus is away for 55 minutes, again and again",
             lambda w: (exporter.it_dies(w, 2 * HOUR), w.put("up", None, 2 * HOUR, instance=SECOND["instance"])),
             {55: [], 4 * HOUR + 35: ["EnsembleUnwatched"], 11 * HOUR: ["EnsembleUnwatched"]}, step=3300),
    scenario("EnsembleUnwatched", "it was taken out, and its exporter dies before Prometheus looks again",
             lambda w: (exporter.taken_out(w, 20, 45), w.exporter(45, 1e9, SECOND["instance"])),
             {25: [], 75: [], 150: []}, step=1500),
    scenario("EnsembleUnwatched", "it was taken out for ten minutes, before its exporter dies",
             out_and_in((10, 20), dies=40), {49: ["ExporterDown"], 50: UNWATCHED}),
    scenario("EnsembleUnwatched", "it was taken out for ten minutes, before its pod is gone",
             out_and_in((10, 20), dies=40, gone=True), {49: [], 50: ["EnsembleUnwatched"]}),
    scenario("EnsembleUnwatched", "it was taken out for ten minutes, and again before its exporter dies",
             out_and_in((10, 20), (30, 1e9), dies=45), {56: [], 80: []}),
    scenario("EnsembleUnwatched", "the exporter fails to ask two of three; that of another ensemble asks all",
             together(one_for_each, exporter.asked_too_few),
             {14: [], 15: ["EnsembleUnwatched"], 20: ["EnsembleUnwatched", *exporter.not_asked("zk-1", "zk-2")]}),
    scenario("EnsembleUnwatched", "no member can be reached", lose(*ALL), {20: [*LOST, *availability.DOWN]}),
    scenario("EnsembleUnwatched", "one of its two exporters is back without it", back_without_it,
             {19: ["ExporterDown"], 20: ["EnsembleUnwatched", "ExporterDown"]}),

    scenario("ExporterDown", "one that has never told anything", never_seen, {10: [], 30: []}),
    scenario("ExporterDown", "it does not answer for a quarter of the time",
             lambda w: (two_exporters(w), [w.exporter(i, i + 1, SECOND["instance"]) for i in range(20, 90, 4)]),
             {40: [], 60: [], 90: []}),
    scenario("ExporterDown", "it answers every other scrape for seven minutes",
             lambda w: (two_exporters(w), [w.exporter(i / 2, i / 2 + 0.5, SECOND["instance"])
                                           for i in range(40, 54, 2)]),
             {26: [], 28: [], 30: []}, step=30),
    scenario("ExporterDown", "it answers three of five scrapes",
             lambda w: (two_exporters(w), [w.exporter(i / 2, i / 2 + 1, SECOND["instance"])
                                           for i in range(40, 200, 5)]),
             {20: [], 60: ["ExporterDown"], 99: ["ExporterDown"]}, step=30),

    scenario("EnsembleNameCollision", "one exporter polls all of four, and two others a half each", one_beside_parts,
             {30: [], 60: []}),
    scenario("EnsembleNameCollision", "a third exporter polls some of the servers of one of the two",
             collision_beside_a_part, {9: [], 10: NAMES}),
    scenario("EnsembleNameCollision", "another exporter takes one of them for a standalone server",
             takes_it_for_standalone, {30: [], 60: []}),
    scenario("EnsembleNameCollision", "a third exporter takes one of them for a standalone server",
             together(collide, takes_it_for_standalone), {9: [], 10: NAMES}),
    scenario("EnsembleNameCollision", "the processes of one name started two minutes apart",
             lambda w: (two_exporters(w), exporter.one_name_twice(w, by=120)), {30: [], 60: []}),
    scenario("EnsembleNameCollision", "the processes of one name started five minutes apart",
             lambda w: (two_exporters(w), exporter.one_name_twice(w, by=300)), {9: [], 10: NAMES}),
    scenario("EnsembleNameCollision", "something else is found about the processes of one name",
             lambda w: (two_exporters(w), exporter.one_name_twice(w), found("not_in_membership", member="zk-1")(w)),
             {9: [], 10: NAMES}),
    scenario("EnsembleNameCollision", "other addresses are several servers, also of another ensemble",
             lambda w: (two_exporters(w), exporter.one_name_twice(w), found("several_servers", member="zk-0")(w),
                        found("several_servers", member="zk-1", ensemble="search")(w)),
             {9: [], 10: NAMES}),

    scenario("PartialView", "only the exporter can't reach a member, and it failed to ask others for a while",
             together(two_exporters, exporter.seen_by_its_leader_only, own_faults_elsewhere),
             {19: [], 20: ["PartialView zk-2"]}),
    scenario("PartialView", "one of two exporters does not reach a member, and failed to ask others for a while",
             together(seen_by_second_only, own_faults_elsewhere), {19: [], 20: ["PartialView zk-2"]}),

    scenario("CommandNotAllowed", "another exporter knows that it is allowed", seen_by_one(exporter.refuse("mntr")),
             {20: [], 30: []}),

    scenario("DiskAlmostFull", "2 % of another volume left",
             exporter.disk(exporter.CLAIM[0], ("instance", "node-1:10250"), ("namespace", "orders"),
                           ("persistentvolumeclaim", "data-postgres-2"), left=2), {60: []}),
    scenario("DiskAlmostFull", "5 % left", exporter.disk(*exporter.NODE, left=5), {30: [], 60: []}),
    scenario("DiskAlmostFull", "25 % left after a fall", falls(5, 6, 45, 20), {350: [], 370: [], 380: []}, step=300),
    scenario("DiskAlmostFull", "it falls for an hour", falls(6, 99, 24, 7), {350: [], 420: FULL}, step=300),
    scenario("DiskAlmostFull", "it falls for a quarter of an hour", falls(6.75, 7, 20, 8),
             {410: [], 420: [], 425: [], 430: []}, step=300),
    scenario("DiskFillsSoon", "nothing left", exporter.disk(*exporter.NODE, left=0), {5: FULL, 60: FULL}),
    scenario("DiskFillsSoon", "it falls for six hours", falls(12, 99, 24, 1.5), {720: [], 1080: FILLS}, step=600),
    scenario("DiskFillsSoon", "it falls for an hour and a half", falls(16.5, 18, 24, 2), {1050: [], 1080: [], 1110: []},
             step=600),
]


# ---- clients

STORM = ["SessionExpiryStorm"]
EXPIRED, EPHEMERAL = "stale_sessions_expired_total", "ephemeral_znodes"


def by_zk0(*jumps: tuple[float, float], rate: float = 0) -> Change:
    """The leader expires sessions at this rate, and so many more at these minutes."""
    return put(EXPIRED, lambda t: rate * t + sum(count for minute, count in jumps if t >= minute * 60),
               member="zk-0:2181")


def member_of_today(world: World) -> None:
    """A member is added, with many watches."""
    world.state("zk-3", "follower", 1.2 * DAY)
    world.put("zookeeper_watches", 300e3, 1.2 * DAY, member="zk-3:2181")


def connections(member: str, before: float, after: float, **labels: str) -> Change:
    """A member has so many connections, and more of them from the second day on."""
    return together(put("connections", before, member=f"{member}:2181", **labels),
                    put("connections", after, clients.GROWS, member=f"{member}:2181", **labels))


UNLIMITED = together(  # a member, and one of `search`, that may have twice as many
    clients.connected(200, 300), connections("zk-1", 200, 500), connections("zk-2", 40, 900, ensemble="search"),
    put("max_connections_per_client", 0, member="zk-1:2181"), put("max_connections_per_client", 0, ensemble="search"))


def fires(quiet: float, *more: tuple[float, float, float], member: str = "zk-0") -> Change:
    """This member fires so many watches a second, and another number between two minutes; nobody fires others."""
    def total(seconds: int) -> float:
        return quiet * seconds + sum((rate - quiet) * max(0, min(seconds, last * 60) - first * 60)
                                     for first, last, rate in more)

    def change(world: World) -> None:
        for metric in (f"zookeeper_node_{kind}_watches_sum" for kind in ("created", "deleted", "children", "changed")):
            if not any(each.metric == metric for each in world.changes):
                world.put(metric, 0)
        world.put("zookeeper_node_changed_watches_sum", total, member=f"{member}:2181")
    return change


PAYLOAD = ["PayloadNearJuteLimit"]
CLIENTS = [
    *(scenario("ClientNearConnectionLimit", name, change,
               {clients.GROWS: [], clients.GROWS + 15: clients.NEAR if fires_then else []}, step=900)
      for name, change, fires_then in (
          ("a limit of one", clients.connected(1, 3, 1), True),
          ("another member had 20 a day ago", together(clients.connected(1, 50), connections("zk-1", 20, 20)), False),
          ("another member had 200 a day ago", together(clients.connected(40, 300), connections("zk-1", 200, 200)), False),
          ("others may have twice as many, for they have no limit", UNLIMITED, False),
          ("another exporter has not seen a lower limit yet",
           together(two_exporters, clients.connected(40, 90), put("max_connections_per_client", 200, **SECOND)), False))),

    scenario("OutstandingRequestsHigh", "100 of 500 queued", clients.voters(3, 100), {30: []}),
    scenario("OutstandingRequestsHigh", "the request throttle pauses the intake every four minutes",
             clients.throttle(lambda t: t // 240), {8: [], 30: ["OutstandingRequestsHigh zk-0"]}),
    scenario("OutstandingRequestsHigh", "one of two exporters sees the request throttle pause the intake",
             together(two_exporters, clients.throttle(counter(0, 10, 1)),
                      put("request_throttle_waits_total", 0, member="zk-0:2181", **SECOND)),
             {15: [], 16: ["OutstandingRequestsHigh zk-0"]}),

    scenario("SessionExpiryStorm", "25 of 500 sessions expire",
             together(by_zk0((10, 25)), put(EPHEMERAL, 100, 10)), {10: [], 12: [], 15: []}),
    scenario("SessionExpiryStorm", "exactly a twentieth of the ephemeral znodes goes",
             together(by_zk0((10, 60)), put(EPHEMERAL, 190, 10)), {10: [], 12: [], 15: []}),
    scenario("SessionExpiryStorm", "15 of 40",
             together(put("global_sessions", 40), by_zk0((10, 15)), put(EPHEMERAL, 100, 10)), {10: [], 12: [], 15: []}),
    scenario("SessionExpiryStorm", "40 of 1,000 expire, and 900 close",
             together(put("global_sessions", lambda t: 1000 if t < 600 else 60), by_zk0((10, 40)),
                      put(EPHEMERAL, 100, 10)), {10: [], 12: [], 15: []}),
    scenario("SessionExpiryStorm", "40 of 1,000 expire, and another exporter knows of 60 only",
             together(late(11), put("global_sessions", lambda t: 1000 if t < 600 else 60), by_zk0((10, 40)),
                      put(EPHEMERAL, 100, 10)), {10: [], 12: [], 15: []}),
    scenario("SessionExpiryStorm", "60 of 500, an hour after there were 2,000",
             together(put("global_sessions", lambda t: 2000 if t < 1800 else 500), by_zk0((90, 60)),
                      put(EPHEMERAL, 100, 90)), {89: [], 90: STORM, 94: STORM}),
    scenario("SessionExpiryStorm", "60 of 500, twenty minutes after there were 2,000",
             together(put("global_sessions", lambda t: 2000 if t < 4200 else 500), by_zk0((90, 60)),
                      put(EPHEMERAL, 100, 90)), {89: [], 90: [], 94: []}),
    scenario("SessionExpiryStorm", "40 more expire while a probe runs",
             together(by_zk0((90, 40), rate=0.1), put(EPHEMERAL, 100, 90)), {89: [], 90: STORM, 94: STORM}),
    scenario("SessionExpiryStorm", "a fleet closes its sessions while two probes run",
             together(by_zk0(rate=0.2), put(EPHEMERAL, 140, 90)), {89: [], 90: [], 94: []}),
    scenario("SessionExpiryStorm", "the same, and another exporter has just started",
             together(late(80), by_zk0(rate=0.1), put(EPHEMERAL, 140, 90)), {89: [], 90: [], 94: []}),
    scenario("SessionExpiryStorm", "60 of 500, two hours after a far larger storm",
             together(by_zk0((10, 900), (130, 60)), put(EPHEMERAL, 100, 130)), {129: [], 130: STORM, 134: STORM}),
    scenario("SessionExpiryStorm", "60 of 500, ten minutes after a far larger number",
             together(by_zk0((80, 900), (90, 60)), put(EPHEMERAL, 100, 90)), {80: [], 90: [], 94: []}),
    scenario("SessionExpiryStorm", "some znodes had gone ten minutes before",
             together(by_zk0((20, 60)), put(EPHEMERAL, 100, 9, 11)), {20: [], 22: [], 24: []}),
    scenario("SessionExpiryStorm", "there had been more znodes twenty minutes before",
             together(by_zk0((40, 60)), put(EPHEMERAL, 250, 0, 20)), {40: [], 42: [], 44: []}),
    scenario("SessionExpiryStorm", "one of two exporters sees them expire",
             together(two_exporters, clients.expire(60, 60), put(EXPIRED, 0, **SECOND)), {9: [], 10: STORM, 14: STORM}),
    scenario("SessionExpiryStorm", "one of two exporters has just started",
             together(late(11), clients.expire(60, 60)), {10: STORM, 12: STORM, 14: STORM}),
    scenario("SessionExpiryStorm", "one of two exporters sees znodes go",
             together(two_exporters, clients.expire(60, 60), put(EPHEMERAL, 200, **SECOND)), {10: [], 12: [], 14: []}),

    scenario("EphemeralsDropped", "one of two exporters sees them go", seen_by_one(clients.drop_ephemerals(120, 20)),
             {32: [], 40: []}),
    scenario("EphemeralsDropped", "one of two exporters has just started",
             together(late(31), clients.drop_ephemerals(120, 20)), {31: [], 32: ["EphemeralsDropped"]}),
    scenario("EphemeralsDropped", "40 of 50 are gone", clients.drop_ephemerals(50, 10), {40: []}),

    scenario("ConnectionsRejected", "one every five minutes",
             put("connections_rejected_total", lambda t: t // 300, member="zk-2:2181"),
             {9: [], 30: clients.REJECTED}),
    scenario("ConnectionsRejected", "a TLS handshake too many every five minutes",
             put("tls_handshakes_exceeded_total", lambda t: t // 300, member="zk-2:2181", **FIRST),
             {9: [], 30: clients.REJECTED}),
    scenario("ConnectionsRejected", "one TLS handshake too many",
             put("tls_handshakes_exceeded_total", jump(5, 1), member="zk-2:2181", **FIRST),
             {8: [], 12: [], 20: []}),
    scenario("ConnectionsRejected", "one of two exporters sees too many TLS handshakes",
             together(two_exporters,
                      put("tls_handshakes_exceeded_total", counter(0, 5, 1), member="zk-2:2181", **FIRST),
                      put("tls_handshakes_exceeded_total", 0, member="zk-2:2181", **SECOND)),
             {10: [], 11: clients.REJECTED}),

    scenario("LargeRequestsRejected", "one request",
             put("large_requests_rejected_total", jump(5, 1), member="zk-2:2181"),
             {4: [], 5: ["LargeRequestsRejected zk-2"]}),

    *(scenario("PayloadNearJuteLimit", f"{name} exactly at the share", put(metric, 838_860, 10), {9: [], 30: []})
      for name, metric in (("a response", "client_response_size_last_bytes"),
                           ("the largest response", "client_response_size_max_bytes"),
                           ("a proposal", "proposal_size_last_bytes"),
                           ("the largest proposal", "proposal_size_max_bytes"))),
    *(scenario("PayloadNearJuteLimit", f"{name}s of 900 kB, and smaller ones of another member",
               together(clients.largest(metric, 900e3), clients.largest(metric, 100e3, member="zk-1:2181")),
               {9: [], 10: PAYLOAD})
      for name, metric in (("response", "client_response"), ("proposal", "proposal"))),
    scenario("PayloadNearJuteLimit", "a proposal of 900 kB, as one member tells",
             put("proposal_size_last_bytes", 900e3, 5, 6, member="zk-2:2181"),
             {4: [], 5: PAYLOAD, 65: PAYLOAD, 66: []}),

    scenario("WatchCountGrowth", "they double",
             put("watches", lambda t: 120e3 if t >= 1.5 * DAY * 60 else 60e3), {1.5 * DAY + 60: []}, step=1800),
    scenario("WatchCountGrowth", "a member is added, with many watches", member_of_today, {2 * DAY: []}, step=1800),
    scenario("WatchCountGrowth", "half a day later",
             put("watches", lambda t: 90e3 if t >= 1.5 * DAY * 60 else 30e3),
             {1.5 * DAY: [], 2 * DAY: ["WatchCountGrowth"], 2.25 * DAY: ["WatchCountGrowth"]}, step=1800),
    scenario("WatchCountGrowth", "one of two exporters sees them grow",
             together(two_exporters, put("watches", lambda t: 90e3 if t >= 1.5 * DAY * 60 else 30e3),
                      put("watches", 30e3, **SECOND)),
             {1.5 * DAY: [], 1.5 * DAY + 30: ["WatchCountGrowth"]}, step=1800),
    scenario("WatchCountGrowth", "one of two exporters saw fewer of them a day ago",
             together(two_exporters, put("watches", 100e3), put("watches", 30e3, 0, 1.2 * DAY, **SECOND)),
             {1.5 * DAY: [], 2 * DAY: []}, step=1800),

    scenario("WatchStorm", "1,000 a second",
             together(fires(5, (240, 999, 400)), fires(5, (240, 999, 600), member="zk-1")),
             {240: [], 256: [], 300: []}),
    scenario("WatchStorm", "there was another one two days ago",
             fires(10, (0, DAY, 1000), (2.2 * DAY, 9 * DAY, 1500)),
             {2.2 * DAY: [], 2.2 * DAY + 24: ["WatchStorm"], 2.2 * DAY + 60: ["WatchStorm"]}, step=240),
    scenario("WatchStorm", "half a day ago there were many",
             fires(10, (0, 720, 300), (1320, 9 * DAY, 1400)), {1320: [], 1344: [], 1380: []}, step=240),
    scenario("QuotaExceeded", "refusals of long ago, seen by a new exporter beside an old one",
             together(two_exporters, clients.first_refusal(0), away(0, 15),
                      put("quota_exceeded_total", 1, namespace="shop", member="zk-2:2181", **SECOND)),
             {16: [], 20: [], 30: []}),
    scenario("QuotaExceeded", "refusals of long ago, seen by a new exporter beside the old one of another ensemble",
             together(one_for_each, clients.first_refusal(0), away(0, 15)), {16: [], 20: [], 30: []}),
]


# ---- process and security

def two_collectors(share: float) -> Change:
    """Each of two collectors that stop the world takes that share of the time."""
    return together(process.collect("G1 Young Generation", share), process.collect("G1 Old Generation", share))


def pauses_as_one_sees(world: World) -> None:
    """One of two exporters sees garbage collections."""
    two_exporters(world)
    for target, share in ((FIRST, 0.1), (SECOND, 0)):
        world.put("zookeeper_jvm_gc_collection_seconds_sum", counter(0.002, 10, share), gc="G1 Young Generation",
                  member="zk-2:2181", **target)


def one_of_one_version(world: World) -> None:
    """An upgrade that was left half done; a second exporter polls those of one version only."""
    process.upgrade(9)(world)
    availability.polls_a_part(world, "zk-0", "zk-1")
    world.put("zookeeper_ensemble_versions", 1, **SECOND)


def sidecars_beside_larger(world: World) -> None:
    """An upgrade, left half done, with sidecars, which also poll all of `search`; and one exporter of two members."""
    process.upgrade_with_sidecars(world)
    for instance in world.exporters:
        world.polls[instance]["search"] = ALL
    world.exporters.append("exporter-3:9141")
    world.polls["exporter-3:9141"] = {"orders": ("zk-0", "zk-1")}
    for figure in OF_ENSEMBLE:
        world.put(f"zookeeper_ensemble_{figure}", None, instance="exporter-3:9141")


PAUSES, MANY = ["JvmPausesHigh zk-2"], process.MANY
PROCESS = [
    scenario("FileDescriptorsExhausted", "3,800 of 4,000 are open",
             together(put("max_file_descriptors", 4000), process.open_files(3800)), {30: MANY}),
    scenario("FileDescriptorsHigh", "3,200 of 4,000 are open",
             together(put("max_file_descriptors", 4000), process.open_files(3200)), {30: []}),

    *(scenario("JvmPausesHigh", f"{gc}, which works beside the server", process.collect(gc, 0.3), {40: []})
      for gc in ("ConcurrentMarkSweep", "G1 Concurrent GC")),
    scenario("JvmPausesHigh", "3 % of the time in each of two garbage collectors", two_collectors(0.03),
             {20: [], 30: PAUSES}),
    scenario("JvmPausesHigh", "5 % of the time",
             put("jvm_pause_time_seconds_sum", lambda t: t / 20, member="zk-2:2181"), {40: []}),
    scenario("JvmPausesHigh", "5 % of the time in garbage collections",
             put("jvm_gc_collection_seconds_sum", lambda t: t / 20, member="zk-2:2181", gc="G1 Young Generation",
                 **FIRST), {40: []}),
    scenario("JvmPausesHigh", "20 seconds every four minutes",
             put("jvm_pause_time_seconds_sum", lambda t: t // 240 * 20, member="zk-2:2181"), {10: [], 40: PAUSES}),
    scenario("JvmPausesHigh", "garbage collections of 20 seconds every four minutes",
             put("jvm_gc_collection_seconds_sum", lambda t: t // 240 * 20, member="zk-2:2181", gc="G1 Young Generation",
                 **FIRST), {10: [], 40: PAUSES}),
    scenario("JvmPausesHigh", "one of two exporters sees garbage collections", pauses_as_one_sees,
             {20: [], 23: PAUSES}),

    scenario("HeapAlmostFull", "collections leave 90 %", process.heap(900e6, 990e6), {60: [], 90: []}),
    scenario("HeapAlmostFull", "another exporter sees another process at that address", together(
        process.heap(950e6, 990e6), put("jvm_memory_used_bytes", 400e6, area="heap", member="zk-2:2181", **SECOND),
        put("jvm_memory_max_bytes", 1000e6, area="heap", member="zk-2:2181", **SECOND)),
             {49: [], 51: ["HeapAlmostFull zk-2"]}),
    scenario("ThreadsDeadlocked", "one thread", process.deadlock(1, 5), {6: [], 7: ["ThreadsDeadlocked zk-2"]}),
    scenario("ThreadsDeadlocked", "another exporter polled before", together(
        process.deadlock(2, 5), put("jvm_threads_deadlocked", 0, member="zk-2:2181", **SECOND)),
             {6: [], 7: ["ThreadsDeadlocked zk-2"]}),

    scenario("VersionMismatch", "a second exporter polls those of one version only", one_of_one_version,
             {60 + 330: [], 60 + 360: ["VersionMismatch"]}, step=600),
    scenario("VersionMismatch", "with sidecars, beside larger exporters", sidecars_beside_larger,
             {60 + 330: [], 60 + 360: ["VersionMismatch"]}, step=600),

    scenario("TlsHandshakeFailures", "one a minute",
             put("unsuccessful_handshakes_total", lambda t: t // 60, member="zk-2:2181"), {30: []}),
    scenario("AuthFailures", "one a minute", put("auth_failed_total", lambda t: t // 60, member="zk-2:2181"), {30: []}),
    scenario("AuthFailures", "its end", put("auth_failed_total", jump(5, 12), member="zk-2:2181"),
             {9: [], 10: ["AuthFailures zk-2"], 14: ["AuthFailures zk-2"], 15: [], 25: []}),
]


# ---- replication

def stands_still(world: World) -> None:
    """A follower is 20,000 transactions behind under a load of 5,000 a second, and applies none for a while."""
    replication.lag_under_load(world)
    world.put("zookeeper_zxid_sequence", 0, member="zk-2:2181")


def load(*rates: tuple[float, float]) -> Change:
    """So many transactions a second from these minutes on."""
    def total(seconds: int) -> float:
        ends = [*(minute for minute, _ in rates[1:]), 1e9]
        return sum(rate * max(0, min(seconds, end * 60) - minute * 60)
                   for (minute, rate), end in zip(rates, ends, strict=True))
    return put("zxid_sequence", total)


def elections(*lasts: tuple[float, float]) -> Change:
    """At these minutes elections of so many seconds each."""
    return together(put("election_time_seconds_sum", lambda t: sum(each for at, each in lasts if t >= at * 60)),
                    put("election_time_seconds_count", lambda t: sum(t >= at * 60 for at, _ in lasts)))


SLOW, LAGS = ["ElectionSlow"], ["MemberLagging zk-2"]
REPLICATION = [
    scenario("MemberLagging", "1,000 behind, while nobody writes",
             together(load((0, 0)), put("lag_transactions", 1000, 5, member="zk-2:2181")), {30: []}),
    scenario("MemberLagging", "four seconds behind, under load, and it applies none", stands_still, {30: []}),
    scenario("MemberLagging", "after a burst", together(load((0, 5000), (10, 0)), put(
        "lag_transactions", 9000, 12, member="zk-2:2181")), {18: [], 21: LAGS, 26: LAGS}),
    scenario("MemberLagging", "two seconds behind, under load with a pause", together(
        load((0, 5000), (10, 0), (17, 5000)), put("lag_transactions", 9000, 5, member="zk-2:2181")),
             {15: [], 17: [], 18: [], 25: []}),
    scenario("LeaderFlapping", "another exporter has just started",
             together(replication.lead_by_turns(10, 20, 30), late(25)), {29: [], 30: ["LeaderFlapping"]}),

    scenario("ElectionSlow", "two elections of six seconds", elections((10, 6), (11, 6)), {10: [], 12: [], 20: []}),
    scenario("ElectionSlow", "one of ten seconds", elections((10, 10)), {10: [], 20: []}),
    scenario("ElectionSlow", "one of six seconds, and another half an hour later", elections((10, 6), (40, 6)),
             {10: [], 40: [], 50: []}),
    scenario("ElectionSlow", "one of three seconds, and one of twelve half an hour later", elections((10, 3), (40, 12)),
             {10: [], 39: [], 40: SLOW, 54: SLOW, 56: []}),

    scenario("ZxidRolloverSoon", "two days left at one transaction in two seconds",
             put("zxid_sequence", lambda t: 4294967295 - 86400 + t / 2), {90: [], 110: ["ZxidRolloverSoon"]}, step=300),
    scenario("ZxidRolloverSoon", "12 hours left, and a member is far behind",
             together(put("zxid_sequence", counter(25000, 999, 0, 3.2e9)),
                      put("zxid_sequence", counter(1000, 999, 0, 3.2e9), member="zk-2:2181")),
             {60: [], 65: [], 80: ["ZxidRolloverSoon"]}, step=300),

    scenario("MembershipDisagreement", "something else is found", found("hand_over", 5, member="zk-1"), {30: []}),
]


# ---- storage

def logs(*sizes: tuple[float, float], daily: float = 0, **labels: str) -> Change:
    """The log directory of zk-2 grows by so much a day, and by these sizes at these minutes."""
    return put("data_log_dir_size_bytes", lambda t: 20e9 + daily * t / 86400 + sum(
        size for minute, size in sizes if t >= minute * 60), member="zk-2:2181", **labels)


def known_for_a_day(world: World) -> None:
    """A member that is known for a day only has a fast growing log."""
    logs(daily=4e9)(world)
    world.put("zookeeper_data_log_dir_size_bytes", None, 0, DAY, member="zk-2:2181")


def as_another_saw(metric: str, now: float, first: float, second: float) -> Change:
    """Both exporters tell the same now; a day ago one told less than the other."""
    return together(two_exporters, put(metric, now), put(metric, first, 0, 1.5 * DAY, **FIRST),
                    put(metric, second, 0, 1.5 * DAY, **SECOND))


def snapshots(*minutes: float) -> Change:
    """zk-2 takes snapshots at these minutes only."""
    return put("snapshot_time_seconds_count", lambda t: sum(t >= minute * 60 for minute in minutes), member="zk-2:2181")


PURGE, STALE = ["LogPurgeNotWorking zk-2"], ["SnapshotStale zk-2"]
STORAGE = [
    scenario("WritesStalled", "all writes take a second", storage.mean("update_latency", 1, 0, 60), {30: []}),
    scenario("FsyncStalled", "a sync takes a second", storage.mean("fsync_time", 1, 0, 60, member="zk-2:2181"),
             {30: ["FsyncSlow zk-2"]}),
    scenario("FsyncSlow", "a sync takes 50 milliseconds", storage.mean("fsync_time", 0.05, 0, 50), {30: []}),

    scenario("LogPurgeNotWorking", "a purge takes a part", logs((2 * DAY, -1e9), daily=4e9),
             {2.5 * DAY: [], 3 * DAY: [], 3.5 * DAY: []}, step=1800),
    scenario("LogPurgeNotWorking", "no purge for more than two days", logs((2.5 * DAY, -1e9), daily=2e9),
             {4 * DAY: [], 4.75 * DAY: PURGE, 5.5 * DAY: PURGE}, step=1800),
    scenario("LogPurgeNotWorking", "one of two exporters saw a purge",
             together(two_exporters, logs(daily=4e9), logs((2 * DAY, -1e9), daily=4e9, **SECOND)),
             {2.5 * DAY: [], 3 * DAY: []}, step=1800),
    scenario("LogPurgeNotWorking", "a member that is known for a day", known_for_a_day, {2 * DAY + 120: []}, step=1800),
    scenario("LogPurgeNotWorking", "it grew by 2 GiB at once", logs((DAY, 2 * 1024 ** 3)),
             {2 * DAY: [], 2.5 * DAY: []}, step=1800),

    scenario("SnapshotStale", "200,000 transactions at once, and none after",
             together(snapshots(), put("zxid_sequence", jump(600, 200_000))), {900: [], 1200: []}, step=1800),
    scenario("SnapshotStale", "writes of two days ago", together(snapshots(), load((0, 10), (720, 0))),
             {720: STALE, 2.5 * DAY: [], 3 * DAY: []}, step=1800),
    scenario("SnapshotStale", "snapshots of two days ago", snapshots(400, 800, 1200),
             {2640: [], 2700: STALE, 3150: STALE}, step=1800),
    scenario("SnapshotStale", "a snapshot every half a day", snapshots(*range(0, 3 * DAY, 700)),
             {1.5 * DAY: [], 2 * DAY: [], 3 * DAY: []}, step=1800),
    scenario("SnapshotStale", "one of two exporters sees snapshots", seen_by_one(storage.no_snapshots),
             {420: [], 900: []}, step=1800),
    scenario("SnapshotStale", "one of two exporters sees no writes",
             together(two_exporters, storage.no_snapshots, put("zxid_sequence", 0, **SECOND)),
             {390: [], 420: STALE, 900: STALE}, step=1800),

    *(each for alert, metric, unit in (("DataSizeGrowth", "approximate_data_size_bytes", 1e6),
                                       ("ZnodeCountGrowth", "znodes", 1e3))
      for each in (
          scenario(alert, "by half", storage.grow(f"zookeeper_{metric}", 300 * unit, 450 * unit),
                   {1.5 * DAY + 60: [], 2 * DAY: []}, step=1800),
          scenario(alert, "half a day later", storage.grow(f"zookeeper_{metric}", 200 * unit, 400 * unit),
                   {1.5 * DAY: [], 2 * DAY: [alert], 2.25 * DAY: [alert]}, step=1800),
          scenario(alert, "one of two exporters told less a day ago", as_another_saw(metric, 400 * unit, 300 * unit,
                                                                                     200 * unit),
                   {1.5 * DAY: [], 2 * DAY: []}, step=1800))),
]


# ---- of two exporters one sees it

DISAGREE = ("MemberNotServing", "MemberReadOnly", "RequestsThrottled", "OutstandingRequestsHigh",
            "ClientNearConnectionLimit", "ConnectionsRejected", "LargeRequestsRejected", "PayloadNearJuteLimit",
            "QuotaExceeded", "MetricsIncomplete", "FileDescriptorsExhausted", "FileDescriptorsHigh", "JvmPausesHigh",
            "TlsHandshakeFailures", "AuthFailures", "DataDiffers", "DigestMismatch", "UnrecoverableError",
            "LogPurgeNotWorking", "DataSizeGrowth", "ZnodeCountGrowth")


def first_of(alert: str) -> Scenario:
    """The first scenario in which an alert fires."""
    areas = (availability, clients, exporter, process, replication, security, storage)
    return next(each for area in areas for each in area.SCENARIOS if each.alert == alert and each.fires)


SCENARIOS = [
    *AVAILABILITY, *EXPORTER, *CLIENTS, *PROCESS, *REPLICATION, *STORAGE,
    *(replace(each, name=f"{each.name}, as one of two exporters sees", change=seen_by_one(each.change))
      for each in map(first_of, DISAGREE)),
]

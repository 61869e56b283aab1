"""Scenarios of zookeeper-canary.rules.yml."""

from scenario import FIRST, SECOND, Change, counter, scenario
from scenarios_availability import LOST, lose, two_exporters
from world import World

MEMBER = "zk-2:2181"
OPERATIONS = "zookeeper_canary_operations_total"
SESSIONS = "zookeeper_session_establish_seconds"
FAIL, READS, SLOW, LATE, BLIND, LONG = (f"{each} zk-2" for each in (
    "WritesFail", "ReadsFail", "WritesSlow", "WatchesLate", "CanaryBlind", "SessionEstablishSlow"))


def found(code: str, first: float = 5, last: float = 1e9, **labels: str) -> Change:
    """The canary finds this about zk-2."""
    return lambda world: world.finding(code, first, last, **{"member": MEMBER} | labels)


def by_both(*changes: Change) -> Change:
    """Two exporters, and what they see."""
    return lambda world: (two_exporters(world), *(each(world) for each in changes))


def no_canary(world: World) -> None:
    """The canary is off."""
    for each in (OPERATIONS, *(f"{SESSIONS}_{part}" for part in ("bucket", "count"))):
        world.put(each, None)


def sessions(slow: int, quick: int = 0, at: float = 10, **labels: str) -> Change:
    """So many sessions with zk-2 are established within as many minutes."""
    def change(world: World) -> None:
        def grown(by: int):
            return lambda t: float(min(max(0, t // 60 - at), by))

        labelled = {"member": MEMBER} | labels
        world.put(f"{SESSIONS}_count", lambda t: grown(slow)(t) + grown(quick)(t), **labelled)
        world.put(f"{SESSIONS}_bucket", lambda t: grown(slow)(t) + grown(quick)(t), le="+Inf", **labelled)
        for bound in ("0.5", "1"):
            world.put(f"{SESSIONS}_bucket", grown(quick), le=bound, **labelled)
    return change


def still(operation: str, at: float = 20, **labels: str) -> Change:
    """Nobody tries this operation any more."""
    return lambda world: world.put(OPERATIONS, counter(0.1, at, 0), operation=operation, result="ok",
                                   **{"member": MEMBER} | labels)


def reads_only(world: World) -> None:
    """The canary's level is read."""
    world.put(OPERATIONS, None, operation="set")


def one_reads(world: World) -> None:
    """Of two exporters one writes; the other one reads."""
    two_exporters(world)
    world.put(OPERATIONS, 0, operation="set", **SECOND)


def one_dies_that_wrote(world: World) -> None:
    """The writer's process ends, and the other exporter goes on reading, and does not begin to write."""
    one_reads(world)
    world.exporter(20, 1e9, FIRST["instance"])
    world.put("up", None, 20, **FIRST)


def nothing_works(world: World) -> None:
    """Every operation with zk-2 ends in a timeout: that is not blind."""
    for operation in ("sync", "set"):
        world.put(OPERATIONS, counter(0.1, 10, 0), operation=operation, result="ok", member=MEMBER)
        world.put(OPERATIONS, counter(0, 10, 0.1), operation=operation, result="timeout", member=MEMBER)


SCENARIOS = [
    scenario("WritesFail", "writes through a member fail", found("writes_fail"), {5: [], 6: [FAIL], 60: [FAIL]}),
    scenario("WritesFail", "two exporters find it", by_both(found("writes_fail"), found("writes_fail", **SECOND)),
             {5: [], 6: [FAIL]}),
    scenario("WritesFail", "one of two exporters finds it", by_both(found("writes_fail", **SECOND)),
             {5: [], 6: [FAIL]}),
    scenario("WritesFail", "the quorum is lost", lose("zk-1", "zk-2"), {5: [], 6: LOST, 9: LOST}),
    scenario("WritesFail", "for half a minute", found("writes_fail", 5, 5.5), {5.5: [], 6: [], 7: []}, step=30),
    scenario("WritesFail", "the exporter restarts meanwhile",
             lambda w: (found("writes_fail")(w), w.exporter(10, 11), found("writes_fail", 11, 12)(w)),
             {9: [FAIL], 10: [], 12: [FAIL], 13: [FAIL]}),
    scenario("WritesFail", "the canary is off", no_canary, {6: [], 60: []}),

    scenario("ReadsFail", "reads through a member fail", found("reads_fail"), {5: [], 6: [READS], 60: [READS]}),
    scenario("ReadsFail", "two exporters find it", by_both(found("reads_fail"), found("reads_fail", **SECOND)),
             {5: [], 6: [READS]}),
    scenario("ReadsFail", "for half a minute", found("reads_fail", 5, 5.5), {5.5: [], 6: [], 7: []}, step=30),

    scenario("WritesSlow", "writes through a member are slow", found("writes_slow"), {9: [], 10: [SLOW], 60: [SLOW]}),
    scenario("WritesSlow", "two exporters find it", by_both(found("writes_slow"), found("writes_slow", **SECOND)),
             {9: [], 10: [SLOW]}),
    scenario("WritesSlow", "for four minutes", found("writes_slow", 5, 9), {9: [], 10: [], 12: []}),

    scenario("WatchesLate", "watches of a member are late", found("watches_late"), {9: [], 10: [LATE], 60: [LATE]}),
    scenario("WatchesLate", "two exporters find it", by_both(found("watches_late"), found("watches_late", **SECOND)),
             {9: [], 10: [LATE]}),
    scenario("WatchesLate", "for four minutes", found("watches_late", 5, 9), {9: [], 10: [], 12: []}),

    scenario("SessionEstablishSlow", "three sessions take long", sessions(3),
             {12: [], 13: [LONG], 70: [LONG], 73: []}),
    scenario("SessionEstablishSlow", "three of ten sessions take long", sessions(3, 7), {12: [], 13: [LONG]}),
    scenario("SessionEstablishSlow", "two exporters see it of their own sessions",
             by_both(sessions(4, 1, **FIRST), sessions(2, 5, **SECOND)), {12: [], 13: [LONG]}),
    scenario("SessionEstablishSlow", "two sessions of each of two exporters take long",
             by_both(sessions(2, **FIRST), sessions(2, 3, **SECOND)), {13: [], 30: []}),
    scenario("SessionEstablishSlow", "two sessions take long", sessions(2), {13: [], 60: []}),
    scenario("SessionEstablishSlow", "ten sessions are quick", sessions(0, 10), {13: [], 30: [], 45: []}),
    scenario("SessionEstablishSlow", "three sessions take long, and others were quick two hours before", lambda w: [
        w.put(f"{SESSIONS}_{part}", lambda t, slow=slow: 5 * (t >= 600) + slow * (t >= 7800.0), member=MEMBER, **more)
        for part, more, slow in (("count", {}, 3), ("bucket", {"le": "1"}, 0))], {129: [], 130: [LONG], 185: [LONG]}),
    scenario("SessionEstablishSlow", "three sessions take long within three hours",
             lambda w: [w.put(f"{SESSIONS}_{part}", lambda t: float(t // 4800), member=MEMBER, **more)
                        for part, more in (("count", {}), ("bucket", {"le": "+Inf"}))], {165: [], 245: []}),
    scenario("SessionEstablishSlow", "the exporter restarts, and has new sessions",
             lambda w: (w.exporter(10, 12), w.put(f"{SESSIONS}_count", 1, 12), w.put(f"{SESSIONS}_bucket", 1, 12)),
             {13: [], 30: []}),

    scenario("CanaryBlind", "it can't log in", found("canary_blind"), {19: [], 20: [BLIND], 60: [BLIND]}),
    scenario("CanaryBlind", "two exporters can't", by_both(found("canary_blind"), found("canary_blind", **SECOND)),
             {19: [], 20: [BLIND]}),
    scenario("CanaryBlind", "the canary stands still", lambda w: (still("sync")(w), still("set")(w)),
             {44: [], 45: [BLIND], 90: [BLIND]}),
    scenario("CanaryBlind", "nobody writes any more", still("set"), {44: [], 45: [BLIND]}),
    scenario("CanaryBlind", "a canary that only reads stands still", lambda w: (reads_only(w), still("sync")(w)),
             {44: [], 45: [BLIND]}),
    scenario("CanaryBlind", "the exporter that wrote is gone, and nobody takes over", one_dies_that_wrote,
             {43: [], 44: ["CanaryBlind zk-0", "CanaryBlind zk-1", BLIND]}),
    scenario("CanaryBlind", "of two exporters one reads", one_reads, {30: [], 60: []}),
    scenario("CanaryBlind", "of two exporters one stands still",
             by_both(still("sync", **FIRST), still("set", **FIRST)), {45: [], 60: []}),
    scenario("CanaryBlind", "nothing else is tried", still("exists"), {45: [], 60: []}),
    scenario("CanaryBlind", "the canary only reads", reads_only, {45: [], 60: []}),
    scenario("CanaryBlind", "everything fails", nothing_works, {45: [], 60: []}),
    scenario("CanaryBlind", "it stands still for twenty minutes",
             lambda w: [w.put(OPERATIONS, lambda t: min(t, 1200) / 10 + max(0, t - 2400) / 10, operation=each,
                              result="ok", member=MEMBER) for each in ("sync", "set")], {40: [], 45: [], 50: []}),
    scenario("CanaryBlind", "the exporter restarts", lambda w: w.exporter(10, 12), {15: [], 30: []}),
    scenario("CanaryBlind", "the canary is off", no_canary, {30: [], 60: []}),
]

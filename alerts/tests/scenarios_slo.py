"""Scenarios of zookeeper-slo.rules.yml. Most begin after two days: a budget is judged from its second day on."""

from collections.abc import Callable

from scenario import FIRST, SECOND, Change, scenario
from scenarios_availability import two_exporters
from world import World

OPERATIONS = "zookeeper_canary_operations_total"
TIMES = "zookeeper_canary_operation_duration_seconds"
HOUR, DAY = 60, 24 * 60  # minutes
BEGIN = 2 * DAY
STEP = 300  # seconds
ALL = ("zk-0", "zk-1", "zk-2")
Share = tuple[float, float, float]  # from a minute on, until another one, so much of the writes
BURN, SLOW_BURN, LATENCY = ["WriteErrorBudgetBurn"], ["WriteErrorBudgetSlowBurn"], ["WriteLatencyBudgetBurn"]


def part(shares: tuple[Share, ...], rest: bool = False) -> Callable[[int], float]:
    """A counter of these shares of the writes, or of the rest of them: of so many that all numbers are whole."""
    def value(t: int) -> float:
        counted = sum(max(0, min(t, last * 60) - first * 60) * share for first, last, share in shares)
        return float(round(((t - counted) if rest else counted) * 1000))
    return value


def fail(*shares: Share, members: tuple[str, ...] = ALL, **labels: str) -> Change:
    """So many writes end in a timeout, through these members."""
    def change(world: World) -> None:
        for member in members:
            for result, rest in (("ok", True), ("timeout", False)):
                world.put(OPERATIONS, part(shares, rest), operation="set", result=result, member=f"{member}:2181",
                          **labels)
    return change


def slow(*shares: Share, members: tuple[str, ...] = ALL, **labels: str) -> Change:
    """So many writes take more than half a second, through these members."""
    def change(world: World) -> None:
        for member in members:
            world.put(f"{TIMES}_bucket", part(shares, True), le="0.5", member=f"{member}:2181", **labels)
            world.put(f"{TIMES}_count", part((), True), member=f"{member}:2181", **labels)
    return change


def is_off(first: float, last: float) -> Change:
    """The canary is off for a while."""
    def change(world: World) -> None:
        for each in (OPERATIONS, f"{TIMES}_bucket", f"{TIMES}_count"):
            world.put(each, None, first, last)
    return change


def both(*shares: Share) -> Change:
    """So many writes fail, and as many of the others are slow."""
    return together(fail(*shares), slow(*shares))


def together(*changes: Change) -> Change:
    """All of these happen."""
    return lambda world: [change(world) for change in changes]


def rolling_restart(world: World) -> None:
    """Each member is away for ten minutes, half an hour after the other, and an election of half a minute ends it."""
    for i, member in enumerate(ALL):
        away = BEGIN + 30 * i
        fail((away, away + 10, 1), (BEGIN + 70, BEGIN + 70.5, 1), members=(member,))(world)


def refused(world: World) -> None:
    """Somebody took the permission to write away."""
    world.put(OPERATIONS, part(((BEGIN, 9 * DAY, 1),), True), operation="set", result="ok")
    world.put(OPERATIONS, part(((BEGIN, 9 * DAY, 1),)), operation="set", result="no_auth")


def one_writes(*changes: Change) -> Change:
    """Of two exporters the first one writes; the other one reads."""
    def change(world: World) -> None:
        two_exporters(world)
        for each in changes:
            each(world)
        world.put(OPERATIONS, 0, operation="set", **SECOND)
        world.put(f"{TIMES}_bucket", 0, operation="set", **SECOND)
        world.put(f"{TIMES}_count", 0, operation="set", **SECOND)
    return change


def one_is_cut_off(world: World) -> None:
    """The exporter that wrote is cut off from all members, and the other one writes."""
    two_exporters(world)
    for result, rest in (("ok", True), ("connection_loss", False)):
        world.put(OPERATIONS, part(((BEGIN, 9 * DAY, 1),), rest), operation="set", result=result, **FIRST)


END = 9 * DAY
ALL_THREE = [*BURN, *SLOW_BURN, *LATENCY]
SCENARIOS = [
    scenario("WriteErrorBudgetBurn", "3 % of the writes fail", fail((BEGIN, END, 0.03)),
             {BEGIN + 30: [], BEGIN + 35: [], BEGIN + 40: BURN, BEGIN + 120: BURN}, STEP),
    scenario("WriteErrorBudgetBurn", "3 % of the writes fail, and of two exporters one writes",
             one_writes(fail((BEGIN, END, 0.03))), {BEGIN + 30: [], BEGIN + 40: BURN}, STEP),
    scenario("WriteErrorBudgetBurn", "1 % of the writes fail, for hours", fail((BEGIN, BEGIN + 260, 0.01)),
             {BEGIN + 200: [], BEGIN + 220: [], BEGIN + 225: BURN, BEGIN + 270: BURN, BEGIN + 280: []}, STEP),
    scenario("WriteErrorBudgetBurn", "an outage of ten minutes is over", fail((BEGIN, BEGIN + 10, 1)),
             {BEGIN + 10: BURN, BEGIN + 30: BURN, BEGIN + 50: [], BEGIN + 60: [], BEGIN + 70: SLOW_BURN}, STEP),
    scenario("WriteErrorBudgetBurn", "a bad moment, and 1 % from then on",
             fail((BEGIN, BEGIN + 10, 0.1), (BEGIN + 10, END, 0.01)),
             {BEGIN + minute: [] for minute in (10, 15, 20, 60)}, STEP),
    scenario("WriteErrorBudgetBurn", "a rolling restart", rolling_restart,
             {BEGIN + minute: [] for minute in (10, 15, 40, 70, 75, 80, 120)}, STEP),
    scenario("WriteErrorBudgetBurn", "all writes through two of three members fail",
             fail((BEGIN, END, 1), members=ALL[:2]), {BEGIN + minute: [] for minute in (10, 60, 180)}, STEP),
    scenario("WriteErrorBudgetBurn", "the exporter that wrote is cut off", one_is_cut_off,
             {BEGIN + minute: [] for minute in (10, 60, 180)}, STEP),
    scenario("WriteErrorBudgetBurn", "the canary has lost its permission", refused,
             {BEGIN + minute: [] for minute in (10, 60, 180)}, STEP),
    scenario("WriteErrorBudgetBurn", "the canary only reads", lambda w: w.put(OPERATIONS, None, operation="set"),
             {DAY: [], BEGIN: []}, STEP),
    scenario("WriteErrorBudgetBurn", "the canary is off", is_off(0, END), {BEGIN + 60: []}, STEP),
    scenario("WriteErrorBudgetBurn", "in the first day", together(both((DAY + 20 * HOUR, END, 0.5)), is_off(0, DAY)),
             {DAY + 20 * HOUR + 30: [], DAY + 23 * HOUR: [], BEGIN + 15: BURN, BEGIN + 60: BURN, BEGIN + 70: ALL_THREE},
             STEP),
    scenario("WriteErrorBudgetBurn", "the canary was off a day ago", together(both((BEGIN, END, 0.5)), is_off(900, 1560)),
             {BEGIN + 10: BURN, BEGIN + 130: ALL_THREE}, STEP),
    scenario("WriteErrorBudgetBurn", "the canary was off for two days",
             together(both((3.5 * DAY, END, 0.5)), is_off(DAY, 3 * DAY)),
             {3.5 * DAY + 30: [], 3.5 * DAY + 150: []}, STEP),

    scenario("WriteErrorBudgetSlowBurn", "0.4 % of the writes fail from the beginning", fail((0, END, 0.004)),
             {DAY: [], DAY + 50: [], DAY + 150: SLOW_BURN, BEGIN: SLOW_BURN}, STEP),
    scenario("WriteErrorBudgetSlowBurn", "0.4 % of the writes fail for most of a day",
             fail((BEGIN, BEGIN + 1100, 0.004)),
             {BEGIN + 900: [], BEGIN + 970: [], BEGIN + 1030: SLOW_BURN, BEGIN + 1300: SLOW_BURN, BEGIN + 1400: []},
             STEP),
    scenario("WriteErrorBudgetSlowBurn", "an outage of four days ago, and a few failures now",
             fail((DAY, DAY + 120, 1), (5 * DAY, END, 0.0012)), {5 * DAY + 400: [], 5 * DAY + 480: []}, STEP),

    scenario("WriteLatencyBudgetBurn", "4 % of the writes are slow from the beginning", slow((0, END, 0.04)),
             {DAY: [], DAY + 50: [], DAY + 150: LATENCY, BEGIN: LATENCY}, STEP),
    scenario("WriteLatencyBudgetBurn", "4 % of the writes are slow for most of a day",
             slow((BEGIN, BEGIN + 1100, 0.04)),
             {BEGIN + 900: [], BEGIN + 970: [], BEGIN + 1030: LATENCY, BEGIN + 1300: LATENCY, BEGIN + 1400: []}, STEP),
    scenario("WriteLatencyBudgetBurn", "they were slow four days ago, and a few are now",
             slow((DAY, DAY + 1200, 1), (5 * DAY, END, 0.012)), {5 * DAY + 400: [], 5 * DAY + 480: []}, STEP),
    scenario("WriteLatencyBudgetBurn", "all writes through two of three members are slow",
             slow((BEGIN, END, 1), members=ALL[:2]), {BEGIN + 120: [], BEGIN + 180: []}, STEP),
]

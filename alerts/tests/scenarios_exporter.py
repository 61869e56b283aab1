"""Scenarios of zookeeper-exporter.rules.yml and zookeeper-host.rules.yml."""

from scenario import scenario
from scenarios_availability import (asked_nobody, asked_too_few, fail_to_ask, one_exporter_cut_off,
                                    two_exporters)
from world import World

FIRST, SECOND = "exporter-0:9141", "exporter-1:9141"


def one_of_two_gone(world: World) -> None:
    """Of two exporters over the same ensembles one dies."""
    world.exporters.append(SECOND)
    world.exporter(10, 999)


def exporter_of_its_own(world: World, gone: bool = True) -> None:
    """`orders` is polled by an exporter of its own, which ends; or goes on without the ensemble."""
    world.exporters.append(SECOND)
    for metric in {metric for metric, _ in keys(world)}:
        world.put(metric, None, instance=FIRST)
        world.put(metric, None, ensemble="search", instance=SECOND)
        if not gone:
            world.put(metric, None, 10, instance=SECOND)
    if gone:
        world.exporter(10, 999, SECOND)


def keys(world: World) -> list[tuple[str, str]]:
    """Names and labels of all series with an ensemble."""
    return [(name.split("{")[0], name) for name in world.series() if 'ensemble="' in name]


def fail(reason: str):
    """A member answers, but a part of its answers fails for this reason."""
    def change(world: World) -> None:
        world.put("zookeeper_member_failure", 0, 5, member="zk-2:2181", reason="none")
        world.put("zookeeper_member_failure", 1, 5, member="zk-2:2181", reason=reason)
    return change


def seen_by_its_leader_only(world: World) -> None:
    """The exporter can't reach a member that the leader counts as synced."""
    world.state("zk-2", "unreachable", 5)
    world.put("zookeeper_ensemble_finding", None, 5, finding="voter_down")
    world.finding("partial_view", 5, member="zk-2:2181")
    world.level("degraded", 5)


def counted_but_not_asked(world: World) -> None:
    """The exporter fails to ask a member that the leader counts as synced."""
    fail_to_ask(world, "zk-2")
    world.put("zookeeper_ensemble_finding", None, 5, finding="not_asked")
    world.finding("partial_view", 5, member="zk-2:2181")


def fail_to_ask_by_one_of_two(world: World) -> None:
    """One of two exporters fails to ask all; the other finds all well."""
    two_exporters(world)
    asked_nobody(world, SECOND)


def disk(series: str, *labels: tuple[str, str], left: float, hourly: float = 0):
    """A disk of 100 GB with so much left (GB) at hour 7, and so much less every hour."""
    available, size = series.split()
    def change(world: World) -> None:
        world.put(available, lambda t: (left - hourly * (t / 3600 - 7)) * 1e9, **dict(labels))
        world.put(size, 100e9, **dict(labels))
    return change


NODE = ("node_filesystem_avail_bytes node_filesystem_size_bytes",
        ("instance", "zk-2:9100"), ("mountpoint", "/var/lib/zookeeper"))
CLAIM = ("kubelet_volume_stats_available_bytes kubelet_volume_stats_capacity_bytes",
         ("instance", "node-1:10250"), ("namespace", "orders"), ("persistentvolumeclaim", "data-zookeeper-2"))
OTHER = (NODE[0], ("instance", "zk-2:9100"), ("mountpoint", "/var/log"))
LATE = 7 * 60  # minutes


def not_asked(*members: str) -> list[str]:
    """What fires of members that the exporter fails to ask."""
    return [f"ExporterLocalErrors {each}" for each in members]


SCENARIOS = [
    scenario("MetricsAbsent", "nothing was ever scraped", lambda w: w.exporters.clear(),
             {9: [], 10: ["MetricsAbsent"], 60: ["MetricsAbsent"]}),
    scenario("MetricsAbsent", "one of two exporters dies", one_of_two_gone, {14: [], 30: ["ExporterDown"]}),
    scenario("MetricsAbsent", "the exporter restarts", lambda w: w.exporter(10, 13), {12: [], 13: [], 30: []}),

    scenario("EnsembleUnwatched", "the exporter of an ensemble dies", exporter_of_its_own,
             {19: ["ExporterDown"], 20: ["EnsembleUnwatched", "ExporterDown"],
              60: ["EnsembleUnwatched", "ExporterDown"]}),
    scenario("EnsembleUnwatched", "the ensemble was taken out of the configuration",
             lambda w: exporter_of_its_own(w, gone=False), {30: []}),
    scenario("EnsembleUnwatched", "the only exporter fails to ask two of three", asked_too_few,
             {14: [], 15: ["EnsembleUnwatched"], 20: ["EnsembleUnwatched", *not_asked("zk-1", "zk-2")]}),
    scenario("EnsembleUnwatched", "the only exporter fails to ask one of three", lambda w: fail_to_ask(w, "zk-2"),
             {19: [], 30: not_asked("zk-2")}),
    scenario("EnsembleUnwatched", "one of two exporters fails to ask all", fail_to_ask_by_one_of_two,
             {19: [], 30: not_asked("zk-0", "zk-1", "zk-2")}),
    scenario("EnsembleUnwatched", "one of two exporters dies", one_of_two_gone, {14: [], 30: ["ExporterDown"]}),

    scenario("ExporterDown", "one of two exporters dies", one_of_two_gone, {14: [], 15: ["ExporterDown"]}),
    scenario("ExporterDown", "it restarts", lambda w: w.exporter(10, 13), {12: [], 13: [], 30: []}),
    scenario("ExporterDown", "something else is down",
             lambda w: w.put("up", 0, job="web", instance="web-0:80"), {30: []}),

    scenario("ExporterLocalErrors", "a member can't be asked", lambda w: fail_to_ask(w, "zk-2"),
             {19: [], 20: not_asked("zk-2")}),
    scenario("ExporterLocalErrors", "a part of the answers of a member can't be asked for", fail("local_error"),
             {19: [], 20: not_asked("zk-2")}),
    scenario("ExporterLocalErrors", "a member is down", lambda w: w.state("zk-2", "unreachable", 5),
             {21: ["MemberDown zk-2", "QuorumAtRisk"]}),

    scenario("PartialView", "only the exporter can't reach a member", seen_by_its_leader_only,
             {10: [], 19: [], 20: ["PartialView zk-2"]}),
    scenario("PartialView", "one of two exporters reaches nobody", one_exporter_cut_off,
             {10: [], 19: [], 20: ["PartialView zk-0", "PartialView zk-1", "PartialView zk-2"]}),
    scenario("PartialView", "the exporter fails to ask a member that the leader counts", counted_but_not_asked,
             {19: [], 30: not_asked("zk-2")}),
    scenario("PartialView", "one of two exporters fails to ask all", fail_to_ask_by_one_of_two,
             {19: [], 30: not_asked("zk-0", "zk-1", "zk-2")}),
    scenario("PartialView", "for ten minutes",
             lambda w: w.finding("partial_view", 5, 15, member="zk-2:2181"), {14: [], 20: []}),

    scenario("MetricsIncomplete", "an answer is cut short", fail("truncated"),
             {19: [], 20: ["MetricsIncomplete zk-2"]}),
    scenario("MetricsIncomplete", "a command is refused, which has its own alert", fail("command_refused"), {30: []}),
    scenario("MetricsIncomplete", "the exporter's own want, which has its own alert", fail("local_error"),
             {19: [], 30: not_asked("zk-2")}),
    scenario("MetricsIncomplete", "the member is down", lambda w: w.state("zk-2", "unreachable", 5),
             {21: ["MemberDown zk-2", "QuorumAtRisk"]}),

    scenario("CommandNotAllowed", "mntr is refused",
             lambda w: w.put("zookeeper_command_allowed", 0, 5, command="mntr", member="zk-2:2181"),
             {19: [], 20: ["CommandNotAllowed zk-2"]}),
    scenario("CommandNotAllowed", "not tried yet",
             lambda w: w.put("zookeeper_command_allowed", float("nan"), member="zk-2:2181"), {30: []}),

    scenario("VoterNotMonitored", "a voter is not configured", lambda w: w.finding("unmonitored_voters", 5),
             {34: [], 35: ["VoterNotMonitored"]}),
    scenario("VoterNotMonitored", "for 20 minutes of a reconfiguration",
             lambda w: w.finding("unmonitored_voters", 5, 25), {24: [], 40: []}),

    scenario("MemberNotInEnsemble", "a removed member is still configured, and gone",
             lambda w: (w.state("zk-3", "unreachable"), w.finding("not_in_membership", 5, member="zk-3:2181")),
             {5: [], 34: [], 35: ["MemberNotInEnsemble zk-3"]}),
    scenario("MemberNotInEnsemble", "for 20 minutes of a reconfiguration",
             lambda w: w.finding("not_in_membership", 5, 25, member="zk-2:2181"), {24: [], 40: []}),

    scenario("SeveralServersAtOneAddress", "a load balancer instead of the members",
             lambda w: (w.finding("several_servers", 5, member="zk-2:2181"), w.level("degraded", 5)),
             {19: [], 20: ["SeveralServersAtOneAddress zk-2"]}),
    scenario("SeveralServersAtOneAddress", "for ten minutes of a move",
             lambda w: w.finding("several_servers", 5, 15, member="zk-2:2181"), {14: [], 20: [], 40: []}),

    scenario("DiskAlmostFull", "4 % left", disk(*NODE, left=4), {0: [], 5: ["DiskAlmostFull"]}),
    scenario("DiskAlmostFull", "4 % of a volume left", disk(*CLAIM, left=4), {0: [], 5: ["DiskAlmostFull"]}),
    scenario("DiskAlmostFull", "15 % left, 5 % an hour", disk(*NODE, left=15, hourly=5),
             {LATE: ["DiskAlmostFull", "DiskFillsSoon"]}, step=600),
    scenario("DiskAlmostFull", "15 % left, 2 % an hour", disk(*NODE, left=15, hourly=2),
             {LATE: ["DiskFillsSoon"]}, step=600),
    scenario("DiskAlmostFull", "60 % left, 20 % an hour", disk(*NODE, left=60, hourly=20), {LATE: []}, step=600),
    scenario("DiskAlmostFull", "10 % left, at rest", disk(*NODE, left=10), {60: []}),
    scenario("DiskAlmostFull", "2 % left elsewhere", disk(*OTHER, left=2), {60: []}),

    scenario("DiskFillsSoon", "15 % left, 1 % an hour", disk(*NODE, left=15, hourly=1),
             {LATE: ["DiskFillsSoon"]}, step=600),
    scenario("DiskFillsSoon", "less than 25 % left from hour 6 on, 3 % an hour", disk(*NODE, left=22, hourly=3),
             {390: [], 400: ["DiskFillsSoon"]}, step=600),
    scenario("DiskFillsSoon", "15 % of a volume left, 1 % an hour", disk(*CLAIM, left=15, hourly=1),
             {LATE: ["DiskFillsSoon"]}, step=600),
    scenario("DiskFillsSoon", "15 % left, 1 % in four hours", disk(*NODE, left=15, hourly=0.25), {LATE: []}, step=600),
    scenario("DiskFillsSoon", "60 % left, 3 % an hour", disk(*NODE, left=60, hourly=3), {LATE: []}, step=600),
]

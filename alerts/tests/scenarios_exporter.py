"""Scenarios of zookeeper-exporter.rules.yml and zookeeper-host.rules.yml."""

import scenario as names
from scenario import collide, scenario, sidecars
from scenarios_availability import (asked_nobody, asked_too_few, fail_to_ask, one_exporter_cut_off,
                                    polls_a_part, two_exporters)
from world import World

FIRST, SECOND = names.FIRST["instance"], names.SECOND["instance"]
HOUR = 60  # minutes


def one_of_two_gone(world: World) -> None:
    """Of two exporters over the same ensembles one dies."""
    world.exporters.append(SECOND)
    world.exporter(10, 999)


def exporter_of_its_own(world: World) -> None:
    """`orders` is polled by an exporter of its own."""
    world.exporters.append(SECOND)
    for instance, ensemble in ((FIRST, "search"), (SECOND, "orders")):
        world.polls[instance] = {ensemble: ("zk-0", "zk-1", "zk-2")}


def it_dies(world: World, first: float = 10, last: float = 1e9) -> None:
    """That exporter ends, and Prometheus still asks for it."""
    exporter_of_its_own(world)
    world.exporter(first, last, SECOND)


def it_vanishes(world: World) -> None:
    """That exporter ends, and Prometheus does not know of it any more, such as a pod's address."""
    it_dies(world)
    world.put("up", None, 10, instance=SECOND)


def taken_out(world: World, first: float = 10, last: float = 1e9) -> None:
    """That exporter is configured anew without the ensemble."""
    exporter_of_its_own(world)
    for metric in {name.split("{")[0] for name in world.series() if 'ensemble="' in name}:
        world.put(metric, None, first, last, instance=SECOND)


def taken_out_then_ended(world: World) -> None:
    """The ensemble is taken out of the exporter's file, and ten minutes later the exporter is taken away."""
    taken_out(world)
    world.exporter(20, 1e9, SECOND)
    world.put("up", None, 20, instance=SECOND)


def replaced(world: World, ensemble: str, at: float) -> None:
    """Later there is an exporter under another name, which tells of this ensemble."""
    instance = "exporter-2:9141"
    world.exporters.append(instance)
    world.polls[instance] = {ensemble: ("zk-0", "zk-1", "zk-2")}
    world.exporter(0, at, instance)
    world.put("up", None, 0, at, instance=instance)


def crashes(world: World) -> None:
    """That exporter ends soon after each start, before it has polled anybody."""
    it_dies(world)
    world.exporter_away.clear()
    for minute in range(10, 60, 3):
        world.exporter(minute, minute + 2, SECOND)
        world.put("zookeeper_up", None, minute, minute + 3, instance=SECOND)
        for member in ("zk-0:2181", "zk-1:2181", "zk-2:2181"):
            world.finding("not_polled", minute + 2, minute + 3, member=member, instance=SECOND)


def answers_now_and_then(world: World) -> None:
    """An exporter answers every other scrape."""
    two_exporters(world)
    for i in range(20, 200, 2):
        world.exporter(i / 2, i / 2 + 0.5, SECOND)


def refuses_its_file(world: World, first: float = 10, last: float = 1e9, *instances: str) -> None:
    """Of two exporters one refuses its new configuration, or each of `instances`."""
    two_exporters(world)
    for instance in instances or (FIRST,):
        world.put("zookeeper_exporter_config_last_reload_successful", 0, first, last, instance=instance)


def cant_ask_beside_another(world: World) -> None:
    """An exporter fails to ask two of three; another one tells of another ensemble of the same name."""
    collide(world)
    asked_too_few(world)
    world.level("healthy", 5, **names.SECOND)
    world.put("zookeeper_ensemble_voters_serving", 3, 5, **names.SECOND)


def overlap(world: World) -> None:
    """Three exporters poll a part each: no member is polled by all."""
    world.exporters += [SECOND, "exporter-2:9141"]
    for i, instance in enumerate(world.exporters):
        world.polls[instance] = {"orders": (f"zk-{i}", f"zk-{(i + 1) % 3}"), "search": ("zk-0", "zk-1", "zk-2")}


def halves(world: World) -> None:
    """Two exporters poll a half each of four voters."""
    world.ensemble("orders", 4)
    world.polls[FIRST] = {"orders": ("zk-0", "zk-1"), "search": ("zk-0", "zk-1", "zk-2")}
    polls_a_part(world, "zk-2", "zk-3")


def exchanged_in_part(world: World) -> None:
    """A member was replaced by one of another name, which one of two exporters polls already."""
    two_exporters(world)
    world.state("zk-3", "follower")
    world.polls[SECOND] = {"orders": ("zk-0", "zk-1", "zk-3"), "search": ("zk-0", "zk-1", "zk-2")}


def rolled(world: World) -> None:
    """An exporter is replaced by one with other names of the same servers; the old one is seen for five minutes."""
    collide(world)
    world.polls[FIRST] = {"orders": ("zk-0", "zk-1", "zk-2")}
    world.polls[SECOND] |= {"search": ("zk-0", "zk-1", "zk-2")}
    world.polls[FIRST]["search"] = ("zk-0", "zk-1", "zk-2")
    world.exporter(0, 10, SECOND)
    world.put("up", None, 0, 10, instance=SECOND)
    world.exporter(15, 1e9, FIRST)
    world.put("up", None, 15, instance=FIRST)


def one_name_twice(world: World, *instances: str, of: str = "zk-1:2181", by: float = 5000) -> None:
    """One name of a member leads these exporters to another process, which runs for longer."""
    for instance in instances or (SECOND,):
        world.put("zookeeper_uptime_seconds", lambda seconds: seconds + by, member=of, instance=instance)


def three_restarts_seen_late(world: World) -> None:
    """A member restarts now and then, and one of two exporters sees it half a minute later."""
    two_exporters(world)
    for instance, late in ((FIRST, 0), (SECOND, 30)):
        world.put("zookeeper_uptime_seconds", lambda t, late=late: (t - late) % 300, 5, member="zk-2:2181",
                  instance=instance)


def a_balancer(world: World) -> None:
    """One address for several servers, of which each exporter sees another."""
    two_exporters(world)
    one_name_twice(world)
    world.finding("several_servers", 0, member="zk-1:2181")


def sidecars_die(world: World) -> None:
    """One sidecar after the other ends."""
    sidecars(world)
    for i, instance in enumerate(world.exporters):
        del world.polls[instance]["search"]
        world.exporter(10 + 5 * i, 1e9, instance)


def sidecars_of_one_address(world: World) -> None:
    """Three sidecars call their members by one address; one restarted later than the others."""
    sidecars(world)
    for i in range(1, 3):
        world.states["orders"][f"zk-{i}"] = [None] * world.count
        for metric in ("up", "uptime_seconds", "member_info"):
            world.put(f"zookeeper_{metric}", (lambda t: t + 5000) if metric == "uptime_seconds" else 1,
                      member="zk-0:2181", job="zookeeper", instance=f"exporter-{i}:9141")


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


def two_pairs(world: World) -> None:
    """Two ensembles of one name, each of them polled by two exporters."""
    collide(world)
    world.exporters += ["exporter-2:9141", "exporter-3:9141"]
    world.polls["exporter-3:9141"] = world.polls[SECOND]


def refuse(command: str):
    """A member refuses this command."""
    return lambda world: world.put("zookeeper_command_allowed", 0, 5, command=command, member="zk-2:2181")


NAMES = ["EnsembleNameCollision"]
REFUSED = ["ExporterConfigReloadFailed"]
UNWATCHED = ["EnsembleUnwatched", "ExporterDown"]
LOST_THERE = ["EnsembleUnavailable", "MemberDown db-1", "MemberNotServing db-0"]
SCENARIOS = [
    scenario("MetricsAbsent", "nothing was ever scraped", lambda w: w.exporters.clear(),
             {9: [], 10: ["MetricsAbsent"], 60: ["MetricsAbsent"]}),
    scenario("MetricsAbsent", "one of two exporters dies", one_of_two_gone, {14: [], 30: ["ExporterDown"]}),
    scenario("MetricsAbsent", "the exporter restarts", lambda w: w.exporter(10, 13), {12: [], 13: [], 30: []}),
    scenario("MetricsAbsent", "there are sidecars only", sidecars, {12: [], 30: []}),

    scenario("EnsembleUnwatched", "the exporter of an ensemble dies", it_dies,
             {19: ["ExporterDown"], 20: ["EnsembleUnwatched", "ExporterDown"],
              60: ["EnsembleUnwatched", "ExporterDown"]}),
    scenario("EnsembleUnwatched", "for a day and a half", lambda w: it_dies(w, 2 * HOUR),
             {2 * HOUR + 15: UNWATCHED, 8 * HOUR: UNWATCHED, 9 * HOUR: UNWATCHED, 26 * HOUR: UNWATCHED,
              36 * HOUR: UNWATCHED}, step=300),
    scenario("EnsembleUnwatched", "its pod is gone, for ten hours", it_vanishes,
             {19: [], 20: ["EnsembleUnwatched"], 10 * HOUR: ["EnsembleUnwatched"]}, step=300),
    scenario("EnsembleUnwatched", "it comes back", lambda w: it_dies(w, 10, 8 * HOUR),
             {8 * HOUR - 5: UNWATCHED, 8 * HOUR + 5: [], 9 * HOUR: []}, step=300),
    scenario("EnsembleUnwatched", "another exporter takes over after eight hours",
             lambda w: (it_vanishes(w), replaced(w, "orders", 8 * HOUR)),
             {8 * HOUR - 5: ["EnsembleUnwatched"], 8 * HOUR: [], 8 * HOUR + 60: [], 12 * HOUR: []}, step=300),
    scenario("EnsembleUnwatched", "another exporter comes, which does not tell of it",
             lambda w: (it_vanishes(w), replaced(w, "search", 4 * HOUR)),
             {4 * HOUR + 60: ["EnsembleUnwatched"], 10 * HOUR: ["EnsembleUnwatched"]}, step=300),
    scenario("EnsembleUnwatched", "another exporter takes over, and dies too",
             lambda w: (it_vanishes(w), replaced(w, "orders", 60), w.exporter(180, 1e9, "exporter-2:9141")),
             {55: ["EnsembleUnwatched"], 60: [], 180: [], 190: UNWATCHED, 10 * HOUR: UNWATCHED}, step=300),
    scenario("EnsembleUnwatched", "Prometheus is away for 55 minutes, again and again", lambda w: it_dies(w, 2 * HOUR),
             {55: [], 4 * HOUR + 35: UNWATCHED, 11 * HOUR: UNWATCHED}, step=3300),
    scenario("EnsembleUnwatched", "its exporter crashes again and again", crashes,
             {40: ["ExporterDown"], 55: ["ExporterDown"]}),
    scenario("EnsembleUnwatched", "its exporter crashes again and again, and then for good",
             lambda w: (crashes(w), w.exporter(60, 1e9, SECOND)), {67: ["ExporterDown"], 69: UNWATCHED}),
    scenario("EnsembleUnwatched", "the ensemble was taken out of the configuration", taken_out, {30: [], 120: []}),
    scenario("EnsembleUnwatched", "the ensemble was taken out, and then the exporter", taken_out_then_ended,
             {19: [], 35: [], 60: [], 120: []}),
    scenario("EnsembleUnwatched", "sidecars die one after the other", sidecars_die,
             {29: ["ExporterDown"] * 3, 30: ["EnsembleUnwatched", "MetricsAbsent", *["ExporterDown"] * 3]}),
    scenario("EnsembleUnwatched", "the only exporter fails to ask two of three", asked_too_few,
             {14: [], 15: ["EnsembleUnwatched"], 20: ["EnsembleUnwatched", *not_asked("zk-1", "zk-2")]}),
    scenario("EnsembleUnwatched", "it fails to ask two of three beside another ensemble of the same name",
             cant_ask_beside_another,
             {14: NAMES, 15: ["EnsembleUnwatched", *NAMES],
              20: ["EnsembleUnwatched", *not_asked("zk-1", "zk-2"), *NAMES]}),
    scenario("EnsembleUnwatched", "the only exporter fails to ask one of three", lambda w: fail_to_ask(w, "zk-2"),
             {19: [], 30: not_asked("zk-2")}),
    scenario("EnsembleUnwatched", "one of two exporters fails to ask all", fail_to_ask_by_one_of_two,
             {19: [], 30: not_asked("zk-0", "zk-1", "zk-2")}),
    scenario("EnsembleUnwatched", "one of two exporters dies", one_of_two_gone, {14: [], 30: ["ExporterDown"]}),

    scenario("ExporterDown", "one of two exporters dies", one_of_two_gone, {14: [], 15: ["ExporterDown"]}),
    scenario("ExporterDown", "for a day and a half", lambda w: (two_exporters(w), w.exporter(2 * HOUR, 1e9, SECOND)),
             {2 * HOUR: [], 2 * HOUR + 5: ["ExporterDown"], 26 * HOUR: ["ExporterDown"], 36 * HOUR: ["ExporterDown"]},
             step=300),
    scenario("ExporterDown", "it answers every other scrape", answers_now_and_then,
             {15: [], 24: ["ExporterDown"], 60: ["ExporterDown"]}, step=30),
    scenario("ExporterDown", "it answers every other scrape, and then all",
             lambda w: (two_exporters(w), [w.exporter(i / 2, i / 2 + 0.5, SECOND) for i in range(20, 80, 2)]),
             {39: ["ExporterDown"], 43: []}, step=30),
    scenario("ExporterDown", "it is taken away",
             lambda w: (two_exporters(w), w.exporter(10, 1e9, SECOND), w.put("up", None, 20, instance=SECOND)),
             {19: ["ExporterDown"], 20: [], 30: []}),
    scenario("ExporterDown", "it restarts", lambda w: w.exporter(10, 13), {12: [], 13: [], 30: []}),
    scenario("ExporterDown", "it is away for four minutes", lambda w: w.exporter(10, 14), {14: [], 18: [], 30: []}),
    scenario("ExporterDown", "something else is down",
             lambda w: w.put("up", 0, job="web", instance="web-0:80"), {30: []}),

    scenario("ExporterConfigReloadFailed", "a mistake in the file", refuses_its_file, {14: [], 15: REFUSED, 90: REFUSED}),
    scenario("ExporterConfigReloadFailed", "two exporters with one file",
             lambda w: refuses_its_file(w, 10, 1e9, FIRST, SECOND), {14: [], 15: REFUSED * 2}),
    scenario("ExporterConfigReloadFailed", "until it is repaired", lambda w: refuses_its_file(w, 10, 40),
             {39: REFUSED, 40: [], 60: []}),
    scenario("ExporterConfigReloadFailed", "for four minutes, while somebody edits it",
             lambda w: (refuses_its_file(w, 10, 14), refuses_its_file(w, 15, 19)), {14: [], 19: [], 30: []}),
    scenario("ExporterConfigReloadFailed", "it ends, and does not start with the mistake",
             lambda w: (refuses_its_file(w), w.exporter(20, 1e9)),
             {19: REFUSED, 20: [], 24: [], 25: ["ExporterDown"], 60: ["ExporterDown"]}),
    scenario("ExporterConfigReloadFailed", "it restarts after the repair",
             lambda w: (refuses_its_file(w, 10, 20), w.exporter(20, 22)), {19: REFUSED, 20: [], 30: []}),

    scenario("EnsembleNameCollision", "two exporters with different servers", collide,
             {9: [], 10: NAMES, 60: NAMES}),
    scenario("EnsembleNameCollision", "one of the two has lost its quorum",
             lambda w: (collide(w), w.state("db-0", "not_serving", ensemble="orders/2"),
                        w.state("db-1", "unreachable", ensemble="orders/2")),
             {9: LOST_THERE, 10: [*LOST_THERE, *NAMES]}),
    scenario("EnsembleNameCollision", "two exporters for each of two ensembles", two_pairs, {9: [], 10: NAMES}),
    scenario("EnsembleNameCollision", "two standalone servers of one address",
             lambda w: (w.ensemble("orders", 1), two_exporters(w), one_name_twice(w, of="zk-0:2181")),
             {9: [], 10: NAMES}),
    scenario("EnsembleNameCollision", "two standalone servers",
             lambda w: (w.ensemble("orders", 1), collide(w, 1)), {9: [], 10: NAMES, 60: NAMES}),
    scenario("EnsembleNameCollision", "an ensemble and a standalone server", lambda w: collide(w, 1),
             {9: [], 10: NAMES, 60: NAMES}),
    scenario("EnsembleNameCollision", "two exporters over one standalone server",
             lambda w: (w.ensemble("orders", 1), two_exporters(w)), {60: []}),
    scenario("EnsembleNameCollision", "the same addresses lead to other processes",
             lambda w: (two_exporters(w), one_name_twice(w)), {9: [], 10: NAMES}),
    scenario("EnsembleNameCollision", "sidecars call their members by one address", sidecars_of_one_address,
             {9: [], 10: NAMES}),
    scenario("EnsembleNameCollision", "one exporter", lambda w: None, {60: []}),
    scenario("EnsembleNameCollision", "two exporters over the same members", two_exporters, {60: []}),
    scenario("EnsembleNameCollision", "one of two exporters reaches nobody", one_exporter_cut_off, {19: []}),
    scenario("EnsembleNameCollision", "three exporters, each of which polls two of three members", overlap, {60: []}),
    scenario("EnsembleNameCollision", "two exporters, each of which polls two of four members", halves, {60: []}),
    scenario("EnsembleNameCollision", "one of two exporters polls a new member already", exchanged_in_part, {60: []}),
    scenario("EnsembleNameCollision", "an exporter is replaced by one with other names of the members", rolled,
             {16: [], 21: [], 40: []}),
    scenario("EnsembleNameCollision", "sidecars", sidecars, {60: []}),
    scenario("EnsembleNameCollision", "a restart that one of two exporters sees later", three_restarts_seen_late,
             {20: ["MemberRestarting zk-2"], 40: ["MemberRestarting zk-2"]}, step=30),
    scenario("EnsembleNameCollision", "one address for several servers", a_balancer,
             {14: [], 30: ["SeveralServersAtOneAddress zk-1"]}),

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

    scenario("CommandNotAllowed", "mntr is refused", refuse("mntr"), {19: [], 20: ["CommandNotAllowed zk-2"]}),
    scenario("CommandNotAllowed", "conf is refused", refuse("conf"), {19: [], 20: ["CommandNotAllowed zk-2"]}),
    scenario("CommandNotAllowed", "wchs is refused", refuse("wchs"), {19: [], 20: ["CommandNotAllowed zk-2"]}),
    scenario("CommandNotAllowed", "a word that no metric needs", refuse("cons"), {30: []}),
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

"""Scenarios of zookeeper-availability.rules.yml."""

from scenario import FIRST, SECOND, collide, scenario
from world import World


def lose(*members: str, state: str = "unreachable", rest: str = "not_serving", at: float = 5) -> object:
    """These members fail, and what is left of the three does not serve any more."""
    def change(world: World) -> None:
        for member in ("zk-0", "zk-1", "zk-2"):
            world.state(member, state if member in members else rest, at)
    return change


def split_after_restart(world: World) -> None:
    """The exporter restarts during an outage: half a minute without metrics, then unknown until all are polled."""
    lose("zk-1", "zk-2")(world)
    world.exporter(12, 12.5)
    world.level("unknown", 12.5, 13)


def hidden_leader(world: World) -> None:
    """A leader with leaderServes=no says that it does not serve; the exporter knows better."""
    world.state("zk-0", "not_serving", 5)
    world.put("zookeeper_ensemble_finding", None, member="zk-0:2181")
    world.level("healthy")
    world.put("zookeeper_ensemble_voters_serving", 3)


def two_exporters(world: World) -> None:
    """Two exporters poll the same ensembles."""
    world.exporters.append("exporter-1:9141")


def one_exporter_cut_off(world: World) -> None:
    """One of two exporters reaches no member any more; the other finds all well."""
    two_exporters(world)
    blind = {"instance": "exporter-1:9141"}
    world.level("unknown", 5, **blind)
    world.put("zookeeper_ensemble_voters_serving", 0, 5, **blind)
    world.put("zookeeper_member_failure", 0, 5, reason="none", **blind)
    world.put("zookeeper_member_failure", 1, 5, reason="refused", **blind)
    for member in ("zk-0:2181", "zk-1:2181", "zk-2:2181"):
        world.put("zookeeper_up", 0, 5, member=member, **blind)
        world.finding("voter_down", 5, member=member, **blind)


def one_exporter_misses_a_voter(world: World) -> None:
    """One of two exporters does not reach a follower and holds the ensemble for being at risk."""
    two_exporters(world)
    world.level("at_risk", 5, instance="exporter-1:9141")


def fail_to_ask(world: World, *members: str, instance: str = "exporter-0:9141") -> None:
    """This exporter is out of file descriptors when it is the turn of these members."""
    exporter = {"instance": instance, "job": "zookeeper"}
    for member in (f"{each}:2181" for each in members):
        world.put("zookeeper_up", 0, 5, member=member, **exporter)
        world.put("zookeeper_member_failure", 0, 5, member=member, **exporter)
        world.put("zookeeper_member_failure", 1, 5, member=member, reason="local_error", **exporter)
        world.put("zookeeper_ensemble_finding", None, 5, member=member, **exporter)
        world.finding("not_asked", 5, member=member, instance=instance)


def asked_too_few(world: World) -> None:
    """The only exporter failed to ask two of three: it can't tell whether there is a quorum."""
    fail_to_ask(world, "zk-1", "zk-2")
    world.level("unknown", 5)
    world.put("zookeeper_ensemble_voters_serving", 1, 5)


def asked_nobody(world: World, instance: str = "exporter-0:9141") -> None:
    """An exporter failed to ask anybody."""
    fail_to_ask(world, "zk-0", "zk-1", "zk-2", instance=instance)
    world.level("unknown", 5, instance=instance)
    world.put("zookeeper_ensemble_voters_serving", 0, 5, instance=instance)


def lost_and_one_not_asked(world: World) -> None:
    """Two of three are dead, so that the third one, which the exporter failed to ask, makes no quorum either."""
    lose("zk-0", "zk-1", "zk-2")(world)
    fail_to_ask(world, "zk-2")


def lost_and_one_exporter_fails(world: World) -> None:
    """All members are dead, as one of two exporters sees; the other failed to ask anybody."""
    two_exporters(world)
    lose("zk-0", "zk-1", "zk-2")(world)
    asked_nobody(world, "exporter-1:9141")


def role_unknown(world: World) -> None:
    """A member that answers and serves nobody, and of which nobody knows whether it is an observer."""
    world.state("zk-3", "not_serving", 5)
    world.put("zookeeper_ensemble_finding", None, member="zk-3:2181")
    world.finding("role_unknown", 5, member="zk-3:2181")


def observer_down(world: World) -> None:
    """An observer answers and serves nobody."""
    world.state("zk-3", "not_serving", 5)
    world.put("zookeeper_ensemble_finding", None, member="zk-3:2181")
    world.finding("observer_down", 5, member="zk-3:2181")


def stranger(world: World) -> None:
    """A removed member still runs, and serves nobody."""
    world.state("zk-3", "not_serving", 5)
    world.put("zookeeper_ensemble_finding", None, member="zk-3:2181")
    world.finding("not_in_membership", 5, member="zk-3:2181")


def split_of_two_exporters(world: World) -> None:
    """Both exporters of a pair see the quorum lost: one alert."""
    two_exporters(world)
    lose("zk-1", "zk-2")(world)


def crash_loop(world: World) -> None:
    """A follower is back for some minutes, again and again."""
    for minute in (10, 20, 30):
        world.state("zk-2", "unreachable", minute, minute + 4)


def leader_moves(world: World, ensemble: str = "orders", host: str = "zk") -> None:
    """Three elections within the hour reset the uptime of every member."""
    for minute, leader, old in ((10, 1, 0), (20, 2, 1), (40, 0, 2)):
        world.state(f"{host}-{old}", "follower", minute, ensemble=ensemble)
        world.state(f"{host}-{leader}", "leader", minute, ensemble=ensemble)


def lost_beside_another(world: World) -> None:
    """Of two ensembles of one name one is lost."""
    collide(world)
    lose("zk-0", "zk-1", "zk-2")(world)


def lost_beside_another_pair(world: World) -> None:
    """The same, each of them polled by two exporters."""
    lost_beside_another(world)
    world.exporters += ["exporter-2:9141", "exporter-3:9141"]
    world.polls["exporter-3:9141"] = world.polls[SECOND["instance"]]


def polls_a_part(world: World, *members: str) -> None:
    """A second exporter over the same ensemble polls these members only."""
    two_exporters(world)
    world.polls[SECOND["instance"]] = {"orders": members}


def part_cut_off(world: World) -> None:
    """An exporter of a part of the members reaches none; the other one, which polls one of these too, finds all well."""
    world.ensemble("orders", 5)
    world.polls[FIRST["instance"]] = {"orders": ("zk-0", "zk-1", "zk-2"), "search": ("zk-0", "zk-1", "zk-2")}
    polls_a_part(world, "zk-2", "zk-3", "zk-4")
    world.level("unknown", 5, **SECOND)
    world.put("zookeeper_ensemble_voters_serving", 0, 5, **SECOND)


def elections_beside_another(world: World) -> None:
    """Of two ensembles of one name one elects three times; the other one is at a far higher epoch."""
    collide(world)
    leader_moves(world)
    world.put("zookeeper_ensemble_epoch", 40, **SECOND)


def loops_beside_another(world: World) -> None:
    """Of two ensembles of one name one has a member in a crash loop, and the other one elects three times."""
    collide(world)
    crash_loop(world)
    leader_moves(world, "orders/2", "db")


def every_other_poll(*levels: str, first: float = 10, last: float = 999, members: tuple[str, ...] = ()):
    """From a minute on the verdict changes at every sample; so do these members."""
    def change(world: World) -> None:
        step = world.step / 60
        for i in range(round(first / step), round(min(last, world.count * step) / step), len(levels)):
            for j, level in enumerate(levels):
                world.level(level, (i + j) * step, (i + j + 1) * step)
                for member in members if level != "healthy" else ():
                    world.state(member, "not_serving", (i + j) * step, (i + j + 1) * step)
    return change


def lost_scrapes(world: World) -> None:
    """At risk, while every fourth scrape is lost."""
    world.state("zk-2", "unreachable", 5)
    for i in range(20, 200, 4):
        world.exporter(i / 2, i / 2 + 0.5)


def risk_with_losses(world: World) -> None:
    """At risk; now and then the quorum is away for half a minute."""
    world.state("zk-2", "unreachable", 5)
    for minute in (10, 17):
        world.level("no_quorum", minute, minute + 0.5)


def flips(member: str, period: int, down: int, state: str = "unreachable", first: float = 10, last: float = 999):
    """Of every `period` samples a member is in this state for the first `down` ones; its process lives on."""
    def change(world: World) -> None:
        step = world.step / 60
        for i in range(round(first / step), round(min(last, world.count * step) / step), period):
            world.state(member, state, i * step, (i + down) * step)
        world.put("zookeeper_uptime_seconds", lambda seconds: seconds, member=f"{member}:2181")
    return change


def unseen_by_scrapes(world: World) -> None:
    """Every second poll fails, and all scrapes come after the good ones."""
    def half(seconds: int) -> float:
        return max(0, seconds - 600) / 20
    world.put("zookeeper_polls_total", half, member="zk-2:2181", result="failed")
    world.put("zookeeper_polls_total", lambda t: t / 10 - half(t), member="zk-2:2181", result="ok")


def not_asked_now_and_then(world: World) -> None:
    """The exporter fails to ask a member every other time, by its own fault."""
    flips("zk-2", 2, 1)(world)
    for i in range(20, 160, 2):
        world.put("zookeeper_member_failure", 0, i / 2, i / 2 + 0.5, member="zk-2:2181")
        world.put("zookeeper_member_failure", 1, i / 2, i / 2 + 0.5, member="zk-2:2181", reason="local_error")
    world.put("zookeeper_ensemble_finding", None, member="zk-2:2181")
    world.level("healthy")


def flips_for_one_exporter(world: World) -> None:
    """One of two exporters reaches a member every other time only; the other one always does."""
    two_exporters(world)
    world.put("zookeeper_serving", lambda t: t // 30 % 2, member="zk-2:2181", **SECOND)
    world.put("zookeeper_up", lambda t: t // 30 % 2, member="zk-2:2181", **SECOND)
    world.put("zookeeper_polls_total", lambda t: t / 20, member="zk-2:2181", result="ok", **SECOND)
    world.put("zookeeper_polls_total", lambda t: t / 20, member="zk-2:2181", result="failed", **SECOND)


def one_minute_up(world: World) -> None:
    """A crash loop: down for four minutes, up for one."""
    for minute in range(10, 40, 5):
        world.state("zk-2", "unreachable", minute, minute + 4)


def refused_words(world: World) -> None:
    """All polls of a member are partial: its whitelist lacks a word."""
    world.put("zookeeper_polls_total", 0, member="zk-2:2181", result="ok")
    world.put("zookeeper_polls_total", lambda t: t / 10, member="zk-2:2181", result="partial")


def several_servers(world: World) -> None:
    """One address leads to the one or the other of two servers, of which one has run for longer."""
    world.put("zookeeper_uptime_seconds", lambda t: t + 900_000 * (t // 120 % 2), member="zk-2:2181")
    world.finding("several_servers", 5, member="zk-2:2181")


def exporter_restarts(world: World) -> None:
    """The exporter restarts again and again."""
    for minute in (10, 20, 30, 40):
        world.exporter(minute, minute + 2)


LOST = ["EnsembleUnavailable"]
NAMES = ["EnsembleNameCollision"]
DOWN = ["MemberDown zk-0", "MemberDown zk-1", "MemberDown zk-2"]
BAD = ["MemberUnreliable zk-2"]
PARTIAL = ["PartialView zk-0", "PartialView zk-1", "PartialView zk-2"]
SCENARIOS = [
    scenario("EnsembleUnavailable", "two of three are killed, the last one sees no quorum", lose("zk-1", "zk-2"),
             {5: [], 6: LOST, 9: LOST, 10: LOST + ["MemberDown zk-1", "MemberDown zk-2", "MemberNotServing zk-0"],
              30: LOST + ["MemberDown zk-1", "MemberDown zk-2", "MemberNotServing zk-0"]}),
    scenario("EnsembleUnavailable", "no member can be reached", lose("zk-0", "zk-1", "zk-2"),
             {5: [], 6: LOST, 9: LOST, 10: LOST + ["MemberDown zk-0", "MemberDown zk-1", "MemberDown zk-2"]}),
    scenario("EnsembleUnavailable", "the exporter restarts during the outage", split_after_restart,
             {11: LOST + ["MemberDown zk-1", "MemberDown zk-2", "MemberNotServing zk-0"], 12: LOST, 12.5: LOST,
              13: LOST, 15: LOST}, step=30),
    scenario("EnsembleUnavailable", "two exporters see it: one alert", split_of_two_exporters, {5: [], 6: LOST}),
    scenario("EnsembleUnavailable", "one of two exporters reaches nobody", one_exporter_cut_off,
             {6: [], 12: [], 19: [], 30: PARTIAL}),
    scenario("EnsembleUnavailable", "the members contradict each other, and too few serve",
             lambda w: (w.level("split_view", 5), w.put("zookeeper_ensemble_failures_tolerated", -1, 5)),
             {5: [], 6: LOST}),
    scenario("EnsembleUnavailable", "an election of half a minute",
             lambda w: w.level("no_quorum", 5, 5.5), {5: [], 5.5: [], 6: [], 10: []}, step=30),
    scenario("EnsembleUnavailable", "an exporter that has just started does not know yet",
             lambda w: w.level("unknown", 0, 0.5), {0: [], 0.5: [], 1: [], 2: []}, step=30),
    scenario("EnsembleUnavailable", "the exporter failed to ask two of three", asked_too_few, {6: [], 14: []}),
    scenario("EnsembleUnavailable", "the exporter failed to ask anybody", asked_nobody, {6: [], 14: []}),
    scenario("EnsembleUnavailable", "the exporter failed to ask one, and two of three are down",
             lost_and_one_not_asked, {5: [], 6: LOST, 14: LOST + ["MemberDown zk-0", "MemberDown zk-1"]}),
    scenario("EnsembleUnavailable", "one of two exporters failed to ask anybody, and all are down",
             lost_and_one_exporter_fails,
             {5: [], 6: LOST, 14: LOST + ["MemberDown zk-0", "MemberDown zk-1", "MemberDown zk-2"]}),
    scenario("EnsembleUnavailable", "it ends", lambda w: w.level("no_quorum", 5, 10), {6: LOST, 10: LOST, 12: []}),

    scenario("EnsembleUnavailable", "another one of the same name is well", lost_beside_another,
             {5: [], 6: LOST, 9: LOST, 14: LOST + DOWN + NAMES}),
    scenario("EnsembleUnavailable", "another one of the same name is well, with two exporters each",
             lost_beside_another_pair, {5: [], 6: LOST, 14: LOST + DOWN + NAMES}),
    scenario("EnsembleUnavailable", "the exporter of a part of the members reaches none of them", part_cut_off,
             {6: [], 14: [], 30: []}),
    scenario("EnsembleUnavailable", "the quorum is away every other time",
             every_other_poll("no_quorum", "healthy"), {12: [], 14: [], 17: LOST, 30: LOST}, step=20),
    scenario("EnsembleUnavailable", "it was away every other time",
             every_other_poll("no_quorum", "healthy", last=20), {19: LOST, 26: LOST, 30: []}, step=20),
    scenario("EnsembleUnavailable", "four elections in ten minutes, half a minute each",
             every_other_poll("no_quorum", *["healthy"] * 4), {20: [], 30: []}, step=30),
    scenario("EnsembleUnavailable", "an exporter that restarts again and again has not polled all yet",
             lambda w: [(w.level("unknown", i, i + 0.5), w.finding("not_polled", i, i + 0.5, member="zk-2:2181"))
                        for i in range(5, 30)], {20: [], 30: []}, step=30),
    scenario("EnsembleUnavailable", "every other scrape is lost meanwhile",
             lambda w: (lose("zk-0", "zk-1", "zk-2")(w), [w.exporter(i / 2, i / 2 + 0.5) for i in range(11, 40, 2)]),
             {6: LOST, 6.5: LOST, 9: LOST, 9.5: LOST}, step=30),

    scenario("QuorumAtRisk", "another one of the same name is well",
             lambda w: (collide(w), w.state("zk-2", "unreachable", 5)),
             {19: ["MemberDown zk-2", *NAMES], 20: ["MemberDown zk-2", "QuorumAtRisk", *NAMES]}),
    scenario("QuorumAtRisk", "another one of the same name runs degraded",
             lambda w: (collide(w), w.level("degraded", **SECOND), w.state("zk-2", "unreachable", 5)),
             {19: ["MemberDown zk-2", *NAMES], 20: ["MemberDown zk-2", "QuorumAtRisk", *NAMES]}),
    scenario("QuorumAtRisk", "every fourth scrape is lost meanwhile", lost_scrapes,
             {19: [], 21: ["QuorumAtRisk"], 90: ["QuorumAtRisk"]}, step=30),
    scenario("QuorumAtRisk", "the quorum is away now and then", risk_with_losses,
             {19: ["MemberDown zk-2"], 20: ["MemberDown zk-2", "QuorumAtRisk"]}, step=30),
    scenario("QuorumAtRisk", "one of two exporters finds it degraded",
             lambda w: (one_exporter_misses_a_voter(w), w.level("degraded", 5, **FIRST)), {40: []}),
    scenario("QuorumAtRisk", "a voter that fails every other time is a ticket",
             flips("zk-2", 2, 1), {20: [], 60: BAD}, step=30),
    scenario("QuorumAtRisk", "one of three is down", lambda w: w.state("zk-2", "unreachable", 5),
             {9: [], 19: ["MemberDown zk-2"], 20: ["MemberDown zk-2", "QuorumAtRisk"]}),
    scenario("QuorumAtRisk", "two of five are down",
             lambda w: (w.ensemble("orders", 5), w.state("zk-3", "unreachable", 5), w.state("zk-4", "unreachable", 5)),
             {19: ["MemberDown zk-3", "MemberDown zk-4"], 20: ["MemberDown zk-3", "MemberDown zk-4", "QuorumAtRisk"]}),
    scenario("QuorumAtRisk", "one of five is down",
             lambda w: (w.ensemble("orders", 5), w.state("zk-4", "unreachable", 5)), {9: [], 40: ["MemberDown zk-4"]}),
    scenario("QuorumAtRisk", "a standalone server and an ensemble of two never have one to spare",
             lambda w: (w.ensemble("orders", 1), w.ensemble("pair", 2)), {40: []}),
    scenario("QuorumAtRisk", "one of two exporters misses a voter", one_exporter_misses_a_voter, {40: []}),

    scenario("MultipleLeaders", "two ensembles under one name",
             lambda w: (w.finding("two_ensembles", 5, member="zk-1:2181"), w.level("split_view", 5)),
             {5: [], 6: [], 7: ["MultipleLeaders"]}),
    scenario("MultipleLeaders", "a leader that does not notice that it was replaced",
             lambda w: w.finding("stale_leader", 5, member="zk-1:2181"), {6: [], 7: ["MultipleLeaders"]}),
    scenario("MultipleLeaders", "a standalone server among the members",
             lambda w: w.finding("standalone_member", 5, member="zk-1:2181"), {6: [], 7: ["MultipleLeaders"]}),
    scenario("MultipleLeaders", "a hand-over", lambda w: w.finding("hand_over", 5, member="zk-1:2181"),
             {6: [], 20: []}),
    scenario("MultipleLeaders", "the leader of each of two ensembles", lambda w: None, {20: []}),

    scenario("MemberDown", "a follower is killed", lambda w: w.state("zk-2", "unreachable", 5),
             {9: [], 10: ["MemberDown zk-2"]}),
    scenario("MemberDown", "an observer is killed",
             lambda w: (w.state("zk-3", "observer", 0, 5), w.state("zk-3", "unreachable", 5)),
             {9: [], 10: ["MemberDown zk-3"], 25: ["MemberDown zk-3"]}),
    scenario("MemberDown", "a restart of four minutes", lambda w: w.state("zk-2", "unreachable", 5, 9),
             {8: [], 9: [], 15: []}),
    scenario("MemberDown", "one of two exporters reaches nobody", one_exporter_cut_off, {12: [], 19: [], 30: PARTIAL}),

    scenario("MemberDown", "the exporter failed to ask a member", lambda w: fail_to_ask(w, "zk-2"), {10: [], 19: []}),
    scenario("MemberDown", "one of two exporters failed to ask a member that is down",
             lambda w: (two_exporters(w), w.state("zk-2", "unreachable", 5),
                        fail_to_ask(w, "zk-2", instance="exporter-1:9141")),
             {9: [], 10: ["MemberDown zk-2"], 19: ["MemberDown zk-2"]}),

    scenario("MemberNotServing", "a member is cut off from its peers", lambda w: w.state("zk-2", "not_serving", 5),
             {9: [], 10: ["MemberNotServing zk-2"]}),
    scenario("MemberNotServing", "nobody knows the role of a member", role_unknown,
             {9: [], 10: ["MemberNotServing zk-3"]}),
    scenario("MemberNotServing", "an observer is cut off", observer_down, {9: [], 10: ["MemberNotServing zk-3"]}),
    scenario("MemberNotServing", "one that is no member any more", stranger, {9: [], 14: [], 30: []}),
    scenario("MemberNotServing", "a leader with leaderServes=no", hidden_leader, {4: [], 12: [], 30: []}),

    scenario("MemberReadOnly", "a member is cut off from its peers in read-only mode",
             lambda w: w.state("zk-2", "read_only", 5), {9: [], 10: ["MemberReadOnly zk-2"]}),
    scenario("MemberReadOnly", "for three minutes", lambda w: w.state("zk-2", "read_only", 5, 8), {8: [], 12: []}),

    scenario("MemberUnreliable", "every other poll fails", flips("zk-2", 2, 1),
             {25: [], 28: BAD, 60: BAD}, step=30),
    scenario("MemberUnreliable", "of ten polls three fail", flips("zk-2", 10, 3), {25: [], 40: BAD, 60: BAD}, step=30),
    scenario("MemberUnreliable", "of ten polls two fail", flips("zk-2", 10, 2), {40: [], 60: []}, step=30),
    scenario("MemberUnreliable", "every second poll fails, and no scrape sees it", unseen_by_scrapes,
             {25: [], 28: BAD, 60: BAD}, step=30),
    scenario("MemberUnreliable", "it serves every other time", flips("zk-2", 2, 1, "not_serving"),
             {25: [], 28: BAD, 60: BAD}, step=30),
    scenario("MemberUnreliable", "it is read-only every other time", flips("zk-2", 2, 1, "read_only"),
             {25: [], 60: BAD}, step=30),
    scenario("MemberUnreliable", "a crash loop with one minute up", one_minute_up,
             {20: [], 30: [*BAD, "MemberRestarting zk-2"], 40: [*BAD, "MemberRestarting zk-2"]}, step=30),
    scenario("MemberUnreliable", "it ends", flips("zk-2", 2, 1, last=40), {39: BAD, 44: BAD, 46: []}, step=30),
    scenario("MemberUnreliable", "a restart of five minutes", lambda w: w.state("zk-2", "unreachable", 10, 15),
             {14: [], 20: [], 30: []}, step=30),
    scenario("MemberUnreliable", "an outage of 20 minutes, and its end",
             lambda w: w.state("zk-2", "unreachable", 10, 30),
             {20: ["MemberDown zk-2"], 29: ["MemberDown zk-2", "QuorumAtRisk"], 31: [], 34: [], 40: []}, step=30),
    scenario("MemberUnreliable", "two restarts of three minutes",
             lambda w: (w.state("zk-2", "unreachable", 10, 13), w.state("zk-2", "unreachable", 17, 20)),
             {20: [], 24: [], 30: []}, step=30),
    scenario("MemberUnreliable", "the exporter fails to ask every other time", not_asked_now_and_then,
             {30: [], 60: []}, step=30),
    scenario("MemberUnreliable", "one of two exporters reaches it every other time", flips_for_one_exporter,
             {30: [], 60: []}, step=30),
    scenario("MemberUnreliable", "a word that its whitelist lacks", refused_words, {30: [], 60: []}, step=30),
    scenario("MemberUnreliable", "a leader with leaderServes=no", hidden_leader, {30: [], 60: []}, step=30),

    scenario("MemberRestarting", "a crash loop", crash_loop,
             {30: [], 34: ["MemberRestarting zk-2"], 72: ["MemberRestarting zk-2"], 90: []}, step=120),
    scenario("MemberRestarting", "three elections in an hour", leader_moves, {26: [], 44: [], 50: []}, step=120),
    scenario("MemberRestarting", "another ensemble of the same name is at a higher epoch", elections_beside_another,
             {14: NAMES, 44: NAMES, 50: NAMES}, step=120),
    scenario("MemberRestarting", "another ensemble of the same name elects", loops_beside_another,
             {30: NAMES, 34: ["MemberRestarting zk-2", *NAMES]}, step=120),
    scenario("MemberRestarting", "one address for several servers", several_servers,
             {14: [], 40: ["SeveralServersAtOneAddress zk-2"], 50: ["SeveralServersAtOneAddress zk-2"]}, step=120),
    scenario("MemberRestarting", "the exporter restarts four times in an hour", exporter_restarts, {42: [], 50: []}),
]

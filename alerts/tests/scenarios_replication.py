"""Scenarios of zookeeper-replication.rules.yml."""

from scenario import FIRST, SECOND, collide, counter, jump, scenario
from world import World


def lead_by_turns(*minutes: float):
    """Each of these minutes brings a new leader."""
    def change(world: World) -> None:
        for i, minute in enumerate(minutes):
            world.state(f"zk-{i % 3}", "follower", minute)
            world.state(f"zk-{(i + 1) % 3}", "leader", minute)
    return change


def elections_then_restart(world: World) -> None:
    """Three elections; the exporter restarts between them, which its counter of elections forgets."""
    lead_by_turns(10, 20, 30)(world)
    world.exporter(24, 26)


def lag_under_load(world: World) -> None:
    """5,000 transactions a second, and a follower four seconds behind."""
    world.put("zookeeper_zxid_sequence", counter(5000, 999, 0))
    world.put("zookeeper_lag_transactions", 20000, member="zk-2:2181")


def election_of(seconds: float, at: float = 10, **labels: str):
    """One election, as long as that."""
    def change(world: World) -> None:
        world.put("zookeeper_election_time_seconds_sum", jump(at, seconds), **labels)
        world.put("zookeeper_election_time_seconds_count", jump(at, 1), **labels)
    return change


def alone_for_an_hour(world: World) -> None:
    """One member had looked for a leader for an hour, until the others came back and elected with it."""
    election_of(0.3)(world)
    election_of(3600, member="zk-0:2181")(world)


def cleared_by_election(world: World) -> None:
    """The writer is fast, but an election has just started a new epoch."""
    world.put("zookeeper_zxid_sequence", lambda seconds: 5000 * (seconds if seconds < 3600 else seconds - 3600))


def lag_beside_another(world: World) -> None:
    """A follower is 20,000 transactions behind; another ensemble of the same name takes 5,000 a second."""
    collide(world)
    world.put("zookeeper_lag_transactions", 20000, 10, member="zk-2:2181")
    world.put("zookeeper_zxid_sequence", counter(5000, 999, 0), **SECOND)


def rollover_by_two(world: World) -> None:
    """Of two ensembles of one name one writes much and has begun an epoch, the other one is at the end of one, idle."""
    collide(world)
    world.put("zookeeper_zxid_sequence", counter(10000, 999, 0), **FIRST)
    world.put("zookeeper_zxid_sequence", 4e9, **SECOND)


def flapping_beside_another(world: World) -> None:
    """One elects three times; another ensemble of the same name is at a far higher epoch."""
    collide(world)
    lead_by_turns(10, 20, 30)(world)
    world.put("zookeeper_ensemble_epoch", 40, **SECOND)


NAMES = ["EnsembleNameCollision"]
SCENARIOS = [
    scenario("FollowersNotSynced", "a follower does not catch up", lambda w: w.finding("not_synced", 5),
             {14: [], 15: ["FollowersNotSynced"]}),
    scenario("FollowersNotSynced", "a follower catches up within eight minutes",
             lambda w: w.finding("not_synced", 5, 13), {12: [], 13: [], 20: []}),

    scenario("MemberLagging", "a follower stands still",
             lambda w: (w.exporters.append(SECOND["instance"]),
                        w.put("zookeeper_lag_transactions", counter(0, 5, 10), member="zk-2:2181"),
                        w.put("zookeeper_lag_transactions", counter(0, 5, 9), member="zk-2:2181", **SECOND)),
             {11: [], 12: ["MemberLagging zk-2"]}),
    scenario("MemberLagging", "beside a busy ensemble of the same name", lag_beside_another,
             {14: NAMES, 15: ["MemberLagging zk-2", *NAMES]}),
    scenario("MemberLagging", "four seconds behind, under load", lag_under_load, {30: []}),
    scenario("MemberLagging", "a burst that it caught up with in three minutes",
             lambda w: w.put("zookeeper_lag_transactions", 9000, 10, 13, member="zk-2:2181"), {12: [], 13: [], 20: []}),

    scenario("LeaderFlapping", "three elections in 20 minutes", lead_by_turns(10, 20, 30),
             {29: [], 30: ["LeaderFlapping"], 53: ["LeaderFlapping"], 60: []}),
    scenario("LeaderFlapping", "beside another ensemble of the same name", flapping_beside_another,
             {29: NAMES, 30: ["LeaderFlapping", *NAMES]}),
    scenario("LeaderFlapping", "two ensembles of one name are at different epochs",
             lambda w: (collide(w), w.put("zookeeper_ensemble_epoch", 40, **SECOND)), {30: NAMES, 40: NAMES}),
    scenario("LeaderFlapping", "the exporter restarts meanwhile", elections_then_restart,
             {29: [], 30: ["LeaderFlapping"]}),
    scenario("LeaderFlapping", "two elections", lead_by_turns(10, 20), {20: [], 40: []}),
    scenario("LeaderFlapping", "three elections in 80 minutes", lead_by_turns(8, 48, 88), {88: [], 92: []}, step=240),

    scenario("ElectionSlow", "an election of 20 seconds", election_of(20), {9: [], 10: ["ElectionSlow"], 30: []}),
    scenario("ElectionSlow", "an election of five seconds", election_of(5), {10: [], 15: []}),
    scenario("ElectionSlow", "a member was alone for an hour before", alone_for_an_hour, {10: [], 15: []}),

    scenario("ZxidRolloverSoon", "12 hours left at 25,000 transactions a second",
             lambda w: w.put("zookeeper_zxid_sequence", counter(25000, 999, 0, 3.2e9)),
             {60: [], 65: [], 80: ["ZxidRolloverSoon"]}, step=300),
    scenario("ZxidRolloverSoon", "12 days left",
             lambda w: w.put("zookeeper_zxid_sequence", counter(1000, 999, 0, 3.2e9)), {130: []}, step=300),
    scenario("ZxidRolloverSoon", "an election starts the count anew", cleared_by_election, {55: [], 130: []}, step=300),
    scenario("ZxidRolloverSoon", "one of two ensembles of one name writes, the other one is far", rollover_by_two,
             {130: NAMES}, step=300),
    scenario("ZxidRolloverSoon", "nobody writes",
             lambda w: w.put("zookeeper_zxid_sequence", 4.2e9), {130: []}, step=300),

    scenario("MembershipDisagreement", "a reconfiguration that was left half done",
             lambda w: (w.finding("membership_disagreement", 5), w.level("split_view", 5)),
             {19: [], 20: ["MembershipDisagreement"]}),
    scenario("MembershipDisagreement", "one that ends after ten minutes",
             lambda w: w.finding("membership_disagreement", 5, 15), {14: [], 20: []}),
]

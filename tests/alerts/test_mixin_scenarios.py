"""The alerts that the mixin makes with another `_config`, in the scenarios of those that are shipped."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from mixin_config import FACTORS, OTHER, PLAYED, evaluate
from rule_files import FILE_OF, SCENARIOS

import promtool
import rules
from scenario import Scenario, scenario
from world import World

# Grown, these figures are a bit more than exactly the threshold, or more than a server can have.
NOT_GROWN = {"JvmPausesHigh: 5 % of the time", "JvmPausesHigh: 5 % of the time in garbage collections",
             "FsyncSlow: a sync takes 50 milliseconds",
             "ZxidRolloverSoon: two days left at one transaction in two seconds"}


class Elsewhere(Scenario):
    """A scenario in the namespace `east`, with grown figures; in `west` ensembles of the same names are well."""

    def world(self) -> World:
        """The world in which it happens."""
        world = super().world()
        east = {labelled(name, "east"): [each and each * FACTORS.get(name.partition("{")[0], 1) for each in samples]
                for name, samples in world.series().items()}
        nothing_left = any("MetricsAbsent" in alerts for alerts in self.firing.values())  # that is told of both at once
        west = {} if nothing_left else World(max(self.firing), self.step).series()
        series = east | {labelled(name, "west"): samples for name, samples in west.items()}
        world.series = lambda: series
        return world


def labelled(series: str, namespace: str) -> str:
    """A series of the job `zookeeper` in a namespace. Prometheus renames a label of the series that is in the way."""
    metric, _, labels = series.partition("{")
    if metric.startswith("zookeeper_"):
        labels = labels.replace("namespace=", "exported_namespace=")
        labels = labels if 'job="' in labels else f'job="zookeeper",{labels}'
    return f"{metric}{{{labels}" if metric.startswith("kubelet_") else f'{metric}{{namespace="{namespace}",{labels}'


def failures(config: dict[str, Any], scenarios: Iterable[Scenario], directory: Path) -> dict[str, str]:
    """What promtool says of these scenarios to the rules made with this `_config`."""
    files = {}
    for group in evaluate(config)["alerts"]["groups"]:
        files[group["name"]] = directory / f"{group['name']}.yml"
        files[group["name"]].write_text(json.dumps({"groups": [group]}))

    def prepared(scenario: Scenario) -> tuple[list[Path], int, dict[str, Any]]:
        name = yaml.safe_load(FILE_OF[scenario.alert].read_text())["groups"][0]["name"]
        known = {alert for alert, file in FILE_OF.items() if file == FILE_OF[scenario.alert]}
        return [files[name]], scenario.step, promtool.unit_test(scenario, known)

    return {title: said for title, said in promtool.run_many(map(prepared, scenarios), directory).items() if said}


def elsewhere(scenarios: Iterable[Scenario]) -> list[Scenario]:
    """These scenarios, as they are played with PLAYED."""
    return [Elsewhere(**vars(each)) for each in scenarios]


def test_a_sample_of_scenarios_with_other_thresholds(tmp_path: Path) -> None:
    """Of each alert with a threshold, the first one in which it fires and the first one in which it does not."""
    marked = [rule["alert"].removeprefix("ZooKeeper") for group in rules.groups(lambda name, _: f"<<{name}>>")
              for rule in group["rules"] if "alert" in rule and "<<" in rule["expr"]]
    sample = [next(each for each in SCENARIOS if each.alert == alert and each.fires == fires)
              for alert in marked for fires in (True, False)]
    assert len(sample) > 30
    assert failures(PLAYED, elsewhere(sample), tmp_path) == {}


@pytest.mark.long
def test_all_scenarios_with_other_thresholds(tmp_path: Path) -> None:
    """Thresholds grow with the figures, another label tells ensembles of one name apart, and a selector is in force."""
    grown = [each for each in SCENARIOS if each.title not in NOT_GROWN]
    assert len(grown) == len(SCENARIOS) - len(NOT_GROWN)
    assert failures(PLAYED, elsewhere(grown), tmp_path) == {}


def test_scenarios_notice_thresholds_that_did_not_change(tmp_path: Path) -> None:
    """With the default thresholds, or without the label, the same scenarios fail."""
    slow = next(each for each in SCENARIOS if each.title == "FsyncSlow: a sync takes 20 milliseconds")
    slow = replace(slow, change=lambda world: world.put("zookeeper_fsync_time_seconds_sum", lambda t: 50 * 0.04 * t))
    lost = next(each for each in SCENARIOS if each.alert == "EnsembleUnavailable" and each.fires)
    assert failures(PLAYED, elsewhere([slow, lost]), tmp_path) == {}
    labels = {key: PLAYED[key] for key in ("selector", "groupingLabels")}
    assert failures(labels, elsewhere([slow, lost]), tmp_path).keys() == {slow.title}
    assert failures(PLAYED | {"groupingLabels": ["cluster"]}, elsewhere([lost]), tmp_path).keys() == {lost.title}


def test_times_and_counts_can_be_changed(tmp_path: Path) -> None:
    """How long a member may be away, or a voter to spare be missing; how often a member may restart, or fail."""
    config = {name: OTHER[name] for name in ("atRiskFor", "memberDownFor", "restarts", "unreliableRatio")}
    down = ["MemberDown zk-2"]
    away = scenario("MemberDown", "one of three is away", lambda w: w.state("zk-2", "unreachable", 5),
                    {14: [], 15: down, 34: down, 35: [*down, "QuorumAtRisk"]})
    loop = scenario("MemberRestarting", "two restarts",
                    lambda w: [w.state("zk-2", "unreachable", minute, minute + 4) for minute in (10, 20)],
                    {22: [], 24: ["MemberRestarting zk-2"]}, step=120)
    flips = next(each for each in SCENARIOS if each.title == "MemberUnreliable: of ten polls three fail")
    changed = [away, loop, replace(flips, firing={25: [], 40: [], 60: []})]
    assert failures(config, changed, tmp_path) == {}
    assert failures({}, changed, tmp_path).keys() == {each.title for each in changed}

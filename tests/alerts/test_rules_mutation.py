"""The scenarios notice when a rule is wrong: each rule is spoilt in several ways, and its own scenarios must fail."""

import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from rule_files import BY_ALERT, FILE_OF, SCENARIOS

import promtool

Rule = dict[str, Any]
# A number after a comparison, a factor or floor of clamp_min, a time of predict_linear. Zero can't be scaled.
COMPARED = re.compile(r"(?:[<>]=?\s+|clamp_min\(\s*|,\s+|\(|\+ )((?!0\b(?!\.)|4294967295)\d[\d.]*)(?!\w)")
MINUTE = {"s": 1 / 60, "m": 1, "h": 60, "d": 1440}


def never(rule: Rule) -> Rule:
    """It can't fire."""
    return rule | {"expr": "vector(0) > 1"}


def always(rule: Rule) -> Rule:
    """It fires for everything, with the labels that it should have."""
    expression = "vector(1)"
    if rule["expr"].startswith(("member:", "max by (cluster, ensemble, member")):
        expression = "max by (cluster, ensemble, member) (zookeeper_up) >= 0"
    elif "$labels.ensemble" in rule["annotations"]["description"]:
        expression = "max by (cluster, ensemble) (zookeeper_ensemble_voters) >= 0"
    return rule | {"expr": expression}


def at_once(rule: Rule) -> Rule | None:
    """It does not wait."""
    return None if rule["for"] == "0m" else rule | {"for": "0m"}


def late(rule: Rule) -> Rule:
    """It waits far longer."""
    number, unit = re.fullmatch(r"(\d+)([mh])", rule["for"]).groups()
    return rule | {"for": f"{round(int(number) * MINUTE[unit] * 1.5 + 16)}m"}


def forgetful(rule: Rule) -> Rule | None:
    """It stops firing as soon as it may."""
    spoilt = {name: value for name, value in rule.items() if name != "keep_firing_for"}
    return spoilt if spoilt != rule else None


def survives(alert: str, mutant: Rule, directory: Path, fires: bool | None = None) -> bool:
    """Whether the scenarios of an alert accept a mutant of it: those that fire, those that don't, or all."""
    groups = deepcopy(yaml.safe_load(FILE_OF[alert].read_text()))
    for group in groups["groups"]:
        group["rules"] = [mutant if each.get("alert") == mutant["alert"] else each
                          for each in group["rules"] if each.get("alert") in (None, mutant["alert"])]
    directory.mkdir()
    (directory / "rules.yml").write_text(yaml.safe_dump(groups))
    for i, scenario in enumerate(SCENARIOS):
        if scenario.alert != alert or (fires is not None and scenario.fires != fires) or len(scenario.firing) > 20:
            continue
        file = directory / f"{i}.yml"
        promtool.write(file, [directory / "rules.yml"], scenario.step, [promtool.unit_test(scenario, {alert})])
        if promtool.run(file):
            return False
    return True


def survivors(mutate: Callable[[Rule], Rule | None], directory: Path, fires: bool | None = None) -> list[str]:
    """The alerts whose mutants no scenario notices."""
    mutants = {alert: mutant for alert, rule in BY_ALERT.items() if (mutant := mutate(rule))}
    assert len(mutants) >= 7
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda alert: survives(alert, mutants[alert], directory / alert, fires), mutants)
        return [alert for alert, survived in zip(mutants, found, strict=True) if survived]


def thresholds() -> Iterator[tuple[str, str, Rule]]:
    """Every number that something is compared with, three times as large and a third of it."""
    for alert, rule in BY_ALERT.items():
        expression = rule["expr"]
        for found in COMPARED.finditer(expression):
            for factor in (3, 1 / 3):
                spoilt = f"{expression[:found.start(1)]}{float(found[1]) * factor}{expression[found.end(1):]}"
                yield alert, f"{alert}, {found[1]} at {found.start(1)} times {factor:.2f}", rule | {"expr": spoilt}


def test_the_rules_themselves_survive(tmp_path: Path) -> None:
    """Without a mutation nothing is noticed, so that what is noticed below is the mutation."""
    alert = "MemberDown"
    assert survives(alert, BY_ALERT[alert], tmp_path / alert)


def test_an_alert_that_never_fires_is_noticed(tmp_path: Path) -> None:
    """By a scenario in which it should."""
    assert survivors(never, tmp_path, fires=True) == []


def test_an_alert_that_always_fires_is_noticed(tmp_path: Path) -> None:
    """By a scenario in which it should not."""
    assert survivors(always, tmp_path, fires=False) == []


@pytest.mark.parametrize("mutate", [at_once, late, forgetful], ids=lambda each: each.__name__)
def test_times_are_pinned(tmp_path: Path, mutate: Callable[[Rule], Rule | None]) -> None:
    """A wrong `for` or `keep_firing_for` is noticed."""
    assert survivors(mutate, tmp_path) == []


@pytest.mark.long
def test_thresholds_are_pinned(tmp_path: Path) -> None:
    """A threshold of another magnitude is noticed."""
    mutants = list(thresholds())
    assert len(mutants) > 60
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda each: survives(each[0], each[2], tmp_path / each[1]), mutants)
        assert [name for (_, name, _), survived in zip(mutants, found, strict=True) if survived] == []

"""Finds the mutants of rules that no scenario notices.

All mutants of a rule stand in one rule file under names of their own, so that promtool plays a scenario once for all.
"""

import json
import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mutants import Mutant, Rule
from rule_files import FILE_OF, RULES_OF, SCENARIOS, TELLING, VALUES, message, name_of

import promtool
from apart import by_cluster, by_job, has_clusters
from scenario import Scenario, Values

AT_ONCE = 6  # scenarios
# A label that no scenario needs as it is, and how the scenarios are told instead.
TOLD = {"grouping by cluster": by_cluster, "grouping by job": by_job}


def uses(rule: Rule, record: str) -> bool:
    """Whether a rule reads what another one records."""
    return re.search(rf"(?<![\w:]){record}(?![\w:])", rule["expr"]) is not None


def below(rules: list[Rule], origin: str) -> list[str]:
    """A rule, and all that depend on it."""
    found = [origin]
    for each in found:
        found += [name_of(rule) for rule in rules if uses(rule, each) and name_of(rule) not in found]
    return found


def above(rules: list[Rule], names: list[str]) -> list[str]:
    """All recorded series that these rules need, but for themselves."""
    found = list(names)
    for each in found:
        expression = next(rule["expr"] for rule in rules if name_of(rule) == each)
        found += [rule["record"] for rule in rules if "record" in rule and uses({"expr": expression}, rule["record"])
                  and rule["record"] not in found]
    return [each for each in found if each not in names]


@dataclass
class Trial:
    """A rule and its mutants, by numbers; 0 is the rule itself."""

    origin: str
    mutants: dict[int, Mutant]
    killed: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.file, rule = next((file, rule) for file, rules in RULES_OF.items() for rule in rules
                               if name_of(rule).removeprefix("ZooKeeper") == self.origin)
        self.rules = RULES_OF[self.file]
        self.names = below(self.rules, name_of(rule))
        self.alerts = {each.removeprefix("ZooKeeper") for each in self.names if each.startswith("ZooKeeper")}
        self.kind = next(iter(self.mutants.values())).kind
        self.mutants = {0: Mutant(self.origin, "none", f"{self.origin}: as it is", rule)} | self.mutants

    @property
    def alive(self) -> list[int]:
        """The numbers of those that nothing has noticed yet, and of the rule itself."""
        return [number for number in self.mutants if number not in self.killed]

    def copies(self, number: int) -> list[Rule]:
        """A mutant and the rules that depend on it, under names of their own."""
        copied = []
        for rule in self.rules:
            if name_of(rule) not in self.names:
                continue
            copy = dict(self.mutants[number].rule if name_of(rule) == self.names[0] else rule)
            for each in self.names:
                copy["expr"] = re.sub(rf"(?<![\w:]){each}(?![\w:])", f"{each}:m{number}", copy["expr"])
            key = "alert" if "alert" in copy else "record"
            copied.append(copy | {key: f"{copy[key]}:m{number}"})
        return copied

    def groups(self, numbers: Iterable[int]) -> str:
        """A rule file."""
        needed = above(self.rules, self.names)
        rules = [rule for rule in self.rules if name_of(rule) in needed]
        return json.dumps({"groups": [{"name": "mutants", "rules": rules + [
            copy for number in numbers for copy in self.copies(number)]}]})

    def test(self, scenario: Scenario | Values) -> dict[str, Any]:
        """A scenario as a test of all that are alive."""
        if isinstance(scenario, Values):
            test = promtool.value_test(scenario)
        else:
            says = TELLING.get(scenario.alert) is scenario and scenario.alert in self.alerts and self.kind not in TOLD
            test = promtool.unit_test(scenario, self.alerts, message(scenario.alert) if says else None)
        if self.kind in TOLD:
            test = TOLD[self.kind](test)
        checks, tellings = [], []
        for number in self.alive:
            def numbered(text: str, number: int = number) -> str:
                text = text.replace("ALERTS{", f'ALERTS{{alertname=~".+:m{number}",')
                return re.sub(rf'(alertname="\w+|{self.names[0]}(?=\{{))', rf"\1:m{number}", text)

            checks += [check | {"expr": numbered(check["expr"]),
                                "exp_samples": [each | {"labels": numbered(each["labels"])}
                                                for each in check["exp_samples"]]}
                       for check in test["promql_expr_test"]]
            tellings += [each | {"alertname": f"{each['alertname']}:m{number}"}
                         for each in test.get("alert_rule_test", [])]
        return test | {"promql_expr_test": checks, "alert_rule_test": tellings}

    def scenarios(self) -> list[list[Scenario | Values]]:
        """In portions: first a few that may notice most; the alerts' own ones before the others of the file."""
        known = [each for each in SCENARIOS if FILE_OF[each.alert] == self.file or len(each.firing) > 20]
        if TOLD.get(self.kind) is by_cluster:
            known = [each for each in known if has_clusters(each)]
        known.sort(key=lambda each: (each.alert not in self.alerts,
                                     max(each.firing) * 60 / each.step * len(each.firing)))
        values = [each for each in VALUES if each.record == self.names[0]]
        silent = [each for each in known if each.alert in self.alerts and not each.fires]
        first = [*values, *(TELLING[alert] for alert in sorted(self.alerts)[:2]), *silent[:1]]
        rest = [each for each in known if each not in first] if self.alerts else []
        return [first] + [rest[i:i + AT_ONCE] for i in range(0, len(rest), AT_ONCE)]

    def play(self, directory: Path) -> None:
        """Plays scenarios until all mutants are noticed."""
        directory.mkdir()
        for i, portion in enumerate(self.scenarios()):
            if self.alive == [0]:
                return
            while self.played(portion, directory / str(i)):
                pass

    def played(self, scenarios: list[Scenario | Values], directory: Path) -> bool:
        """Whether a mutant could not be evaluated: that ends the scenario for the others, too."""
        directory.mkdir(exist_ok=True)
        (directory / "rules.yml").write_text(self.groups(self.alive))
        by_step = defaultdict(list)
        for each in scenarios:
            by_step[each.step].append(self.test(each))
        for step, tests in by_step.items():
            promtool.write(directory / f"{step}.yml", [directory / "rules.yml"], step, tests)
        result = subprocess.run(["promtool", "test", "rules", *(str(directory / f"{step}.yml") for step in by_step)],
                                capture_output=True, text=True, check=False, env=promtool.QUICK)
        told = result.stdout + result.stderr
        errors = {int(number) for number in re.findall(r"rule: \S+:m(\d+), time: ", told)}
        noticed = {int(number) for number in re.findall(r"(?:expr: .*?|alertname: \w+):m(\d+)", told)} | errors
        assert result.returncode == 0 or noticed, told
        assert 0 not in noticed, told
        self.killed |= noticed
        return bool(errors)


def trials(mutants: Iterable[Mutant]) -> list[Trial]:
    """The rules of these mutants; some kinds apart, whose scenarios are told otherwise."""
    groups = defaultdict(list)
    for each in mutants:
        groups[each.origin, TOLD.get(each.kind)].append(each)
    return [Trial(origin, dict(enumerate(group, 1))) for (origin, _), group in groups.items()]


def survivors(mutants: Iterable[Mutant], directory: Path) -> list[str]:
    """The names of those that no scenario notices."""
    all_trials = trials(mutants)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda each: each[1].play(directory / str(each[0])), enumerate(all_trials)))
    return [each.mutants[number].name for each in all_trials for number in each.alive if number]

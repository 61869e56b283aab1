"""Scenarios as unit tests of promtool, and the run of them."""

import json
import os
import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from scenario import WITHOUT_ENSEMBLE, Scenario, Values
from world import notation

AT_ONCE = 8  # tests at a start of promtool, which costs as much as some of them
QUICK = {**os.environ, "GOGC": "800"}  # it lives for seconds: memory for time
FIRING = 'count by (alertname, ensemble, member) (ALERTS{alertstate="firing"})'


def expected_samples(alerts: Iterable[str]) -> list[dict[str, Any]]:
    """What `FIRING` gives when these alerts fire, and no others."""
    samples = []
    for each, count in sorted(Counter(alerts).items()):
        alert, _, member = each.partition(" ")
        labels = {"alertname": f"ZooKeeper{alert}"}
        if alert not in WITHOUT_ENSEMBLE:
            labels["ensemble"] = "orders"
        if member:
            labels["member"] = f"{member}:2181"
        samples.append({"labels": "{" + ",".join(f'{k}="{v}"' for k, v in labels.items()) + "}", "value": count})
    return samples


@cache
def input_series(scenario: Scenario | Values) -> list[dict[str, str]]:
    """The series of a scenario, which don't change."""
    return [{"series": name, "values": notation(samples)} for name, samples in scenario.world().series().items()
            if any(sample is not None for sample in samples)]


def unit_test(scenario: Scenario, known: set[str], message: dict[str, Any] | None = None) -> dict[str, Any]:
    """A scenario as a test. Only the alerts that are known take part; `message` is what its alert must say."""
    test: dict[str, Any] = {
        "name": scenario.title,
        "interval": f"{scenario.step}s",
        "input_series": list(input_series(scenario)),
        "promql_expr_test": [
            {"expr": FIRING, "eval_time": f"{round(minute * 60)}s",
             "exp_samples": expected_samples(each for each in alerts if each.split()[0] in known)}
            for minute, alerts in scenario.firing.items()],
    }
    if message and scenario.moment is not None:
        test["alert_rule_test"] = [{"eval_time": f"{round(scenario.moment * 60)}s",
                                    "alertname": f"ZooKeeper{scenario.alert}", "exp_alerts": [message]}]
    return test


def value_test(values: Values) -> dict[str, Any]:
    """Recorded values as a test."""
    return {
        "name": values.title,
        "interval": f"{values.step}s",
        "input_series": list(input_series(values)),
        "promql_expr_test": [
            {"expr": f'round({values.record}{{ensemble="orders"}}, 0.001)', "eval_time": f"{round(minute * 60)}s",
             "exp_samples": [{"labels": f'{{ensemble="orders",{labels}}}', "value": value}
                             for labels, value in expected.items()]}
            for minute, expected in values.values.items()],
    }


def write(file: Path, rules: list[Path], step: int, tests: list[dict[str, Any]]) -> None:
    """A test file for promtool, with those series that the rules read; JSON is YAML."""
    read = {word for each in rules for word in re.findall(r"[\w:]+", each.read_text().replace("\\n", " "))}
    tests = [test | {"input_series": [series for series in test["input_series"]
                                      if series["series"].partition("{")[0] in read]} for test in tests]
    file.write_text(json.dumps({"rule_files": [str(each) for each in rules], "evaluation_interval": f"{step}s",
                                "tests": tests}))


def run(file: Path) -> str:
    """Runs the tests of a file: nothing, or what promtool says of the failures."""
    result = subprocess.run(["promtool", "test", "rules", str(file)], capture_output=True, text=True, check=False,
                            env=QUICK)
    assert result.returncode == 0 or "FAILED" in result.stdout + result.stderr, result.stderr
    return "" if result.returncode == 0 else result.stdout + result.stderr


def run_many(tests: Iterable[tuple[list[Path], int, dict[str, Any]]], directory: Path) -> dict[str, str]:
    """What promtool says of each test, by its name. Those of a start that fails are run again, each alone."""
    alike = defaultdict(list)
    for rules, step, test in tests:
        alike[tuple(rules), step].append(test)
    portions = [(rules, step, those[i:i + AT_ONCE])
                for (rules, step), those in alike.items() for i in range(0, len(those), AT_ONCE)]

    def play(name: str, rules: tuple[Path, ...], step: int, those: list[dict[str, Any]]) -> dict[str, str]:
        write(directory / f"{name}.yml", list(rules), step, those)
        said = run(directory / f"{name}.yml")
        if not said or len(those) == 1:
            return {test["name"]: said for test in those}
        alone = [play(f"{name}-{i}", rules, step, [test]) for i, test in enumerate(those)]
        return {title: told for each in alone for title, told in each.items()}

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        running = [pool.submit(play, str(i), *portion) for i, portion in enumerate(portions)]
        return {title: said for each in running for title, said in each.result().items()}

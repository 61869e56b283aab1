"""Scenarios as unit tests of promtool, and the run of them."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scenario import WITHOUT_ENSEMBLE, Scenario
from world import notation

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


def unit_test(scenario: Scenario, known: set[str], message: dict[str, Any] | None = None) -> dict[str, Any]:
    """A scenario as a test. Only the alerts that are known take part; `message` is what its alert must say."""
    test: dict[str, Any] = {
        "name": scenario.title,
        "interval": f"{scenario.step}s",
        "input_series": [{"series": name, "values": notation(samples)}
                         for name, samples in scenario.world().series().items()
                         if any(sample is not None for sample in samples)],
        "promql_expr_test": [
            {"expr": FIRING, "eval_time": f"{round(minute * 60)}s",
             "exp_samples": expected_samples(each for each in alerts if each.split()[0] in known)}
            for minute, alerts in scenario.firing.items()],
    }
    if message and scenario.moment is not None:
        test["alert_rule_test"] = [{"eval_time": f"{round(scenario.moment * 60)}s",
                                    "alertname": f"ZooKeeper{scenario.alert}", "exp_alerts": [message]}]
    return test


def write(file: Path, rules: list[Path], step: int, tests: list[dict[str, Any]]) -> None:
    """A test file for promtool; JSON is YAML."""
    file.write_text(json.dumps({"rule_files": [str(each) for each in rules], "evaluation_interval": f"{step}s",
                                "tests": tests}, indent=1))


def run(file: Path) -> str:
    """Runs the tests of a file: nothing, or what promtool says of the failures."""
    result = subprocess.run(["promtool", "test", "rules", str(file)], capture_output=True, text=True, check=False)
    assert result.returncode == 0 or "FAILED" in result.stdout + result.stderr, result.stderr
    return "" if result.returncode == 0 else result.stdout + result.stderr

"""The alert rules as data, and their scenarios: shared by the tests of this folder."""

import importlib
import re
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
ALERTS = ROOT / "alerts"
sys.path[:0] = [str(ALERTS / "tests"), str(ALERTS)]

from scenario import Scenario  # noqa: E402

FILES = sorted(ALERTS.glob("*.rules.yml"))
AREAS = ("availability", "replication", "storage", "clients", "process", "exporter", "replay")
RUNBOOKS = "https://github.com/zookeeper-exporter/zookeeper-exporter/blob/main/alerts/runbooks"


def load(file: Path) -> list[dict[str, Any]]:
    """All rules of a file."""
    return [rule for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]]


RULES = [rule for file in FILES for rule in load(file)]
FILE_OF = {rule["alert"].removeprefix("ZooKeeper"): file for file in FILES for rule in load(file) if "alert" in rule}
BY_ALERT = {rule["alert"].removeprefix("ZooKeeper"): rule for rule in RULES if "alert" in rule}
RECORDED = {rule["record"] for rule in RULES if "record" in rule}
BY_AREA: dict[str, list[Scenario]] = {area: importlib.import_module(f"scenarios_{area}").SCENARIOS for area in AREAS}
SCENARIOS = [each for scenarios in BY_AREA.values() for each in scenarios]


def message(alert: str) -> dict[str, Any]:
    """What an alert must say: its labels, link and description by messages.yml, its runbook by its name."""
    expected = yaml.safe_load((ALERTS / "tests/messages.yml").read_text())[alert]
    return {"exp_labels": expected["labels"],
            "exp_annotations": {"summary": BY_ALERT[alert]["annotations"]["summary"],
                                "description": expected["description"],
                                "dashboard_url": expected["dashboard_url"],
                                "runbook_url": f"{RUNBOOKS}/ZooKeeper{alert}.md"}}


def documented_metrics() -> set[str]:
    """Every series name that docs/metrics.md promises."""
    names = set()
    for name, kind in re.findall(r"^\| `(\w+)` \| (\w+) \|", (ROOT / "docs/metrics.md").read_text(), re.MULTILINE):
        names |= {name} if kind in ("gauge", "counter") else {name, f"{name}_sum", f"{name}_count"}
    return names

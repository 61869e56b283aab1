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

from recorded import VALUES  # noqa: E402
from scenario import Scenario  # noqa: E402

FILES = sorted(ALERTS.glob("*.rules.yml"))
AREAS = ("availability", "replication", "storage", "clients", "process", "security", "exporter", "canary", "slo",
         "edges", "replay")
RUNBOOKS = "https://github.com/zookeeper-exporter/zookeeper-exporter/blob/main/alerts/runbooks"


def load(file: Path) -> list[dict[str, Any]]:
    """All rules of a file."""
    return [rule for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]]


def name_of(rule: dict[str, Any]) -> str:
    """The name by which other rules know a rule."""
    return rule.get("alert") or rule["record"]


RULES_OF = {file: load(file) for file in FILES}
RULES = [rule for rules in RULES_OF.values() for rule in rules]
FILE_OF = {rule["alert"].removeprefix("ZooKeeper"): file
           for file, rules in RULES_OF.items() for rule in rules if "alert" in rule}
BY_ALERT = {rule["alert"].removeprefix("ZooKeeper"): rule for rule in RULES if "alert" in rule}
RECORDED = {rule["record"] for rule in RULES if "record" in rule}
BY_AREA: dict[str, list[Scenario]] = {area: importlib.import_module(f"scenarios_{area}").SCENARIOS for area in AREAS}
SCENARIOS = [each for scenarios in BY_AREA.values() for each in scenarios]
# Of each alert the scenario that pins what it tells: the first in which it fires.
TELLING = {each.alert: each for each in reversed(SCENARIOS) if each.fires}
MESSAGES: dict[str, dict[str, Any]] = yaml.safe_load((ALERTS / "tests/messages.yml").read_text())


def message(alert: str) -> dict[str, Any]:
    """What an alert must say: its labels, link and description by messages.yml, its runbook by its name."""
    expected = MESSAGES[alert]
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
        names |= {f"{name}_bucket"} if kind == "histogram" else set()
    return names

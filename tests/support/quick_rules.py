"""The shipped alert rules with short durations: the same expressions and thresholds, for tests that cannot wait."""

import re
from pathlib import Path
from typing import Any

import yaml

ALERTS = Path(__file__).resolve().parents[2] / "alerts"
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
DURATION = re.compile(r"(\d+)([smhd])")
IN_EXPRESSION = re.compile(r"(\[|\boffset )(\d+[smhd])\b")  # a window, or how far to look back
PACE = 20  # by how much all goes faster, within these bounds in seconds:
FOR, KEEP, WINDOW = (6, 30), (2, 6), (15, 60)


def seconds(duration: str) -> int:
    """Of a duration as Prometheus writes it, of one unit."""
    number, unit = DURATION.fullmatch(duration).groups()
    return int(number) * UNITS[unit]


def _quick(duration: str, bounds: tuple[int, int]) -> str:
    return f"{min(max(seconds(duration) // PACE, bounds[0]), bounds[1])}s"


def _quicken(rule: dict[str, Any]) -> None:
    rule["expr"] = IN_EXPRESSION.sub(lambda found: found[1] + _quick(found[2], WINDOW), rule["expr"])
    for key, bounds in (("for", FOR), ("keep_firing_for", KEEP)):
        if seconds(rule.get(key, "0m")):
            rule[key] = _quick(rule[key], bounds)


def shipped_groups() -> list[dict[str, Any]]:
    """All groups of rules, as they are shipped."""
    files = sorted(ALERTS.glob("*.rules.yml"))
    return [group for file in files for group in yaml.safe_load(file.read_text())["groups"]]


def quick_rules() -> str:
    """One file of all rules, evaluated every second."""
    groups = shipped_groups()
    for group in groups:
        group["interval"] = "1s"
        for rule in group["rules"]:
            _quicken(rule)
    return yaml.safe_dump({"groups": groups}, sort_keys=False)

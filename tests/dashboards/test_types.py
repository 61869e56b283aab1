"""The dashboards against Grafana's own types, as npm has them."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import npm
from grafana import DASHBOARDS, dashboards

TYPES = Path(__file__).parent / "types"
BUILD = DASHBOARDS.parent / "build/dashboards/types"


@pytest.fixture(scope="module")
def check() -> Callable[[Path], list[str]]:
    """Checks a file; gives a line a mistake. Skips where npm's registry is out of reach."""
    npm.install(TYPES, BUILD)

    def run(file: Path) -> list[str]:
        answer = subprocess.run(["node", "check.mjs", file], cwd=BUILD, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.splitlines()

    return run


def test_grafana_knows_every_property(check: Callable[[Path], list[str]]) -> None:
    """No type is wrong, nothing is missing, no key is misspelt."""
    assert [line for uid in dashboards() for line in check(DASHBOARDS / f"{uid}.json")] == []


def test_a_misspelt_key_is_noticed(check: Callable[[Path], list[str]], tmp_path: Path) -> None:
    """In the dashboard, its variables, a panel's options, field configuration and query."""
    text = json.dumps(dashboards()["zookeeper-ensemble"])
    for key in ("schemaVersion", "allValue", "colorMode", "noValue", "drawStyle", "legendFormat", "thresholds"):
        broken = tmp_path / "broken.json"
        broken.write_text(text.replace(f'"{key}"', f'"{key}s"'))
        assert check(broken) != [], key

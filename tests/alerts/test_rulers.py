"""The rulers of Mimir and Thanos take the rules: within Mimir's limits, and by their own checkers."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from rule_files import FILES

import go_tools
import rules

RULES_A_GROUP, GROUPS = 20, 70  # -ruler.max-rules-per-rule-group and -ruler.max-rule-groups-per-tenant of Mimir
MIMIR = "github.com/grafana/mimir@v1.3.1-0.20260423142704-aced80d74930"  # it has no tags that go knows
THANOS = "github.com/thanos-io/thanos@v0.40.1"


def test_groups_are_within_the_limits_of_mimir() -> None:
    """By default it refuses larger groups; names are unique, since a group is known by its name."""
    groups = rules.groups()
    assert max(len(group["rules"]) for group in groups) <= RULES_A_GROUP
    assert len({group["name"] for group in groups}) == len(groups) <= GROUPS


@pytest.fixture(name="files")
def fixture_files(tmp_path: Path) -> list[Path]:
    """The files of rules, and all rules as the mixin writes them."""
    (tmp_path / "zookeeper.rules.yml").write_text(json.dumps({"groups": rules.groups()}))
    return [*FILES, tmp_path / "zookeeper.rules.yml"]


def checker(module: str, package: str) -> Path:
    """One of the two programs, which take Go some minutes each."""
    if not os.environ.get("RULERS"):
        pytest.skip("RULERS=1 make test-alerts builds the checkers of Mimir and Thanos, which takes minutes")
    return go_tools.build_from(module, package)


def run(*command: str | Path) -> int:
    """The exit code of a checker."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    print(done.stdout + done.stderr)
    return done.returncode


@pytest.mark.long
def test_mimirtool_accepts_the_rules(files: list[Path], tmp_path: Path) -> None:
    """With all of its best practices; a rule that breaks one is refused."""
    mimirtool = checker(MIMIR, "cmd/mimirtool")
    for file in files:
        assert run(mimirtool, "rules", "check", "--strict", file) == 0
    assert run(mimirtool, "rules", "lint", "--dry-run", *files) == 0
    broken = tmp_path / "broken.yml"
    broken.write_text(FILES[0].read_text().replace("max by (", "max bye (", 1))
    assert run(mimirtool, "rules", "check", broken) != 0


@pytest.mark.long
def test_thanos_accepts_the_rules(files: list[Path], tmp_path: Path) -> None:
    """And refuses a broken one."""
    thanos = checker(THANOS, "cmd/thanos")
    assert run(thanos, "tools", "rules-check", *(f"--rules={file}" for file in files)) == 0
    broken = tmp_path / "broken.yml"
    broken.write_text(FILES[0].read_text().replace("max by (", "max bye (", 1))
    assert run(thanos, "tools", "rules-check", f"--rules={broken}") != 0

"""The scenarios notice when a rule is wrong: each is spoilt in all its parts, and its scenarios must fail."""

import hashlib
import json
import subprocess
from itertools import groupby
from pathlib import Path

import pytest
import yaml
from mutants import Mutant, fewer, mutants
from mutation import trials, survivors
from rule_files import RULES

EQUIVALENT = {name for reason in yaml.safe_load((Path(__file__).parent / "equivalent_mutants.yml").read_text())
              for name in reason["mutants"]}
MUTANTS = [mutant for rule in RULES for mutant in mutants(rule)]
KINDS = {"matcher", "grouping", "grouping by cluster", "grouping by job", "operator", "clause", "comparison",
         "arithmetic", "function", "threshold", "window", "offset", "never or always", "for", "severity"}
SAMPLE = 8  # the part of them that is tried at every turn


def by_chance(mutant: Mutant) -> str:
    """An order without a system, the same in each run."""
    return hashlib.sha256(mutant.name.encode()).hexdigest()


def sample() -> list[Mutant]:
    """Every eighth mutant of each kind."""
    of_kind = sorted(MUTANTS, key=lambda each: (each.kind, by_chance(each)))
    return [each for _, group in groupby(of_kind, lambda each: each.kind) for each in list(group)[::SAMPLE]]


def test_mutants_cover_what_a_rule_is_made_of() -> None:
    """All kinds; each name once; each is another rule than the one that it is made of."""
    assert {mutant.kind for mutant in MUTANTS} == KINDS
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) > 1500
    assert {mutant.name for mutant in MUTANTS} >= EQUIVALENT
    for rule in RULES:
        of_rule = [json.dumps(mutant.rule, sort_keys=True) for mutant in mutants(rule)]
        assert json.dumps(rule, sort_keys=True) not in of_rule
    assert len({mutant.kind for mutant in sample()}) == len(KINDS)
    assert len({mutant.origin for mutant in sample()}) > len(RULES) / 2


def test_alternatives_of_a_pattern() -> None:
    """Each one, also in parentheses."""
    assert dict(fewer("a|b|c")) == {"a": "b|c", "b": "a|c", "c": "a|b"}
    assert dict(fewer("x|.*(y|z).*")) == {"x": ".*(y|z).*", "y": "x|.*(z).*", "z": "x|.*(y).*"}
    assert not dict(fewer(".*zookeeper.*"))


def test_mutants_are_rules(tmp_path: Path) -> None:
    """One that Prometheus does not even read would prove nothing."""
    rules = [trial.copies(number)[0] for trial in trials(MUTANTS) for number in trial.mutants]
    (tmp_path / "rules.yml").write_text(json.dumps({"groups": [{"name": "mutants", "rules": rules}]}))
    result = subprocess.run(["promtool", "check", "rules", "--lint=none", str(tmp_path / "rules.yml")],
                            capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_what_nothing_notices_survives(tmp_path: Path) -> None:
    """So that it would be told below."""
    slow = [mutant for mutant in MUTANTS if mutant.origin == "ElectionSlow" and mutant.kind == "comparison"]
    assert 1 <= len(EQUIVALENT & {mutant.name for mutant in slow}) < len(slow)
    assert set(survivors(slow, tmp_path)) == EQUIVALENT & {mutant.name for mutant in slow}


def test_a_sample_of_mutants_is_noticed(tmp_path: Path) -> None:
    """Some of each kind."""
    assert survivors((each for each in sample() if each.name not in EQUIVALENT), tmp_path) == []


@pytest.mark.long
def test_all_mutants_are_noticed(tmp_path: Path) -> None:
    """But for those of which equivalent_mutants.yml says why nothing can notice them."""
    assert set(survivors(MUTANTS, tmp_path)) == EQUIVALENT

"""The alert rules as data, and the thresholds in them that a mark names: `# _config.NAME` behind a value."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

FILES = sorted(Path(__file__).parent.glob("*.rules.yml"))
# A number, a duration, or all that stands between two braces.
MARKED = re.compile(r"(\d[\d.]*[smhd]?|(?<=\{)[^{}]*(?=\}))(\}?)  # _config\.(\w+)$", re.MULTILINE)


def groups(instead: Callable[[str, str], str] = lambda _, value: value) -> list[dict[str, Any]]:
    """All groups without marks; `instead` gives what stands in place of a marked value, by its name and the value."""
    texts = [MARKED.sub(lambda found: instead(found[3], found[1]) + found[2], file.read_text()) for file in FILES]
    return [group for text in texts for group in yaml.safe_load(text)["groups"]]


def thresholds() -> dict[str, str]:
    """The marked values by name, as the rules write them."""
    found: dict[str, str] = {}
    groups(lambda name, value: found.setdefault(name, value))
    return found

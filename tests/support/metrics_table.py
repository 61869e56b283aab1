"""Which metric a key of `mntr` becomes, by docs/metrics.md and the rules that it states."""

import re
from pathlib import Path
from typing import NamedTuple

DOCUMENT = Path(__file__).parents[2] / "docs" / "metrics.md"
ROW = re.compile(r"\| `(?P<name>\w+)` \| (?P<type>\w+) \| (?P<labels>[^|]*) \| `?(?P<key>[^|`]*)`? \|")
STATS = {"avg_": None, "min_": "min", "max_": "max", "cnt_": "_count", "sum_": "_sum",
         "p50_": "0.5", "p95_": "0.95", "p999_": "0.999", "p99_": "0.99"}


class Series(NamedTuple):
    """Where a value is to be found, and its kind: counter, gauge, min, max, quantile."""

    name: str
    labels: frozenset[tuple[str, str]]
    kind: str
    divisor: int

    @property
    def key(self) -> tuple[str, frozenset[tuple[str, str]]]:
        """As `Samples` has it."""
        return self.name, self.labels


class Row(NamedTuple):
    """A metric of the document."""

    name: str
    type: str
    labels: str


def mntr_rows() -> dict[str, Row]:
    """By key, without `zk_`: the rows of the section on mntr."""
    text = DOCUMENT.read_text()
    section = text.partition("## The server's own figures")[2].partition("\n## ")[0]
    rows = {match["key"]: Row(match["name"], match["type"], match["labels"].strip("` "))
            for match in map(ROW.match, section.splitlines()) if match}
    assert len(rows) > 150, f"{DOCUMENT} is not as it was"
    return rows


def series_of(key: str, rows: dict[str, Row]) -> Series | None:
    """What the value of `zk_<key>` is exported as; None for an average. KeyError when the document lacks it."""
    if key in rows and not rows[key].labels and rows[key].type != "summary":
        return _series(rows[key], None, "")
    for prefix, stat in STATS.items():
        rest = key.removeprefix(prefix)
        if rest != key and (found := _find(rest, rows)) and found[0].type == "summary":
            return _series(*found, stat) if stat else None
    found = _find(key, rows)
    if found is None or found[0].type == "summary":
        raise KeyError(key)
    return _series(*found, "")


def _find(key: str, rows: dict[str, Row]) -> tuple[Row, str | None] | None:
    """The row of a key, and the user's part in front of it if there is one."""
    if key in rows and not rows[key].labels:
        return rows[key], None
    fitting = [each for each, row in rows.items() if row.labels and key.endswith(f"_{each}")]
    if not fitting:
        return None
    best = max(fitting, key=len)
    return rows[best], key.removesuffix(f"_{best}")


def _series(row: Row, part: str | None, stat: str) -> Series:
    labels = {row.labels: part} if part is not None else {}
    name, kind = row.name, row.type
    if stat in ("min", "max"):
        name, kind = re.sub(r"(_seconds|_bytes|)$", rf"_{stat}\1", name, count=1), stat
    elif stat in ("_count", "_sum"):
        name, kind = name + stat, "counter"
    elif stat:
        labels["quantile"], kind = stat, "quantile"
    is_time = re.search("_seconds(_|$)", row.name) and stat != "_count"
    return Series(name, frozenset(labels.items()), kind, 1000 if is_time else 1)

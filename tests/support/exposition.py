"""Reads the Prometheus text format strictly, and answers questions about the samples."""

import re
from collections import Counter

SAMPLE = re.compile(r'([A-Za-z_:][\w:]*)(?:\{((?:[A-Za-z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (\S+)')
LABEL = re.compile(r'([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"')
SUFFIXES = {"summary": ("_sum", "_count"), "histogram": ("_bucket", "_sum", "_count")}
ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}
Labels = frozenset[tuple[str, str]]


class Samples(dict[tuple[str, Labels], float]):
    """Values by name and labels; `types` holds each family's type."""

    def __init__(self, *arguments: object):
        super().__init__(*arguments)
        self.types: dict[str, str] = {}

    def series(self, name: str, **labels: object) -> dict[Labels, float]:
        """All series of that name that have these labels, and perhaps others."""
        wanted = {(key, str(value)) for key, value in labels.items()}
        return {found: value for (each, found), value in self.items() if each == name and wanted <= found}

    def value(self, name: str, **labels: object) -> float:
        """The value of the only series of that name with these labels."""
        found = self.series(name, **labels)
        assert len(found) == 1, f"{len(found)} series of {name}{labels}, not one"
        return next(iter(found.values()))

    def labels(self, name: str) -> dict[str, str]:
        """The labels of the only series of that name."""
        found = self.series(name)
        assert len(found) == 1, f"{len(found)} series of {name}, not one"
        return dict(next(iter(found)))

    def names(self) -> set[str]:
        """The names of all samples."""
        return {name for name, _ in self}

    def of(self, member: str) -> "Samples":
        """One member's samples, without the labels `ensemble` and `member`."""
        common = {"ensemble", "member"}
        mine = Samples({(name, frozenset(pair for pair in labels if pair[0] not in common)): value
                        for (name, labels), value in self.items() if ("member", member) in labels})
        mine.types = self.types
        return mine

    def only(self, name: str, label: str) -> str:
        """Of a one-hot metric the value of `label` whose series is 1; all others must be 0."""
        values = {dict(labels)[label]: value for labels, value in self.series(name).items()}
        assert Counter(values.values()) == {1: 1, 0: len(values) - 1}, f"{name} is not one-hot: {values}"
        return next(word for word, value in values.items() if value == 1)

    def members(self) -> dict[str, set[str]]:
        """The members of each ensemble that is shown."""
        found: dict[str, set[str]] = {}
        for labels in map(dict, self.series("zookeeper_up")):
            found.setdefault(labels["ensemble"], set()).add(labels["member"])
        return found

    def polls(self, member: str) -> float:
        """How often a member was polled."""
        return sum(self.of(member).series("zookeeper_polls_total").values())

    def state(self, member: str) -> str | None:
        """The state of a member, or None when nothing is said of it."""
        mine = self.of(member)
        return mine.only("zookeeper_member_state", "state") if mine else None

    def reason(self, member: str) -> str:
        """Why the last poll of a member failed, or "none"."""
        return self.of(member).only("zookeeper_member_failure", "reason")


def parse(text: str) -> Samples:
    """Reads a page of metrics; AssertionError where it breaks a rule of the format."""
    samples = Samples()
    helped: set[str] = set()
    family = ""
    assert text.endswith("\n"), "the last line has no end"
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            family = line.split(" ", 3)[2]
            assert family not in helped, f"{family} comes in two places"
            helped.add(family)
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == family, f"{line}: no HELP before it"
            samples.types[family] = kind
        else:
            _read_sample(line, family, samples)
    return samples


def _read_sample(line: str, family: str, samples: Samples) -> None:
    match = SAMPLE.fullmatch(line)
    assert match, f"no sample: {line}"
    name, labels, value = match.groups()
    allowed = {family} | {family + suffix for suffix in SUFFIXES.get(samples.types.get(family, ""), ())}
    assert family in samples.types and name in allowed, f"{line}: belongs to no family, the last is {family}"
    pairs = [(key, re.sub(r"\\.", lambda escape: ESCAPES[escape[0]], text)) for key, text in LABEL.findall(labels or "")]
    key = name, frozenset(pairs)
    assert len(key[1]) == len(pairs) == len(dict(pairs)), f"{line}: a label comes twice"
    assert key not in samples, f"comes twice: {line}"
    samples[key] = float(value)

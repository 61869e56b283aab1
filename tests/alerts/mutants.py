"""Mutants of rules: each is one small mistake, with a name that says which."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

Rule = dict[str, Any]
Edit = tuple[int, int, str]  # from, to, and what is there instead
Change = tuple[str, str, str]  # kind, what it is, and the expression with it

TOKEN = re.compile(r'\s+|#[^\n]*|(?P<string>"(?:\\.|[^"\\])*")|(?P<number>\d[\w.]*)|(?P<name>[a-zA-Z_:][\w:]*)'
                   r"|(?P<operator>=~|!~|!=|==|>=|<=|[-+*/^<>=(){}\[\],])")
PRECEDENCE = {"or": 1, "and": 2, "unless": 2, "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "+": 4, "-": 4,
              "*": 5, "/": 5, "^": 6}
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
NEGATED = {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}
# What stands for an operator or a function in a mutant.
ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "^": "*"}
COMPARISONS = {">": (">=", "<"), ">=": (">", "<="), "<": ("<=", ">"), "<=": ("<", ">="), "==": ("!=",), "!=": ("==",)}
FUNCTIONS = {"max": ("min",), "min": ("max",), "sum": ("max",), "count": ("group",), "group": ("count", "min"),
             "clamp_min": ("clamp_max",), "max_over_time": ("min_over_time",), "min_over_time": ("max_over_time",),
             "avg_over_time": ("max_over_time",), "last_over_time": ("max_over_time", "min_over_time"),
             "resets": ("changes",), "changes": ("resets",)}
SEVERITIES = {"critical": "warning", "warning": "critical", "info": "warning"}


@dataclass(frozen=True)
class Mutant:
    """A rule with a mistake."""

    origin: str  # the name of the rule
    kind: str
    name: str
    rule: Rule


class Token(NamedTuple):
    """A word of an expression, and where it is."""

    kind: str
    text: str
    start: int
    end: int


class Binary(NamedTuple):
    """Two expressions, each by its beginning and its end, and what joins them."""

    operator: Token
    left: tuple[int, int]
    right: tuple[int, int]


class Expression:
    """The parts of an expression in PromQL that a mutant may change."""

    def __init__(self, text: str):
        self.text = text
        self.tokens = list(tokens(text))
        self.at = 0
        self.binaries: list[Binary] = []
        self.calls: list[Token] = []
        self.numbers: list[Token] = []
        self.windows: list[Token] = []
        self.offsets: list[tuple[Token, Token]] = []
        self.groupings: list[tuple[Token, list[Token]]] = []
        self.matchers: list[list[tuple[Token, Token, Token]]] = []  # of each selector
        self._operation(0)
        assert self._is(""), f"{self.tokens[self.at]} in {text}"

    def _is(self, *texts: str) -> bool:
        return self.tokens[self.at].text in texts

    def _next(self, *texts: str) -> Token:
        token = self.tokens[self.at]
        assert not texts or token.text in texts, f"{token} instead of {texts} in {self.text}"
        self.at += 1
        return token

    def _operation(self, least: int) -> tuple[int, int]:
        left = self._operand()
        while PRECEDENCE.get(self.tokens[self.at].text, 0) > least:
            operator = self._next()
            while self._is("on", "group_left"):
                self._grouping()
            right = self._operation(PRECEDENCE[operator.text])
            self.binaries.append(Binary(operator, left, right))
            left = (left[0], right[1])
        return left

    def _operand(self) -> tuple[int, int]:
        first = self._next()
        if first.text == "(":
            self._operation(0)
            self._next(")")
        elif first.kind == "number":
            self.numbers.append(first)
        else:
            assert first.kind == "name", f"{first} in {self.text}"
            if self._is("by"):
                self._grouping()
            if self._is("("):
                self.calls.append(first)
                self._arguments()
            elif self._is("{"):
                self._selector()
            if self._is("["):
                self._next()
                self.windows.append(self._next())
                self._next("]")
            if self._is("offset"):
                self.offsets.append((self._next(), self._next()))
        return first.start, self.tokens[self.at - 1].end

    def _arguments(self) -> None:
        self._next("(")
        if not self._is(")"):  # time() has none
            self._operation(0)
        while self._is(","):
            self._next()
            self._operation(0)
        self._next(")")

    def _grouping(self) -> None:
        word, labels = self._next(), []
        self._next("(")
        while not self._is(")"):
            labels += [self._next()] if not self._is(",") else []
            self.at += self._is(",")
        self._next(")")
        self.groupings.append((word, labels))

    def _selector(self) -> None:
        self._next("{")
        self.matchers.append([])
        while not self._is("}"):
            self.matchers[-1].append((self._next(), self._next(*NEGATED), self._next()))
            self.at += self._is(",")
        self._next("}")

    def but(self, *edits: Edit) -> str:
        """The text with these edits."""
        text = self.text
        for start, end, instead in sorted(edits, reverse=True):
            text = text[:start] + instead + text[end:]
        return text


def tokens(text: str) -> Iterator[Token]:
    """The words of an expression, and an empty one at the end."""
    at = 0
    while at < len(text):
        found = TOKEN.match(text, at)
        assert found, f"{text[at:]} in {text}"
        if found.lastgroup:
            yield Token(found.lastgroup, found[0], found.start(), found.end())
        at = found.end()
    yield Token("end", "", at, at)


def seconds(duration: str) -> float:
    """How long a duration of one unit is."""
    return float(duration[:-1]) * SECONDS[duration[-1]]


def fewer(pattern: str) -> Iterator[tuple[str, str]]:
    """Each alternative of a pattern, also of one in parentheses, and the pattern without it."""
    depth, ends = 0, [(-1, 0)]
    for i, character in [*enumerate(pattern), (len(pattern), "|")]:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "(" or (character in "|)" and i):
            ends.append((i, depth + (character == ")")))
    for (start, depth), (end, until) in zip(ends, ends[1:], strict=False):
        inner = pattern[start + 1:end]
        is_first, is_last = pattern[start:start + 1] != "|" or start < 0, pattern[end:end + 1] != "|"
        if depth == until and not (is_first and is_last) and "(" not in inner and ")" not in inner:
            yield inner, pattern[:start + is_first] + pattern[end + is_first:]


def of_matchers(expression: Expression) -> Iterator[Change]:
    """One dropped, negated, with another value, or with an alternative less."""
    for matchers in expression.matchers:
        for i, (label, operator, value) in enumerate(matchers):
            is_first = i == 0
            start = label.start if is_first else matchers[i - 1][2].end
            end = matchers[1][0].start if is_first and len(matchers) > 1 else value.end
            told = f"{label.text}{operator.text}{value.text}"
            yield "matcher", f"without {told}", expression.but((start, end, ""))
            yield "matcher", f"{told} negated", expression.but((operator.start, operator.end, NEGATED[operator.text]))
            alternatives = list(fewer(value.text[1:-1])) if "~" in operator.text else []
            for alternative, rest in alternatives:
                yield "matcher", f"{told} without {alternative}", expression.but((value.start, value.end, f'"{rest}"'))
            if not alternatives:
                yield "matcher", f"{told} of another value", expression.but((value.end - 1, value.end, 'x"'))


def of_groupings(expression: Expression) -> Iterator[Change]:
    """One label dropped."""
    for word, labels in expression.groupings:
        names = [each.text for each in labels]
        for each in names:
            rest = ", ".join(name for name in names if name != each)
            yield (f"grouping by {each}" if each in ("cluster", "job") else "grouping",
                   f"{word.text} ({', '.join(names)}) without {each}",
                   expression.but((labels[0].start, labels[-1].end, rest)))


def shown(expression: Expression, part: tuple[int, int]) -> str:
    """A part of an expression in few words."""
    text = re.sub(r"\s+", " ", re.sub(r"#[^\n]*", "", expression.text[part[0]:part[1]]))
    text = text.replace("( ", "(").replace(" )", ")")
    return text if len(text) <= 72 else f"{text[:35]}…{text[-35:]}"


def of_operators(expression: Expression) -> Iterator[Change]:
    """Another one, or one side less."""
    for operator, left, right in expression.binaries:
        around = f"{operator.text} {shown(expression, right)}"
        whole = (left[0], right[1])
        if operator.text in ("and", "unless"):
            other = "unless" if operator.text == "and" else "and"
            yield "operator", f"{other} for {around}", expression.but((operator.start, operator.end, other))
        if operator.text in ("and", "or", "unless"):
            yield "clause", f"without {around}", expression.but((*whole, expression.text[left[0]:left[1]]))
        if operator.text in ("and", "or"):
            yield ("clause", f"without {shown(expression, left)} {operator.text}",
                   expression.but((*whole, expression.text[right[0]:right[1]])))
        for other in COMPARISONS.get(operator.text, ()):
            yield "comparison", f"{other} for {around}", expression.but((operator.start, operator.end, other))
        if operator.text in ARITHMETIC:
            other = ARITHMETIC[operator.text]
            yield "arithmetic", f"{other} for {around}", expression.but((operator.start, operator.end, other))


def of_functions(expression: Expression) -> Iterator[Change]:
    """Another one."""
    for call in expression.calls:
        for other in FUNCTIONS.get(call.text, ()):
            yield "function", f"{other} for {call.text}", expression.but((call.start, call.end, other))


def of_numbers(expression: Expression) -> Iterator[Change]:
    """Three times as much, and a third; one for zero."""
    for number in expression.numbers:
        value = float(number.text)
        for other in (value * 3, value / 3) if value else (1,):
            yield "threshold", f"{other:.6g} for {number.text}", expression.but((number.start, number.end, f"{other}"))


def of_times(expression: Expression) -> Iterator[Change]:
    """Windows and offsets three times as long, and a third of it; no offset."""
    for kind, durations in (("window", expression.windows), ("offset", [each for _, each in expression.offsets])):
        for duration in durations:
            for factor in (3, 1 / 3):
                other = f"{round(seconds(duration.text) * factor)}s"
                yield (kind, f"{kind} {duration.text} times {factor:.2g}",
                       expression.but((duration.start, duration.end, other)))
    for word, duration in expression.offsets:
        yield "offset", f"without offset {duration.text}", expression.but((word.start, duration.end, ""))


def always(rule: Rule) -> str:
    """An expression that holds for everything, with the labels that the alert should have."""
    if rule["expr"].startswith(("member:", "max by (cluster, ensemble, member")):
        return "max by (cluster, ensemble, member) (zookeeper_up) >= 0"
    if "$labels.ensemble" in rule["annotations"]["description"]:
        return "max by (cluster, ensemble) (zookeeper_ensemble_voters) >= 0"
    return "vector(1)"


def of_alert(rule: Rule) -> Iterator[tuple[str, str, Rule]]:
    """It never or always fires; other times, another severity."""
    yield "never or always", "never", rule | {"expr": "vector(0) > 1"}
    yield "never or always", "always", rule | {"expr": always(rule)}
    if seconds(rule["for"]):
        yield "for", "for 0m", rule | {"for": "0m"}
    longer = f"{round(seconds(rule['for']) / 60 * 1.5 + 16)}m"
    yield "for", f"for {longer}", rule | {"for": longer}
    if "keep_firing_for" in rule:
        longer = f"{round(seconds(rule['keep_firing_for']) / 60 * 3)}m"
        yield "for", f"keep_firing_for {longer}", rule | {"keep_firing_for": longer}
        yield "for", "without keep_firing_for", {key: each for key, each in rule.items() if key != "keep_firing_for"}
    other = SEVERITIES[rule["labels"]["severity"]]
    yield "severity", f"severity {other}", rule | {"labels": {"severity": other}}


def changes(rule: Rule) -> Iterator[tuple[str, str, Rule]]:
    """All mistakes in a rule: their kind, what they are, and the rule with them."""
    expression = Expression(rule["expr"])
    for each in (of_matchers, of_groupings, of_operators, of_functions, of_numbers, of_times):
        for kind, what, text in each(expression):
            yield kind, what, rule | {"expr": text}
    if "alert" in rule:
        yield from of_alert(rule)


def mutants(rule: Rule) -> list[Mutant]:
    """All mutants of a rule; those of one name are numbered."""
    origin = rule.get("alert", rule.get("record")).removeprefix("ZooKeeper")
    found, names = [], Counter()
    for kind, what, changed in changes(rule):
        names[what] += 1
        number = f" (no. {names[what]})" if names[what] > 1 else ""
        found.append(Mutant(origin, kind, f"{origin}: {what}{number}", changed))
    return found

#!/usr/bin/python3
"""Draws every dashboard over a real ensemble, healthy and with its quorum lost, into docs/img: `make pictures`.

Like Grafana, it asks a real Prometheus each panel's queries; it draws the answers itself, as SVG.
"""

import sys
import tempfile
import time
from html import escape
from math import isfinite
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests/support"), str(ROOT / "scripts")]

from grafana import ask, dashboards, legend, monitored_ensemble, panels  # noqa: E402 (found by the lines above)
from prometheus_server import Prometheus  # noqa: E402
from zookeeper_ensemble import wait_until  # noqa: E402

HEALTHY_SECONDS, LOST_SECONDS, STEP = 150, 60, 5
COLUMN, LINE, LEFT, TOP = 50, 30, 10, 44
SERIES = ["#7eb26d", "#eab839", "#6ed0e0", "#ef843c", "#e24d42", "#1f78c1", "#ba43a9", "#705da0"]
COLORS = {"green": "#56a64b", "dark-green": "#2f7d32", "yellow": "#f2cc0c", "orange": "#ff9830", "red": "#f2495c",
          "blue": "#5794f2", "purple": "#b877d9", "text": "#9fa7b3"}
SCALES = {"s": [(1e-3, 1e6, "µs"), (1, 1e3, "ms"), (120, 1, "s"), (7200, 1 / 60, "min"), (172800, 1 / 3600, "h"),
                (1e99, 1 / 86400, "d")],
          "bytes": [(1024, 1, "B"), (1024 ** 2, 1 / 1024, "KiB"), (1e99, 1 / 1024 ** 2, "MiB")],
          "Bps": [(1024, 1, "B/s"), (1024 ** 2, 1 / 1024, "KiB/s"), (1e99, 1 / 1024 ** 2, "MiB/s")],
          "percentunit": [(1e99, 100, "%")]}
RATES = {"reqps": "req/s", "ops": "ops/s", "wps": "writes/s", "pps": "packets/s", "cps": "/s"}
Series = list[tuple[str, dict[str, str], list[tuple[float, float]]]]


def show(value: float, unit: str) -> str:
    """A value as Grafana writes it."""
    if not isfinite(value):
        return "–"
    for limit, factor, name in SCALES.get(unit, []):
        if abs(value) < limit:
            return f"{value * factor:.3g} {name}"
    for factor, name in ((1e9, "G"), (1e6, "M"), (1e4, "K")):
        if abs(value) >= factor:
            return f"{value / factor * (1 if factor > 1e4 else 10):.3g} {name} {RATES.get(unit, '')}".strip()
    return f"{value:.4g} {RATES.get(unit, '')}".strip()


class Picture:
    """An SVG with all panels of a dashboard."""

    def __init__(self, dashboard: dict[str, Any], prometheus: Prometheus, end: float):
        self.prometheus, self.end = prometheus, end
        self.start = end - HEALTHY_SECONDS - LOST_SECONDS
        bottom = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in dashboard["panels"])
        self.width, self.height = 24 * COLUMN + 2 * LEFT, bottom * LINE + TOP + LEFT
        self.parts = [f'<rect width="{self.width}" height="{self.height}" fill="#111217"/>']
        self.text(LEFT + 4, 28, dashboard["title"], 18, "#ffffff")
        for panel in dashboard["panels"]:
            self.panel(panel)

    def svg(self) -> str:
        """The whole file."""
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
                f'font-family="Helvetica, Arial, sans-serif">' + "\n".join(self.parts) + "</svg>\n")

    def text(self, x: float, y: float, words: str, size: float = 11, color: str = "#ccccdc",
             anchor: str = "start") -> None:
        """Words at a place."""
        self.parts.append(f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size:.0f}" fill="{color}" '
                          f'text-anchor="{anchor}">{escape(words)}</text>')

    def box(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        """A filled rectangle."""
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"/>')

    def panel(self, panel: dict[str, Any]) -> None:
        """A row's title, or a panel with its data."""
        place = panel["gridPos"]
        x, y = LEFT + place["x"] * COLUMN, TOP + place["y"] * LINE
        width, height = place["w"] * COLUMN - 6, place["h"] * LINE - 6
        if panel["type"] == "row":
            self.text(x + 4, y + 20, f"▾ {panel['title']}", 14, "#9fa7b3")
            return
        self.box(x, y, width, height, "#181b1f")
        self.text(x + 8, y + 17, panel["title"], 12)
        series: Series = []
        for target in panel["targets"]:
            for each in ask(self.prometheus, target, self.start, self.end, STEP):
                points = each["values"] if "values" in each else [each["value"]]
                series.append((legend(target, each["metric"]), each["metric"],
                               [(float(at), float(value)) for at, value in points]))
        draw = {"timeseries": self.graph, "table": self.table, "state-timeline": self.timeline}
        is_there = [each for each in series if panel["type"] in ("table", "timeseries", "state-timeline")
                    or each[2][-1][0] > self.end - 15]
        if is_there:
            draw.get(panel["type"], self.stat)(panel, is_there, x, y, width, height)
        else:
            words = panel["fieldConfig"]["defaults"].get("noValue", "No data")
            self.text(x + width / 2, y + height / 2 + 8, words, 14, "#9fa7b3", "middle")

    def color(self, panel: dict[str, Any], value: float) -> str:
        """The colour of a value, by its state or its threshold."""
        defaults = panel["fieldConfig"]["defaults"]
        for mapping in defaults["mappings"]:
            return COLORS[mapping["options"][str(int(value))]["color"]]
        steps = [step for step in defaults["thresholds"]["steps"] if step["value"] is None or value >= step["value"]]
        return COLORS[steps[-1]["color"]]

    def words(self, panel: dict[str, Any], value: float) -> str:
        """A value as text, by its state or its unit."""
        defaults = panel["fieldConfig"]["defaults"]
        for mapping in defaults["mappings"]:
            return mapping["options"][str(int(value))]["text"]
        return show(value, defaults["unit"])

    def stat(self, panel: dict[str, Any], series: Series, x: float, y: float, width: float, height: float) -> None:
        """The last value of each series, or its name."""
        share = (height - 30) / len(series) if width < 350 else height - 30
        for number, (name, _, points) in enumerate(series):
            value = points[-1][1]
            is_name = panel["options"].get("textMode") == "name"
            words = name if is_name else self.words(panel, value)
            if width < 350:  # one below the other
                middle, at = x + width / 2, y + 26 + share * (number + 0.5)
            else:
                middle, at = x + width * (number + 0.5) / len(series), y + 22 + share / 2
            room = width - 16 if width < 350 else width / len(series) - 10
            size = min(34, share * 0.5, room / max(1, len(words)) * 1.5)
            self.text(middle, at + size / 3, words, size, self.color(panel, value), "middle")
            if len(series) > 1 and not is_name:
                self.text(middle, at + size / 3 + 13, name, 9, "#9fa7b3", "middle")

    def table(self, panel: dict[str, Any], series: Series, x: float, y: float, width: float, height: float) -> None:
        """A line for each set of labels, a column for each query."""
        columns = [target["legendFormat"] for target in panel["targets"]]
        units = {each["matcher"]["options"]: each["properties"][0]["value"]
                 for each in panel["fieldConfig"]["overrides"] if each["properties"][0]["id"] == "unit"}
        rows: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
        for name, labels, points in series:
            rows.setdefault(tuple(labels.items()), {})[name] = show(points[-1][1], units.get(name, "short"))
        keys = list(dict.fromkeys(key for labels in rows for key, _ in labels))
        across = width / (len(keys) + len(columns))
        for number, title in enumerate(keys + columns):
            self.text(x + 10 + number * across, y + 40, title, 11, "#6e9fff")
        for line, (labels, cells) in enumerate(list(rows.items())[:int((height - 44) / 19)]):
            shown = [dict(labels).get(key, "") for key in keys] + [cells.get(column, "") for column in columns]
            for number, words in enumerate(shown):
                self.text(x + 10 + number * across, y + 61 + 19 * line, words)

    def timeline(self, panel: dict[str, Any], series: Series, x: float, y: float, width: float, height: float) -> None:
        """A band a series, in the colours of its states."""
        left, span = x + 130, width - 140
        band = (height - 50) / len(series)
        for number, (name, _, points) in enumerate(series):
            top = y + 28 + number * band
            self.text(x + 8, top + band / 2 + 2, name, 10)
            begin = 0
            for i in range(1, len(points) + 1):
                if i == len(points) or points[i][1] != points[begin][1]:
                    until = points[i][0] if i < len(points) else points[-1][0] + STEP
                    at = left + (points[begin][0] - self.start) / (self.end - self.start) * span
                    end = min(left + span, left + (until - self.start) / (self.end - self.start) * span)
                    self.box(at, top, end - at, band * 0.8, self.color(panel, points[begin][1]))
                    words = self.words(panel, points[begin][1])
                    if end - at > 7 * len(words):
                        self.text((at + end) / 2, top + band * 0.4 + 4, words, 10, "#111217", "middle")
                    begin = i
        self.times(left, y + height - 8, span)

    def times(self, left: float, y: float, span: float) -> None:
        """The axis of time, backwards from the end."""
        for share in (0, 0.5, 1):
            seconds = (1 - share) * (self.end - self.start)
            self.text(left + share * span, y, "now" if share == 1 else f"-{seconds:.0f} s", 9, "#9fa7b3",
                      ("start", "middle", "end")[int(2 * share)])

    def graph(self, panel: dict[str, Any], series: Series, x: float, y: float, width: float, height: float) -> None:
        """Lines over time, with limits and a legend of at most four."""
        unit = panel["fieldConfig"]["defaults"]["unit"]
        finite = [[(at, value) for at, value in points if isfinite(value)] for _, _, points in series]
        every = [value for points in finite for _, value in points] or [0]
        low, high = min(0, min(every)), max(every)
        high = high if high > low else low + 1
        left, top, span = x + 74, y + 28, width - 84
        rows = min(4, len(series))
        tall = height - 56 - 13 * rows
        for share in (0, 0.5, 1):
            line = top + tall * share
            self.parts.append(f'<path d="M{left:.0f} {line:.0f}h{span:.0f}" stroke="#2c3235"/>')
            self.text(left - 6, line + 3, show(high - (high - low) * share, unit), 9, "#9fa7b3", "end")
        for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]:
            if step["value"] is not None and low < step["value"] <= high:
                line = top + tall * (high - step["value"]) / (high - low)
                self.parts.append(f'<path d="M{left:.0f} {line:.0f}h{span:.0f}" stroke="{COLORS[step["color"]]}" '
                                  f'stroke-dasharray="5 3"/>')
        for number, points in enumerate(finite):
            color = SERIES[number % len(SERIES)]
            path, last = "", None
            for at, value in points:
                to = (left + (at - self.start) / (self.end - self.start) * span,
                      top + tall * (high - value) / (high - low))
                path += f"{'L' if last and at - last <= 2 * STEP else 'M'}{to[0]:.0f} {to[1]:.0f}"
                last = at
            self.parts.append(f'<path d="{path}" fill="none" stroke="{color}" stroke-width="1.3"/>')
            if number < rows and points:
                self.text(left, top + tall + 30 + 13 * number, f"{series[number][0]}   {show(points[-1][1], unit)}", 10,
                          color)
        self.times(left, top + tall + 14, span)


def main() -> int:
    """Draws all dashboards twice."""
    with tempfile.TemporaryDirectory() as directory, monitored_ensemble(Path(directory)) as (ensemble, _, prometheus):
        watch(HEALTHY_SECONDS + LOST_SECONDS)
        draw(prometheus, "healthy")
        ensemble.leader().kill()
        next(member for member in ensemble.members if member.state() in ("follower", "not_serving")).kill()
        watch(LOST_SECONDS)
        draw(prometheus, "no-quorum")
    return 0


def watch(seconds: float) -> None:
    """Lets Prometheus collect that much."""
    end = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() > end, "Prometheus to see enough", seconds + 1)


def draw(prometheus: Prometheus, name: str) -> None:
    """Draws all dashboards as they are now."""
    for uid, dashboard in dashboards().items():
        file = ROOT / "docs/img" / f"{uid}-{name}.svg"
        file.parent.mkdir(exist_ok=True)
        file.write_text(Picture(dashboard, prometheus, time.time() - 2).svg())
        print(f"{file.relative_to(ROOT)}: {file.stat().st_size / 1000:.0f} kB, {len(panels(dashboard))} panels")


if __name__ == "__main__":
    sys.exit(main())

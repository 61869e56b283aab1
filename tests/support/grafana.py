"""What Grafana does with a dashboard: fills in variables, asks Prometheus, shows values as words and colours."""

import contextlib
import json
import re
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import quick_rules
from exporter_process import Exporter
from prometheus_server import Prometheus
from zookeeper_ensemble import ClientLoad, Ensemble

DASHBOARDS = Path(__file__).parents[2] / "dashboards"
CONFIG = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
scrape_configs:
  - job_name: zookeeper
    static_configs: [{{targets: ["{exporter}"]}}]
  - job_name: of-somebody-else
    static_configs: [{{targets: ["127.0.0.1:1"]}}]
"""
ALL = {"job": ".+", "cluster": ".*", "ensemble": ".+", "member": ".+", "__rate_interval": "10s", "__range": "1m",
       "__interval": "5s"}
VARIABLE = re.compile(r"\$\{?([a-z_]\w*)(?::\w+)?\}?")
GREY = "#8e8e8e"


def dashboards() -> dict[str, dict[str, Any]]:
    """The committed dashboards by uid."""
    return {file.stem: json.loads(file.read_text()) for file in sorted(DASHBOARDS.glob("*.json"))}


def panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    """The panels that show something."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def fill_in(query: str, variables: dict[str, str] = ALL) -> str:
    """The query with its variables' values; KeyError for a variable that no dashboard has."""
    return VARIABLE.sub(lambda match: variables[match[1]], query)


def selectors(query: str) -> set[str]:
    """`metric{matchers}` of all metrics in a query."""
    return set(re.findall(r"\b[a-zA-Z_][\w:]*\{[^}]*\}", query))


def ask(prometheus: Prometheus, target: dict[str, Any], start: float, end: float, step: float,
        variables: dict[str, str] = ALL) -> list[dict[str, Any]]:
    """The series of one target; AssertionError with Prometheus' own words when it refuses the query."""
    query = fill_in(target["expr"], variables)
    try:
        if target["instant"]:
            return prometheus.api("query", query=query, time=str(end))["result"]
        return prometheus.api("query_range", query=query, start=str(start), end=str(end), step=str(step))["result"]
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{query}: {json.load(error)['error']}") from None


def values(series: list[dict[str, Any]]) -> list[float]:
    """All values of all series."""
    return [float(value) for each in series for _, value in each.get("values", [each.get("value")])]


def legend(target: dict[str, Any], labels: dict[str, str]) -> str:
    """A series' name; KeyError when it names a label that the series has not. Only `cluster` may be absent."""
    if target["legendFormat"] == "__auto":
        return ", ".join(value for name, value in labels.items() if name not in ("__name__", "job", "instance"))
    return re.sub(r"\{\{(\w+)\}\}", lambda match: {"cluster": "", **labels}[match[1]], target["legendFormat"]).strip()


def top_row(prometheus: Prometheus, uid: str, at: float, variables: dict[str, str] = ALL) -> dict[str, str]:
    """What the first row of a dashboard says at a moment, by the titles of its tiles."""
    tiles = panels(dashboards()[uid])
    top = min(panel["gridPos"]["y"] for panel in tiles)
    return {panel["title"]: "; ".join(shown(prometheus, panel, at, variables)) for panel in tiles
            if panel["gridPos"]["y"] == top}


def shown(prometheus: Prometheus, panel: dict[str, Any], at: float, variables: dict[str, str] = ALL) -> list[str]:
    """What a stat or a table shows at a moment, a text a value or row: "0 (green)", "a | refused (orange)"."""
    answers = [(target, ask(prometheus, target, at, at, 1, variables)) for target in panel["targets"]]
    defaults = panel["fieldConfig"]["defaults"]
    if panel["type"] == "table":
        return _table(panel, answers) or [f"{defaults['noValue']} ({GREY})"]
    label = panel["options"]["reduceOptions"]["fields"].strip("/^$")
    values_of = [(legend(target, each["metric"]), each["metric"][label] if label else float(each["value"][1]))
                 for target, series in answers for each in series]
    if len(values_of) < 2:
        return [_display(defaults, values_of[0][1] if values_of else None)]
    return [f"{name} {_display(defaults, value)}" for name, value in values_of]


def _table(panel: dict[str, Any], answers: list[tuple[dict[str, Any], list[dict[str, Any]]]]) -> list[str]:
    """The rows, after the transformations `merge` and `organize`."""
    several = len(answers) > 1
    merged = _merge([_frame(target["refId"] if several else "", series) for target, series in answers if series])
    organize = next(each["options"] for each in panel["transformations"] if each["id"] == "organize")
    fields = sorted({name: None for row in merged for name in row if name not in organize["excludeByName"]},
                    key=lambda name: organize["indexByName"].get(name, 1000))
    names = {field: organize["renameByName"].get(field, field) for field in fields}
    configs = {field: _column(panel, name) for field, name in names.items()}
    for order in reversed(panel["options"]["sortBy"]):
        by = next((field for field, name in names.items() if name == order["displayName"]), "")
        merged.sort(key=lambda row, by=by: (by in row, row.get(by)) if by else True, reverse=order["desc"])
    return [" | ".join(_display(configs[field], row.get(field)) for field in fields) for row in merged]


def _frame(ref: str, series: list[dict[str, Any]]) -> list[dict[str, Any]]:
    labels = {name: "" for each in series for name in each["metric"] if name != "__name__"}
    value = f"Value #{ref}" if ref else "Value"
    return [{name: each["metric"].get(name, "") for name in labels} | {value: float(each["value"][1])}
            for each in series]


def _merge(frames: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Rows that agree in all columns that they share are one."""
    keys = set.intersection(*(set(frame[0]) for frame in frames)) if frames else set()
    rows: list[dict[str, Any]] = []
    for row in (row for frame in frames for row in frame):
        for known in rows:
            if len(frames) > 1 and keys and all(known.get(name, value) == value for name, value in row.items()):
                known.update(row)
                break
        else:
            rows.append(dict(row))
    return rows


def _column(panel: dict[str, Any], name: str) -> dict[str, Any]:
    """The field configuration of a column."""
    special = {each["id"]: each["value"] for override in panel["fieldConfig"]["overrides"]
               if override["matcher"]["options"] == name for each in override["properties"]}
    plain = {} if "custom.cellOptions" in special else {"plain": True}
    return {**panel["fieldConfig"]["defaults"], **special, **plain}


def _display(config: dict[str, Any], value: float | str | None) -> str:
    """A value's text and, if it has one, its colour: Grafana's display processor."""
    text = color = None
    for mapping in config["mappings"]:
        found = _mapped(mapping, value)
        if found and text is None:
            text, color = found["text"], found.get("color")
    if text is None:
        text = _format(value, config["unit"], config.get("decimals")) if isinstance(value, float) else value
    if color is None:
        number = value if isinstance(value, float) else -float("inf")
        color = next(step["color"] for step in reversed(config["thresholds"]["steps"])
                     if step["value"] is None or step["value"] <= number)
    return text if config.get("plain") and value is not None or color == "text" else f"{text} ({color})"


def _mapped(mapping: dict[str, Any], value: float | str | None) -> dict[str, Any] | None:
    options = mapping["options"]
    if mapping["type"] == "value":
        return options.get(f"{value:.15g}" if isinstance(value, float) else value)
    nothing = value == "" if options["match"] == "empty" else value is None or value != value
    return options["result"] if nothing else None


def _format(value: float, unit: str, decimals: int | None) -> str:
    """Close to Grafana's formats of these units."""
    if unit == "dtdhms":
        days, seconds = divmod(int(value), 86400)
        return f"{f'{days} d ' if days else ''}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if unit == "percentunit":
        return f"{value * 100:.{decimals or 0}f} %"
    if unit == "s":
        for limit, factor, name in ((1, 1e3, "ms"), (60, 1, "s"), (3600, 1 / 60, "min"), (86400, 1 / 3600, "hour"),
                                    (604800, 1 / 86400, "day"), (float("inf"), 1 / 604800, "week")):
            if abs(value) < limit:
                return f"{value * factor:.{decimals or 0}f} {name}"
    return f"{value:.{decimals}f}" if decimals is not None else f"{value:g}"


@contextlib.contextmanager
def monitored_ensemble(directory: Path, name: str = "orders") -> Iterator[tuple[Ensemble, Exporter, Prometheus]]:
    """Three participants and an observer under load, the exporter, and a Prometheus with our rules in fast motion.

    Prometheus scrapes every second, and in vain a job that is not ours.
    """
    with contextlib.ExitStack() as stack:
        for part in ("ensemble", "prometheus"):
            (directory / part).mkdir()
        ensemble = stack.enter_context(Ensemble(directory / "ensemble", participants=3, observers=1))
        stack.enter_context(ClientLoad(ensemble.servers))
        config = directory / "zookeeper-exporter.yml"
        config.write_text(f"ensembles: [{{name: {name}, members: [{ensemble.servers.replace(',', ', ')}],\n"
                          "  canary: {level: write, interval: 1s}}]\n")
        exporter = stack.enter_context(Exporter("", f"--config.file={config}"))
        rules = directory / "quick.rules.yml"
        rules.write_text(quick_rules.quick_rules())
        prometheus = Prometheus(directory / "prometheus", CONFIG.format(rules=rules, exporter=exporter.address))
        stack.callback(prometheus.stop)
        yield ensemble, exporter, prometheus

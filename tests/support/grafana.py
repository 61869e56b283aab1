"""What Grafana does with a dashboard's queries: fills in the variables and asks Prometheus."""

import contextlib
import json
import re
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from exporter_process import Exporter
from prometheus_server import Prometheus
from zookeeper_ensemble import ClientLoad, Ensemble

DASHBOARDS = Path(__file__).parents[2] / "dashboards"
CONFIG = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: zookeeper
    static_configs: [{{targets: ["{target}"]}}]
"""
ALL = {"job": ".+", "ensemble": ".+", "member": ".+", "__rate_interval": "10s", "__range": "1m", "__interval": "5s"}


def dashboards() -> dict[str, dict[str, Any]]:
    """The committed dashboards by uid."""
    return {file.stem: json.loads(file.read_text()) for file in sorted(DASHBOARDS.glob("*.json"))}


def panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    """The panels that show something."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def fill_in(query: str, variables: dict[str, str] = ALL) -> str:
    """The query with its variables' values; KeyError for a variable that no dashboard has."""
    return re.sub(r"\$\{?(\w+)(?::\w+)?\}?", lambda match: variables[match[1]], query)


def selectors(query: str) -> set[str]:
    """`metric{matchers}` of all metrics in a query."""
    return set(re.findall(r"\b[a-zA-Z_]\w*\{[^}]*\}", query))


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
    """A series' name; KeyError when the legend names a label that the series has not."""
    if target["legendFormat"] == "__auto":
        return ", ".join(value for name, value in labels.items() if name not in ("__name__", "job", "instance"))
    return re.sub(r"\{\{(\w+)\}\}", lambda match: labels[match[1]], target["legendFormat"])


@contextlib.contextmanager
def monitored_ensemble(directory: Path, name: str = "orders") -> Iterator[tuple[Ensemble, Exporter, Prometheus]]:
    """Three participants and an observer under load, the exporter, and a Prometheus that scrapes it every second."""
    with contextlib.ExitStack() as stack:
        for part in ("ensemble", "prometheus"):
            (directory / part).mkdir()
        ensemble = stack.enter_context(Ensemble(directory / "ensemble", participants=3, observers=1))
        stack.enter_context(ClientLoad(ensemble.servers))
        exporter = stack.enter_context(Exporter(ensemble.servers, f"--zookeeper.ensemble={name}"))
        prometheus = Prometheus(directory / "prometheus", CONFIG.format(target=exporter.address))
        stack.callback(prometheus.stop)
        yield ensemble, exporter, prometheus

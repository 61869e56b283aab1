#!/usr/bin/python3
"""Writes the dashboards and what is made of them and of the alert rules; `make dashboards` runs it.

    dashboards/*.json                                        to import or to provision
    manifests/components/grafana/dashboards.yaml             the dashboards as ConfigMaps
    manifests/components/prometheus-operator/prometheusrule.yaml   alerts/*.rules.yml for the operator
    alerts/grafana/zookeeper-alerts.yml                      the alerts for Grafana's own ruler
    mixin/*.libsonnet                                        both for jsonnet, as functions of mixin/config.libsonnet
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

from panels import ENSEMBLE, GREY, PLACE, RUNBOOKS, Column, Dashboard, Panel, States, whole
from spec import DASHBOARDS

ROOT = Path(__file__).resolve().parents[1]
sys.path += [str(ROOT / "alerts"), str(ROOT / "mixin")]
import grafana_managed  # noqa: E402
import rules  # noqa: E402
import template  # noqa: E402

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
LABELS = {"app.kubernetes.io/name": "zookeeper-exporter", "app.kubernetes.io/part-of": "zookeeper-exporter"}
VARIABLES = {  # label, query, and what "All" means: `cluster` may be absent as a label
    "job": ("Job", "label_values(zookeeper_up, job)", ".+"),
    "cluster": ("Cluster", 'label_values(zookeeper_up{job=~"$job"}, cluster)', ".*"),
    "ensemble": ("Ensemble", f"label_values(zookeeper_up{{{PLACE}}}, ensemble)", ".+"),
    "member": ("Member", f"label_values(zookeeper_up{{{ENSEMBLE}}}, member)", ".+"),
}
ANNOTATIONS = {
    "Elections": ("purple", f"max by (cluster, ensemble) (zookeeper_ensemble_epoch{{{ENSEMBLE}}}) - "
                  f"min by (cluster, ensemble) (min_over_time(zookeeper_ensemble_epoch{{{ENSEMBLE}}}"
                  "[$__rate_interval])) > 0", "{{ensemble}} {{cluster}} elected a leader"),
    "Restarts": ("blue", f"sum by (cluster, ensemble, member) (resets(zookeeper_uptime_seconds{{{ENSEMBLE}}}"
                 "[$__rate_interval])) > 0", "{{member}} {{ensemble}} {{cluster}} started, or took a new role"),
}
INSTANT = ("stat", "table")  # these tell of this moment, and of nothing when a dead exporter tells nothing
SOFT_MAX = {"percentunit": 0.01, "s": 0.001, "bytes": 1024, "Bps": 1024}  # axes reach at least so far; others to 1
RENAMED = {"alertname": "alert"}


def variable(name: str) -> dict[str, Any]:
    """A variable: its values are asked anew whenever the time range changes."""
    common = {"name": name, "hide": 0, "skipUrlSync": False, "options": [], "regex": ""}
    if name == "datasource":
        return {**common, "label": "Data source", "type": "datasource", "query": "prometheus", "refresh": 1,
                "multi": False, "includeAll": False, "current": {"text": "", "value": "", "selected": False}}
    label, query, everything = VARIABLES[name]
    return {**common, "label": label, "type": "query", "datasource": SOURCE, "definition": query,
            "query": {"query": query, "refId": name}, "refresh": 2, "sort": 1, "multi": True, "includeAll": True,
            "allValue": everything, "current": {"text": ["All"], "value": ["$__all"], "selected": True}}


def mappings(states: States, nothing: str | None) -> list[dict[str, Any]]:
    """The names and colours of states; and of no value, which otherwise has the colour of the lowest threshold."""
    made: list[dict[str, Any]] = []
    if states:
        made.append({"type": "value", "options": {str(value): {"text": text, "color": color, "index": index}
                                                  for index, (value, (text, color)) in enumerate(states.items())}})
    if nothing is not None:
        made.append(special("null+nan", nothing, len(states)))
    return made


def special(what: str, text: str, index: int) -> dict[str, Any]:
    """The text for a value that is none, in grey."""
    return {"type": "special", "options": {"match": what, "result": {"text": text, "color": GREY, "index": index}}}


def options(panel: Panel) -> dict[str, Any]:
    """What Grafana's panel of this kind wants to know."""
    legend = {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []}
    if panel.kind == "timeseries":
        return {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}
    if panel.kind == "state-timeline":
        return {"showValue": "auto", "rowHeight": 0.9, "mergeValues": True, "legend": legend,
                "tooltip": {"mode": "single", "sort": "none"}}
    if panel.kind == "table":
        return {"showHeader": True, "cellHeight": "sm", "frameIndex": 0,
                "sortBy": [{"displayName": name, "desc": is_largest_first} for name, is_largest_first in panel.sort]}
    return {"reduceOptions": {"calcs": ["lastNotNull"], "fields": f"/^{panel.label}$/" if panel.label else "",
                              "values": bool(panel.label)},
            "orientation": "horizontal" if panel.label else "auto", "colorMode": "value", "graphMode": "none",
            "justifyMode": "auto", "textMode": "auto", "wideLayout": True,
            "showPercentChange": False, "percentChangeColorMode": "standard"}


def thresholds(steps: list[tuple[float | None, str]]) -> dict[str, Any]:
    """Colours from these values on."""
    return {"mode": "absolute", "steps": [{"value": value, "color": color} for value, color in steps]}


def field_config(panel: Panel) -> dict[str, Any]:
    """Unit, thresholds, states, and the columns of a table."""
    defaults: dict[str, Any] = {
        "unit": panel.unit, "noValue": panel.empty, "thresholds": thresholds(panel.steps),
        "mappings": mappings(panel.states, panel.empty if panel.kind in INSTANT else None),
        "color": {"mode": "palette-classic" if panel.kind == "timeseries" else "thresholds"}}
    if panel.decimals is not None:
        defaults["decimals"] = panel.decimals
    if panel.kind == "table":
        defaults["mappings"].append(special("empty", "–", 1))
        defaults["custom"] = {"align": "auto", "inspect": False, "minWidth": 60}
    if panel.kind == "timeseries":
        defaults["custom"] = {"drawStyle": "line", "lineWidth": 1, "fillOpacity": 8, "showPoints": "auto",
                              "spanNulls": False,
                              "thresholdsStyle": {"mode": "line" if len(panel.steps) > 1 else "off"}}
        if panel.low is not None:
            defaults["min"] = panel.low
            defaults["custom"]["axisSoftMax"] = SOFT_MAX.get(panel.unit, 1)
    if panel.kind == "state-timeline":
        defaults["custom"] = {"lineWidth": 0, "fillOpacity": 70}
    overrides = [made for name, column in panel.columns.items() if (made := override(name, column))["properties"]]
    return {"defaults": defaults, "overrides": overrides}


def override(name: str, column: Column) -> dict[str, Any]:
    """What is special about a column."""
    properties: dict[str, Any] = {}
    if column.unit:
        properties["unit"] = column.unit
        properties["decimals"] = 0 if column.unit == "s" else None
    if column.states or column.empty != Column().empty:
        properties["mappings"] = [*mappings(column.states, column.empty),
                                  special("empty", "–", len(column.states) + 1)]
    if column.steps:
        properties["thresholds"] = thresholds(column.steps)
    if column.states or column.steps:
        properties["custom.cellOptions"] = {"type": "color-text"}
    if column.width:
        properties["custom.width"] = column.width
    if column.link:
        properties["links"] = [{"title": "Open", "url": column.link}]
    return {"matcher": {"id": "byName", "options": name},
            "properties": [{"id": what, "value": value} for what, value in properties.items() if value is not None]}


def transformations(panel: Panel) -> list[dict[str, Any]]:
    """One row for each set of labels; the columns by their names and in their order, without time and empty legends."""
    if panel.kind != "table":
        return []
    values = {f"Value #{letter(i)}" if len(panel.queries) > 1 else "Value": legend
              for i, (_, legend) in enumerate(panel.queries)}
    names = {**{field: legend for field, legend in values.items() if legend}, **RENAMED}
    fields = {name: field for field, name in names.items()}
    return [{"id": "merge", "options": {}},
            {"id": "organize", "options": {
                "excludeByName": {"Time": True, **{field: True for field, legend in values.items() if not legend}},
                "indexByName": {fields.get(name, name): index for index, name in enumerate(panel.columns)},
                "renameByName": names}}]


def letter(number: int) -> str:
    """A, B, C, …"""
    return chr(ord("A") + number)


def panel_json(panel: Panel, number: int, x: int, y: int) -> dict[str, Any]:
    """A panel at its place."""
    is_instant = panel.kind in INSTANT
    is_table = panel.kind == "table" or panel.label
    return {"id": number, "type": panel.kind, "title": panel.title, "description": panel.why, "datasource": SOURCE,
            "gridPos": {"x": x, "y": y, "w": panel.width, "h": panel.height}, "fieldConfig": field_config(panel),
            "options": options(panel), "transformations": transformations(panel),
            "links": [{"title": f"Runbook: {name}", "url": f"{RUNBOOKS}/ZooKeeper{name}.md", "targetBlank": True}
                      for name in panel.runbooks],
            "targets": [{"refId": letter(i), "datasource": SOURCE, "expr": query, "editorMode": "code",
                         "legendFormat": legend or "__auto", "instant": is_instant, "range": not is_instant,
                         **({"format": "table"} if is_table else {})}
                        for i, (query, legend) in enumerate(panel.queries)]}


def panels_json(dashboard: Dashboard) -> list[dict[str, Any]]:
    """All rows and panels, placed from left to right."""
    placed: list[dict[str, Any]] = []
    y = 0
    for title, row in dashboard.rows.items():
        placed.append({"id": len(placed) + 1, "type": "row", "title": title, "collapsed": False, "panels": [],
                       "gridPos": {"x": 0, "y": y, "w": 24, "h": 1}})
        x, height, y = 0, 0, y + 1
        for panel in row:
            if x + panel.width > 24:
                x, y, height = 0, y + height, 0
            placed.append(panel_json(panel, len(placed) + 1, x, y))
            if not dashboard.is_of_members:
                for target in placed[-1]["targets"]:
                    target["expr"] = whole(target["expr"])
            x, height = x + panel.width, max(height, panel.height)
        y += height
    return placed


def dashboard_json(dashboard: Dashboard) -> dict[str, Any]:
    """A whole dashboard, for Grafana 10.2 and later."""
    return {
        "uid": dashboard.uid, "title": dashboard.title, "description": dashboard.why, "tags": ["zookeeper"],
        "schemaVersion": 39, "version": 1, "editable": False, "graphTooltip": 1, "timezone": "browser",
        "refresh": "30s", "time": {"from": "now-6h", "to": "now"}, "timepicker": {}, "fiscalYearStartMonth": 0,
        "weekStart": "", "liveNow": False,
        "links": [{"type": "dashboards", "title": "ZooKeeper", "tags": ["zookeeper"], "asDropdown": True,
                   "includeVars": True, "keepTime": True, "targetBlank": False, "icon": "external link", "tooltip": "",
                   "url": ""}],
        "annotations": {"list": [{"name": name, "enable": True, "iconColor": color, "datasource": SOURCE, "expr": query,
                                  "titleFormat": name, "textFormat": text}
                                 for name, (color, query, text) in ANNOTATIONS.items()]},
        "templating": {"list": [variable(name) for name in ("datasource", *VARIABLES)
                                if dashboard.is_of_members or name != "member"]},
        "panels": panels_json(dashboard)}


def config_map(uid: str, text: str) -> dict[str, Any]:
    """A dashboard as the ConfigMap that Grafana's sidecar looks for."""
    return {"apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": f"dashboard-{uid}", "annotations": {"grafana_folder": "ZooKeeper"},
                         "labels": {**LABELS, "app.kubernetes.io/component": "dashboards", "grafana_dashboard": "1"}},
            "data": {f"{uid}.json": text}}


class Dumper(yaml.SafeDumper):
    """YAML as people write it: long texts as blocks."""


Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar(
    "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None))


def to_yaml(*documents: dict[str, Any]) -> str:
    """Documents of one file, which says where they come from."""
    return "# Generated by dashboards/generate.py (make dashboards): do not edit.\n" + yaml.dump_all(
        documents, Dumper=Dumper, sort_keys=False, width=100000, explicit_start=len(documents) > 1, allow_unicode=True)


def prometheus_rule() -> dict[str, Any]:
    """The same as one object of the Prometheus operator."""
    return {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule",
            "metadata": {"name": "zookeeper-exporter", "labels": {**LABELS, "app.kubernetes.io/component": "alerts"}},
            "spec": {"groups": rules.groups()}}


def files() -> dict[Path, str]:
    """All that is generated, by path below the project."""
    boards = {each.uid: dashboard_json(each) for each in DASHBOARDS}
    texts = {uid: json.dumps(board, indent=1, ensure_ascii=False) + "\n" for uid, board in boards.items()}
    made = {Path("dashboards") / f"{uid}.json": text for uid, text in texts.items()}
    made[Path("alerts/grafana/zookeeper-alerts.yml")] = to_yaml(grafana_managed.provisioning(boards))
    made |= {Path("mixin") / name: text for name, text in template.files(boards).items()}
    components = Path("manifests/components")
    made[components / "grafana/dashboards.yaml"] = to_yaml(*(config_map(*each) for each in texts.items()))
    made[components / "prometheus-operator/prometheusrule.yaml"] = to_yaml(prometheus_rule())
    return made


def main() -> int:
    """Writes all files."""
    for path, text in files().items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text)
        print(f"{path}: {len(text) / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())

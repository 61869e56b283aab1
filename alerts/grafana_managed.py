"""The alerts for Grafana's own ruler: alerts/grafana/zookeeper-alerts.yml, in the format of its file provisioning.

Grafana asks Prometheus, which need not have our recorded series: what they record stands in the alerts themselves.
"""

import re
from typing import Any

import rules

SOURCE = "prometheus"  # uid of the data source
RECORDED = re.compile(r"\b\w+:zookeeper_\w+:\w+")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# A recorded series that reads what it said itself can't stand in an alert. Grafana's copy remembers for 6 h, instead of
# for ever, what an exporter told of when it was last scraped.
TOLD = "(zookeeper_ensemble_voters or zookeeper_up)"
TOLD_LAST = (f"max_over_time(timestamp({TOLD})[6h:1m]) >= on (cluster, job, instance) group_left () "
             "max_over_time(timestamp(zookeeper_exporter_build_info == 1)[6h:1m])")
INSTEAD = {"exporter:zookeeper_ensemble:watched":
           "group by (cluster, job, instance, ensemble) "
           f"(({TOLD_LAST}) and on (cluster, job, instance) up or ({TOLD_LAST}) unless on (cluster, ensemble) {TOLD})"}


def seconds(duration: str) -> int:
    """Of a duration of one unit."""
    return int(duration[:-1]) * SECONDS[duration[-1]]


def inlined(expression: str, recorded: dict[str, str], interval: str) -> str:
    """The expression with what its recorded series stand for.

    A window over one becomes a subquery of 120 steps at most: each step costs as much as the series itself.
    """
    def instead(found: re.Match[str]) -> str:
        return f"({inlined(' '.join(recorded[found[0]].split()), recorded, interval)})"

    def window(found: re.Match[str]) -> str:
        return f"{found[1]}[{found[2]}:{max(seconds(interval), seconds(found[2]) // 120)}s]"

    return RECORDED.sub(instead, re.sub(rf"({RECORDED.pattern})\[(\w+)\]", window, expression))


def text(template: str) -> str:
    """A message in Grafana's words: a label may be missing, and `$` would name a variable of Grafana's environment."""
    template = re.sub(r"\{\{ \$labels\.(\w+) \}\}", r"{{ with .Labels.\1 }}{{ . }}{{ end }}", template)
    return template.replace("$labels.", ".Labels.").replace("$value", ".Values.A.Value")


def kept(rule: dict[str, Any], interval: str) -> dict[str, Any]:
    """How long it keeps firing: after the query gives nothing at all, and after one of several series is missing."""
    if "keep_firing_for" not in rule:
        return {}
    evaluations = seconds(rule["keep_firing_for"]) // seconds(interval)
    return {"keepFiringFor": rule["keep_firing_for"], "missing_series_evals_to_resolve": evaluations}


def place(rule: dict[str, Any], dashboards: dict[str, Any]) -> dict[str, Any]:
    """The panel that shows what the alert watches, as far as one has a link to the runbook.

    It is rather one of the dashboard that the alert names, and rather a curve.
    """
    own = rule["annotations"]["dashboard_url"].removeprefix("/d/").partition("?")[0]
    found = [(uid != own, panel["type"] != "timeseries", uid, panel["id"])
             for uid, dashboard in dashboards.items() for panel in dashboard["panels"]
             if any(link["url"].endswith(f"/{rule['alert']}.md") for link in panel.get("links", []))]
    return {"dashboardUid": min(found)[2], "panelId": min(found)[3]} if found else {}


def managed(rule: dict[str, Any], recorded: dict[str, str], interval: str,
            dashboards: dict[str, Any]) -> dict[str, Any]:
    """An alert of Prometheus as one of Grafana. Whatever the query gives fires, be it 0, as in Prometheus."""
    panel = place(rule, dashboards)
    return {
        "uid": rule["alert"], "title": rule["alert"], "condition": "B",
        "data": [
            {"refId": "A", "datasourceUid": SOURCE, "relativeTimeRange": {"from": 600, "to": 0},
             "model": {"refId": "A", "expr": inlined(rule["expr"], recorded, interval), "instant": True, "range": False,
                       "editorMode": "code"}},
            {"refId": "B", "datasourceUid": "__expr__",
             "model": {"refId": "B", "type": "math", "expression": "is_number($A)"}}],
        "noDataState": "OK",  # nothing is wrong; ZooKeeperMetricsAbsent and others ask for what is missing
        "execErrState": "Error",
        "for": rule["for"], **kept(rule, interval), "labels": rule["labels"], **panel,
        "annotations": {name: text(each) for name, each in rule["annotations"].items()}
                       | {f"__{name}__": str(value) for name, value in panel.items()}}


def provisioning(dashboards: dict[str, Any]) -> dict[str, Any]:
    """All alerts in a folder of Grafana, tied to the panels of these dashboards."""
    groups = rules.groups()
    recorded = {rule["record"]: rule["expr"] for group in groups for rule in group["rules"] if "record" in rule}
    return {"apiVersion": 1, "groups": [
        {"orgId": 1, "name": group["name"], "folder": "ZooKeeper", "interval": group["interval"],
         "rules": [managed(rule, recorded | INSTEAD, group["interval"], dashboards)
                   for rule in group["rules"] if "alert" in rule]}
        for group in groups]}

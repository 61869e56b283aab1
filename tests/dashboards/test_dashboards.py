"""The committed dashboards: generated, and as Grafana's own linter and we want them."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from grafana import DASHBOARDS, dashboards, panels, selectors

ROOT = DASHBOARDS.parent
UNITS = {"short", "s", "bytes", "Bps", "percentunit", "ops", "pps", "cps", "wps", "reqps"}
KINDS = {"timeseries", "stat", "gauge", "table", "state-timeline"}
OF_ENSEMBLES = re.compile(r"zookeeper_ensemble_\w+$")
OF_EXPORTERS = re.compile(r"(zookeeper_exporter|process)_\w+$|up$")

# Windows that are the meaning of the panel, not of its resolution.
FIXED_WINDOWS = {"Time to rollover", "Elections", "Catching up of learners", "Snapshot (mean)", "Digest mismatches",
                 "Unrecoverable errors"}


def cases() -> Iterator[Any]:
    """Every dashboard, by uid."""
    return (pytest.param(uid, dashboard, id=uid) for uid, dashboard in dashboards().items())


def complaints(uid: str, dashboard: dict[str, Any]) -> list[str]:
    """What dashboard-linter's rules and ours say against a dashboard."""
    found = []
    if dashboard["uid"] != uid or dashboard["editable"] or "zookeeper" not in dashboard["tags"]:
        found.append("uid, editable or tags")
    found += [f"variable {name}: {what}" for name, what in variable_complaints(dashboard["templating"]["list"])]
    taken: set[tuple[int, int]] = set()
    numbers = [panel["id"] for panel in dashboard["panels"]]
    if len(numbers) != len(set(numbers)):
        found.append("a panel's id twice")
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        if cells & taken or max(x for x, _ in cells) > 23:
            found.append(f"{panel['title']}: overlaps or leaves the grid")
        taken |= cells
    for panel in panels(dashboard):
        found += [f"{panel['title']}: {what}" for what in panel_complaints(panel)]
    return found


def variable_complaints(variables: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """template-datasource, template-job, template-instance (ours: member) and template-on-time-change-reload."""
    names = [variable["name"] for variable in variables]
    if names[:3] != ["datasource", "job", "ensemble"] or names[3:] not in ([], ["member"]):
        yield "all", f"are {names}"
    for variable in variables:
        if variable["name"] == "datasource":
            if (variable["type"], variable["query"], variable["label"]) != ("datasource", "prometheus", "Data source"):
                yield "datasource", "is no choice of a Prometheus"
        elif not (variable["multi"] and variable["allValue"] == ".+" and variable["refresh"] == 2
                  and variable["datasource"]["uid"] == "${datasource}" and variable["label"]):
            yield variable["name"], "multi, allValue, refresh, datasource or label"


def panel_complaints(panel: dict[str, Any]) -> Iterator[str]:
    """The linter's panel and target rules, and those about kinds, units and descriptions."""
    unit = panel["fieldConfig"]["defaults"]["unit"]
    if panel["type"] not in KINDS:
        yield f"{panel['type']} is no kind that Grafana keeps"
    if panel["datasource"]["uid"] != "${datasource}":
        yield "the data source is fixed"
    if not panel["title"] or len(panel["description"]) < 8 or not panel["description"].endswith("."):
        yield "no title, or no sentence that describes it"
    if unit not in UNITS:
        yield f"unit {unit}"
    if not panel["targets"]:
        yield "no query"
    if len({target["refId"] for target in panel["targets"]}) != len(panel["targets"]):
        yield "a refId twice"
    for target in panel["targets"]:
        yield from query_complaints(panel["title"], target["expr"])


def query_complaints(title: str, query: str) -> Iterator[str]:
    """target-job, target-instance, target-rate-interval, target-counter-agg; no lifetime averages, no quantiles."""
    for selector in selectors(query):
        name, _, matchers = selector.partition("{")
        wanted = {"job", "ensemble", "member"}
        if name == "ALERTS":
            wanted = set()
        elif OF_EXPORTERS.match(name):
            wanted = {"job"}
        elif OF_ENSEMBLES.match(name):
            wanted = {"job", "ensemble"}
        for label in wanted:
            if f'{label}=~"${label}"' not in matchers:
                yield f"{selector} has no {label}"
    for window in re.findall(r"\[([^\]]+)\]", query):
        if window != "$__rate_interval" and title not in FIXED_WINDOWS:
            yield f"fixed window {window}"
    for counter in re.finditer(r"\w+_total\{", query):
        if not re.search(r"(rate|increase|resets)\($", query[:counter.start()]):
            yield f"{counter[0][:-1]} is shown as it is, not as a rate"
    if re.search(r"quantile|request_latency_(avg|max|min)", query):
        yield "figures since the start"
    if re.search(r"\b(zookeeper|process)_\w+\b(?!\{)", query):
        yield "a metric without matchers"


@pytest.mark.parametrize("uid, dashboard", cases())
def test_the_linters_have_nothing_to_say(uid: str, dashboard: dict[str, Any]) -> None:
    """Exceptions are named above, with their reason."""
    assert complaints(uid, dashboard) == []


@pytest.mark.parametrize("old, new", [
    ('"editable": false', '"editable": true'),
    ('"multi": true', '"multi": false'),
    ('"refresh": 2', '"refresh": 1'),
    ('"type": "timeseries"', '"type": "graph"'),
    ('"uid": "${datasource}"', '"uid": "prometheus"'),
    ('"unit": "s"', '"unit": "ms"'),
    ('"x": 8', '"x": 7'),
    ('"id": 3', '"id": 2'),
    (r'member=~\"$member\"', r'member=~\".+\"'),
    (r'job=~\"$job\"', ''),
    ('[$__rate_interval]', '[5m]'),
    ('rate(zookeeper_packets_received_total', '(zookeeper_packets_received_total'),
    ('zookeeper_serving{', 'zookeeper_request_latency_avg_seconds{'),
    ('"description": "', '"description": "x", "was": "'),
])
def test_the_linter_notices(old: str, new: str) -> None:
    """Each rule can fail."""
    found = []
    for uid, dashboard in dashboards().items():
        text = json.dumps(dashboard, ensure_ascii=False)
        if old in text:
            found += complaints(uid, json.loads(text.replace(old, new, 1) if old.startswith('"x"')
                                                else text.replace(old, new)))
    assert found != []


def test_the_files_are_what_the_source_makes() -> None:
    """`make dashboards` was run; also for the Kubernetes objects, of which none is too large for its kind."""
    program = "import generate, json; print(json.dumps({str(k): v for k, v in generate.files().items()}))"
    made = json.loads(subprocess.run([sys.executable, "-c", program], cwd=DASHBOARDS, stdout=subprocess.PIPE, text=True,
                                     check=True, timeout=60).stdout)
    assert [path for path, text in made.items() if (ROOT / path).read_text() != text] == []
    assert {Path(path).stem for path in made if path.startswith("dashboards/")} == set(dashboards())
    for document in yaml.safe_load_all(made["manifests/components/grafana/dashboards.yaml"]):
        assert len(yaml.dump(document)) < 2 ** 20


def test_all_metrics_exist() -> None:
    """In docs/metrics.md; those that neither dashboards nor alerts use are printed."""
    page = (ROOT / "docs" / "metrics.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\w+)", page, re.M)
    known = {name for name, _ in rows} | {"up", "ALERTS"}
    for name, kind in rows:
        if kind in ("summary", "histogram"):
            known |= {f"{name}_{part}" for part in ("sum", "count", "bucket")}
    used = {selector.partition("{")[0] for dashboard in dashboards().values() for panel in panels(dashboard)
            for target in panel["targets"] for selector in selectors(target["expr"])}
    assert used - known == set()

    rules = " ".join(file.read_text() for file in (ROOT / "alerts").glob("*.rules.yml"))
    unused = sorted({name for name, _ in rows if not re.search(rf"\b{name}(_sum|_count|_bucket)?\b", rules)
                     and not used & {name, f"{name}_sum", f"{name}_count"}})
    print(f"\n{len(unused)} metrics in neither a dashboard nor an alert: {', '.join(unused)}")
    assert len(unused) < len(rows)


def test_jsonnet_users_get_the_same() -> None:
    """mixin.libsonnet, evaluated by Debian's jsonnet, carries every dashboard and every group of rules."""
    done = subprocess.run(["jsonnet", "-e", f"local mixin = import '{DASHBOARDS}/mixin.libsonnet'; "
                           "{grafanaDashboards: mixin.grafanaDashboards, prometheusAlerts: mixin.prometheusAlerts}"],
                          stdout=subprocess.PIPE, text=True, check=True, timeout=60)
    mixin = json.loads(done.stdout)
    assert {name.removesuffix(".json"): value for name, value in mixin["grafanaDashboards"].items()} == dashboards()
    rule = yaml.safe_load((ROOT / "manifests/components/prometheus-operator/prometheusrule.yaml").read_text())
    groups = mixin["prometheusAlerts"]["groups"]
    assert groups == rule["spec"]["groups"]


def test_provisioning_points_at_the_files() -> None:
    """Grafana's own provider format."""
    provider, = yaml.safe_load((DASHBOARDS / "provisioning/dashboards/zookeeper.yml").read_text())["providers"]
    assert (provider["type"], provider["folder"]) == ("file", "ZooKeeper")
    source, = yaml.safe_load((DASHBOARDS / "provisioning/datasources/prometheus.yml").read_text())["datasources"]
    assert source["type"] == "prometheus"

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

from grafana import DASHBOARDS, GREY, VARIABLE, dashboards, panels, selectors

ROOT = DASHBOARDS.parent
RUNBOOKS = "https://github.com/zookeeper-exporter/zookeeper-exporter/blob/main/alerts/runbooks/"
UNITS = {"short", "s", "dtdhms", "bytes", "Bps", "percentunit", "ops", "reqps"}
KINDS = {"timeseries", "stat", "table", "state-timeline"}
OF_ENSEMBLES = re.compile(r"zookeeper_(ensemble_\w+|canary_writer|last_poll_timestamp_seconds)$")
WITHOUT_MEMBERS = {"zookeeper-overview", "zookeeper-slo"}
OF_EXPORTERS = re.compile(r"(zookeeper_exporter|process)_\w+$|up$")
OF_ALL = re.compile(r"ALERTS(_FOR_STATE)?$|.+:.+")  # alerts and recorded series have no job
BUILT_IN = {"__rate_interval", "__range", "__url_time_range", "__value"}

# Windows that are the meaning of the panel, not of its resolution.
FIXED_WINDOWS = {"zxid lasts", "Elections", "Election time (mean)", "Catching up of learners", "Snapshot (mean)",
                 "Damage", "Sessions established (p99)", "Error budget burn", "Error budget left", "Latency budget left",
                 "Reads that succeed", "Error budget burn by window", "Latency budget burn by window"}
LOOK_BACK = {"1d", "12h:30s"}  # for what a dead exporter told last, and for the last change of a level
WHOLE = {"Odd ones", "Leader", "Firing alerts", "Settings that differ", "Certificates"}  # these tell of the ensemble whoever is chosen
FREE_AXIS = {"Growth of watches"}  # it falls below 0


def cases() -> Iterator[Any]:
    """Every dashboard, by uid."""
    return (pytest.param(uid, dashboard, id=uid) for uid, dashboard in dashboards().items())


def complaints(uid: str, dashboard: dict[str, Any]) -> list[str]:
    """What dashboard-linter's rules and ours say against a dashboard."""
    found = []
    if dashboard["uid"] != uid or dashboard["editable"] or "zookeeper" not in dashboard["tags"]:
        found.append("uid, editable or tags")
    found += [f"variable {name}: {what}" for name, what in variable_complaints(uid, dashboard["templating"]["list"])]
    named = set(VARIABLE.findall(json.dumps(dashboard["panels"]) + json.dumps(dashboard["annotations"])))
    known = {variable["name"] for variable in dashboard["templating"]["list"]}
    found += [f"no variable {name}" for name in sorted(named - known - BUILT_IN)]
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
        found += [f"{panel['title']}: {what}" for what in panel_complaints(panel, "member" in known)]
    return found


def variable_complaints(uid: str, variables: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """template-datasource, template-job, template-instance (ours: member) and template-on-time-change-reload."""
    names = [variable["name"] for variable in variables]
    if names != ["datasource", "job", "cluster", "ensemble"] + ["member"] * (uid not in WITHOUT_MEMBERS):
        yield "all", f"are {names}"
    for variable in variables:
        if variable["name"] == "datasource":
            if (variable["type"], variable["query"], variable["label"]) != ("datasource", "prometheus", "Data source"):
                yield "datasource", "is no choice of a Prometheus"
        elif not (variable["multi"] and variable["allValue"] == (".*" if variable["name"] == "cluster" else ".+")
                  and variable["refresh"] == 2
                  and variable["datasource"]["uid"] == "${datasource}" and variable["label"]):
            yield variable["name"], "multi, allValue, refresh, datasource or label"


def panel_complaints(panel: dict[str, Any], has_members: bool) -> Iterator[str]:
    """The linter's panel and target rules, and those about kinds, units and descriptions."""
    unit = panel["fieldConfig"]["defaults"]["unit"]
    yield from display_complaints(panel)
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
        if panel["type"] != "table" and not panel["options"].get("reduceOptions", {}).get("values"):
            yield from legend_complaints(target)
        yield from query_complaints(panel["title"], target["expr"],
                                    has_members and panel["title"] not in WHOLE)


def display_complaints(panel: dict[str, Any]) -> Iterator[str]:
    """A tile tells of this moment, and in grey words when there is no data; axes and digits are bounded."""
    defaults = panel["fieldConfig"]["defaults"]
    if not defaults["noValue"].startswith("No data"):
        yield "says something else than No data"
    if panel["type"] in ("stat", "table"):
        if not all(target["instant"] and not target["range"] for target in panel["targets"]):
            yield "shows the past"
        of_null = [each["options"]["result"] for each in defaults["mappings"]
                   if each["type"] == "special" and each["options"]["match"] == "null+nan"]
        if [(each["text"], each["color"]) for each in of_null] != [("No data", GREY)]:
            yield "no data is not grey"
    if panel["type"] == "stat" and not defaults.get("decimals") in (0, 1) and defaults["unit"] != "dtdhms" \
            and not panel["options"]["reduceOptions"]["values"] and len(defaults["mappings"]) < 2:
        yield "any number of decimals"
    if panel["type"] == "timeseries":
        if panel["title"] not in FREE_AXIS and (defaults["min"], "axisSoftMax" in defaults["custom"]) != (0, True):
            yield "the axis of zeros goes to 100"
        legend = panel["options"]["legend"]
        if (legend["displayMode"], legend["placement"], legend["calcs"]) != ("list", "bottom", []):
            yield "a legend that leaves little room"


def legend_complaints(target: dict[str, Any]) -> Iterator[str]:
    """Equal names in two clusters or ensembles have two legends."""
    named = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
    outer = re.search(r"by \(([^)]*)\)", target["expr"])
    if outer and not re.match(r"(sum|min|max|count)\(", target["expr"]) and set(outer[1].split(", ")) - named - {"le"}:
        yield f"the legend {target['legendFormat']} does not tell {outer[1]} apart"


def query_complaints(title: str, query: str, of_member: bool) -> Iterator[str]:
    """target-job, target-instance, target-rate-interval, target-counter-agg; no lifetime averages, no quantiles."""
    for selector in selectors(query):
        name, _, matchers = selector.partition("{")
        wanted = {"job", "cluster", "ensemble", "member"}
        if OF_ALL.match(name):
            wanted = {"cluster"}
        elif OF_EXPORTERS.match(name):
            wanted = {"job", "cluster"}
            if not re.search("zookeeper_exporter_|unless on \\(cluster, job, instance\\) up", query):
                yield f"{selector} may be anybody's"
        elif OF_ENSEMBLES.match(name) or not of_member:
            wanted = {"job", "cluster", "ensemble"}
        for label in wanted:
            if f'{label}=~"${label}' not in matchers:
                yield f"{selector} has no {label}"
    if "vector(0)" in query:
        yield "a zero that a dead exporter gives too"
    for window in re.findall(r"\[([^\]]+)\]", query):
        if window != "$__rate_interval" and window not in LOOK_BACK and title not in FIXED_WINDOWS:
            yield f"fixed window {window}"
    for counter in re.finditer(r"\w+_total\{", query):
        if not re.search(r"(rate|increase|resets)\($", query[:counter.start()]):
            yield f"{counter[0][:-1]} is shown as it is, not as a rate"
    if re.search(r"(?<!histogram_)quantile|request_latency_(avg|max|min)", query):
        yield "figures since the start"
    if re.search(r"\b(zookeeper|process)_\w+\b(?![{:])", query):
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
    ('"instant": true, "range": false', '"instant": false, "range": true'),
    ('"noValue": "No data"', '"noValue": "Nothing found"'),
    ('"text": "No data", "color": "#8e8e8e"', '"text": "No data", "color": "green"'),
    ('"decimals": 0', '"was": 0'),
    ('"axisSoftMax": 1', '"was": 1'),
    ('"displayMode": "list"', '"displayMode": "table"'),
    ('"allValue": ".*"', '"allValue": ".+"'),
    (r',cluster=~\"$cluster\"', ''),
    ('0 * max(zookeeper_up', '0 * vector(0) * max(zookeeper_up'),
    ('{{ensemble}} {{cluster}}', '{{ensemble}}'),
    ('{{member}} {{ensemble}}', '{{member}}'),
    ('$cluster', '$clusters'),
    ('"uid": "${datasource}"', '"uid": "prometheus"'),
    ('"unit": "s"', '"unit": "ms"'),
    ('"x": 8', '"x": 7'),
    ('"id": 3', '"id": 2'),
    (r'member=~\"$member\"', r'member=~\".+\"'),
    (r'job=~\"$job\"', ''),
    ('[$__rate_interval]', '[5m]'),
    ('rate(zookeeper_packets_received_total', '(zookeeper_packets_received_total'),
    ('zookeeper_connections{', 'zookeeper_request_latency_avg_seconds{'),
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
    recorded = [rule["record"] for file in (ROOT / "alerts").glob("*.rules.yml")
                for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"] if "record" in rule]
    known = {name for name, _ in rows} | {"up", "ALERTS", "ALERTS_FOR_STATE", *recorded}
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


def links(dashboard: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The addresses of a dashboard's links, and what a table's link knows of its column."""
    for panel in panels(dashboard):
        yield from ((link["url"], {}) for link in panel["links"])
        for override in panel["fieldConfig"]["overrides"]:
            column = {each["id"]: each["value"] for each in override["properties"]}
            yield from ((link["url"], column) for link in column.get("links", []))


def linked_runbooks(dashboard: dict[str, Any]) -> set[str]:
    """The pages that a dashboard's links lead to; a link by an alert's name leads to all alerts."""
    found = set()
    for url, column in links(dashboard):
        if url.startswith(RUNBOOKS):
            page = url.removeprefix(RUNBOOKS)
            values = column["mappings"][0]["options"] if column else {}
            found |= {page.replace("${__value.text}", each["text"]).replace("${__value.raw}", value)
                      for value, each in values.items()} if values else {page}
    return found


def test_each_link_leads_to_a_page() -> None:
    """Runbooks are in alerts/, dashboards are ours; nothing else is linked."""
    for uid, dashboard in dashboards().items():
        pages = linked_runbooks(dashboard)
        assert [page for page in pages if not (ROOT / "alerts/runbooks" / page).exists()] == [], uid
        others = {url for url, _ in links(dashboard) if not url.startswith(RUNBOOKS)}
        assert {url.partition("?")[0].removeprefix("/d/") for url in others} <= set(dashboards())


def test_each_alert_is_linked_from_the_panel_that_shows_its_figure() -> None:
    """Or from the finding that it follows from."""
    alerts = {rule["alert"] for file in (ROOT / "alerts").glob("*.rules.yml")
              for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"] if "alert" in rule}
    linked = set().union(*map(linked_runbooks, dashboards().values()))
    assert {f"{alert}.md" for alert in alerts} - linked == set()


@pytest.mark.parametrize("page, pattern", [
    ("docs/health.md", r"^\| `(\w+)` \| (?:`|by the count)"),
    ("docs/troubleshooting.md", r"^### `(\w+)`"),
])
def test_each_finding_and_reason_leads_to_a_runbook(page: str, pattern: str) -> None:
    """Their codes as the documents have them."""
    codes = set(re.findall(pattern, (ROOT / page).read_text(), re.M))
    table = next(panel for panel in panels(dashboards()["zookeeper-ensemble"]) if panel["title"] == "Odd ones")
    column, = (each for each in table["fieldConfig"]["overrides"] if each["matcher"]["options"] == "runbook")
    known = next(each["value"] for each in column["properties"] if each["id"] == "mappings")[0]["options"]
    assert len(codes) > 9
    assert codes - set(known) == set()


def test_provisioning_points_at_the_files() -> None:
    """Grafana's own provider format."""
    provider, = yaml.safe_load((DASHBOARDS / "provisioning/dashboards/zookeeper.yml").read_text())["providers"]
    assert (provider["type"], provider["folder"]) == ("file", "ZooKeeper")
    source, = yaml.safe_load((DASHBOARDS / "provisioning/datasources/prometheus.yml").read_text())["datasources"]
    assert source["type"] == "prometheus"

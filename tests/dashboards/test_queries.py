"""Every query of every dashboard, as Grafana asks it, on a real Prometheus over the real exporter and ensemble."""

import re
from math import isfinite
from typing import Any

import pytest
from conftest import Story

from grafana import ask, dashboards, fill_in, legend, panels, selectors, values

SINCE = 60
TARGETS = [pytest.param(panel, target, id=f"{uid}-{panel['title']}-{target['refId']}".replace(" ", "_"))
           for uid, dashboard in dashboards().items() for panel in panels(dashboard) for target in panel["targets"]]
VARIABLES = [pytest.param(variable["query"]["query"], id=f"{uid}-{variable['name']}")
             for uid, dashboard in dashboards().items() for variable in dashboard["templating"]["list"]
             if variable["type"] == "query" and variable["name"] != "cluster"]
ANNOTATIONS = [pytest.param(annotation["expr"], id=f"{uid}-{annotation['name']}")
               for uid, dashboard in dashboards().items() for annotation in dashboard["annotations"]["list"]]
PROVIDER = "needs the Prometheus metrics provider"
NOT_HERE = {"jvm_memory": PROVIDER, "jvm_gc": PROVIDER, "jvm_threads": PROVIDER, "zookeeper_process_cpu": PROVIDER,
            "zookeeper_quota_": "needs a quota", "zookeeper_tls_": "needs TLS",
            "zookeeper_last_snapshot": "needs the AdminServer", "zookeeper_ensemble_config_drift": "nothing differs",
            "zookeeper_ensemble_data_differs": "needs more transactions",
            "disk:": "needs node_exporter", "ALERTS": "nothing fires"}


def is_here(name: str) -> bool:
    """Whether this ensemble has such series; if not, says why."""
    why = next((why for part, why in NOT_HERE.items() if part in name), "")
    if why:
        print(f"not looked for: {name} {why}")
    return not why


def problems(story: Story, panel: dict[str, Any], target: dict[str, Any]) -> list[str]:
    """What is wrong with a panel's query while an observer is down."""
    now = story.observer_down
    found = []
    for selector in selectors(re.sub(r',finding!~"[^"]*"', "", fill_in(target["expr"]))):  # none but these is there
        if is_here(selector.partition("{")[0]) and not story.prometheus.api(
                "series", **{"match[]": selector, "start": str(now - SINCE), "end": str(now)}):
            found.append(f"no series: {selector}")
    series = ask(story.prometheus, target, now - SINCE, now, 1)
    if not series and is_here(target["expr"]) and panel["fieldConfig"]["defaults"]["noValue"] == "No data" \
            and "> 0" not in target["expr"]:
        found.append("no data")
    if series and not any(map(isfinite, values(series))):
        found.append("no numbers")
    for each in series:
        try:
            legend(target, each["metric"])
        except KeyError as label:
            found.append(f"no label {label} for the legend")
    return found


@pytest.mark.parametrize("panel, target", TARGETS)
def test_a_query_has_data(story: Story, panel: dict[str, Any], target: dict[str, Any]) -> None:
    """Each selector alone too: `or` must not hide a name that is wrong."""
    assert problems(story, panel, target) == []


@pytest.mark.parametrize("panel, target", TARGETS)
def test_a_wrong_name_is_noticed(story: Story, panel: dict[str, Any], target: dict[str, Any]) -> None:
    """The test above can fail: for every metric of every query."""
    for selector in selectors(target["expr"]):
        name = selector.partition("{")[0]
        if is_here(name):
            mutant = {**target, "expr": target["expr"].replace(f"{name}{{", f"{name}x{{")}
            assert any("no series" in problem for problem in problems(story, panel, mutant))


@pytest.mark.parametrize("query", VARIABLES)
def test_a_variable_has_values(story: Story, query: str) -> None:
    """`label_values(selector, label)` as Grafana asks it. (No cluster: that label comes with a central Prometheus.)"""
    selector, label = query.removeprefix("label_values(").removesuffix(")").rsplit(", ", 1)
    assert story.prometheus.api(f"label/{label}/values", **{"match[]": fill_in(selector)}) != []


@pytest.mark.parametrize("query", ANNOTATIONS)
def test_an_annotation_is_understood(story: Story, query: str) -> None:
    """Its metrics are there; it shows nothing while nothing happens."""
    story.prometheus.query(fill_in(query))
    for selector in selectors(fill_in(query)):
        assert story.prometheus.api("series", **{"match[]": selector}) != []

"""Every query of every dashboard, as Grafana asks it, on a real Prometheus over the real exporter and ensemble."""

import time
from collections.abc import Iterator
from math import isfinite
from typing import Any

import pytest

from grafana import ask, dashboards, fill_in, legend, monitored_ensemble, panels, selectors, values
from prometheus_server import Prometheus

SINCE = 60
TARGETS = [pytest.param(panel, target, id=f"{uid}-{panel['title']}-{target['refId']}".replace(" ", "_"))
           for uid, dashboard in dashboards().items() for panel in panels(dashboard) for target in panel["targets"]]
VARIABLES = [pytest.param(variable["query"]["query"], id=f"{uid}-{variable['name']}")
             for uid, dashboard in dashboards().items() for variable in dashboard["templating"]["list"]
             if variable["type"] == "query"]
ANNOTATIONS = [pytest.param(annotation["expr"], id=f"{uid}-{annotation['name']}")
               for uid, dashboard in dashboards().items() for annotation in dashboard["annotations"]["list"]]


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A Prometheus that saw the members for half a minute, then the observer go."""
    with monitored_ensemble(tmp_path_factory.mktemp("dashboards")) as (ensemble, _, server):
        server.wait_for("count_over_time(up[2m]) >= bool 25", [1], 60)
        observer = ensemble.members[-1]
        observer.kill()
        server.wait_for('count(zookeeper_ensemble_finding{finding="observer_down"})', [1])
        yield server


def problems(prometheus: Prometheus, panel: dict[str, Any], target: dict[str, Any]) -> list[str]:
    """What is wrong with a panel's query."""
    now = time.time()
    found = []
    for selector in selectors(fill_in(target["expr"])):
        name = selector.partition("{")[0]
        if name != "ALERTS" and not prometheus.api("series", **{"match[]": selector, "start": str(now - SINCE)}):
            found.append(f"no series: {selector}")
    series = ask(prometheus, target, now - SINCE, now, 1)
    if not series and "noValue" not in panel["fieldConfig"]["defaults"]:
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
def test_a_query_has_data(prometheus: Prometheus, panel: dict[str, Any], target: dict[str, Any]) -> None:
    """Each selector alone too: `or` must not hide a name that is wrong."""
    assert problems(prometheus, panel, target) == []


@pytest.mark.parametrize("panel, target", TARGETS)
def test_a_wrong_name_is_noticed(prometheus: Prometheus, panel: dict[str, Any], target: dict[str, Any]) -> None:
    """The test above can fail: for every metric of every query."""
    for selector in selectors(target["expr"]):
        name = selector.partition("{")[0]
        if name != "ALERTS":
            mutant = {**target, "expr": target["expr"].replace(f"{name}{{", f"{name}x{{")}
            assert any("no series" in problem for problem in problems(prometheus, panel, mutant))


@pytest.mark.parametrize("query", VARIABLES)
def test_a_variable_has_values(prometheus: Prometheus, query: str) -> None:
    """`label_values(selector, label)` as Grafana asks it."""
    selector, label = query.removeprefix("label_values(").removesuffix(")").rsplit(", ", 1)
    assert prometheus.api(f"label/{label}/values", **{"match[]": fill_in(selector)}) != []


@pytest.mark.parametrize("query", ANNOTATIONS)
def test_an_annotation_is_understood(prometheus: Prometheus, query: str) -> None:
    """Its metrics are there; it shows nothing while nothing happens."""
    prometheus.query(fill_in(query))
    for selector in selectors(fill_in(query)):
        assert prometheus.api("series", **{"match[]": selector}) != []

"""The alerts for Grafana's own ruler: in its format, and the same alerts as those for Prometheus."""

import json
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from rule_files import ALERTS, BY_ALERT, BY_AREA, FILE_OF, FILES, RECORDED, ROOT, SCENARIOS
from test_rules import run_all

import grafana_managed
import npm
from grafana import dashboards
from grafana_managed import seconds
from scenario import Scenario

FILE = ALERTS / "grafana/zookeeper-alerts.yml"
GROUPS: list[dict[str, Any]] = yaml.safe_load(FILE.read_text())["groups"]
MANAGED: dict[str, dict[str, Any]] = {rule["title"].removeprefix("ZooKeeper"): rule for group in GROUPS
                                      for rule in group["rules"]}
# What stands in them instead of a recorded series that remembers for ever.
FORGETFUL = {alert for alert, rule in BY_ALERT.items() if any(name in rule["expr"] for name in grafana_managed.INSTEAD)}
FORGETS = 6 * 60  # minutes
# Grafana's copies ask at 120 moments of a window, most of which miss the samples of these, five minutes apart.
COARSE = {f"WriteErrorBudgetBurn: {each}" for each in (
    "1 % of the writes fail, for hours", "an outage of ten minutes is over", "in the first day",
    "the canary was off a day ago")} | {
    "WriteErrorBudgetSlowBurn: 0.4 % of the writes fail for most of a day",
    "WriteLatencyBudgetBurn: 4 % of the writes are slow for most of a day"}


def expression(rule: dict[str, Any]) -> str:
    """What Prometheus is asked."""
    return rule["data"][0]["model"]["expr"]


def test_all_alerts_are_there_under_a_name_that_stays() -> None:
    """In the order of the files. The uid is what Grafana knows a rule by: at most 40 letters."""
    assert list(MANAGED) == list(BY_ALERT)
    for alert, rule in MANAGED.items():
        assert rule["uid"] == rule["title"] == f"ZooKeeper{alert}"
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", rule["uid"])


def test_times_and_labels_are_the_same() -> None:
    """Grafana's clock ticks every ten seconds: an interval is a multiple of that, a time a multiple of its interval."""
    for group in GROUPS:
        assert (group["orgId"], group["folder"]) == (1, "ZooKeeper")
        assert seconds(group["interval"]) % 10 == 0
        for rule in group["rules"]:
            own = BY_ALERT[rule["title"].removeprefix("ZooKeeper")]
            assert (rule["for"], rule["labels"]) == (own["for"], own["labels"])
            assert rule.get("keepFiringFor") == own.get("keep_firing_for")
            assert seconds(rule["for"]) % seconds(group["interval"]) == 0
            if "keepFiringFor" in rule:
                kept = rule["missing_series_evals_to_resolve"] * seconds(group["interval"])
                assert kept == seconds(rule["keepFiringFor"])


def test_whatever_prometheus_gives_fires_and_nothing_is_well() -> None:
    """Also a figure of 0. An error of the data source has a state of its own."""
    for rule in MANAGED.values():
        query, condition = rule["data"]
        assert query["model"] | {"expr": ""} == {"refId": "A", "expr": "", "instant": True, "range": False,
                                                 "editorMode": "code"}
        assert (rule["condition"], condition["refId"], condition["datasourceUid"]) == ("B", "B", "__expr__")
        assert condition["model"] == {"refId": "B", "type": "math", "expression": "is_number($A)"}
        assert (rule["noDataState"], rule["execErrState"]) == ("OK", "Error")
    assert "absent(" in expression(MANAGED["MetricsAbsent"])


def test_messages_are_in_the_words_of_grafana() -> None:
    """No `$`, which its provisioning takes for the environment; no label that may be missing is printed as it is."""
    for alert, rule in MANAGED.items():
        for name, told in rule["annotations"].items():
            assert "$" not in told, told
            plain = re.sub(r"\{\{ with \.Labels\.(\w+) \}\}\{\{ \. \}\}\{\{ end \}\}", r"{{ $labels.\1 }}", told)
            assert not re.search(r"\{\{ \.Labels\.\w+ \}\}", plain), told
            if name in ("__dashboardUid__", "__panelId__"):
                continue
            plain = plain.replace(".Values.A.Value", "$value").replace(".Labels.", "$labels.")
            assert plain == BY_ALERT[alert]["annotations"][name]


def test_panels_show_what_an_alert_watches() -> None:
    """Grafana draws the alert there, and leads from the alert to it."""
    tied = {alert: rule for alert, rule in MANAGED.items() if "panelId" in rule}
    assert len(tied) > len(MANAGED) / 2
    for alert, rule in tied.items():
        panel, = (each for each in dashboards()[rule["dashboardUid"]]["panels"] if each["id"] == rule["panelId"])
        assert any(link["url"].endswith(f"/ZooKeeper{alert}.md") for link in panel["links"])
        assert rule["annotations"]["__dashboardUid__"] == rule["dashboardUid"]
        assert rule["annotations"]["__panelId__"] == str(rule["panelId"])
    fsync = MANAGED["FsyncSlow"]
    assert fsync["dashboardUid"] == "zookeeper-member"
    for alert in BY_ALERT.keys() - tied:
        assert "__dashboardUid__" not in MANAGED[alert]["annotations"]


def test_no_recorded_series_is_asked_for() -> None:
    """Those that stand for themselves are asked for as they are."""
    for alert, rule in MANAGED.items():
        assert not grafana_managed.RECORDED.search(expression(rule)), alert
        if not grafana_managed.RECORDED.search(BY_ALERT[alert]["expr"]):
            assert expression(rule) == re.sub(r"  # _config\.\w+", "", BY_ALERT[alert]["expr"])


def test_only_what_reads_itself_is_replaced() -> None:
    """Another such series would never end to be written out."""
    reading = {rule["record"] for file in FILES for group in yaml.safe_load(file.read_text())["groups"]
               for rule in group["rules"] if "record" in rule and rule["record"] in rule["expr"]}
    assert reading == RECORDED & set(grafana_managed.INSTEAD)


def test_a_recorded_series_is_written_out() -> None:
    """Also within another one, and under a window."""
    recorded = {"a:zookeeper_b:c": "x +\n  y", "a:zookeeper_d:e": "a:zookeeper_b:c / 2"}
    made = grafana_managed.inlined("a:zookeeper_d:e > max_over_time(a:zookeeper_b:c[1h])", recorded, "30s")
    assert made == "((x + y) / 2) > max_over_time((x + y)[1h:30s])"
    assert grafana_managed.inlined("a:zookeeper_b:c[1d]", recorded, "30s") == "(x + y)[1d:720s]"


def outcomes(scenarios: Iterable[Scenario], directory: Path) -> dict[str, str]:
    """What promtool says of these scenarios to the alerts as Grafana asks for them."""
    for file in FILES:
        groups = yaml.safe_load(file.read_text())["groups"]
        for group in groups:
            group["rules"] = [rule | {"expr": expression(MANAGED[rule["alert"].removeprefix("ZooKeeper")])}
                              for rule in group["rules"] if "alert" in rule]
        (directory / file.name).write_text(json.dumps({"groups": groups}))
    found = run_all(scenarios, lambda each: [directory / FILE_OF[each.alert].name], directory)
    return {title: told for title, told in found.items() if told}


def remembers(scenario: Scenario) -> bool:
    """Whether it asks for no longer memory than Grafana's alerts have."""
    return scenario.alert not in FORGETFUL or max(scenario.firing) < FORGETS


ON_RECORDS = [alert for alert, rule in BY_ALERT.items() if grafana_managed.RECORDED.search(rule["expr"])]


def test_a_sample_of_scenarios_of_what_was_written_out(tmp_path: Path) -> None:
    """Of each alert on recorded series, the first one in which it fires and the first one in which it does not."""
    sample = [next(each for each in SCENARIOS if each.alert == alert and each.fires == fires and remembers(each))
              for alert in ON_RECORDS for fires in (True, False)]
    assert len(sample) > 10
    assert outcomes(sample, tmp_path) == {}


@pytest.mark.long
def test_scenarios_of_what_was_written_out(tmp_path: Path) -> None:
    """The alerts on recorded series fire as those for Prometheus do, as far as Grafana's copy remembers."""
    scenarios = [each for each in SCENARIOS
                 if each.alert in ON_RECORDS and each not in BY_AREA["replay"] and each.title not in COARSE]
    assert COARSE <= {each.title for each in SCENARIOS}
    for each in scenarios:
        if not remembers(each):
            print(f"not run: {each.title}: Grafana's copy remembers {FORGETS} minutes")
    assert outcomes(filter(remembers, scenarios), tmp_path) == {}


def test_what_was_not_written_out_right_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong expression fails the scenarios of its alert."""
    rule = MANAGED["FsyncSlow"]
    wrong = [rule["data"][0] | {"model": {"expr": expression(rule).replace("_sum", "_count")}}, rule["data"][1]]
    monkeypatch.setitem(MANAGED, "FsyncSlow", rule | {"data": wrong})
    own = [each for each in SCENARIOS if each.alert == "FsyncSlow"]
    assert outcomes(own, tmp_path) != {}


def test_grafana_knows_every_property(tmp_path: Path) -> None:
    """By the types that it gives to npm: rules, queries and conditions."""
    types = ROOT / "build/alerts/types"
    npm.install(ROOT / "tests/dashboards/types", types)

    def complaints(groups: list[dict[str, Any]]) -> list[str]:
        (tmp_path / "alerts.json").write_text(json.dumps({"groups": groups}))
        answer = subprocess.run(["node", "check.mjs", tmp_path / "alerts.json"], cwd=types, capture_output=True,
                                text=True, check=False)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.splitlines()

    assert complaints(GROUPS) == []
    for word in ("noDataState", "execErrState", "datasourceUid", "relativeTimeRange", "instant", "expression", "for"):
        assert complaints(json.loads(json.dumps(GROUPS).replace(f'"{word}"', f'"{word}s"'))) != [], word

"""The alert and recording rules: their form, and what they do in each scenario."""

import re
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rule_files import (ALERTS, BY_ALERT, BY_AREA, FILE_OF, FILES, RECORDED, RULES, RULES_OF, RUNBOOKS, SCENARIOS,
                        TELLING, VALUES, documented_metrics, message, name_of)

import promtool
from apart import by_cluster, by_job, has_clusters
from scenario import WITHOUT_ENSEMBLE, Scenario

# Series that others give: Prometheus itself, node_exporter, the kubelet.
FOREIGN = re.compile(r"up|ALERTS|node_\w+|kubelet_\w+")
OF_MEMBERS_AND_EXPORTERS = ("CertificateExpiresSoon", "CertificateExpiresVerySoon")
HEAP_LIMIT = "zookeeper_jvm_memory_max_bytes"
MOST_PAGES = 16
FUNCTIONS = {"max", "min", "sum", "count", "group", "rate", "increase", "resets", "changes", "absent", "clamp_min",
             "delta", "by", "on", "and", "or", "unless", "group_left", "offset", "bool", "last_over_time", "max_over_time", "min_over_time",
             "avg_over_time", "count_over_time", "predict_linear", "time"}


def named(rule: dict) -> str:
    """The name of a rule, for messages."""
    return rule.get("alert", rule.get("record", "")).removeprefix("ZooKeeper")


def metrics_of(expression: str) -> set[str]:
    """The names of series in an expression."""
    bare = re.sub(r"#.*|\{[^}]*\}|\[[^\]]*\]|\b(?:by|on|group_left) ?\([^)]*\)|\b\d[\w.]*", " ", expression)
    return set(re.findall(r"[a-zA-Z_][\w:]*", bare)) - FUNCTIONS


def test_promtool_accepts_the_rules() -> None:
    """Syntax, templates and duplicates."""
    result = subprocess.run(["promtool", "check", "rules", *map(str, FILES)], capture_output=True, text=True,
                            check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert len(BY_ALERT) == sum("alert" in rule for rule in RULES)  # no name twice


def test_names_and_labels() -> None:
    """One word in front, a known severity, few that page."""
    for rule in RULES:
        if "alert" not in rule:
            assert re.fullmatch(r"(ensemble|member|exporter|disk):zookeeper_\w+:\w+", rule["record"]), rule["record"]
            continue
        assert re.fullmatch(r"ZooKeeper([A-Z][a-z]+)+", rule["alert"]), rule["alert"]
        assert set(rule) - {"keep_firing_for"} == {"alert", "expr", "for", "labels", "annotations"}, named(rule)
        assert rule["labels"].keys() == {"severity"}, named(rule)
        assert rule["labels"]["severity"] in ("critical", "warning", "info"), named(rule)
    assert sum(rule["labels"]["severity"] == "critical" for rule in BY_ALERT.values()) <= MOST_PAGES


def test_annotations() -> None:
    """A sentence that groups share, the particulars, a page of ours and a dashboard."""
    for rule in BY_ALERT.values():
        notes = rule["annotations"]
        assert notes.keys() == {"summary", "description", "runbook_url", "dashboard_url"}, named(rule)
        assert re.fullmatch(r"[A-Z][^{}]*\.", notes["summary"]), named(rule)
        assert notes["runbook_url"] == f"{RUNBOOKS}/{rule['alert']}.md"
        assert re.match(r"/d/zookeeper-(overview|ensemble|member|slo|exporter)(\?|$)", notes["dashboard_url"]), named(rule)
        if named(rule) not in WITHOUT_ENSEMBLE:
            assert "$labels.ensemble" in notes["description"], named(rule)
        for number, unit in re.findall(r"\bfor (\d+) (minute|hour)s", notes["description"]):
            assert rule["for"] == number + unit[0], named(rule)
        is_of_member = rule["expr"].startswith(("member:", "max by (cluster, ensemble, member"))
        names_member = is_of_member or named(rule) in OF_MEMBERS_AND_EXPORTERS
        assert names_member == ("$labels.member" in notes["description"]), named(rule)
        assert is_of_member == notes["dashboard_url"].startswith("/d/zookeeper-member"), named(rule)


def test_expressions() -> None:
    """Nothing that looks right and is not: see alerts/README.md."""
    for rule in RULES:
        expression = rule["expr"]
        assert "quantile" not in expression, named(rule)
        for metric in metrics_of(expression):
            is_lifetime = re.search(r"_(avg|min|max)_(seconds|bytes)|_(avg|min|max)$", metric) and metric != HEAP_LIMIT
            assert not is_lifetime or f"{metric} and changes({metric}[1h]) > 0" in expression, (named(rule), metric)
            if metric.endswith(("_total", "_sum", "_count")):
                begun = rf"{metric}\s+unless\s+{metric} offset \w+"  # what it was when it was first told
                bare = re.sub(rf"(rate|increase|resets)\({metric}(\{{[^}}]*\}})?\[\w+\]( offset \w+)?\)|{begun}", "",
                              expression)
                assert metric not in bare, f"{named(rule)}: {metric} is a counter"
        for number, unit in re.findall(r"\[(\d+)([smhd])", expression):
            assert int(number) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit] >= 120, named(rule)
        for labels in re.findall(r"\b(?:by|on) \(([^)]*)\)", expression):
            assert labels.startswith(("cluster, ensemble", "cluster, job, instance")), (named(rule), labels)
        aggregations = re.findall(r"\b(max|min|sum|count|avg|topk|group)\b(?! by \(cluster, (?:job, instance, )?ensemble)", expression)
        assert not aggregations, f"{named(rule)} loses the ensemble"


def test_marked_thresholds() -> None:
    """What a mark names is the end of its line; one name has one value, and no message repeats it."""
    values: dict[str, set[str]] = {}
    for file in FILES:
        for line in file.read_text().splitlines():
            if "# _config" in line:
                name, value = re.fullmatch(r"\s*(.*?)  # _config\.([a-z]+\w*)", line).group(2, 1)
                values.setdefault(name, set()).add(re.search(r"(\d[\d.]*|\{[^}]*\}|: \d+[mhd])$", value)[1])
    assert len(values) > 20
    assert all(len(each) == 1 for each in values.values()), values
    for rule in BY_ALERT.values():
        for number in re.findall(r"(\d[\d.]*)  # _config", rule["expr"]):
            told = " ".join(rule["annotations"].values())
            assert not re.search(rf"\b{re.escape(number)}\b", told), named(rule)


def test_metrics_exist() -> None:
    """Each is in docs/metrics.md, is recorded here, or comes from elsewhere."""
    known = documented_metrics() | RECORDED
    for rule in RULES:
        unknown = {each for each in metrics_of(rule["expr"]) - known if not FOREIGN.fullmatch(each)}
        assert not unknown, named(rule)
        assert metrics_of(rule["expr"]), named(rule)


def test_each_file_stands_alone() -> None:
    """What a file's alerts need recorded is recorded in the same file."""
    for file in FILES:
        recorded = set(re.findall(r"record: (\S+)", file.read_text()))
        assert set(re.findall(r"\b(?:ensemble|member|exporter|disk):zookeeper_\w+:\w+", file.read_text())) <= recorded, file.name


@pytest.mark.parametrize("alert", BY_ALERT)
def test_every_alert_has_scenarios(alert: str) -> None:
    """One in which it fires at least, and one in which it does not although something happens."""
    own = [each for each in SCENARIOS if each.alert == alert]
    assert any(each.fires for each in own)
    assert any(not each.fires for each in own)


def run_all(scenarios: Iterable[Scenario], files_of: Callable[[Scenario], list[Path]],
            directory: Path, change: Callable[[dict[str, Any]], dict[str, Any]] = dict) -> dict[str, str]:
    """What promtool says of each scenario; of each alert, the first that fires also pins what the alert tells."""
    def prepared(scenario: Scenario) -> tuple[list[Path], int, dict[str, Any]]:
        says = message(scenario.alert) if TELLING.get(scenario.alert) is scenario else None
        files = files_of(scenario)
        known = {alert for alert, file in FILE_OF.items() if file.name in {each.name for each in files}}
        return files, scenario.step, change(promtool.unit_test(scenario, known, says))

    return promtool.run_many(map(prepared, scenarios), directory)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Each scenario with the rules of its alert's file; the replays with all."""
    return run_all(SCENARIOS, lambda each: FILES if each in BY_AREA["replay"] else [FILE_OF[each.alert]],
                   tmp_path_factory.mktemp("scenarios"))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.title)
def test_scenario(outcomes: dict[str, str], scenario: Scenario) -> None:
    """Exactly the alerts that it names fire, when it names them; nothing does for the ensemble beside it."""
    assert outcomes[scenario.title] == ""


@pytest.mark.parametrize("record", sorted({each.record for each in VALUES}))
def test_recorded_values(tmp_path: Path, record: str) -> None:
    """What a rule records is what should be."""
    file = next(file for file, rules in RULES_OF.items() if record in map(name_of, rules))
    values = [each for each in VALUES if each.record == record]
    outcomes = promtool.run_many((([file], each.step, promtool.value_test(each)) for each in values), tmp_path)
    assert len(outcomes) == len(values)
    assert not {title: said for title, said in outcomes.items() if said}


def doubled(test: dict[str, Any]) -> dict[str, Any]:
    """A test in which a second exporter says the same."""
    more = [each | {"series": each["series"].replace("exporter-0", "exporter-1")} for each in test["input_series"]
            if "exporter-0" in each["series"]]
    return test | {"input_series": test["input_series"] + more}


@pytest.mark.long
def test_scenarios_with_a_second_exporter(tmp_path: Path) -> None:
    """A second exporter over the same ensembles changes nothing."""
    with_one = [each for each in SCENARIOS if len(each.world().exporters) == 1 and not each.world().exporter_away
                and not each.world().beside]
    assert len(with_one) > 100
    failures = run_all(with_one, lambda each: [FILE_OF[each.alert]], tmp_path, doubled)
    assert not {title: told for title, told in failures.items() if told}


def failures_apart(scenarios: Iterable[Scenario], told: Callable[[dict[str, Any]], dict[str, Any]],
                   directory: Path) -> dict[str, str]:
    """What promtool says of scenarios that are told with other labels."""
    def change(test: dict[str, Any]) -> dict[str, Any]:
        return told({name: value for name, value in test.items() if name != "alert_rule_test"})

    outcomes = run_all(scenarios, lambda each: [FILE_OF[each.alert]], directory, change)
    return {title: said for title, said in outcomes.items() if said}


@pytest.mark.long
def test_scenarios_under_all_rules(tmp_path: Path) -> None:
    """Nor does any alert of another file."""
    failures = {title: told for title, told in run_all(SCENARIOS, lambda _: FILES, tmp_path).items() if told}
    assert not failures


def test_two_clusters_in_one_ruler(tmp_path: Path) -> None:
    """Where `cluster` is a label of the series, ensembles of one name are kept apart."""
    lost = next(each for each in SCENARIOS if each.alert == "EnsembleUnavailable" and each.fires)
    assert failures_apart([lost], by_cluster, tmp_path) == {}


@pytest.mark.long
def test_scenarios_beside_another_cluster(tmp_path: Path) -> None:
    """They are kept apart by each rule."""
    assert failures_apart([each for each in SCENARIOS if has_clusters(each)], by_cluster, tmp_path) == {}


@pytest.mark.long
def test_scenarios_with_exporters_of_other_jobs(tmp_path: Path) -> None:
    """Exporters may differ by their jobs only."""
    assert failures_apart([each for each in SCENARIOS if len(each.world().exporters) > 1], by_job, tmp_path) == {}


@pytest.mark.long
def test_a_further_label_keeps_ensembles_apart(tmp_path: Path) -> None:
    """With the line of the README, all that happens in one namespace is told as ever, while all is well in another."""
    command = re.search(r"^sed -i '(.+)' zookeeper-\*\.rules\.yml$", (ALERTS / "README.md").read_text(), re.MULTILINE)
    for file in FILES:
        changed = subprocess.run(["sed", command[1], str(file)], capture_output=True, text=True, check=True).stdout
        assert changed != file.read_text() or file.name == "zookeeper-host.rules.yml"
        (tmp_path / file.name).write_text(changed)

    def labelled(series: str, namespace: str) -> str:
        if series.startswith("kubelet_"):
            return series
        renamed = series.replace("namespace=", "exported_namespace=")  # as Prometheus does if one is in the way
        return renamed.replace("{", f'{{namespace="{namespace}",', 1)

    def within(namespace: str, series: list[dict[str, str]]) -> list[dict[str, str]]:
        return [each | {"series": labelled(each["series"], namespace)} for each in series]

    def beside_another(test: dict[str, Any]) -> dict[str, Any]:
        scenario = next(each for each in SCENARIOS if each.title == test["name"])
        well = promtool.unit_test(replace(scenario, change=lambda _: None), set())["input_series"]
        of_ensembles = [each for each in well if "namespace=" not in each["series"]]
        told = {name: value for name, value in test.items() if name != "alert_rule_test"}  # labels without a namespace
        return told | {"input_series": within("one", test["input_series"]) + within("two", of_ensembles)}

    # absent() knows no labels: another namespace ends it.
    scenarios = [each for each in SCENARIOS if "MetricsAbsent" not in sum(each.firing.values(), [])]
    failures = run_all(scenarios, lambda each: [tmp_path / FILE_OF[each.alert].name], tmp_path, beside_another)
    assert not {title: told for title, told in failures.items() if told}


def test_the_readme_lists_every_alert() -> None:
    """Its table is what the rules say."""
    rows = [f"| `{rule['alert']}` | {file.name.split('-')[1].split('.')[0]} | {rule['labels']['severity']} "
            f"| {rule['for']} | {rule.get('keep_firing_for', '')} | {rule['annotations']['summary']} |"
            for file, rules in RULES_OF.items() for rule in rules if "alert" in rule]
    readme = (ALERTS / "README.md").read_text()
    assert [line for line in readme.splitlines() if line.startswith("| `ZooKeeper") and line.count("|") == 7] == rows
    critical = sum(rule["labels"]["severity"] == "critical" for rule in BY_ALERT.values())
    assert f"{len(rows)} alerts" in readme and f"({critical} of them)" in readme
    assert all(f"`{name.rpartition(':')[0]}" in readme for name in RECORDED)

"""Scenarios as unit tests in which other labels tell ensembles, or exporters, apart."""

import re
from typing import Any

from scenario import Scenario

Test = dict[str, Any]


def by_job(test: Test) -> Test:
    """Exporters are known by their jobs only: all have one name."""
    def renamed(labels: str) -> str:
        number = re.search(r'instance="exporter-(\d):9141"', labels)
        if not number:
            return labels
        return re.sub(r'instance="[^"]*"', 'instance="exporter-0:9141"',
                      labels).replace('job="zookeeper"', f'job="zookeeper-{number[1]}"')

    checks = [check | {"exp_samples": [each | {"labels": renamed(each["labels"])} for each in check["exp_samples"]]}
              for check in test["promql_expr_test"]]
    return test | {"input_series": [each | {"series": renamed(each["series"])} for each in test["input_series"]],
                   "promql_expr_test": checks}


def by_cluster(test: Test) -> Test:
    """It happens in the cluster `east`; in `west` ensembles have changed their places, and exporters their names."""
    def western(text: str) -> str:
        other = {"orders": "search", "search": "orders", "exporter-0": "exporter-2", "exporter-1": "exporter-0",
                 "exporter-2": "exporter-1"}
        return re.sub(r'((?:ensemble|instance)=")([\w-]+)',
                      lambda found: found[1] + other.get(found[2], found[2]), text)

    clusters = (("east", str), ("west", western))
    series = [{"series": told(each["series"]).replace("{", f'{{cluster="{cluster}",', 1), "values": each["values"]}
              for cluster, told in clusters for each in test["input_series"]]
    checks = []
    for check in test["promql_expr_test"]:
        expression = check["expr"].replace("alertname,", "alertname, cluster,")
        expression = expression.replace('{ensemble="orders"', '{cluster="east",ensemble="orders"')
        told_of = clusters if "ALERTS" in expression else clusters[:1]
        checks.append(check | {"expr": expression, "exp_samples": [
            each | {"labels": told(each["labels"]).replace("{", f'{{cluster="{cluster}",')}
            for cluster, told in told_of for each in check["exp_samples"]]})
    return test | {"input_series": series, "promql_expr_test": checks}


def has_clusters(scenario: Scenario) -> bool:
    """Whether a second cluster leaves it as it is: absent() knows no labels, another cluster ends it."""
    return "MetricsAbsent" not in sum(scenario.firing.values(), [])

"""Ensembles, an exporter, Prometheus with the quick rules, Alertmanager with the example, and a pager."""

import contextlib
import datetime
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import figures
import quick_rules
from alertmanager_server import Alertmanager
from exporter_process import Exporter
from grafana import ALL, top_row
from pager import Notice, Pager
from prometheus_server import Prometheus
from zookeeper_ensemble import Ensemble, wait_until

CONFIG = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s, external_labels: {{cluster: test}}}}
rule_files: [{rules}]
scrape_configs:
  - job_name: zookeeper
    static_configs: [{{targets: ["{exporter}"]}}]
alerting:
  alertmanagers:
    - static_configs: [{{targets: ["{alertmanager}"]}}]
"""
POLL, SCRAPE = 10, 15  # seconds: the exporter's default, and a usual scrape_interval
GROUP_WAIT = {"pager": 10, "tickets": 60}  # of the example
COLUMNS = ("incident", "alert", "outcome", "measured: fault to pending", "measured: fault to told",
           "computed: fault to told with the shipped times")
TILES = ("incident", "page", "top row of the ensemble's dashboard when it came")
PAGED, TICKET, INHIBITED = "pager", "tickets", "inhibited"
GROUP_OF = {rule["alert"]: (group, rule) for group in quick_rules.shipped_groups() for rule in group["rules"]
            if "alert" in rule}


def alertmanager_config(pager: str) -> str:
    """The example, with this receiver and short waits."""
    text = (quick_rules.ALERTS / "alertmanager.example.yml").read_text()
    for old, new in (("127.0.0.1:9095", pager), ("group_wait: 1m", "group_wait: 3s"),
                     ("group_wait: 10s", "group_wait: 1s"), ("group_interval: 5m", "group_interval: 1s")):
        assert old in text, f"{old} is no longer in the example"
        text = text.replace(old, new)
    return text


class Site:
    """All that watches `ensembles`, which run. The exporter polls every second; `fault` marks when it broke."""

    def __init__(self, directory: Path, **ensembles: Ensemble):
        self.ensembles = ensembles
        self._stack = contextlib.ExitStack()
        self._broken = 0.0
        self._incident = ""
        try:
            self._start(directory)
        except BaseException:
            self._stack.close()
            raise

    def _start(self, directory: Path) -> None:
        self.pager = Pager()
        self._stack.callback(self.pager.stop)
        self.alertmanager = Alertmanager(directory, alertmanager_config(self.pager.address))
        self._stack.callback(self.alertmanager.stop)
        file = directory / "exporter.yml"
        file.write_text(json.dumps({"ensembles": [
            {"name": name, "members": [member.address for member in ensemble.members]}
            for name, ensemble in self.ensembles.items()]}))
        self.exporter = Exporter("", f"--config.file={file}")
        self._stack.callback(self.exporter.close)
        self.exporter.wait_ready()
        rules = directory / "quick.rules.yml"
        rules.write_text(quick_rules.quick_rules())
        self.alertmanager.wait_until_ready()
        self.prometheus = Prometheus(directory, CONFIG.format(
            rules=rules, exporter=self.exporter.address, alertmanager=self.alertmanager.address))
        self._stack.callback(self.prometheus.stop)
        for name in self.ensembles:
            self.prometheus.wait_for(f'zookeeper_ensemble_state{{ensemble="{name}",state="healthy"}}', [1])

    def __enter__(self) -> "Site":
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        if kind:
            print(self._describe())
        self._stack.close()

    def fault(self, incident: str) -> None:
        """Now something breaks. The dashboards look at each half minute for when a level changed, so one is over."""
        well = 'max_over_time((zookeeper_ensemble_state{state="healthy"} == 1)[1m:30s])'
        self.wait(lambda: self.prometheus.query(well), "half a minute in which all was well")
        self._incident, self._broken = incident, time.time()

    def fired(self) -> set[str]:
        """The names of all alerts that ever fired in Prometheus."""
        return {each["alertname"].removeprefix("ZooKeeper") for each in self._ever_firing()}

    def firing_ensembles(self) -> set[str]:
        """The ensembles of all alerts that ever fired in Prometheus."""
        return {each["ensemble"] for each in self._ever_firing()}

    def told(self, receiver: str) -> set[str]:
        """The names of all alerts that a receiver was ever told of."""
        return {each.alert.removeprefix("ZooKeeper") for each in self.pager.notices if each.receiver == receiver}

    def wait_for(self, outcome: str, alert: str, **labels: str) -> None:
        """Waits until a receiver was told of an alert, or until Alertmanager holds it back; keeps the times."""
        self._wait_for(outcome, alert, labels)

    def wait_for_page(self, alert: str, **labels: str) -> dict[str, str]:
        """Waits for a page; what the top row of the ensemble's dashboard said when it came, by the titles of tiles."""
        when = self._wait_for(PAGED, alert, labels)
        ensemble = labels.get("ensemble", next(iter(self.ensembles)))
        row = top_row(self.prometheus, "zookeeper-ensemble", when, {**ALL, "ensemble": ensemble})
        said = "; ".join(f"{title}: {text}" for title, text in row.items())
        figures.note(TILES, self._incident, alert, said)
        return row

    def _wait_for(self, outcome: str, alert: str, labels: dict[str, str]) -> float | None:
        wanted = {"alertname": f"ZooKeeper{alert}", "cluster": "test", **labels}
        found = self.wait(lambda: self._inhibited(wanted) if outcome == INHIBITED else self._notice(outcome, wanted),
                          f"{alert} {labels}: {outcome}")
        when = found.when if isinstance(found, Notice) else None
        self._note(alert, outcome, self._pending(wanted), when)
        return when

    def wait_for_end(self, alert: str) -> None:
        """Waits until the pager was told that a page is over."""
        self.wait(lambda: any(each.status == "resolved" and each.alert == f"ZooKeeper{alert}"
                              for each in self.pager.notices), f"the end of {alert}")

    def wait_for_scrapes(self) -> None:
        """Waits until Prometheus has judged what is now the case, and Alertmanager had the time to tell of it."""
        now = time.time()
        self.wait(lambda: self.prometheus.query(f"min(timestamp(up)) > {now + 5:f}"), "five more scrapes")

    def wait(self, condition: Callable[[], Any], what: str) -> Any:
        """Waits for a condition; a failure tells what all parts know."""
        return wait_until(condition, what, 120, self._describe)

    def _ever_firing(self) -> list[dict[str, str]]:
        series = self.prometheus.api("query", query='last_over_time(ALERTS{alertstate="firing"}[1h])')["result"]
        return [each["metric"] for each in series]

    def _notice(self, receiver: str, labels: dict[str, str]) -> Notice | None:
        return next((each for each in self.pager.notices if each.receiver == receiver and each.status == "firing"
                     and labels.items() <= each.labels.items()), None)

    def _inhibited(self, labels: dict[str, str]) -> bool:
        return any(each["status"]["inhibitedBy"] and labels.items() <= each["labels"].items()
                   for each in self.alertmanager.alerts())

    def _pending(self, labels: dict[str, str]) -> float:
        """When the alert became pending."""
        local = {name: value for name, value in labels.items() if name != "cluster"}  # an external label
        since = [each["activeAt"] for each in self.prometheus.api("alerts")["alerts"]
                 if local.items() <= each["labels"].items()]
        assert since, f"{labels} is over already"
        return datetime.datetime.fromisoformat(re.sub(r"(\.\d{6})\d*", r"\1", min(since)).replace("Z", "+00:00")
                                               ).timestamp()

    def _note(self, alert: str, outcome: str, pending: float, told: float | None) -> None:
        group, rule = GROUP_OF[f"ZooKeeper{alert}"]
        sign = max(pending - self._broken, 0)
        computed = "-"
        if told:
            least = sign + quick_rules.seconds(rule.get("for", "0m")) + GROUP_WAIT[outcome]
            most = least + POLL + SCRAPE + quick_rules.seconds(group["interval"])
            computed = f"{_minutes(least)} to {_minutes(most)}"
        figures.note(COLUMNS, self._incident, alert, outcome, f"{sign:.1f} s",
                     f"{told - self._broken:.1f} s" if told else "-", computed)

    def _describe(self) -> str:
        notices = "\n".join(f"{each.when - self._broken:.1f} {each.receiver} {each.status} {each.labels}"
                            for each in self.pager.notices)
        alerts = "\n".join(f"{each['state']} {each['labels']} since {each['activeAt']}"
                           for each in self.prometheus.api("alerts")["alerts"])
        return f"--- in Prometheus:\n{alerts}\n--- told:\n{notices}\n--- exporter:\n{self.exporter.log()[-3000:]}"


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"

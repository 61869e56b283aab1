"""A whole monitoring of real parts: ensembles, exporter, Prometheus with hastened rules, Alertmanager, pager."""

import contextlib
import re
import time
from pathlib import Path
from types import TracebackType

import yaml
from rule_files import ALERTS, BY_ALERT, FILES

import figures
from alertmanager_server import Alertmanager
from exporter_process import Exporter
from pager import Pager
from prometheus_server import Prometheus
from quick_rules import hasten, seconds
from zookeeper_ensemble import Ensemble, wait_until

CONFIG = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s, external_labels: {{cluster: test}}}}
rule_files: ["{rules}"]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["{alertmanager}"]}}]}}]}}
scrape_configs:
  - job_name: zookeeper
    static_configs: [{{targets: ["{exporter}"]}}]
"""
QUICK_WAITS = {"group_wait": "1s", "group_interval": "1s"}


class Site:
    """Everything over some ensembles; the rules' times are divided by `factor`. A context manager."""

    def __init__(self, directory: Path, ensembles: dict[str, Ensemble], factor: float = 30, longest: int = 60,
                 limits: dict[str, str] | None = None):
        self.directory, self.ensembles = directory, ensembles
        self.pager = Pager()
        self._stack = contextlib.ExitStack()
        self._stack.callback(self.pager.stop)
        groups = [group for file in FILES for group in yaml.safe_load(file.read_text())["groups"]]
        self._rules = directory / "quick.rules.yml"
        self._rules.write_text(yaml.safe_dump(hasten(groups, factor, longest, limits)))

    def __enter__(self) -> "Site":
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._stack.__exit__(kind, error, trace)

    def _start(self) -> None:
        config = self.directory / "exporter.yml"
        config.write_text(yaml.safe_dump({"ensembles": [
            {"name": name, "members": ensemble.servers.split(",")} for name, ensemble in self.ensembles.items()]}))
        self.exporter = self._stack.enter_context(Exporter("", f"--config.file={config}"))
        example = (ALERTS / "alertmanager.example.yml").read_text().replace("127.0.0.1:9095", self.pager.address)
        for wait, short in QUICK_WAITS.items():
            example = re.sub(rf"{wait}: \w+", f"{wait}: {short}", example)
        self.alertmanager = Alertmanager(self.directory, example)
        self._stack.callback(self.alertmanager.stop)
        self.alertmanager.wait_until_ready()
        self.prometheus = Prometheus(self.directory, CONFIG.format(
            rules=self._rules, alertmanager=self.alertmanager.address, exporter=self.exporter.address))
        self._stack.callback(self.prometheus.stop)
        self.prometheus.wait_for("count_over_time(up[2m]) >= bool 8", [1])
        assert self.firing() == set(), "something fires before anything is wrong"

    def firing(self) -> set[str]:
        """What fires now: `MemberDown orders 127.0.0.1:2181`, as far as there is an ensemble and a member."""
        return {said(alert["labels"]) for alert in self.prometheus.api("alerts")["alerts"]
                if alert["state"] == "firing"}

    def names(self) -> set[str]:
        """The alerts that fire now, by name alone."""
        return {alert.split()[0] for alert in self.firing()}

    def inhibited(self) -> set[str]:
        """The alerts that Alertmanager holds back now, by name alone."""
        return {name_of(alert["labels"]) for alert in self.alertmanager.alerts() if alert["status"]["inhibitedBy"]}

    def pages(self) -> set[str]:
        """The alerts that somebody was woken for."""
        return {name_of(labels) for labels in self.pager.told("pager")}

    def tickets(self) -> set[str]:
        """The alerts that tickets were opened for."""
        return {name_of(labels) for labels in self.pager.told("tickets")}

    def wait_for(self, what: str, pages: set[str], tickets: set[str], inhibited: set[str] = frozenset(),
                 began: float = 0) -> None:
        """Waits until exactly these were told of, and these are held back; puts that into the table."""
        def is_so() -> bool:
            return self.pages() >= pages and self.tickets() >= tickets and self.inhibited() >= inhibited

        wait_until(is_so, f"{what}: pages {pages}, tickets {tickets}, inhibited {inhibited}", 90, self._describe)
        assert (self.pages(), self.tickets()) == (pages, tickets), self._describe()
        first = self.pager.first("pager")
        figures.note(figures.INCIDENTS, what, ", ".join(sorted(pages)) or "nobody", ", ".join(sorted(tickets)) or "–",
                     ", ".join(sorted(inhibited)) or "–", f"{first - began:.1f} s" if first and began else "–",
                     self._true_time(pages, began) if pages else "–")

    def _true_time(self, pages: set[str], began: float) -> str:
        """When the first page would have come with the rules' own times: when it was pending, and their waits."""
        started = [(alert["activeAt"], name_of(alert["labels"])) for alert in self.prometheus.api("alerts")["alerts"]
                   if name_of(alert["labels"]) in pages]
        at, name = min(started)
        pending = time.mktime(time.strptime(at[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
        group_wait = 10
        return f"{max(0, pending - began) + seconds(BY_ALERT[name].get('for', '0s')) + group_wait:.0f} s"

    def _describe(self) -> str:
        return (f"firing: {sorted(self.firing())}\npages: {sorted(self.pages())}\ntickets: {sorted(self.tickets())}\n"
                f"inhibited: {sorted(self.inhibited())}\n{self.exporter.log()[-2000:]}")


def name_of(labels: dict[str, str]) -> str:
    """An alert's name without what all begin with."""
    return labels["alertname"].removeprefix("ZooKeeper")


def said(labels: dict[str, str]) -> str:
    """An alert in one line."""
    return " ".join([name_of(labels), *(labels[key] for key in ("ensemble", "member") if key in labels)])

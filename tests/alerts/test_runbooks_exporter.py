"""The runbooks of the exporter and of what it sees, followed in the states that they are for."""

from pathlib import Path

import pytest
from runbook_reader import Reader

from exporter_process import Exporter
from zookeeper_ensemble import HOST, Ensemble, free_ports, wait_until

NAME = "--zookeeper.ensemble=orders"


def test_the_only_exporter_has_ended(tmp_path: Path) -> None:
    with Ensemble(tmp_path, participants=1) as ensemble, Exporter(ensemble.servers, NAME) as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader:
        gone = {"job": "zookeeper", "instance": exporter.address}
        reader.prometheus.wait_for("exporter:zookeeper_ensemble:watched", [1])
        exporter.kill()
        with reader.open("MetricsAbsent") as absent:
            absent.wait_until_raised()
            *failures, count, health = absent.paste("livez").split("\n", 4)
            assert ["Failed to connect" in line for line in failures] == [True] * 3 and count == "0"
            absent.says("- It does not answer: [ZooKeeperExporterDown](ZooKeeperExporterDown.md).")
            assert health.startswith("healthy: ")
            absent.says("do nothing to ZooKeeper because of this alert")
            assert [each["labels"] for each in absent.ask("up == 0")] == [{"__name__": "up", **gone}]
        with reader.open("ExporterDown") as down:
            down.wait_until_raised()
            assert "exit 7\n" in down.paste("livez")
            down.says("| exit 7 | refused: it does not run, or listens elsewhere (`--web.listen-address`) |")
            assert [each["labels"]["instance"] for each in down.ask("up == 0")] == [exporter.address]
        with reader.open("EnsembleUnwatched", whole=False) as unwatched:
            unwatched.wait_until_raised()
            failure, health = unwatched.paste("livez").split("\n", 1)
            assert "Failed to connect" in failure and health.startswith("healthy: ")
            unwatched.says("The ensemble may be well, but no alert about it can fire.")
            assert [each["labels"] for each in unwatched.ask("unless on")] == [
                {"__name__": "exporter:zookeeper_ensemble:watched", "ensemble": "orders", **gone}]
            unwatched.says("The labels `job` and `instance` name the exporter that is gone.",
                           "Start that exporter again")
            assert unwatched.ask("not_asked") == []

        with Exporter(ensemble.servers, NAME, f"--web.listen-address={exporter.address}") as again:
            for page in (absent, down, unwatched):
                page.wait_until_over()
            again.kill()
            unwatched.wait_until_raised()
            unwatched.says("The exporter is gone already: silence the alert, and delete what the rule remembers")
            assert unwatched.paste("delete_series") == ""
            unwatched.wait_until_over()


@pytest.mark.long
def test_the_exporter_has_another_path(tmp_path: Path) -> None:
    """First nothing was ever scraped; then one that is watched comes back with another path."""
    with Ensemble(tmp_path, participants=1) as ensemble:
        port = free_ports(1)[0]
        address = f"--web.listen-address={HOST}:{port}"



"""The runbooks of the exporter and of what it sees, followed in the states that they are for."""

import signal
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
def test_the_exporter_hangs_then_has_another_path(tmp_path: Path) -> None:
    with Ensemble(tmp_path, participants=1) as ensemble, Exporter(ensemble.servers, NAME) as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader:
        reader.prometheus.wait_for("exporter:zookeeper_ensemble:watched", [1])
        exporter.process.send_signal(signal.SIGSTOP)
        with reader.open("ExporterDown") as page:
            page.wait_until_raised()
            assert "exit 28\n" in page.paste("livez")
            page.says("| exit 28 | no answer: the network, or a machine that is overloaded |")
            assert [each["labels"]["instance"] for each in page.ask("up == 0")] == [exporter.address]
        exporter.kill()

        config = tmp_path / "exporter.yml"
        config.write_text(f"ensembles:\n  - {{name: orders, members: ['{ensemble.servers}']}}\n"
                          f"http: {{listen: ['{exporter.address}'], telemetry_pth: /zookeeper}}\n")
        check = "`zookeeper-exporter --config.file=FILE --config.check`"
        page.says(f"If it ends at once, it says why; a configuration is checked with {check}.")
        assert f"{config}:3:" in page.shell(check.strip("`").replace("FILE", str(config)))
        config.write_text(config.read_text().replace("pth", "path"))
        assert "The configuration is good" in page.shell(check.strip("`").replace("FILE", str(config)))
        with Exporter("", f"--config.file={config}", f"--web.listen-address={exporter.address}"):
            with reader.open("ExporterDown") as page:
                page.wait_until_raised()
                assert page.paste("livez").startswith("HTTP/1.1 200 OK")
                page.says("| `200 OK` | it lives: Prometheus cannot reach it, or asks for another path |")
                assert page.ask("up == 0")
            with reader.open("MetricsAbsent") as page:
                page.wait_until_raised()
                answers = page.paste("livez")
                assert "[+]" in answers and "\n0\nhealthy: " in answers
                page.says("- It answers, but there are 0 lines: its path is another one (`--web.telemetry-path`).")
                assert page.ask("up == 0")

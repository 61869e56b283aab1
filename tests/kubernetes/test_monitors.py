"""What a real Prometheus makes of the exporter's labels by the rules in our ServiceMonitor and PodMonitor."""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from manifests import golden
from prometheus_server import Prometheus

PAGE = b"""
zookeeper_serving{ensemble="e",member="127.0.0.1:2181"} 1
zookeeper_quota_used_bytes{ensemble="e",member="127.0.0.1:2181",namespace="solr"} 2
zookeeper_ensemble_voters{ensemble="e"} 3
zookeeper_ensemble_auth_fail_total{ensemble="e",member="127.0.0.1:2181"} 4
zookeeper_exporter_build_info{version="0.1.0",compiler="any"} 1
"""
# What the operator sets for each target.
TARGET = {"namespace": "zookeeper-monitoring", "pod": "zookeeper-1", "container": "exporter",
          "endpoint": "http-metrics", "job": "zookeeper"}


class Page(BaseHTTPRequestHandler):
    """An exporter's metrics."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def target() -> Iterator[str]:
    """The address of a server of the page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def scraped(overlay: str, target: str, directory: Path) -> Prometheus:
    """A Prometheus that scrapes as the overlay's monitor tells the operator."""
    (monitor,) = [document["spec"] for document in golden(overlay) if document["kind"].endswith("Monitor")]
    (endpoint,) = monitor.get("endpoints") or monitor["podMetricsEndpoints"]

    def rules(key: str) -> list[dict[str, object]]:
        return [{re.sub("[A-Z]", lambda m: f"_{m[0].lower()}", name): value for name, value in rule.items()}
                for rule in endpoint.get(key, [])]

    prometheus = Prometheus(directory, json.dumps({"scrape_configs": [{
        "job_name": "test", "scrape_interval": "1s", "metrics_path": endpoint["path"],
        "sample_limit": monitor["sampleLimit"], "static_configs": [{"targets": [target], "labels": TARGET}],
        "relabel_configs": rules("relabelings"), "metric_relabel_configs": rules("metricRelabelings")}]}))
    prometheus.wait_for("up", [1])
    return prometheus


def labels(prometheus: Prometheus, metric: str) -> dict[str, str]:
    """The labels of the one series of a metric."""
    (series,) = prometheus.api("query", query=metric)["result"]
    return series["metric"]


def test_the_namespace_of_znodes_is_not_lost_to_that_of_kubernetes(target: str, tmp_path: Path) -> None:
    """Alerts and dashboards group by it. All other series keep the one that Kubernetes means."""
    prometheus = scraped("default", target, tmp_path)
    try:
        quota = labels(prometheus, "zookeeper_quota_used_bytes")
        assert (quota["namespace"], "exported_namespace" in quota) == ("solr", False)
        assert labels(prometheus, "zookeeper_serving")["namespace"] == "zookeeper-monitoring"
        assert labels(prometheus, "zookeeper_serving")["member"] == "127.0.0.1:2181"
        assert labels(prometheus, "zookeeper_ensemble_voters")["ensemble"] == "e"
    finally:
        prometheus.stop()


def test_sidecars_are_told_apart_and_say_nothing_of_the_ensemble(target: str, tmp_path: Path) -> None:
    """Each calls its member 127.0.0.1 and sees no other."""
    prometheus = scraped("sidecar", target, tmp_path)
    try:
        assert labels(prometheus, "zookeeper_serving")["member"] == "zookeeper-1"
        assert labels(prometheus, "zookeeper_quota_used_bytes")["namespace"] == "solr"
        assert "member" not in labels(prometheus, "zookeeper_exporter_build_info")
        assert labels(prometheus, "zookeeper_ensemble_auth_fail_total")["member"] == "zookeeper-1"
        assert prometheus.query("zookeeper_ensemble_voters") == []
        assert labels(prometheus, "up")["job"] == "zookeeper-exporter"
    finally:
        prometheus.stop()

"""A real Prometheus scrapes the exporter over a real ensemble under load."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter_process import Exporter
from forwarder import Forwarder, forwarding
from prometheus_server import Prometheus
from zookeeper_ensemble import HOST, ClientLoad, Ensemble

CONFIG = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: zookeeper
    static_configs: [{{targets: ["{target}"]}}]
"""


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    """Three participants under load."""
    with Ensemble(tmp_path_factory.mktemp("ensemble")) as servers, ClientLoad(servers.servers):
        yield servers


@pytest.fixture(scope="module")
def exporter(ensemble: Ensemble) -> Iterator[Exporter]:
    """An exporter over it."""
    with Exporter(ensemble.servers) as process:
        yield process


@pytest.fixture(scope="module")
def forwarder(exporter: Exporter) -> Iterator[Forwarder]:
    """Through which Prometheus reaches the exporter."""
    with forwarding(exporter.port) as between:
        yield between


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory, forwarder: Forwarder) -> Iterator[Prometheus]:
    """A Prometheus that has scraped the exporter eight times."""
    server = Prometheus(tmp_path_factory.mktemp("prometheus"), CONFIG.format(target=f"{HOST}:{forwarder.port}"))
    try:
        server.wait_for("count_over_time(up[10m]) >= bool 8", [1])
        yield server
    finally:
        server.stop()


def assert_good_metrics(page: str) -> None:
    """`promtool check metrics` has nothing to say."""
    result = subprocess.run(["/usr/bin/promtool", "check", "metrics"], input=page, capture_output=True, text=True,
                            timeout=30, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_scrapes_succeed(prometheus: Prometheus) -> None:
    """All of them, with many samples, and nothing in the log of Prometheus."""
    (target,) = prometheus.api("targets")["activeTargets"]

    assert (target["health"], target["lastError"]) == ("up", "")
    assert prometheus.query("min_over_time(up[10m])") == [1]
    assert prometheus.query("scrape_samples_scraped > 1500 and scrape_samples_scraped < 5000") != []
    assert prometheus.query("scrape_samples_post_metric_relabeling == scrape_samples_scraped") != []
    log = prometheus.log.read_text()
    assert [line for line in log.splitlines() if "level=warn" in line or "level=error" in line] == []


def test_scrapes_are_compressed(prometheus: Prometheus, forwarder: Forwarder) -> None:
    """Prometheus asks for gzip, and gets it, over one connection."""
    assert b"Accept-Encoding: gzip\r\n" in forwarder.requests
    assert b"Content-Encoding: gzip\r\n" in forwarder.answers
    assert b"# HELP" not in forwarder.answers
    assert forwarder.requests.count(b"GET /metrics HTTP/1.1\r\n") >= 8
    assert prometheus.query("zookeeper_exporter_http_connections") == [1]


@pytest.mark.parametrize("expression, values", [
    ("count(zookeeper_up)", [3]),
    ("sum(zookeeper_up)", [3]),
    ('sum(zookeeper_member_state{state="leader"})', [1]),
    ('sum(zookeeper_member_state{state="follower"})', [2]),
    ('count(zookeeper_member_state == 1)', [3]),
    ('sum(zookeeper_member_failure{reason="none"})', [3]),
    ("zookeeper_learners == on() group_left() zookeeper_synced_followers", [2]),
    ("count(rate(zookeeper_packets_received_total[10s]) > 0)", [3]),
    ("sum(rate(zookeeper_read_latency_seconds_sum[10s])) / sum(rate(zookeeper_read_latency_seconds_count[10s]))"
     " < bool 1", [1]),
    ("sum(rate(zookeeper_read_latency_seconds_count[10s])) > bool 1", [1]),
    ("count(rate(zookeeper_commits_total[10s]) > 0) >= bool 1", [1]),
    ("max(zookeeper_zxid_epoch) - min(zookeeper_zxid_epoch)", [0]),
    ('sum(increase(zookeeper_polls_total{result="failed"}[1m]))', [0]),
    ("count(changes(zookeeper_start_time_seconds[10m]) == 0)", [3]),
    ("count(time() - zookeeper_last_poll_timestamp_seconds < 3)", [3]),
])
def test_a_query_has_its_answer(prometheus: Prometheus, expression: str, values: list[float]) -> None:
    """What dashboards and alerts will ask."""
    prometheus.wait_for(expression, values, limit=10)


def test_the_ten_queries_to_begin_with(prometheus: Prometheus) -> None:
    """Those of docs/metrics.md have answers, but the three that ask for trouble, of which there is none."""
    page = (Path(__file__).parents[2] / "docs/metrics.md").read_text()
    ten = re.findall(r"^\| `\w+` \| [^|]+ \| `([^`]+)` \|$", page.partition("\n## Every member")[0], re.MULTILINE)
    quiet = {"zookeeper_up == 0", 'zookeeper_member_failure{reason!="none"} == 1',
             "zookeeper_ensemble_failures_tolerated < 1"}
    assert len(ten) == 10 and quiet < set(ten)
    for query in ten:
        assert (prometheus.query(query) == []) == (query in quiet), query


def test_promtool_likes_the_metrics(exporter: Exporter) -> None:
    """Of an ensemble that is well."""
    assert_good_metrics(exporter.page())


def test_a_dead_member_and_one_without_whitelist(tmp_path: Path, ensemble: Ensemble, prometheus: Prometheus) -> None:
    """The page stays good, Prometheus stays content, and drops the dead member's values at the next scrape."""
    with Ensemble(tmp_path, participants=1, whitelist="srvr") as silent:
        dead = next(member for member in ensemble.members if member.state() == "follower")
        dead.kill()
        try:
            with Exporter(f"{ensemble.servers},{silent.servers}") as exporter:
                samples = exporter.fresh(dead.address, silent.servers)
                assert samples.reason(dead.address) == "refused"
                assert samples.reason(silent.servers) == "command_refused"
                assert_good_metrics(exporter.page())
            prometheus.wait_for("sum(zookeeper_up)", [2])
            prometheus.wait_for("count(zookeeper_znodes)", [2], limit=5)
            assert prometheus.query("min_over_time(up[10m])") == [1]
            assert prometheus.api("targets")["activeTargets"][0]["lastError"] == ""
        finally:
            dead.start()
            ensemble.wait_serving()

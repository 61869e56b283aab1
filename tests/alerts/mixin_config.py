"""The mixin as jsonnet makes it, and a `_config` in which every key has another value than the default."""

import json
import subprocess
from pathlib import Path
from typing import Any

from rule_files import ROOT

import rules

MIXIN = ROOT / "mixin"
# Thresholds of which the scenarios are played with other figures: by how much the thresholds and these metrics grow.
GROWN: list[tuple[float, tuple[str, ...], tuple[str, ...]]] = [
    (0.9, ("fileDescriptorsHighRatio", "fileDescriptorsExhaustedRatio"), ("zookeeper_open_file_descriptors",)),
    (0.9, ("heapFullRatio",), ("zookeeper_jvm_memory_used_bytes",)),
    (1.2, ("lagTransactions", "snapCount"), ("zookeeper_lag_transactions", "zookeeper_zxid_sequence")),
    (1 / 3, ("rolloverDays",), ()),  # as many days as are left of the grown transaction numbers
    (1.5, ("globalOutstandingLimit", "outstandingHighRatio"), ()),
    (2.25, (), ("zookeeper_outstanding_requests",)),  # by both
    (1.25, ("clientConnectionsRatio",), ()),
    (1.25, (), ("zookeeper_connections",)),
    (1.5, ("expiredFloor",), ("zookeeper_stale_sessions_expired_total", "zookeeper_global_sessions")),
    (1.5, ("ephemeralFloor",), ("zookeeper_ephemeral_znodes",)),
    (1.5, ("juteMaxBufferBytes",), tuple(f"zookeeper_{each}_bytes" for each in (
        "client_response_size_last", "client_response_size_max", "proposal_size_last", "proposal_size_max"))),
    (1.5, ("watchFloor",), ("zookeeper_watches",)),
    (1.5, ("diskAlmostFullRatio", "diskLowRatio"),
     ("node_filesystem_avail_bytes", "kubelet_volume_stats_available_bytes")),
    (1.5, ("pausesHighRatio",), ("zookeeper_jvm_pause_time_seconds_sum", "zookeeper_jvm_gc_collection_seconds_sum")),
    (1.5, ("electionsFlapping",), ("zookeeper_ensemble_epoch",)),
    (1.5, ("writesStalledSeconds",), ("zookeeper_update_latency_seconds_sum",)),
    (1.5, ("fsyncStalledSeconds", "fsyncSlowSeconds"), ("zookeeper_fsync_time_seconds_sum",)),
    (1.5, ("dataSizeFloorBytes",), ("zookeeper_approximate_data_size_bytes",)),
    (1.5, ("znodeFloor",), ("zookeeper_znodes",)),
    (2, ("slowSessions",), tuple(f"zookeeper_session_establish_seconds_{each}" for each in ("count", "bucket"))),
]
FACTORS = {metric: factor for factor, _, metrics in GROWN for metric in metrics}
PLAYED: dict[str, Any] = {name: round(float(rules.thresholds()[name]) * factor, 9)
                          for factor, names, _ in GROWN for name in names} | {
    "nodeDiskSelector": 'mountpoint="/var/lib/zookeeper"', "volumeSelector": 'persistentvolumeclaim=~"data-zookeeper-.*"',
    "selector": 'job="zookeeper"', "groupingLabels": ["cluster", "namespace"]}
# Every key with another value than the default.
OTHER: dict[str, Any] = PLAYED | {
    "atRiskFor": "30m", "memberDownFor": "10m", "restarts": 2, "unreliableRatio": 0.4,
    "certificateSoonDays": 30, "certificateVerySoonDays": 7,
    "writeErrorBudget": 0.005, "writeLatencyBudget": 0.05,
    "runbookUrl": "https://wiki.example/%s", "dashboardUrl": "https://grafana.example"}


def evaluate(config: dict[str, Any] | None = None, mixin: Path = MIXIN,
             program: str | Path = "jsonnet") -> dict[str, Any]:
    """The dashboards and the alerts, made with this `_config`."""
    text = (f"local mixin = (import '{mixin}/mixin.libsonnet') + {{ _config+:: {json.dumps(config or {})} }};"
            "{ dashboards: mixin.grafanaDashboards, alerts: mixin.prometheusAlerts, rules: mixin.prometheusRules }")
    done = subprocess.run([program, "-e", text], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)

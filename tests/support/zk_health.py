"""Runs of the zk-health that was built beside the exporter."""

import json
import subprocess
from typing import Any

from exporter_process import BINARY

ZK_HEALTH = BINARY.with_name("zk-health")
PROBES = ("startup", "liveness", "readiness")


def run_health(*arguments: object, limit: float = 20) -> subprocess.CompletedProcess[str]:
    """Runs it to its end with exactly these arguments."""
    return subprocess.run([ZK_HEALTH, *map(str, arguments)], capture_output=True, text=True, timeout=limit,
                          check=False, stdin=subprocess.DEVNULL)


def check(kind: str, *arguments: object, timeout: str = "1s") -> int:
    """The exit code of one check."""
    return run_health(f"--check={kind}", f"--timeout={timeout}", *arguments).returncode


def probe_codes(address: str, timeout: str = "1s") -> tuple[int, ...]:
    """The exit codes of startup, liveness and readiness."""
    return tuple(check(kind, address, timeout=timeout) for kind in PROBES)


def report(kind: str, *arguments: object, timeout: str = "1s") -> dict[str, Any]:
    """What a check says as JSON."""
    answer = run_health(f"--check={kind}", f"--timeout={timeout}", "--format=json", *arguments)
    found = json.loads(answer.stdout)
    assert found["exit_code"] == answer.returncode
    return found

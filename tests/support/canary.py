"""What an exporter's canary finds."""

import json
from pathlib import Path
from typing import Any

from exporter_process import Exporter
from exposition import Samples

LEVEL, INTERVAL, TIMEOUT = "--zookeeper.canary.level", "--zookeeper.canary.interval", "--zookeeper.canary.timeout"
WRITING = (f"{LEVEL}=write", f"{INTERVAL}=1s", f"{TIMEOUT}=400ms")
READING = (f"{LEVEL}=read", f"{INTERVAL}=1s", f"{TIMEOUT}=400ms")
RESULTS = ("ok", "timeout", "connection_loss", "session_expired", "no_auth", "error")
ALL_READ, ALL_WRITE = ("connect", "exists", "sync"), ("connect", "exists", "sync", "get", "set", "watch")
ELECTION = 10  # seconds that a failure must last until it counts, with a tick of 2 s or less
A_ROUND = 1.1 + 6 * 0.4  # seconds, at most: the interval with its jitter, and operations that take all their time
OPERATIONS = "zookeeper_canary_operations_total"
Verdict = dict[str, Any]


def verdict(exporter: Exporter) -> Verdict:
    """What the exporter says of its only ensemble."""
    found: Verdict = json.loads(exporter.get("/health/ensemble?format=json")[2])
    return found


def findings(exporter: Exporter) -> set[tuple[str, str]]:
    """Code and member of each."""
    return {(each["code"], each.get("member", "")) for each in verdict(exporter)["findings"]}


def count(samples: Samples, member: str, operation: str, *results: str) -> float:
    """How often an operation through this member ended so, or at all."""
    mine = samples.of(member)
    return sum(mine.value(OPERATIONS, operation=operation, result=result) for result in results or RESULTS)


def rounds(samples: Samples, member: str) -> float:
    """How many of them were begun with this member."""
    return count(samples, member, "exists")


def session_state(samples: Samples, member: str) -> str:
    """The state of its session."""
    return samples.of(member).only("zookeeper_session_state", "state")


def descriptors(exporter: Exporter) -> int:
    """How many it has open."""
    return len(list(Path(f"/proc/{exporter.process.pid}/fd").iterdir()))


def memory(exporter: Exporter, which: str = "VmRSS") -> int:
    """In KiB: resident, or "VmHWM", the most that ever was."""
    text = Path(f"/proc/{exporter.process.pid}/status").read_text()
    return int(text.partition(f"{which}:")[2].split()[0])

"""What the exporter logs: changes, not polls; and what happens when nobody takes it."""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exporter_process import Exporter
from zookeeper_ensemble import Ensemble

START = ["starting zookeeper-exporter", "listening", "polling"]


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    """A standalone server that these tests may disturb."""
    with Ensemble(tmp_path_factory.mktemp("log"), participants=1) as server:
        yield server


def freeze_and_thaw(single: Ensemble, exporter: Exporter) -> None:
    """Two changes of its only member, the first between two polls."""
    address = single.servers
    exporter.fresh(address)
    single.members[0].freeze()
    try:
        exporter.wait_for_state(address, "unreachable")
        exporter.fresh(address, polls=2)
    finally:
        single.members[0].thaw()
    exporter.wait_for_state(address, "standalone")


def test_polls_are_not_logged(ensemble: Ensemble, start_exporter: Callable[..., Exporter]) -> None:
    """Some lines at the start, one for each member's first state, then silence."""
    exporter = start_exporter(ensemble.servers)
    members = [member.address for member in ensemble.members]
    exporter.fresh(*members)
    first = exporter.lines()
    exporter.fresh(*members, polls=5)

    assert exporter.lines() == first
    assert len(first) <= len(START) + len(members) + 1
    for line, words in zip(first, START):
        assert f'msg="{words}"' in line or f"msg={words}" in line
    for member in ensemble.members:
        (change,) = exporter.changes(member.address)
        assert f"from=unknown to={member.state()} reason=none" in change
    assert [line for line in first if "level=info" not in line] == []


def test_a_change_is_one_line(single: Ensemble, start_exporter: Callable[..., Exporter]) -> None:
    """Also when the member stays in the new state for several polls."""
    exporter = start_exporter(single.servers)
    freeze_and_thaw(single, exporter)

    changes = exporter.changes(single.servers)
    assert [re.search(r"level=(\w+) .*from=(\w+) to=(\w+) reason=(\w+)", line).groups() for line in changes] == [
        ("info", "unknown", "standalone", "none"),
        ("warn", "standalone", "unreachable", "timeout"),
        ("info", "unreachable", "standalone", "none")]


def test_json_lines_parse(single: Ensemble, start_exporter: Callable[..., Exporter]) -> None:
    """With the same fields in the same order."""
    exporter = start_exporter(f"{single.servers},no-such-server.invalid:1", "--log.format=json")
    exporter.fresh(single.servers)

    lines = [json.loads(line) for line in exporter.lines()]
    assert [line["msg"] for line in lines[:3]] == START
    assert {line["member"] for line in lines if line["msg"] == "member changed"} == {single.servers, "no-such-server.invalid:1"}
    for line in lines:
        assert list(line)[:3] == ["ts", "level", "msg"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["ts"])


def test_a_quiet_level_logs_troubles_only(single: Ensemble, start_exporter: Callable[..., Exporter]) -> None:
    """warn: the loss of a member, not its return."""
    exporter = start_exporter(single.servers, "--log.level=warn")
    freeze_and_thaw(single, exporter)

    (change,) = exporter.changes(single.servers)
    assert "to=unreachable" in change
    assert [line for line in exporter.lines() if "level=info" in line] == []


def test_a_full_disk_under_stderr_does_not_stop_it(single: Ensemble, start_exporter: Callable[..., Exporter]) -> None:
    """The lost lines are counted."""
    with open("/dev/full", "wb") as full:
        exporter = start_exporter(single.servers, stderr=full)
    samples = exporter.fresh(single.servers, polls=2)

    assert samples.of(single.servers).value("zookeeper_up") == 1
    assert samples.value("zookeeper_exporter_log_lines_dropped_total") > len(START)


def test_a_stuck_pipe_under_stderr_does_not_stop_it(single: Ensemble, start_exporter: Callable[..., Exporter]) -> None:
    """Nobody reads the pipe, and it is full from the start."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while os.write(writer, b"x" * 4096):
            pass
    except BlockingIOError:
        os.set_blocking(writer, True)
    try:
        exporter = start_exporter(single.servers, stderr=writer)
        samples = exporter.fresh(single.servers, polls=2)
        assert samples.value("zookeeper_exporter_log_lines_dropped_total") > len(START)
        exporter.stop()
    finally:
        os.close(reader)
        os.close(writer)


def test_a_closed_stderr_does_not_stop_it(single: Ensemble, start_exporter: Callable[..., Exporter]) -> None:
    """No line ends up in whatever else is opened in its place."""
    exporter = start_exporter(single.servers, shell='exec "$@" 2>&-')
    freeze_and_thaw(single, exporter)

    samples = exporter.fresh(single.servers)
    assert samples.of(single.servers).value("zookeeper_polls_total", result="failed") >= 1
    assert samples.of(single.servers).value("zookeeper_up") == 1
    stderr = Path(f"/proc/{exporter.process.pid}/fd/2")
    assert not stderr.exists() or os.readlink(stderr) == "/dev/null"

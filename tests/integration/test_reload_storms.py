"""Reloads that come thick, that wait for others, and that come at the end."""

import contextlib
import copy
import os
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import figures
from config_file import NOWHERE, REFUSED, TAKEN, ConfigFile
from exporter_process import Exporter
from fake_member import CountingMember
from needs import own_mounts
from threads import serving
from zookeeper_ensemble import HOST, free_ports, wait_until

SILENT = "127.0.0.77"  # a name server that never answers
LEAKS = ("reloads of the process", "open descriptors", "resident memory")
LAGS = ("members taken live", "seconds until all were polled", "lag of the loop")


def taken(exporter: Exporter) -> int:
    """How often the log says so."""
    return sum(TAKEN in line for line in exporter.lines())


def test_the_last_of_many_edits_is_in_use(config: ConfigFile, start_exporter: Callable[..., Exporter]) -> None:
    """Many at once are one; many in a row are taken now and then, not only when they end."""
    exporter = start_exporter(config=config)
    for number in range(200):
        (config.write if number % 2 else config.replace)(**{f"edit-{number}": [NOWHERE]})
    exporter.wait_for_line(TAKEN, "renamed to edit-199", limit=2)
    assert taken(exporter) < 10

    before = taken(exporter)
    for number in range(50):
        config.replace(**{f"row-{number}": [NOWHERE]})
        time.sleep(0.05)
    assert taken(exporter) > before
    exporter.wait_for_line(TAKEN, "renamed to row-49", limit=2)
    assert REFUSED not in exporter.log()


def test_a_burst_of_signals(config: ConfigFile, start_exporter: Callable[..., Exporter]) -> None:
    """500 SIGHUPs while the file changes: pages are answered, and the last text is in use."""
    exporter = start_exporter("", "--no-config.watch", config=config)
    for number in range(500):
        if number % 10 == 0:
            config.replace(**{f"edit-{number // 10}": [NOWHERE]})
        exporter.process.send_signal(signal.SIGHUP)
    began = time.monotonic()
    assert exporter.get("/livez")[0] == 200
    assert time.monotonic() - began < 1
    exporter.wait_for_line(TAKEN, "renamed to edit-49", limit=2)


def test_many_ask_at_once(config: ConfigFile, start_exporter: Callable[..., Exporter]) -> None:
    """Some wait, as many as may; the others are told so at once, and nobody else waits."""
    exporter = start_exporter("", "--web.enable-lifecycle", config=config)
    with ThreadPoolExecutor(30) as threads:
        with config.path.open("w", encoding="utf-8") as file:  # reloads wait for who writes it
            file.write(config.text(two=[NOWHERE]))
            file.flush()
            exporter.wait_for(lambda now: now.value("zookeeper_exporter_http_connections") == 1, "quiet", 5)
            time.sleep(0.1)  # the event of the write has been read
            asked = [threads.submit(exporter.reload) for _ in range(30)]
            wait_until(lambda: sum(each.done() for each in asked) >= 15, "those that are too many", 5, exporter.log)
            assert exporter.get("/readyz")[0] == 200
            assert exporter.metrics().members() == {"one": {NOWHERE}}
        answers = [each.result() for each in asked]
    statuses = Counter(status for status, _ in answers)
    assert set(statuses) == {200, 503} and statuses[200] >= 4, statuses
    assert {text for status, text in answers if status == 503} == {
        "503: too many wait for a reload; ask again in a few seconds\n"}
    assert all("renamed to two" in text or "Nothing has changed" in text for status, text in answers if status == 200)


def test_ten_thousand_members_are_taken(config: ConfigFile, start_exporter: Callable[..., Exporter]) -> None:
    """And given up again, without holding up the loop."""
    config.settings["poll"] = {"interval": "10s", "timeout": "3s"}
    config.write(kept=[NOWHERE])
    exporter = start_exporter("", "--web.enable-lifecycle", config=config)
    many = {f"ensemble-{number}": [f"127.{1 + number // 200}.{1 + number % 200}.{last}:1" for last in range(1, 6)]
            for number in range(1999)}
    began = time.monotonic()
    config.replace(kept=[NOWHERE], **many)
    assert exporter.reload()[0] == 200
    answered = time.monotonic() - began
    slowest = 0.0

    def all_polled() -> bool:
        nonlocal slowest
        asked = time.monotonic()
        assert exporter.get("/livez")[0] == 200
        slowest = max(slowest, time.monotonic() - asked)
        return len(exporter.metrics().members()) == 2000

    wait_until(all_polled, "all to be polled", 30, exporter.log)
    took = time.monotonic() - began
    config.replace(kept=[NOWHERE])
    assert exporter.reload()[0] == 200
    samples = exporter.metrics()
    assert samples.members() == {"kept": {NOWHERE}}
    buckets = {dict(labels)["le"]: int(value) for labels, value in
               samples.series("zookeeper_exporter_event_loop_lag_seconds_bucket").items()}
    figures.note(LAGS, "10,000", f"{took:.1f} (reload answered after {answered:.2f}, /livez after {slowest:.2f})",
                 ", ".join(f"<{bound}: {count}" for bound, count in buckets.items()))
    assert buckets["5"] == buckets["+Inf"]  # a busy machine adds to what is printed


@contextlib.contextmanager
def silent_name_server(directory: Path) -> Iterator[str]:
    """Nobody answers there; gives the shell that lets an exporter ask it."""
    file = directory / "resolv.conf"
    file.write_text(f"nameserver {SILENT}\noptions timeout:30\n")
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind((SILENT, 53))
        yield f'exec unshare --mount sh -c "mount --bind {file} /etc/resolv.conf && exec \\"\\$@\\"" sh "$@"'


@pytest.mark.skipif(bool(own_mounts()), reason=own_mounts())
def test_names_that_hang(tmp_path: Path, config: ConfigFile, start_exporter: Callable[..., Exporter]) -> None:
    """A member's name holds up nothing; those of listeners are waited for, not for ever, and by this reload only."""
    with silent_name_server(tmp_path) as shell, serving(CountingMember()) as well:
        config.write(kept=[well])
        exporter = start_exporter("", "--web.enable-lifecycle", config=config, shell=shell)
        config.write(kept=[well], slow=["slow-member.test:2181"])
        began = time.monotonic()
        assert exporter.reload()[0] == 200
        assert time.monotonic() - began < 1
        before = exporter.fresh(well)

        good = copy.deepcopy(config.settings)
        config.settings["http"]["listen"] += [f"{name}-listener.test:{free_ports(1)[0]}" for name in ("slow", "hangs")]
        config.write()
        began = time.monotonic()
        with ThreadPoolExecutor(1) as thread:
            asked = thread.submit(exporter.reload)
            after = exporter.fresh(well, polls=3)
            assert not asked.done()
            status, text = asked.result()
        assert 4.5 < time.monotonic() - began < 7
        assert status == 500
        assert "cannot listen on slow-listener.test:" in text and "the look-up of its name takes too long" in text
        assert after.polls(well) >= before.polls(well) + 3
        config.settings = good
        config.write(kept=[well])
        exporter.wait_for_line(TAKEN, "slow removed", limit=8)  # the name is perhaps being tried again

        config.settings["http"]["listen"].append(f"slow-listener.test:{free_ports(1)[0]}")
        config.write()
        exporter.process.send_signal(signal.SIGHUP)
        time.sleep(0.2)  # it waits for the name
        exporter.stop()
        assert "msg=stopped" in exporter.lines()[-1]


@pytest.mark.parametrize("first, second", [(signal.SIGHUP, signal.SIGTERM), (signal.SIGTERM, signal.SIGHUP)])
def test_a_reload_at_the_end(config: ConfigFile, start_exporter: Callable[..., Exporter], first: signal.Signals,
                             second: signal.Signals) -> None:
    """Ends it in order all the same; who asks then is told why nothing comes of it."""
    exporter = start_exporter("", "--web.enable-lifecycle", config=config)
    config.write(two=[NOWHERE])
    exporter.process.send_signal(first)
    exporter.process.send_signal(second)
    exporter.wait_for_line("shutting down", limit=1)
    with contextlib.suppress(OSError):
        assert exporter.reload() == (500, "500: the exporter is shutting down\n")
    assert exporter.process.wait(2) == 0
    assert "msg=stopped" in exporter.lines()[-1]


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGUSR1, signal.SIGTERM])
def test_signals_until_the_very_end(config: ConfigFile, number: signal.Signals) -> None:
    """They change nothing any more, and are no failure."""
    with Exporter(config=config) as exporter:
        exporter.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "shutting down" in exporter.log(), "the signal to arrive")
        while exporter.process.poll() is None:
            exporter.process.send_signal(number)
        assert exporter.process.returncode == 0
        assert "msg=stopped" in exporter.lines()[-1]


def test_the_end_while_reloads_wait(config: ConfigFile, start_exporter: Callable[..., Exporter]) -> None:
    """For somebody who does not finish the file."""
    exporter = start_exporter("", "--web.enable-lifecycle", config=config)
    with config.path.open("w", encoding="utf-8") as file, ThreadPoolExecutor(2) as threads:
        file.write("poll:")
        file.flush()
        time.sleep(0.1)  # the event of the write has been read
        asked = [threads.submit(exporter.reload) for _ in range(2)]
        exporter.wait_for(lambda now: now.value("zookeeper_exporter_http_connections") >= 3, "both to wait", 5)
        exporter.stop()
        assert [each.result() for each in asked] == [(500, "500: the exporter is shutting down\n")] * 2


def test_300_reloads_leak_nothing(config: ConfigFile, start_exporter: Callable[..., Exporter]) -> None:
    """Members, listeners and paths come and go: no descriptor is lost, no watch, and no memory."""
    exporter = start_exporter("", "--web.enable-lifecycle", config=config)
    address, second = config.settings["http"]["listen"][0], f"{HOST}:{free_ports(1)[0]}"

    def reload(number: int) -> None:
        config.settings["http"] = {"listen": [address, second] if number % 3 else [address],
                                   "telemetry_path": "/other" if number % 2 else "/metrics"}
        config.settings["poll"]["timeout"] = f"{500 - number % 7}ms"
        others = {f"edit-{number}-{each}": [f"127.1.{each}.1:1", f"127.1.{each}.2:1"] for each in range(20)}
        (config.replace if number % 5 else config.write)(kept=[NOWHERE], **others)
        assert exporter.reload()[0] == 200

    def figure(number: int) -> tuple[int, int, int]:
        """After what began has ended: descriptors, watches, bytes."""
        config.settings["http"] = {"listen": [address]}
        config.write(kept=[NOWHERE], last=[f"127.2.0.{1 + number}:1"])
        exporter.wait_for_line(f'ensemble=last member=127.2.0.{1 + number}:1 ', limit=5)
        pid = exporter.process.pid
        watches = sum(info.read_text().count("inotify wd:") for info in Path(f"/proc/{pid}/fdinfo").iterdir())
        status = Path(f"/proc/{pid}/status").read_text()
        resident = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
        return len(os.listdir(f"/proc/{pid}/fd")), watches, 1024 * int(resident)

    for number in range(30):
        reload(number)
    before = figure(0)
    for number in range(300):
        reload(number)
    after = figure(1)
    figures.note(LEAKS, "300", f"{before[0]} -> {after[0]}", f"{before[2] / 1e6:.1f} -> {after[2] / 1e6:.1f} MB")
    assert after[:2] == before[:2]
    assert after[2] - before[2] < 5e6

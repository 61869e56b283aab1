"""Configuration that is live: what an exporter takes while it runs, and what it leaves alone."""

import contextlib
import hashlib
import http.client
import itertools
import json
import signal
import time
from collections.abc import Callable, Iterator

import figures
from config_file import NOWHERE, REFUSED, TAKEN, ConfigFile
from exporter_process import Exporter
from exposition import Samples
from fake_member import CountingMember
from threads import serving
from zookeeper_ensemble import HOST, Ensemble, wait_until

GAPS = ("reloads", "seconds", "polls", "shortest gap", "longest gap")


def successful(samples: Samples) -> bool:
    """Whether the newest configuration was taken."""
    return samples.value("zookeeper_exporter_config_last_reload_successful") == 1


def test_one_edit_adds_removes_and_changes_ensembles(
        ensemble: Ensemble, config: ConfigFile, start_exporter: Callable[..., Exporter]) -> None:
    """Within two seconds metrics and status page show it; the ensemble that is not touched runs on."""
    kept, gone, stays, leaves = (member.address for member in ensemble.members)
    with serving(CountingMember()) as joins, serving(CountingMember()) as new:
        config.write(kept=[kept], gone=[gone], changed=[stays, leaves])
        exporter = start_exporter(config=config)
        before = exporter.fresh(kept, stays, polls=2)
        old_lines = len(exporter.lines())

        began = time.monotonic()
        config.write(kept=[kept], changed=[stays, joins], added=[new])
        wanted = {"kept": {kept}, "changed": {stays, joins}, "added": {new}}
        samples = exporter.wait_for(
            lambda now: now.members() == wanted and set(now.series("zookeeper_up").values()) == {1}, str(wanted), 2)
        _, _, page = exporter.get("/")
        assert time.monotonic() - began < 2
        assert [each for each in (kept, stays, joins, new, "added") if each not in page.decode()] == []
        assert [each for each in (gone, leaves, ">gone<") if each in page.decode()] == []

        for member in (kept, stays):
            assert before.polls(member) >= 2
            assert samples.polls(member) >= before.polls(member)
        assert samples.value("process_start_time_seconds") == before.value("process_start_time_seconds")
        lines = exporter.lines()[old_lines:]
        assert [line for line in lines if "ensemble=kept" in line or f"member={stays} " in line] == []
        taken = exporter.wait_for_line(TAKEN)
        assert 'cause="the file changed"' in taken
        assert [each for each in ("ensemble added added", "ensemble gone removed", joins, leaves)
                if each not in taken] == []
        assert successful(samples)


def test_what_is_untouched_loses_no_poll(
        ensemble: Ensemble, config: ConfigFile, start_exporter: Callable[..., Exporter]) -> None:
    """50 reloads of all kinds, each with other neighbours: polls come once a second, none twice, none late."""
    real = ensemble.members[0].address
    counting = CountingMember()
    with serving(counting) as fake:
        config.write(kept=[real, fake], neighbour=[NOWHERE])
        exporter = start_exporter("", "--web.enable-lifecycle", config=config)
        exporter.fresh(real, fake)
        seen: dict[str, list[float]] = {real: [], fake: []}

        def look() -> Samples:
            samples = exporter.metrics()
            for member, times in seen.items():
                last = samples.of(member).value("zookeeper_last_poll_timestamp_seconds")
                if not times or times[-1] != last:
                    times.append(last)
            return samples

        first, words = look(), counting.words["srvr"]
        for number, how in zip(range(50), itertools.cycle(("file", "SIGHUP", "POST", "rename"))):
            name = f"neighbour-{number}"
            (config.replace if how == "rename" else config.write)(kept=[real, fake], **{name: [f"{HOST}:{2 + number}"]})
            if how == "SIGHUP":
                exporter.process.send_signal(signal.SIGHUP)
            if how == "POST":
                assert exporter.reload()[0] == 200
            wait_until(lambda: name in look().members(), "the new neighbour", 5, exporter.log)
        last, last_words = look(), counting.words["srvr"]
        lines, changes = exporter.lines(), {member: exporter.changes(member) for member in seen}  # then `fake` ends

    assert sum(TAKEN in line for line in lines) == 50
    for member, times in seen.items():
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        figures.note(GAPS, "50", f"{times[-1] - times[0]:.0f}", f"{len(times)} of {member}", f"{min(gaps):.2f} s",
                     f"{max(gaps):.2f} s")
        assert min(gaps) > 0.5 and max(gaps) < 1.5, gaps
        assert last.polls(member) - first.polls(member) == len(gaps)
        assert not changes[member][1:]
    assert abs((last_words - words) - (last.polls(fake) - first.polls(fake))) <= 1  # one may be on its way


@contextlib.contextmanager
def started(config: ConfigFile, *flags: str) -> Iterator[Exporter]:
    """An exporter that listens; its first round may not have ended. It must end well."""
    exporter = Exporter("", *flags, config=config)
    try:
        exporter.wait_for_line("msg=polling")
        yield exporter
        exporter.stop()
    finally:
        print(exporter.log())
        exporter.close()


def test_an_ensemble_whose_members_hang_is_removed(config: ConfigFile) -> None:
    """It is gone from the pages at once, and its connections are closed; nobody waits for it."""
    hanging = CountingMember(hangs=True)
    with serving(hanging) as frozen, serving(CountingMember()) as well:
        config.settings["poll"] = {"interval": "10s", "timeout": "10s"}
        config.write(kept=[well], hangs=[frozen])
        with started(config, "--web.enable-lifecycle") as exporter:
            wait_until(lambda: hanging.open == 1, "the poll that hangs", 10, exporter.log)
            config.write(kept=[well])
            began = time.monotonic()
            status, text = exporter.reload()
            assert (status, "ensemble hangs removed" in text) == (200, True)
            assert exporter.metrics().members() == {"kept": {well}}
            assert frozen not in exporter.get("/")[2].decode()
            assert exporter.get("/readyz")[0] == 200
            wait_until(lambda: hanging.open == 0, "its connection to be closed", 2)
            assert time.monotonic() - began < 2


def test_a_member_that_hangs_moves(config: ConfigFile) -> None:
    """From ensemble to ensemble, and never has two connections."""
    hanging = CountingMember(hangs=True)
    with serving(hanging) as frozen:
        config.settings["poll"] = {"interval": "10s", "timeout": "10s"}
        config.write(one=[frozen], two=[NOWHERE])
        with started(config, "--web.enable-lifecycle") as exporter:
            for number in range(1, 11):
                wait_until(lambda: hanging.words["srvr"] == number, "its poll to begin", 3, exporter.log)
                pair = (frozen, NOWHERE) if number % 2 == 0 else (NOWHERE, frozen)
                config.write(one=[pair[0]], two=[pair[1]])
                assert "moved" in exporter.reload()[1]
            assert hanging.most == 1


def test_an_interval_holds_at_once(config: ConfigFile, start_exporter: Callable[..., Exporter]) -> None:
    """The poll that would have come in a while comes soon."""
    with serving(CountingMember()) as member:
        config.settings["poll"]["interval"] = "20s"
        config.write(one=[member])
        exporter = start_exporter(config=config)
        config.settings["poll"]["interval"] = "1s"
        config.write()
        samples = exporter.wait_for(lambda now: now.polls(member) >= 3, "the next polls", 4)
        assert not exporter.changes(member)[1:]
        assert set(samples.series("zookeeper_up").values()) == {1}


def test_a_member_that_hangs_makes_it_no_less_ready(config: ConfigFile) -> None:
    """/readyz asks for the first round only; both checks have the names that Prometheus gives them too."""
    checks = ("/livez", "/-/healthy", "/readyz", "/-/ready")
    with serving(CountingMember(hangs=True)) as first, serving(CountingMember(hangs=True)) as second:
        config.settings["poll"] = {"interval": "3s", "timeout": "1s"}
        config.write(one=[first])
        with started(config) as exporter:
            assert [exporter.get(path)[0] for path in checks] == [200, 200, 503, 503]
            exporter.wait_ready()
            config.write(one=[first], two=[second])
            exporter.wait_for(lambda now: "two" in now.members(), "the new ensemble", 2)
            assert [exporter.get(path)[0] for path in checks] == [200] * 4
            exporter.process.send_signal(signal.SIGTERM)
            exporter.wait_for_line("shutting down")
            assert [exporter.get(path)[0] for path in checks] == [200, 200, 503, 503]


def test_every_way_to_ask(config: ConfigFile, start_exporter: Callable[..., Exporter]) -> None:
    """POST and PUT answer with what has changed, or with the mistake; SIGHUP tells the log. Nobody reloads by GET."""
    exporter = start_exporter("", "--web.enable-lifecycle", "--no-config.watch", config=config)

    config.write(two=[NOWHERE])
    assert exporter.reload() == (200, "The configuration was taken:\n"
                                      "- ensemble one renamed to two (its series end, new ones begin)\n")
    assert exporter.reload() == (200, "Nothing has changed.\n")
    assert exporter.ask("PUT", "/-/reload")[0] == 200
    assert exporter.get("/-/reload")[0] == 405

    config.path.write_text("poll:\n  intervall: 5s\n")
    status, text = exporter.reload()
    assert (status, f"{config.path}:2: poll.intervall is not a known key" in text) == (500, True)
    exporter.process.send_signal(signal.SIGHUP)
    line = exporter.wait_for_line(REFUSED, "cause=SIGHUP")
    assert "level=error" in line and f"{config.path}:2:" in line
    assert not successful(exporter.metrics())
    assert "The newest configuration was refused" in exporter.get("/")[2].decode()
    exporter.wait_for(lambda now: now.members() == {"two": {NOWHERE}}, "the name of before", 3)

    config.write(three=[NOWHERE])
    exporter.process.send_signal(signal.SIGHUP)
    exporter.wait_for_line(TAKEN, "cause=SIGHUP")
    samples = exporter.wait_for(lambda now: now.members() == {"three": {NOWHERE}}, "the new name", 3)
    assert successful(samples)
    assert "was refused" not in exporter.get("/")[2].decode()
    in_use = hashlib.sha256(config.path.read_bytes()).hexdigest()
    assert samples.labels("zookeeper_exporter_config_hash") == {"sha256": in_use}
    assert abs(samples.value("zookeeper_exporter_config_last_reload_success_timestamp_seconds") - time.time()) < 5
    text = exporter.get("/config")[2].decode()
    assert f'  - name: "three"\n    members:\n      - {NOWHERE}\n' in text
    config.path.write_text(text)
    assert exporter.reload() == (200, "Nothing has changed.\n")


def test_who_is_not_allowed_gets_a_hint(config: ConfigFile, start_exporter: Callable[..., Exporter]) -> None:
    """403, and how it would be allowed."""
    exporter = start_exporter(config=config)
    status, text = exporter.reload()
    assert status == 403
    assert "--web.enable-lifecycle" in text and "SIGHUP" in text
    assert "configuration" not in exporter.log()


def test_without_a_watch_it_waits_to_be_asked(config: ConfigFile, start_exporter: Callable[..., Exporter]) -> None:
    """However long the file has been another."""
    exporter = start_exporter("", "--no-config.watch", config=config)
    config.write(two=[NOWHERE])
    time.sleep(1)  # a watch would have seen it
    assert "configuration" not in exporter.log()
    exporter.process.send_signal(signal.SIGHUP)
    assert "cause=SIGHUP" in exporter.wait_for_line(TAKEN, "renamed to two", limit=2)


def test_without_a_file_there_is_nothing_to_read(start_exporter: Callable[..., Exporter]) -> None:
    """Which is no mistake."""
    exporter = start_exporter(NOWHERE, "--web.enable-lifecycle")
    exporter.process.send_signal(signal.SIGHUP)
    status, text = exporter.reload()
    assert (status, text) == (200, "there is no configuration file to read again: the flags say all.\n")
    samples = exporter.metrics()
    assert successful(samples)
    assert samples.series("zookeeper_exporter_config_hash") == {}
    assert "level=error" not in exporter.log()


def test_flags_win_each_time(config: ConfigFile, start_exporter: Callable[..., Exporter]) -> None:
    """What they override may change in the file: the log says so, and the rest is taken."""
    exporter = start_exporter("", "--poll.timeout=300ms", f"--zookeeper.servers={NOWHERE}", config=config)
    config.settings["poll"] = {"interval": "2s", "timeout": "100ms"}
    config.write(other=["127.0.0.2:1"])
    line = exporter.wait_for_line(TAKEN)
    assert 'changes="poll.interval 1s -> 2s; flags override its ensembles, poll.timeout"' in line
    assert exporter.metrics().members() == {"default": {NOWHERE}}
    assert "timeout: 300ms" in exporter.get("/config")[2].decode()


def test_telemetry_path_and_log_change_at_once(config: ConfigFile, start_exporter: Callable[..., Exporter]) -> None:
    """The old path is free, the next lines are others; connections stay."""
    exporter = start_exporter("", "--web.enable-lifecycle", config=config)
    kept = http.client.HTTPConnection(HOST, exporter.port, timeout=5)
    with contextlib.closing(kept):
        kept.request("GET", "/livez")
        kept.getresponse().read()
        same = kept.sock
        config.settings["http"]["telemetry_path"] = "/zookeeper"
        config.settings["log"] = {"level": "info", "format": "json"}
        config.write()
        assert exporter.reload()[0] == 200
        for path, status in (("/zookeeper", 200), ("/metrics", 404)):
            kept.request("GET", path)
            response = kept.getresponse()
            response.read()
            assert (response.status, kept.sock is same) == (status, True)
    line = json.loads(exporter.lines()[-1])
    assert line["msg"] == "configuration taken"
    assert "http.telemetry_path /metrics -> /zookeeper" in line["changes"]

    config.settings["log"] = {"level": "error", "format": "logfmt"}
    config.write(other=[NOWHERE])
    assert exporter.reload()[0] == 200
    count = len(exporter.lines())
    config.write(another=[NOWHERE])
    assert exporter.reload()[0] == 200
    config.path.write_text("poll: 1")
    assert exporter.reload()[0] == 500
    assert len(exporter.lines()) == count + 1 and exporter.lines()[-1].startswith("ts=")

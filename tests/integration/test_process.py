"""The exporter as a process: its flags, its exit codes, its end."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exporter_process import Exporter, run_to_end
from zookeeper_ensemble import HOST, Ensemble, free_ports, wait_until


@pytest.fixture(scope="module")
def hanging() -> Iterator[str]:
    """The address of a server that accepts, by the kernel, and never answers."""
    with socket.create_server((HOST, 0)) as listener:
        yield f"{HOST}:{listener.getsockname()[1]}"


def only_line(text: str) -> str:
    """The one line of a text."""
    lines = text.splitlines()
    assert len(lines) == 1, text
    return lines[0]


@pytest.mark.parametrize("flags, parts", [
    (["--no.such.flag"], ["--no.such.flag", "see --help"]),
    (["--poll.interval=soon"], ["--poll.interval", '"soon"', "10s"]),
    (["--poll.interval=1s", "--poll.timeout=2s"], ["--poll.timeout is 2s", "1s"]),
    (["--zookeeper.servers=one,two"], ["--zookeeper.servers", '"one"', "write one:2181"]),
    (["--zookeeper.servers=a:1,a:1"], ["a:1 is listed twice"]),
    (["--web.listen-address=9141"], ["--web.listen-address", '"9141"']),
    (["--web.telemetry-path=/livez"], ["--web.telemetry-path"]),
    (["--log.level=loud"], ["--log.level", "debug, info, warn or error"]),
    (["--config.file=/does/not/exist.yaml"], ["/does/not/exist.yaml", "No such file"]),
    (["--config.file=/no\nsuch\x1b[31m.yaml"], ["/no such"]),
    (["--config.file=/dev/zero"], ["a device, not a regular file"]),
    (["--poll.interval=107000d"], ["--poll.interval", "1s to 1h"]),
    (["stray"], ["only flags"]),
    (["--"], ["no flag"]),
    (["-config.file=x"], ["write --config.file=x"]),
])
def test_a_bad_flag_is_one_line_and_exit_code_2(flags: list[str], parts: list[str]) -> None:
    """The line names the flag and shows what would be right."""
    result = run_to_end(*flags)

    line = only_line(result.stderr)
    assert line.isprintable()
    assert result.returncode == 2
    assert result.stdout == ""
    assert line.startswith("zookeeper-exporter: ")
    assert [part for part in parts if part not in line] == []


@pytest.mark.parametrize("text, parts", [
    ("poll:\n  intervall: 5s\n", [":2:", "intervall", "known here: interval, timeout"]),
    ("poll: [1, 2\n", [":", "not valid YAML"]),
    ("ensembles:\n  - name: a\n    members: []\n", [":3:", "members"]),
    ("ensembles:\n  - name: a\n    members: [zk]\n", [":3:", '"zk"', "no port"]),
    ("ensembles:\n  - {name: a, members: [x:1]}\n  - {name: a, members: [y:1]}\n", [":3:", '"a"']),
])
def test_a_bad_file_is_one_line_and_exit_code_2(tmp_path: Path, text: str, parts: list[str]) -> None:
    """The line names the file, the line in it, and the key."""
    config = tmp_path / "bad.yaml"
    config.write_text(text)

    for flags in ([], ["--config.check"]):
        result = run_to_end(f"--config.file={config}", *flags)
        line = only_line(result.stderr)
        assert result.returncode == 2
        assert [part for part in [str(config), *parts] if part not in line] == []


def test_a_pipe_is_no_configuration(tmp_path: Path) -> None:
    """Nobody writes into it: it does not wait."""
    os.mkfifo(tmp_path / "pipe")
    result = run_to_end(f"--config.file={tmp_path / 'pipe'}", "--config.check")
    assert result.returncode == 2
    assert "is a pipe, not a regular file" in only_line(result.stderr)


def test_config_check_starts_nothing(tmp_path: Path) -> None:
    """It says what it has found and ends, also when the port is taken."""
    config = tmp_path / "good.yaml"
    with socket.create_server((HOST, 0)) as taken:
        config.write_text("ensembles:\n  - {name: a, members: [x:1, y:1]}\n  - {name: b, members: [z:1]}\n"
                          f"http: {{listen: ['{HOST}:{taken.getsockname()[1]}']}}\n")
        result = run_to_end(f"--config.file={config}", "--config.check")

    assert (result.returncode, result.stderr) == (0, "")
    assert only_line(result.stdout) == "The configuration is good: 2 ensembles, 3 members."


def test_a_taken_port_is_one_line_and_exit_code_1(hanging: str) -> None:
    """The line names the port and what to do."""
    result = run_to_end(f"--web.listen-address={hanging}", f"--zookeeper.servers={hanging}")

    line = only_line(result.stderr)
    assert result.returncode == 1
    assert "level=error" in line
    assert f"cannot listen on {hanging}: Address already in use" in line
    assert "--web.listen-address" in line


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(number: int, hanging: str) -> None:
    """Within two seconds, with code 0, while a poll hangs and clients hang in all ways."""
    with Exporter(hanging) as exporter:
        idle, half, deaf = (socket.create_connection((HOST, exporter.port)) for _ in range(3))
        half.sendall(b"GET /metrics HT")
        deaf.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n" * 2000)
        exporter.fresh(hanging)

        began = time.monotonic()
        exporter.stop(number, limit=2)
        assert time.monotonic() - began >= 0.2  # time for a load balancer to see that it goes
        assert "shutting down" in exporter.lines()[-2]
        assert "msg=stopped" in exporter.lines()[-1]
        for client in (idle, half, deaf):
            client.close()


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGUSR2])
def test_another_signal_is_ignored_with_a_line(number: signal.Signals, hanging: str) -> None:
    """Each time; it serves on, and ends by SIGTERM as ever."""
    with Exporter(hanging) as exporter:
        for count in (1, 2):
            exporter.process.send_signal(number)
            wait_until(lambda: sum(f"signal={number.name}" in line for line in exporter.lines()) == count, "its line")
        assert "SIGHUP reads the configuration again" in exporter.lines()[-1] and "level=warn" in exporter.lines()[-1]
        assert exporter.get("/readyz")[0] == 200
        exporter.process.send_signal(signal.SIGTERM)
        exporter.process.send_signal(number)
        assert exporter.process.wait(5) == 0


def test_readyz_fails_while_it_ends(hanging: str) -> None:
    """So that a load balancer sends nobody any more; a second signal ends it at once."""
    with Exporter(hanging) as exporter:
        assert exporter.get("/readyz")[0] == 200
        exporter.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "shutting down" in exporter.lines()[-1], "the signal to arrive")
        status, _, body = exporter.get("/readyz")
        assert (status, b"shutting down" in body) == (503, True)
        exporter.stop(signal.SIGTERM, limit=0.25)


def test_it_ends_while_a_real_member_is_frozen(tmp_path: Path, start_exporter: Callable[..., Exporter]) -> None:
    """In the middle of the poll that waits for it."""
    with Ensemble(tmp_path, participants=1) as ensemble:
        exporter = start_exporter(ensemble.servers, "--poll.interval=20s", "--poll.timeout=20s")
        ensemble.members[0].freeze()
        quick = start_exporter(ensemble.servers)
        assert quick.metrics().reason(ensemble.servers) == "timeout"
        quick.stop()
        exporter.stop()


def test_it_listens_on_several_addresses(hanging: str, start_exporter: Callable[..., Exporter]) -> None:
    """The flag may be given more than once."""
    second = free_ports(1)[0]
    start_exporter(hanging, f"--web.listen-address={HOST}:{second}")

    with socket.create_connection((HOST, second)) as client:
        client.sendall(b"GET /livez HTTP/1.0\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.0 200 OK")


def test_the_path_of_the_metrics_can_be_chosen(hanging: str, start_exporter: Callable[..., Exporter]) -> None:
    """Then there is nothing at the usual one."""
    exporter = start_exporter(hanging, "--web.telemetry-path=/zookeeper")

    assert exporter.get("/zookeeper")[0] == 200
    assert exporter.get("/metrics")[0] == 404


def test_no_page_can_be_taken_by_the_metrics(hanging: str) -> None:
    """Neither a page that is listed nor a path below it."""
    with Exporter(hanging) as exporter:
        listed = exporter.get("/no/such/page")[2].decode().splitlines()[1:]
    paths = {line.split()[0].partition("?")[0] for line in listed} - {"/", "/metrics"}
    assert len(paths) >= 7
    for path in [*paths, *(f"{path}/below" for path in paths)]:
        assert run_to_end(f"--web.telemetry-path={path}", "--config.check").returncode == 2, path

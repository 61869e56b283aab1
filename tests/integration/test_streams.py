"""What both programs do when nobody takes what they say: they end, and do not say that all was well."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter_process import BINARY
from fake_member import fake_member
from needs import own_root
from zk_health import ZK_HEALTH, run_health
from zookeeper_ensemble import HOST

FOLLOWER = (Path(__file__).parents[1] / "data/3.6.4/follower/srvr.txt").read_bytes()
NOWHERE = f"{HOST}:1"
STDOUT, STDERR = 1, 2


@pytest.fixture(name="follower")
def serve_follower() -> Iterator[str]:
    """A server that answers srvr well."""
    with fake_member(FOLLOWER) as address:
        yield address


@contextlib.contextmanager
def full_pipe() -> Iterator[int]:
    """The end to write to of a pipe that nobody reads and that takes nothing more."""
    reader, writer = os.pipe()
    try:
        os.set_blocking(writer, False)
        with contextlib.suppress(BlockingIOError):
            while os.write(writer, b"x" * 4096):
                pass
        os.set_blocking(writer, True)
        yield writer
    finally:
        os.close(reader)
        os.close(writer)


@contextlib.contextmanager
def broken_pipe() -> Iterator[int]:
    """The end to write to of a pipe whose reader has gone."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        yield writer
    finally:
        os.close(writer)


@contextlib.contextmanager
def full_disk() -> Iterator[int]:
    """A file that takes nothing."""
    with open("/dev/full", "wb") as file:
        yield file.fileno()


DEAF = [full_pipe, broken_pipe, full_disk]


def run_deaf(command: list[object], stream: int, fd: int) -> tuple[int, str]:
    """The exit code of a program that writes one of its streams to `fd`, and what it wrote to the other."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdout" if stream == STDOUT else "stderr": fd}
    answer = subprocess.run([*map(str, command)], stdin=subprocess.DEVNULL, text=True, timeout=20, check=False, **streams)
    return answer.returncode, (answer.stderr if stream == STDOUT else answer.stdout) or ""


def run_closed(command: list[object], streams: str) -> int:
    """The exit code of a program that is started with these streams closed."""
    shell = ["sh", "-c", f'exec "$@" {streams}', "sh"]
    return subprocess.run([*shell, *map(str, command)], timeout=20, check=False).returncode


@pytest.mark.parametrize("deaf", DEAF)
@pytest.mark.parametrize("kind", ["startup", "liveness", "readiness", "ensemble"])
def test_an_answer_that_nobody_takes_is_unknown(follower: str, deaf: object, kind: str) -> None:
    """6, or 3 for Nagios, and never 0; stderr says why."""
    for layout, code in (("text", 6), ("json", 6), ("nagios", 3)):
        with deaf() as fd:
            command = [ZK_HEALTH, f"--check={kind}", f"--format={layout}", "--timeout=300ms", follower]
            found, said = run_deaf(command, STDOUT, fd)
        assert (found, said) == (code, "zk-health: the answer can't be written to stdout\n")


def test_an_answer_without_a_stream_is_unknown(follower: str) -> None:
    """No socket takes the place of a closed stream: the server would get the answer."""
    command = [ZK_HEALTH, "--check=readiness", follower]
    assert run_closed(command, ">/dev/null") == 0
    assert run_closed(command, ">/dev/null <&-") == 0
    assert run_closed(command, ">/dev/null 2>&-") == 0
    assert run_closed(command, ">&-") == 6
    assert run_closed(command, "<&- >&- 2>&-") == 6
    assert run_closed([*command, "--format=nagios"], "<&- >&- 2>&-") == 3


@pytest.mark.skipif(bool(own_root()), reason=own_root())
def test_closed_streams_in_an_empty_root(follower: str, tmp_path: Path) -> None:
    """There is not even /dev/null to put in their place."""
    run_health("install", tmp_path)
    command = ["chroot", tmp_path, "/zk-health", "--check=readiness", follower]
    assert run_closed(command, ">&-") == 6
    assert run_closed(command, "<&- >&- 2>&-") == 6
    assert run_closed(command, ">/dev/null <&-") == 0


@pytest.mark.parametrize("deaf", DEAF)
def test_help_and_version_that_nobody_takes_fail(deaf: object) -> None:
    """Both programs end with their own code for it."""
    for program, code in ((ZK_HEALTH, 6), (BINARY, 1)):
        for flag in ("--help", "--version"):
            with deaf() as fd:
                assert run_deaf([program, flag], STDOUT, fd)[0] == code
    with deaf() as fd:
        assert run_deaf([BINARY, "--config.check"], STDOUT, fd)[0] == 1
    for streams in (">&-", "<&- >&- 2>&-"):
        assert run_closed([ZK_HEALTH, "--help"], streams) == 6
        assert run_closed([BINARY, "--help"], streams) == 1
        assert run_closed([BINARY, "--config.check"], streams) == 1


@pytest.mark.parametrize("deaf", DEAF)
def test_a_mistake_that_nobody_takes_ends_it_as_ever(deaf: object, tmp_path: Path) -> None:
    """The exit code is all that is left to say it."""
    cases = [([ZK_HEALTH], 1), ([ZK_HEALTH, "--check=readiness", "x"], 1), ([ZK_HEALTH, "install", tmp_path / "a/b"], 1),
             ([BINARY, "--no.such.flag"], 2), ([BINARY, "--config.file=/does/not/exist"], 2),
             ([BINARY, f"--web.listen-address={HOST}:1", f"--zookeeper.servers={NOWHERE}", "--web.listen-address=nowhere.invalid:1"], 1)]
    for command, code in cases:
        with deaf() as fd:
            assert run_deaf(command, STDERR, fd)[0] == code


def test_a_slow_reader_gets_the_whole_help() -> None:
    """A pipe that is nearly full takes it piece by piece."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while os.write(writer, b"x"):
            pass
    os.set_blocking(writer, True)
    process = subprocess.Popen([BINARY, "--help"], stdout=writer)
    os.close(writer)
    with open(reader, "rb") as pipe:
        text = pipe.read().lstrip(b"x")
    assert process.wait(20) == 0
    assert text == subprocess.run([BINARY, "--help"], capture_output=True, check=True).stdout

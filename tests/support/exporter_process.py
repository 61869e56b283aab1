"""An exporter process of the tests' own."""

import http.client
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from config_file import ConfigFile
from exposition import Samples, parse
from zookeeper_ensemble import HOST, free_ports, wait_until

BINARY = Path(os.environ.get("EXPORTER", Path(__file__).parents[2] / "build/release/exporter/zookeeper-exporter"))
QUICK = {"--poll.interval": "1s", "--poll.timeout": "500ms"}


def run_to_end(*flags: str) -> subprocess.CompletedProcess[str]:
    """Runs the exporter with exactly these flags and waits for its end."""
    return subprocess.run([BINARY, *flags], capture_output=True, text=True, timeout=10, check=False)


class Exporter:
    """Polls `servers` once a second, if `flags` do not say otherwise; listens on a free port of loopback.

    With `config` all this is the file's, and flags are only those that are given. stderr goes to a file that `log`
    reads, or to `stderr`; `shell` runs before the binary, and execs it as "$@".
    """

    def __init__(self, servers: str = "", *flags: str, config: ConfigFile | None = None,
                 stderr: int | IO[bytes] | None = None, shell: str = ""):
        self.port = config.port if config else free_ports(1)[0]
        self.address = f"{HOST}:{self.port}"
        self.url = f"http://{self.address}"
        usual = {**QUICK, "--web.listen-address": self.address, **({"--zookeeper.servers": servers} if servers else {})}
        given = {flag.partition("=")[0] for flag in flags} - {"--web.listen-address"}  # that one is added
        if config:
            usual = {"--config.file": str(config.path)}
        command = [str(BINARY), *flags, *(f"{flag}={value}" for flag, value in usual.items() if flag not in given)]
        command = ["sh", "-c", shell, "sh", *command] if shell else command
        self._log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], stdin=subprocess.DEVNULL,
                                        stderr=stderr or self._log)

    def __enter__(self) -> "Exporter":
        try:
            self.wait_ready()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        print(f"--- log of the exporter on {self.address}:\n{self.log()}")
        try:
            if kind is None:
                self.stop()
        finally:
            self.close()

    def wait_ready(self) -> None:
        """Waits for the end of the first round of polls."""
        wait_until(self._is_ready, f"{self.url}/readyz to answer 200", 30, self.log)

    def stop(self, number: int = signal.SIGTERM, limit: float = 2) -> None:
        """Asks it to end; AssertionError when it does not end well within `limit`."""
        if self.process.returncode is not None:
            return
        self.process.send_signal(number)
        try:
            code = self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still runs {limit:g} s after signal {number}\n{self.log()}") from None
        assert code == 0, f"exit code {code} after signal {number}\n{self.log()}"

    def kill(self) -> None:
        """Ends it by force."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """Lets nothing of it remain; its log cannot be read any more."""
        self.kill()
        self._log.close()

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, Any, bytes]:
        """Status, headers and body of a page."""
        return self.ask("GET", path, headers)

    def reload(self) -> tuple[int, str]:
        """Status and text of the answer to `POST /-/reload`."""
        status, _, body = self.ask("POST", "/-/reload", limit=20)
        return status, body.decode()

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None,
            limit: float = 5) -> tuple[int, Any, bytes]:
        """Status, headers and body of an answer."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=limit)
        try:
            connection.request(method, path, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def head(self, path: str) -> tuple[int, str | None]:
        """Status and content type of a page, by HEAD."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("HEAD", path)
            response = connection.getresponse()
            assert response.read() == b""
            return response.status, response.headers["Content-Type"]
        finally:
            connection.close()

    def page(self) -> str:
        """The text of /metrics."""
        status, _, body = self.get("/metrics")
        assert status == 200
        return body.decode()

    def metrics(self) -> Samples:
        """What /metrics says now."""
        return parse(self.page())

    def wait_for(self, condition: Callable[[Samples], object], what: str, limit: float = 60) -> Samples:
        """Reads /metrics until `condition` is true of it, and returns it."""
        last = Samples()

        def check() -> bool:
            nonlocal last
            last = self.metrics()
            return bool(condition(last))

        wait_until(check, what, limit, self.log)
        return last

    def wait_for_state(self, member: str, state: str) -> Samples:
        """Waits until a poll found `member` in `state`."""
        return self.wait_for(lambda samples: samples.state(member) == state, f"{member} to be {state}")

    def fresh(self, *members: str, polls: int = 1) -> Samples:
        """What /metrics says after polls of all these members that began after this call."""
        samples = Samples()
        for _ in range(polls):
            now = time.time()
            samples = self.wait_for(lambda found: all(_poll_start(found.of(member)) > now for member in members),
                                    f"new polls of {members}", 10)
        return samples

    def log(self) -> str:
        """All that it wrote to stderr so far."""
        return os.pread(self._log.fileno(), 1 << 24, 0).decode()

    def lines(self) -> list[str]:
        """The lines of the log."""
        return self.log().splitlines()

    def wait_for_line(self, *parts: str, count: int = 1, limit: float = 60) -> str:
        """Waits until so many lines of the log have all these parts, and returns the last of them."""
        def found() -> list[str]:
            return [line for line in self.lines() if all(part in line for part in parts)]

        wait_until(lambda: len(found()) >= count, f"{count} lines with {parts}", limit, self.log)
        return found()[-1]

    def changes(self, member: str) -> list[str]:
        """The lines of the log that tell of a change of `member`."""
        return [line for line in self.lines() if 'msg="member changed"' in line and f"member={member} " in line]

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, f"ended with code {self.process.returncode}\n{self.log()}"
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False


def _poll_start(mine: Samples) -> float:
    if not mine:
        return 0
    return mine.value("zookeeper_last_poll_timestamp_seconds") - mine.value("zookeeper_poll_duration_seconds")

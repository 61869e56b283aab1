"""Debian's Prometheus, as a process of the tests' own."""

import contextlib
import json
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from zookeeper_ensemble import HOST, free_ports, wait_until


class Prometheus:
    """A server with this `prometheus.yml`; it listens on a free port of loopback and keeps its data in `directory`."""

    def __init__(self, directory: Path, config: str):
        self.url = f"http://{HOST}:{free_ports(1)[0]}"
        self.log = directory / "prometheus.log"
        file = directory / "prometheus.yml"
        file.write_text(config)
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "/usr/bin/prometheus", f"--config.file={file}",
                 f"--storage.tsdb.path={directory / 'tsdb'}",
                 f"--web.listen-address={self.url.removeprefix('http://')}"],
                cwd=directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def stop(self) -> None:
        """Ends the process, within ten seconds by force."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def api(self, path: str, **parameters: str) -> Any:
        """The data of an answer of the HTTP API."""
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=5) as response:
            return json.load(response)["data"]

    def query(self, expression: str) -> list[float]:
        """The values of a PromQL query's answer now."""
        return [float(each["value"][1]) for each in self.api("query", query=expression)["result"]]

    def wait_for(self, expression: str, values: list[float], limit: float = 40) -> None:
        """Waits until a query gives these values."""
        def check() -> bool:
            with contextlib.suppress(OSError):  # it does not listen yet
                return self.query(expression) == values
            return False

        wait_until(check, f"{expression} to be {values}", limit, self._describe)

    def _describe(self) -> str:
        return self.log.read_text()[-3000:]

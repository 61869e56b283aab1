"""Debian's Prometheus, as a process of the tests' own."""

import contextlib
import json
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from server_process import ServerProcess
from zookeeper_ensemble import HOST, free_ports, wait_until


class Prometheus(ServerProcess):
    """A server with this `prometheus.yml`; it listens on a free port of loopback and keeps its data in `directory`."""

    def __init__(self, directory: Path, config: str, *flags: str):
        self.url = f"http://{HOST}:{free_ports(1)[0]}"
        file = directory / "prometheus.yml"
        file.write_text(config)
        super().__init__(directory, "prometheus.log", "/usr/bin/prometheus", f"--config.file={file}",
                         f"--storage.tsdb.path={directory / 'tsdb'}",
                         f"--web.listen-address={self.url.removeprefix('http://')}", *flags)

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

        wait_until(check, f"{expression} to be {values}", limit, self.log_tail)

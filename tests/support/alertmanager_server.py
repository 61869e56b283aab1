"""Debian's Alertmanager, as a process of the tests' own."""

import json
import urllib.request
from pathlib import Path
from typing import Any

from server_process import ServerProcess
from zookeeper_ensemble import HOST, free_ports, wait_until


class Alertmanager(ServerProcess):
    """A server with this configuration, alone, on a free port of loopback; it keeps its data in `directory`."""

    def __init__(self, directory: Path, config: str):
        self.address = f"{HOST}:{free_ports(1)[0]}"
        file = directory / "alertmanager.yml"
        file.write_text(config)
        super().__init__(directory, "alertmanager.log", "/usr/bin/prometheus-alertmanager", f"--config.file={file}",
                         f"--storage.path={directory / 'alertmanager'}", f"--web.listen-address={self.address}",
                         "--cluster.listen-address=")

    def wait_until_ready(self) -> None:
        """Waits until it answers."""
        def is_ready() -> bool:
            try:
                return bool(self._call("status"))
            except OSError:  # it does not listen yet
                return False

        wait_until(is_ready, "Alertmanager to answer", 40, self.log_tail)

    def send(self, alerts: list[dict[str, str]]) -> None:
        """Fires alerts with these labels."""
        self._call("alerts", [{"labels": each} for each in alerts])

    def alerts(self) -> list[dict[str, Any]]:
        """All alerts that it knows: their labels, receivers, and whether they are inhibited (status)."""
        return self._call("alerts")

    def _call(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://{self.address}/api/v2/{path}", data,
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=5) as response:
            answer = response.read()
        return json.loads(answer) if answer else None

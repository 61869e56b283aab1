"""Where Alertmanager sends its notifications in the tests: it keeps what arrived, and when."""

import http.server
import json
import threading
import time
from dataclasses import dataclass

from zookeeper_ensemble import HOST, free_ports


@dataclass(frozen=True)
class Notice:
    """One alert of a notification."""
    when: float
    receiver: str
    status: str  # firing or resolved
    labels: dict[str, str]

    @property
    def alert(self) -> str:
        """The name of the alert."""
        return self.labels["alertname"]


class Pager:
    """A receiver of webhooks on a free port of loopback."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        notices = self.notices

        class Handler(http.server.BaseHTTPRequestHandler):
            """Takes notes."""

            def do_POST(self) -> None:  # pylint: disable=invalid-name
                """One notification."""
                told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                notices.extend(Notice(time.time(), told["receiver"], each["status"], each["labels"])
                               for each in told["alerts"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:  # pylint: disable=arguments-differ
                """Says nothing."""

        self._server = http.server.ThreadingHTTPServer((HOST, free_ports(1)[0]), Handler)
        self.address = f"{HOST}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Listens no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

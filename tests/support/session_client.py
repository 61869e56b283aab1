"""A session by the exporter's own client, in a process of its own (tests/integration/session_client.cpp).

    with SessionClient(member.address, auth="user:secret") as session:
        session.do("connected")
        code, came = session.do("get /path")
"""

import subprocess
import threading
from queue import Empty, Queue

from exporter_process import BINARY
from zookeeper_ensemble import wait_until

SESSION_CLIENT = BINARY.parents[1] / "tests/session_client"


class SessionClient:
    """Begins to connect to whichever of `servers` lets it in; at the end of the block it closes."""

    def __init__(self, servers: str, **options: object):
        self.told: list[str] = []  # by the session: "tried ok", "state connected", "dropped WHY"
        self._answers: Queue[str] = Queue()
        command = [SESSION_CLIENT, f"servers={servers}", *(f"{name}={value}" for name, value in options.items())]
        self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *map(str, command)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "SessionClient":
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        print(f"--- a session told:\n{self.told}")
        if kind is None:
            assert self.close() == 0
        else:
            self.process.kill()
            self.process.wait()
            self._reader.join()

    def close(self, limit: float = 10) -> int:
        """Ends it in order; the exit code."""
        self.process.stdin.close()
        try:
            return self.process.wait(limit)
        finally:
            self.process.kill()
            self._reader.join()
            self.process.stdout.close()

    def do(self, command: str, limit: float = 30) -> tuple[str, str]:
        """What a command brought: a code, and the value, or why there is none."""
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        try:
            code, _, came = self._answers.get(timeout=limit).partition(" ")
        except Empty:
            raise TimeoutError(f"no answer to {command!r} in {limit} s; it told {self.told}") from None
        return code, came

    def wait_told(self, *begins: str, after: int = 0) -> None:
        """Waits until it has told lines that begin so, in this order, after the first `after` lines."""
        def is_told() -> bool:
            lines = iter(self.told[after:])
            return all(any(line.startswith(begin) for line in lines) for begin in begins)
        wait_until(is_told, f"a session to tell {begins}", 40, lambda: str(self.told))

    def _read(self) -> None:
        for line in self.process.stdout:
            kind, rest = line[0], line[2:].strip()
            if kind == "=":
                self._answers.put(rest)
            else:
                self.told.append(rest)
        self._answers.put("ended")

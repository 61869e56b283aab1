"""A server of Debian's, as a process of the tests' own."""

import subprocess
from pathlib import Path


class ServerProcess:
    """Runs `command` in `directory`, where its output goes to `log`; it dies with the thread that started it."""

    def __init__(self, directory: Path, log: str, *command: str):
        self.log = directory / log
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], cwd=directory,
                                            stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    def stop(self) -> None:
        """Ends the process, within ten seconds by force."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def log_tail(self) -> str:
        """The end of its log."""
        return self.log.read_text()[-3000:]

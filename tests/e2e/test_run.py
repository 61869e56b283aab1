"""`scripts/run.py`, the demo of `make run`."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from exporter_process import BINARY
from zookeeper_ensemble import HOST, Ensemble, free_ports, wait_until

SCRIPT = Path(__file__).parents[2] / "scripts" / "run.py"


class Run:
    """A running demo and what it prints."""

    def __init__(self, process: subprocess.Popen[bytes], output: Path, port: int):
        self.process, self.port, self._output = process, port, output

    def printed(self) -> str:
        """All that it printed so far."""
        return self._output.read_text()

    def url(self, name: str) -> str:
        """A printed URL."""
        match = re.search(rf"^{name} +(http://\S+)$", self.printed(), re.MULTILINE)
        assert match, self.printed()
        return match[1]

    def on_demand(self) -> str:
        """The printed call of zk-health."""
        return re.search(r"^On demand +(.*)$", self.printed(), re.MULTILINE)[1]

    def settings(self) -> Path:
        """The printed configuration file."""
        return Path(re.search(r"^Settings +(\S+) ", self.printed(), re.MULTILINE)[1])

    def wait_started(self) -> None:
        """Waits for the line that ends the start."""
        def check() -> bool:
            assert self.process.poll() is None, self.printed()
            return "Ctrl-C stops all of it." in self.printed()

        wait_until(check, "the demo to start", 60, self.printed)


@contextmanager
def demo(**environment: str) -> Iterator[Run]:
    """A demo on a free port; it must not run any more at the end of the block, else it is killed."""
    port = free_ports(1)[0]
    with tempfile.TemporaryDirectory() as directory:
        output = Path(directory) / "output"
        with open(output, "wb") as file:
            process = subprocess.Popen([sys.executable, SCRIPT, BINARY], stdout=file, stderr=file,
                                       env={**os.environ, "LISTEN": f"{HOST}:{port}", **environment})
        try:
            yield Run(process, output, port)
        finally:
            process.kill()  # its children die with it
            process.wait()


def descendants(pid: int) -> dict[int, str]:
    """The names of all processes below one, by pid."""
    parents: dict[int, tuple[int, str]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, fields = re.fullmatch(r"\d+ \((.*)\) (.*)\n", stat.read_text(), re.DOTALL).groups()
        except OSError:
            continue  # it has just ended
        parents[int(stat.parent.name)] = (int(fields.split()[1]), name)
    found: dict[int, str] = {}
    for child, (parent, name) in sorted(parents.items()):
        if parent == pid:
            found |= {child: name, **descendants(child)}
    return found


def read(url: str) -> str:
    """A page."""
    with urllib.request.urlopen(url, timeout=5) as response:
        return response.read().decode()


def states(page: str) -> list[str]:
    """The second column of the status page's table."""
    return sorted(re.findall(r"<tr><td>[^<]+</td><td[^>]*>([^<]+)</td>", page))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_shows_three_members_and_leaves_nothing(number: int) -> None:
    """One leader and two followers on the status page; a signal ends all processes."""
    with demo() as run:
        run.wait_started()
        children = descendants(run.process.pid)
        assert sorted(children.values()) == ["java", "java", "java", "zookeeper-expor"]
        assert run.url("Status page") == f"http://{HOST}:{run.port}/"
        assert states(read(run.url("Status page"))) == ["follower", "follower", "leader"]
        assert "Ensemble demo" in read(run.url("Status page"))
        assert read(run.url("Readiness")) == "ok\n"
        assert 'zookeeper_up{ensemble="demo"' in read(run.url("Metrics"))
        asked = subprocess.run(run.on_demand(), shell=True, capture_output=True, text=True, timeout=20)
        assert (asked.returncode, asked.stderr) == (0, "") and "All 3 voters serve" in asked.stdout, asked

        settings = run.settings()
        settings.write_text(settings.read_text().replace("name: demo", "name: edited"))
        wait_until(lambda: "Ensemble edited" in read(run.url("Status page")), "the edited file to be in use", 5)

        run.process.send_signal(number)
        assert run.process.wait(15) == 0, run.printed()
        assert run.printed().splitlines()[-1] == "Stopped."
        assert not settings.exists()
        assert [name for pid, name in children.items() if Path(f"/proc/{pid}").exists()] == []


def test_the_demo_watches_servers_that_exist(tmp_path: Path) -> None:
    """With ZOOKEEPER_SERVERS it starts no ensemble and leaves that one alone."""
    with Ensemble(tmp_path, participants=1) as ensemble, demo(ZOOKEEPER_SERVERS=ensemble.servers) as run:
        run.wait_started()
        children = descendants(run.process.pid)
        assert list(children.values()) == ["zookeeper-expor"]
        assert states(read(run.url("Status page"))) == ["standalone"]
        assert ensemble.servers in read(run.url("Status page"))

        run.process.send_signal(signal.SIGINT)
        assert run.process.wait(15) == 0, run.printed()
        assert [name for pid, name in children.items() if Path(f"/proc/{pid}").exists()] == []
        assert ensemble.members[0].state() == "standalone"


def test_a_bad_place_to_listen_is_one_line() -> None:
    """Before anything is started."""
    with socket.create_server((HOST, 0)) as taken:
        address = f"{HOST}:{taken.getsockname()[1]}"
        for listen, complaint in ((address, f"cannot listen on {address}: Address already in use; another place: "
                                   "LISTEN=:9142 make run"), ("9141", "LISTEN=9141 is not HOST:PORT or :PORT")):
            with demo(LISTEN=listen) as run:
                assert run.process.wait(15) == 1
                assert run.printed() == f"run: {complaint}\n"


def test_nobody_else_is_given_a_port() -> None:
    """Neither another process at the same time, nor this one again: a free port may be meant for a server to come."""
    ask = "import zookeeper_ensemble as z; print(*z.free_ports(1500), flush=True); input()"
    with ExitStack() as stack:
        others = [stack.enter_context(subprocess.Popen([sys.executable, "-c", ask], cwd=SCRIPT.parent, text=True,
                                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE))
                  for _ in range(3)]
        given = [set(map(int, each.stdout.readline().split())) for each in others]
        given += [set(free_ports(100)), set(free_ports(100))]
        assert [len(each) for each in given] == [1500, 1500, 1500, 100, 100]
        assert len(set.union(*given)) == sum(map(len, given))
        for each in others:
            each.communicate("\n")


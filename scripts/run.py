#!/usr/bin/python3
"""`make run`: the exporter over a fresh three-member ensemble with a little load, until Ctrl-C.

LISTEN=:9142              where the exporter listens (default :9141)
ZOOKEEPER_SERVERS=a,b,c   watch these servers instead of starting some
"""

import contextlib
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from zookeeper_ensemble import ClientLoad, Ensemble, wait_until

CONFIGURATION = """\
# Every key: docs/configuration.md. What you save here is in use a second later; the exporter says what has changed.
poll: {{interval: 10s}}
ensembles:
  - name: {name}
    members: {members}
    canary: {{level: read, interval: 5s}}  # a session with each; write also tries writes and watches: docs/canary.md
http: {{listen: [{listen}]}}
log: {{level: info}}
"""
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Failure(Exception):
    """Ends the run with this one line."""


def main(arguments: list[str]) -> int:
    """Returns the exit code: 0 when asked to stop, 1 when something failed."""
    if len(arguments) != 1:
        print("usage: scripts/run.py EXPORTER_BINARY", file=sys.stderr)
        return 2
    for number in STOP_SIGNALS:
        signal.signal(number, stop)
    try:
        with contextlib.ExitStack() as stack:
            run(arguments[0], stack)
    except KeyboardInterrupt:
        print("Stopped.")
        return 0
    except (Failure, RuntimeError, TimeoutError) as failure:
        print(f"run: {failure}", file=sys.stderr)
        return 1


def stop(_number: int, _frame: object) -> None:
    """Unwinds the run; further signals do not disturb the cleaning up."""
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: None)
    raise KeyboardInterrupt


def run(binary: str, stack: contextlib.ExitStack) -> None:
    """Starts all, and ends only by an exception; `stack` takes down what was started."""
    listen = os.environ.get("LISTEN", ":9141")
    url = check_listen(listen)
    if not os.access(binary, os.X_OK):
        raise Failure(f"there is no {binary}: `make run` builds it")
    directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="zookeeper-exporter-"))
    if addresses := os.environ.get("ZOOKEEPER_SERVERS", ""):
        name, servers = "default", addresses
    else:
        print("Starting three ZooKeeper servers ...", flush=True)
        ensemble = stack.enter_context(Ensemble(directory))
        stack.enter_context(ClientLoad(ensemble.servers))
        name, addresses = "demo", ensemble.servers
        servers = "  ".join(f"{member.address} ({member.state()}, pid {member.process.pid})"
                            for member in ensemble.members)

    file = Path(directory) / "zookeeper-exporter.yml"
    file.write_text(CONFIGURATION.format(listen=json.dumps(listen), name=name,
                                         members=json.dumps([each.strip() for each in addresses.split(",")])))
    exporter = stack.enter_context(running([binary, f"--config.file={file}"]))
    wait_until(lambda: is_ready(url, exporter), f"{url}/readyz to answer 200", limit=30)
    print(f"\nStatus page  {url}/\nMetrics      {url}/metrics\nReadiness    {url}/readyz\nMembers      {servers}\n"
          f"Settings     {file} (edit it: what you save is in use a second later)\n"
          f"On demand    {shlex.quote(str(Path(binary).with_name('zk-health')))} --check=ensemble {shlex.quote(addresses)}\n"
          "Ctrl-C stops all of it.\n", flush=True)
    raise Failure(f"the exporter ended by itself, with code {exporter.wait()}")


def check_listen(listen: str) -> str:
    """The URL of a listen address; Failure when it cannot be listened on."""
    host, colon, port = listen.rpartition(":")
    host = host.strip("[]")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise Failure(f"LISTEN={listen} is not HOST:PORT or :PORT")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, int(port)), family=family).close()
    except OSError as error:
        reason = error.strerror.partition(" (")[0]
        raise Failure(f"cannot listen on {listen}: {reason}; another place: LISTEN=:9142 make run") from None
    if host in ("", "0.0.0.0", "::"):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextlib.contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen]:
    """A child in a process group of its own, so that Ctrl-C reaches it only through us."""
    process = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *command], process_group=0)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            print("run: the exporter ignored SIGTERM for 10 s and was killed", file=sys.stderr)
            process.kill()
            process.wait()


def is_ready(url: str, exporter: subprocess.Popen) -> bool:
    """Whether the exporter answers; Failure when it has ended."""
    if exporter.poll() is not None:
        raise Failure(f"the exporter ended before it was ready, with code {exporter.returncode}; "
                      "what it printed is above")
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

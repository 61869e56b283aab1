#!/usr/bin/python3
"""Measures what the exporter costs and prints one Markdown table: `make bench`.

    bench.py EXPORTER DIRECTORY_OF_HELPERS

The members are replayed from real replies (tests/data), everything is on loopback, and figures never fail the run:
it ends with a code other than 0 only when something does not run.
"""

import contextlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from socket import create_connection, socket

REPLIES = Path("tests/data/3.8.0/leader")
WORDS = ("srvr", "mntr", "wchs", "conf")
LISTEN = re.compile(r"\bport=(\d+)")

NGINX = """
daemon off; worker_processes 1; pid {0}/nginx.pid; error_log {0}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off; sendfile on; keepalive_requests 1000000; default_type text/plain;
  client_body_temp_path {0}/body; proxy_temp_path {0}/proxy; fastcgi_temp_path {0}/fastcgi;
  uwsgi_temp_path {0}/uwsgi; scgi_temp_path {0}/scgi;
  server {{ listen 127.0.0.1:{1}; root {0}; }}
}}
"""


class Exporter:
    """A running exporter and its figures."""

    def __init__(self, process: subprocess.Popen, port: str):
        self.process, self.address = process, f"127.0.0.1:{port}"

    def scrape(self) -> str:
        """The text of /metrics."""
        with urllib.request.urlopen(f"http://{self.address}/metrics", timeout=30) as response:
            return response.read().decode()

    def cpu_seconds(self) -> float:
        """User and system time so far, of all its threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> tuple[int, int]:
        """Resident and proportional set size in KiB."""
        text = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        rss, pss = (re.search(rf"^{name}: +(\d+) kB", text, re.M) for name in ("Rss", "Pss"))
        return int(rss[1]), int(pss[1])


class Bench:
    """Starts what is measured; `stack` ends it all, whatever happens."""

    def __init__(self, binary: str, helpers: Path, stack: contextlib.ExitStack):
        self.binary, self.helpers, self.stack = binary, helpers, stack
        self.directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zookeeper-exporter-bench-")))

    def members(self, count: int, hung: int = 0) -> list[str]:
        """The addresses of `count` members, of which the last `hung` never answer."""
        command = [self.helpers / "replay_server", str(count), str(hung), *(REPLIES / f"{word}.txt" for word in WORDS)]
        process = self.stack.enter_context(running(command, stdout=subprocess.PIPE, text=True))
        addresses = process.stdout.read().split()
        if len(addresses) != count:
            raise RuntimeError("the replay server did not start")
        return addresses

    def tls_members(self, count: int, tickets: int, certificate: Path) -> list[str]:
        """The addresses of `count` members that speak TLS."""
        command = [sys.executable, Path(__file__).parent / "tls_server.py", count, tickets, certificate,
                   *(REPLIES / f"{word}.txt" for word in WORDS)]
        process = self.stack.enter_context(running(command, stdout=subprocess.PIPE, text=True))
        return process.stdout.read().split()

    def certificate(self) -> Path:
        """One for 127.0.0.1 that nobody signed, and its key."""
        file = self.directory / "tls.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=bench", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", file,
                        "-out", self.directory / "crt.pem"], check=True, stderr=subprocess.DEVNULL)
        file.write_text(file.read_text() + (self.directory / "crt.pem").read_text())
        return file

    @contextlib.contextmanager
    def exporter(self, members: list[str], interval: str, tls: str = "") -> Iterator[Exporter]:
        """An exporter, over ensembles of three, that has polled every member once."""
        config = self.directory / "exporter.yml"
        config.write_text("ensembles:\n" + "".join(
            f"  - {{name: e{i}, members: [{', '.join(members[i:i + 3])}]{tls}}}\n" for i in range(0, len(members), 3)))
        command = [self.binary, f"--config.file={config}", f"--poll.interval={interval}", "--poll.timeout=1s",
                   "--web.listen-address=127.0.0.1:0"]
        log = self.directory / "exporter.log"
        with open(log, "wb") as output, running(command, stderr=output) as process:
            port = wait_for(lambda: LISTEN.search(log.read_text()), process, "the exporter to listen")[1]
            wait_for(lambda: answers(f"http://127.0.0.1:{port}/readyz"), process, "the first polls")
            yield Exporter(process, port)

    def latency(self, address: str, path: str, requests: int = 2000, coding: str = "identity") -> list[float]:
        """Median, 99th percentile (ms) and body size of a page."""
        return numbers([self.helpers / "http_latency", address, path, str(requests), coding])

    @contextlib.contextmanager
    def nginx(self, body: str) -> Iterator[str]:
        """Debian's nginx, serving `body` as /metrics; gives its address."""
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin:" + os.environ.get("PATH", ""))
        if program is None:
            raise RuntimeError("nginx is not installed: scripts/install-packages bench")
        port = free_port()
        self.directory.chmod(0o755)  # root's nginx serves as another user
        (self.directory / "metrics").write_text(body)
        config = self.directory / "nginx.conf"
        config.write_text(NGINX.format(self.directory, port))
        with running([program, "-p", self.directory, "-c", config, "-e", self.directory / "error.log"]) as process:
            wait_for(lambda: answers(f"http://127.0.0.1:{port}/metrics"), process, "nginx to answer")
            yield f"127.0.0.1:{port}"


@contextlib.contextmanager
def running(command: list, **streams) -> Iterator[subprocess.Popen]:
    """A child that ends with us."""
    process = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *map(str, command)], **streams)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def numbers(command: list) -> list[float]:
    """What a helper prints."""
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, text=True, check=True, timeout=60)
    return [float(word) for word in done.stdout.split()]


def wait_for(condition, process: subprocess.Popen, what: str):
    """The first true value of `condition()`, while `process` lives."""
    end = time.monotonic() + 20
    while not (value := condition()):
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"waited in vain for {what}")
        time.sleep(0.02)
    return value


def answers(url: str) -> bool:
    """Whether the page can be had."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def polls_served(member: str) -> int:
    """How many polls the replay server behind `member` has answered."""
    host, _, port = member.partition(":")
    with create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"poll")
        return int(connection.recv(32))


def total(text: str, name: str, labels: str = "") -> float:
    """The sum of a metric's values over all series that carry `labels`."""
    lines = re.findall(rf"^{name}(?:\{{([^}}]*)\}})? (\S+)$", text, re.M)
    return sum(float(value) for found, value in lines if labels in found)


def measure_polls(bench: Bench, count: int = 500, seconds: int = 20) -> dict:
    """CPU and wall time of a poll, ours and a bare loop's, over the same replay server."""
    members = bench.members(count)
    bare = [numbers([bench.helpers / "bare_poll", "5000", *members]) for _ in range(3)]
    with bench.exporter(members, "1s") as exporter:
        time.sleep(2)
        cpu, polls = exporter.cpu_seconds(), polls_served(members[0])
        time.sleep(seconds)
        cpu, polls = exporter.cpu_seconds() - cpu, polls_served(members[0]) - polls
        text = exporter.scrape()
    if total(text, "zookeeper_polls_total", 'result="ok"') < polls:
        raise RuntimeError("polls failed")
    wall = total(text, "zookeeper_poll_duration_seconds") / count
    bare_cpu, bare_wall, size = min(bare)
    return {"cpu": 1e3 * cpu / polls, "wall": 1e3 * wall, "bare_cpu": bare_cpu, "bare_wall": bare_wall,
            "size": size, "rate": polls / seconds}


def measure_tls_polls(bench: Bench, count: int = 30, seconds: int = 10) -> dict:
    """CPU and wall time of a poll of three words: plain, over TLS that resumes, and that never does."""
    certificate = bench.certificate()
    figures = {}
    for name, tickets in (("plain", None), ("resumed", 2), ("full", 0)):
        members = bench.members(count) if tickets is None else bench.tls_members(count, tickets, certificate)
        tls = "" if tickets is None else f", tls: {{ca_file: {certificate}}}"
        with bench.exporter(members, "1s", tls) as exporter:
            time.sleep(2)
            cpu, polls = exporter.cpu_seconds(), total(exporter.scrape(), "zookeeper_polls_total", 'result="ok"')
            time.sleep(seconds)
            cpu, text = exporter.cpu_seconds() - cpu, exporter.scrape()
        polls = total(text, "zookeeper_polls_total", 'result="ok"') - polls
        if polls < count * (seconds - 1):
            raise RuntimeError(f"polls failed: {name}")
        figures[name] = (1e3 * cpu / polls, 1e3 * total(text, "zookeeper_poll_duration_seconds") / count)
    return figures


def measure_pages(bench: Bench) -> dict:
    """/metrics of 3 members against nginx with the same bytes, and with one of them hung."""
    with bench.exporter(bench.members(3), "1s") as exporter:
        plain = bench.latency(exporter.address, "/metrics")
        gzip = bench.latency(exporter.address, "/metrics", coding="gzip")
        with bench.nginx(exporter.scrape()) as address:
            nginx = bench.latency(address, "/metrics")
    with bench.exporter(bench.members(3, hung=1), "2s") as exporter:
        hung = bench.latency(exporter.address, "/metrics", requests=6000)
        text = exporter.scrape()
    if total(text, "zookeeper_up") != 2:
        raise RuntimeError("the hung member is up, or another one is down")
    return {"plain": plain, "gzip": gzip, "nginx": nginx, "hung": hung}


def measure_memory(bench: Bench, count: int, interval: str, seconds: float) -> dict:
    """Memory before and after three scrapes, and CPU and lag of the time between the first polls and the scrapes."""
    with bench.exporter(bench.members(count), interval) as exporter:
        cpu, began = exporter.cpu_seconds(), time.monotonic()
        time.sleep(seconds)
        share = 100 * (exporter.cpu_seconds() - cpu) / (time.monotonic() - began)
        rss, pss = exporter.memory()
        text = exporter.scrape()
        exporter.scrape()
        exporter.scrape()
        scraped, _ = exporter.memory()
    lag = "zookeeper_exporter_event_loop_lag_seconds"
    return {"rss": rss, "pss": pss, "scraped": scraped, "share": share, "size": len(text),
            "lag": 1e3 * total(text, f"{lag}_sum") / max(1, total(text, f"{lag}_count"))}


def measure_health(bench: Bench, runs: int = 100) -> dict:
    """Start to exit of zk-health (ms), the median: of a plain server, over TLS, and over TLS with the system's
    authorities, which do not know the server."""
    certificate = bench.certificate()
    (server,) = bench.tls_members(1, 0, certificate)
    command = [str(Path(bench.binary).with_name("zk-health")), "--check=readiness"]
    figures = {}
    for name, arguments, code in (("plain", bench.members(1), 0), ("tls", [f"--ca-file={certificate}", server], 0),
                                  ("system", ["--tls", server], 3)):
        times = []
        for _ in range(runs):
            began = time.monotonic()
            done = subprocess.run([*command, *arguments], stdout=subprocess.DEVNULL, check=False)
            times.append(1e3 * (time.monotonic() - began))
            if done.returncode != code:
                raise RuntimeError(f"zk-health: {name}")
        figures[name] = sorted(times)[runs // 2]
    return figures


def facts() -> str:
    """The machine, in one line."""
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    compiler = subprocess.run(["g++", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return (f"{os.cpu_count()} cores ({model[1] if model else platform.machine()}), Linux {platform.release()}, "
            f"{compiler.splitlines()[0]}; replies of {REPLIES.relative_to('tests/data')}")


def table(polls: dict, tls: dict, pages: dict, memory: dict, health: dict) -> str:
    """The rows of the budget, with what this run measured."""
    def page(figures: list[float]) -> str:
        return f"{figures[0]:.2f} ms (p99 {figures[1]:.2f})"

    few, some, many = (memory[count] for count in (3, 100, 1000))
    each = {count: (memory[count]["rss"] - few["rss"]) / (count - 3) for count in (100, 1000)}
    rows = [
        ("What", "Peers and limits measured", "Budget", "Ours"),
        ("---", "---", "---", "---"),
        (f"`GET /metrics`, {pages['plain'][2] / 1e3:.0f} kB, 3 members",
         f"nginx serving the same bytes from a file **{page(pages['nginx'])}**; before: prometheus-cpp's Exposer "
         "1.26 ms, the usual Go exporter 7.6 ms", "close to nginx",
         f"**{page(pages['plain'])}**; gzip, {pages['gzip'][2] / 1e3:.0f} kB: {page(pages['gzip'])}"),
        (f"CPU of one poll of one member (mntr + srvr + wchs, {polls['size'] / 1e3:.1f} kB)",
         f"bare loop without parsing **{polls['bare_cpu']:.3f} ms** (wall {polls['bare_wall']:.3f} ms); before: "
         "the usual Go exporter 1.1 ms (two words)", "≤ 0.3 ms",
         f"**{polls['cpu']:.3f} ms**, {polls['cpu'] / polls['bare_cpu']:.1f} times the bare loop (wall "
         f"{polls['wall']:.2f} ms), at {polls['rate']:.0f} polls/s"),
        ("the same over TLS 1.3 (P-256), 30 members", f"plain, 30 members **{tls['plain'][0]:.2f} ms** (wall "
         f"{tls['plain'][1]:.1f} ms)", "≤ 5 times plain",
         f"**{tls['resumed'][0]:.2f} ms** with sessions resumed (wall {tls['resumed'][1]:.1f} ms); "
         f"{tls['full'][0]:.2f} ms with three full handshakes (wall {tls['full'][1]:.1f} ms)"),
        ("a member that hangs", "the usual Go exporter never answers again", "`/metrics` unaffected",
         f"`/metrics` {page(pages['hung'])} with 1 of 3 hung, {page(pages['plain'])} with none; the other two up"),
        ("1,000 members every 10 s", "–", "a few % of one core, ≤ 100 kB a member",
         f"**{many['share']:.1f} %** of one core, **{1.024 * each[1000]:.0f} kB** a member; loop lag "
         f"{many['lag']:.2f} ms on average; `/metrics` {many['size'] / 1e6:.0f} MB"),
        ("resident memory, 3 members", "Go exporter 12 MB", "≤ 12 MB",
         f"**{few['rss'] / 1e3 * 1.024:.1f} MB** (PSS {few['pss'] / 1e3 * 1.024:.1f}), after 3 scrapes "
         f"{few['scraped'] / 1e3 * 1.024:.1f} MB"),
        ("resident memory, 100 and 1,000 members", "–", "≤ 100 kB a member",
         f"{some['rss'] / 1e3 * 1.024:.0f} MB ({1.024 * each[100]:.0f} kB a member) and "
         f"{many['rss'] / 1e3 * 1.024:.0f} MB; after 3 scrapes {some['scraped'] / 1e3 * 1.024:.0f} and "
         f"{many['scraped'] / 1e3 * 1.024:.0f} MB"),
        ("`zk-health --check=readiness`, start to exit", f"plain **{health['plain']:.1f} ms**", "≤ 15 ms over TLS",
         f"over TLS **{health['tls']:.1f} ms**; with the system's authorities {health['system']:.1f} ms"),
    ]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def main(arguments: list[str]) -> int:
    """Measures one after the other, so that nothing disturbs what is measured."""
    if len(arguments) != 2:
        print("usage: tests/bench/bench.py EXPORTER DIRECTORY_OF_HELPERS", file=sys.stderr)
        return 2
    with contextlib.ExitStack() as stack:
        bench = Bench(arguments[0], Path(arguments[1]), stack)
        health = measure_health(bench)
        pages = measure_pages(bench)
        polls = measure_polls(bench)
        tls = measure_tls_polls(bench)
        memory = {3: measure_memory(bench, 3, "1s", 3), 100: measure_memory(bench, 100, "1s", 3),
                  1000: measure_memory(bench, 1000, "10s", 22)}
    worst = subprocess.run([Path(arguments[1]) / "worst_replies"], stdout=subprocess.PIPE, text=True, check=True)
    print(f"\n{facts()}\n\n{table(polls, tls, pages, memory, health)}\n\nOne poll with the worst replies (budget 50 ms each):\n\n"
          f"{worst.stdout}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

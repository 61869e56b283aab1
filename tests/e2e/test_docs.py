"""Every shell line of the documents is pasted into bash beside a real exporter over a real ensemble and ends with 0;
where a document shows what is printed, that has the same shape. Links, flags, metrics and counts are true.

Shell lines are the ```sh blocks, and the lines after "$ " in other blocks. A comment before a block says in which state
the ensemble is then: <!-- tested with one voter frozen --> or with one of the other STATES.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from certificates import Authority
from exporter_process import BINARY, Exporter, run_to_end
from zookeeper_ensemble import ClientLoad, Ensemble, Member

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(path for path in ROOT.rglob("*.md") if not {"build", "node_modules", ".git"} & set(path.relative_to(
    ROOT).parts))
STATES = ("healthy", "with one voter frozen", "with one voter down", "without a quorum")
RUNBOOKS = ROOT / "alerts" / "runbooks"

# What is not run here, and why. The test fails for a pattern that no line has.
NOT_RUN = {
    r"^make ": "builds, or runs all tests: tests/e2e/test_run.py and CI do it",
    r"\bEDITOR\b": "an editor waits for its user",
    r"\bkubectl\b": "needs a cluster: tests/kubernetes",
    r"\b(systemctl|journalctl)\b": "needs systemd and an installed unit",
    r"/etc/zookeeper-exporter": "would change this machine: tests/e2e/test_install.py tries what is installed",
    r"\bzkServer\.sh\b|\bzkCleanup\.sh\b|\bzkCli\.sh\b": "a script of ZooKeeper's, not in Debian's library",
    r"\biostat\b|\bvmstat\b": "the packages sysstat and procps are not asked for",
    r"\bpgrep\b": "would find the servers of other tests",
    r"-m pytest": "is a test itself",
    r"SECURE_PORT|CLIENT_CERTIFICATE|:2281\b": "needs a server with TLS: tests/integration/test_zk_health_tls.py",
    r"openssl x509|\bKEYSTORE\b|\bCERT_FILE\b": "needs a server with TLS: tests/alerts/test_runbooks_security.py",
    r"grep (config_drift|data_differs)|\^KEY=": "finds what does not differ here: tests/alerts/test_runbooks_ensemble.py",
    r":8080/commands": "needs an AdminServer: tests/integration/test_admin_server.py",
    r"\bFILE\b": "FILE is the reader's own",
    r"\bsudo\b|\bapt(-get)?\b": "installs packages",
    r"^mimirtool ": "needs a Mimir: tests/alerts/test_rulers.py checks the rules",
    r"/etc/grafana": "would change this machine: tests/alerts/test_grafana_alerting.py checks the file",
    r"^jb |^mkdir -p out && jsonnet ": "needs the mixin vendored: tests/alerts/test_mixin.py",
    r"zookeeper-\*\.rules\.yml": "changes the rules: tests/alerts/test_rules.py tries it on copies",
    r"delete_series": "needs a Prometheus with its admin API",
    r"\bdocker\b": "needs Docker and a registry",
    r"manifests/(base|scripts|image)/": "needs a cluster, builds an image, or is run in the root: tests/kubernetes",
}
# Finds nothing where a setting has its default.
MAY_FIND_NOTHING = re.compile(r'^grep [^;]* "\$CONF"( +#.*)?$')


@dataclass
class Block:
    """Shell lines of a page with what they print, or None if the page does not show it."""

    page: str
    line: int
    state: str
    steps: list[tuple[str, str | None]]

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def logical_lines(text: str) -> Iterator[str]:
    """Commands with their continuation lines."""
    command = ""
    for line in text.splitlines():
        command += line + "\n"
        whole = subprocess.run(["bash", "-n"], input=command, capture_output=True, text=True, timeout=10)
        if whole.returncode == 0 and not whole.stderr and not line.endswith("\\"):
            if command.strip() and not command.startswith("#"):
                yield command.rstrip("\n")
            command = ""
    assert not command, f"not a whole command: {command}"


FENCE = re.compile(r"(?:^<!-- tested ([^\n]*) -->\n)?^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> Iterator[Block]:
    """All blocks of a page that have shell lines, and the questions to the exporter in its text."""
    text = page.read_text()
    name = str(page.relative_to(ROOT))
    for found in FENCE.finditer(text):
        state, language, content = found.groups()
        line = text.count("\n", 0, found.start(3)) + 1
        if language == "sh":
            yield Block(name, line, state or "healthy", [(each, None) for each in logical_lines(content)])
        elif content.startswith("$ "):
            steps = [part.partition("\n") for part in re.split(r"^\$ ", content, flags=re.MULTILINE)[1:]]
            yield Block(name, line, state or "healthy", [(command, output) for command, _, output in steps])
    for found in re.finditer(r"`((?:curl|printf|getent) [^`]+)`", FENCE.sub("", text)):
        if "HOST" not in found[1]:
            yield Block(f"{name}: {found[0]}", 0, "healthy", [(found[1].replace("\n", " "), None)])


BLOCKS = [block for page in PAGES for block in blocks(page)]


def why_not(command: str) -> str | None:
    """The pattern by which a command is not run."""
    return next((pattern for pattern in NOT_RUN if re.search(pattern, command)), None)


class Site:
    """A real ensemble and an exporter over it, under the addresses that the documents name."""

    def __init__(self, directory: Path, ensemble: Ensemble):
        self.directory, self.ensemble = directory, ensemble
        leader = ensemble.wait_until(ensemble.leader, "a leader")
        self.members: list[Member] = sorted(ensemble.members, key=lambda member: member is leader)  # the leader last
        own = Authority(directory / "tls").issue("exporter")
        (directory / "tls" / "admin-password").write_text("secret\n")
        (directory / "canary-auth").write_text("exporter:secret\n")
        file = yaml_block(ROOT / "docs/configuration.md", "ensembles:").replace("/etc/zookeeper-exporter", str(directory))
        for said, real in (("tls/ca.crt", "tls/ca.pem"), ("tls/tls.crt", own.file), ("tls/tls.key", own.key)):
            file = file.replace(f"{directory}/{said}", str(directory / real))
        (directory / "zookeeper-exporter.yml").write_text(file.replace("admin-password", "tls/admin-password"))
        for tool in (BINARY, BINARY.parent / "zk-health"):
            (directory / tool.name).symlink_to(tool)
        self.exporter = Exporter(",".join(member.address for member in self.members), "--zookeeper.ensemble=orders")

    def addresses(self) -> dict[str, str]:
        """What the documents say, and what it is here."""
        first, second, third = (member.address for member in self.members)
        return {"zookeeper-exporter.example:9141": self.exporter.address, "localhost:9141": self.exporter.address,
                "10.0.0.1:2181": first, "10.0.0.2:2181": second, "10.0.0.3:2181": third, "localhost:2181": first,
                "zk-0.zk:2181": first, "zk-0.zk 2181": first.replace(":", " "), "ahosts zk-0.zk": "ahosts localhost",
                "127.0.0.1:2181": first, 'ensemble="default"': 'ensemble="orders"',
                "Ensemble default": "Ensemble orders", '"ensemble": "default"': '"ensemble": "orders"'}

    def run(self, script: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Runs a script in bash."""
        for said, real in self.addresses().items():
            script = script.replace(said, real)
        return subprocess.run(["bash", *options, "-c", script], cwd=self.directory, text=True, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                              env=os.environ | {"PATH": f"{self.directory}:{os.environ['PATH']}"})

    def variables(self) -> str:
        """The first blocks of the runbooks' README, as they stand, without its `ask` over TLS; and where our files are."""
        setting, on_server, ask, _ = (block for block in BLOCKS if block.page == "alerts/runbooks/README.md"
                                      and re.match(r"EXPORTER=|CONF=|ask\(\)", block.steps[0][0]))
        member = self.members[0].directory
        (member / "data" / "version-2").mkdir(exist_ok=True)
        here = f"CONF={member}/zoo.cfg\nLOG={member}/server.log\nDATA={member}/data\n"
        assert [step.partition("=")[0] for step, _ in on_server.steps] == ["CONF", "LOG", "DATA"]
        return "\n".join(step for block in (setting, ask) for step, _ in block.steps) + "\n" + here

    def reach(self, state: str) -> None:
        """Brings the ensemble into a state, from the one before it."""
        first, second, third = self.members
        if state == "with one voter frozen":
            first.freeze()
            self.exporter.wait_for_state(first.address, "unreachable")
        elif state == "with one voter down":
            first.kill()
            self.exporter.wait_for(lambda found: found.reason(first.address) == "refused", "the end of the voter")
        elif state == "without a quorum":
            second.kill()
            self.exporter.wait_for_state(third.address, "not_serving")

    def shape(self, text: str) -> str:
        """Addresses by their documented names; times, lags and figures of JSON as 0; series in order; blanks as one."""
        names = self.addresses()
        for said in ("localhost:9141", "10.0.0.1:2181", "10.0.0.2:2181", "10.0.0.3:2181"):
            text = text.replace(names[said], said)
        text = text.replace('"orders"', '"default"').replace("Ensemble orders", "Ensemble default")
        text = re.sub(r"(?<![\d.])\d+\.\d+(e-\d+)?(?![.\d])|\d+(?= behind)|(?<=\": )\d+(e-\d+)?\b", "0", text)
        lines = re.sub(r"[ \t\r]+", " ", text).strip().split("\n")
        return "\n".join(sorted(lines) if lines[0].startswith("zookeeper_") else lines)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Three servers under a little load."""
    with Ensemble(tmp_path_factory.mktemp("ensemble")) as ensemble, ClientLoad(ensemble.servers):
        here = Site(tmp_path_factory.mktemp("docs"), ensemble)
        try:
            here.exporter.wait_ready()
            yield here
        finally:
            here.exporter.close()


def yaml_block(page: Path, word: str) -> str:
    """The YAML of a page that has a word."""
    return next(text for text in re.findall(r"^```yaml\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
                if word in text)


def runnable(command: str) -> str:
    """The command, but that a daemon only checks its configuration."""
    daemon = re.match(r"zookeeper-exporter (?!.*--config\.check)(?!.*; echo)", command)
    return re.sub(r" &$|$", " --config.check", command, count=1) if daemon else command


def failures_of(site: Site, block: Block) -> list[str]:
    """What a block does that it should not."""
    prelude = site.variables() if block.page.startswith("alerts/runbooks/") else ""
    todo = [(runnable(command), output) for command, output in block.steps if not why_not(command)]
    if all(output is None for _, output in todo):
        lines = [f"{re.split(' +# ', command)[0]} || true" if MAY_FIND_NOTHING.match(command) else command
                 for command, _ in todo]
        trap = "trap 'echo \"failed: $BASH_COMMAND\" >&2' ERR\n"
        result = site.run(prelude + trap + "\n".join(lines), "-e")
        return [] if result.returncode == 0 else [f"{block}: exit code {result.returncode}\n{result.stdout[-500:]}"]
    found = []
    for command, output in todo:
        result = site.run(prelude + command)
        printed = site.shape(result.stdout)
        wanted = ".*".join(re.escape(part) for part in re.split(r"\.\.\.\n|…", site.shape(output or "") + "\n"))
        if result.returncode != 0 or not re.fullmatch(wanted.rstrip("\\\n") + r"\s*", printed, re.DOTALL):
            found.append(f"{block}: {command}\nexit code {result.returncode}, printed\n{printed}\nand not\n"
                         f"{site.shape(output or '')}")
    return found


def test_every_shell_line_works(site: Site) -> None:
    """In the state of the ensemble that its page tells of, from healthy to a lost quorum."""
    assert len(BLOCKS) > 80
    found: list[str] = []
    for state in STATES:
        site.reach(state)
        for block in BLOCKS:
            if block.state == state:
                found += failures_of(site, block)
    assert not found, "\n\n".join(found)
    requests = site.exporter.metrics().series("zookeeper_exporter_http_requests_total")
    codes = {dict(labels)["code"] for labels in requests}
    assert not {"400", "404"} & codes, "a document names a page that is not there"


def test_every_pattern_is_used_and_states_are_known() -> None:
    """What is not run is named by what the documents have."""
    commands = [command for block in BLOCKS for command, _ in block.steps]
    assert not [pattern for pattern in NOT_RUN if not any(re.search(pattern, command) for command in commands)]
    assert {block.state for block in BLOCKS} == set(STATES)
    for pattern, reason in NOT_RUN.items():
        print(f"not run: {sum(bool(re.search(pattern, each)) for each in commands)} lines with {pattern}: {reason}")


def anchors(page: Path) -> set[str]:
    """As GitHub makes them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Files and anchors, of pages and pictures."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"\w+:", target):
            file, _, anchor = target.partition("#")
            path = (page.parent / file) if file else page
            assert path.exists(), target
            assert not anchor or anchor in anchors(path), target


def test_flags_exist() -> None:
    """Those of the exporter by their dots, those of zk-health where it is called."""
    known = run_to_end("--help").stdout
    health = subprocess.run([BINARY.parent / "zk-health", "--help"], capture_output=True, text=True, timeout=10).stdout
    for page in PAGES:
        text = page.read_text()
        for flag in set(re.findall(r"(?<![\w-])--[a-z]+\.[a-z.-]*[a-z]", text)):
            assert flag in known, f"{page}: {flag}"
        for line in re.findall(r"^(?:\$ )?zk-health .*$", text, re.MULTILINE):
            assert not set(re.findall(r"(?<![\w-])--[a-z-]+", line)) - set(re.findall(r"--[a-z-]+", health)), line


def test_queries_parse(tmp_path: Path) -> None:
    """Those of the blocks, and those of the ten metrics to begin with."""
    queries = [query for page in PAGES for query in re.findall(r"^```promql\n(.*?)^```$", page.read_text(),
                                                               re.MULTILINE | re.DOTALL)]
    ten = (ROOT / "docs/metrics.md").read_text().partition("## Ten metrics")[2].partition("\n## ")[0]
    first = re.findall(r"^\| `(\w+)` \| .* \| `([^`]+)` \|$", ten, re.MULTILINE)
    assert len(first) == 10 and all(name in query for name, query in first)
    rules = [{"record": f"query:{number}", "expr": query}
             for number, query in enumerate(queries + [query for _, query in first])]
    (tmp_path / "queries.yml").write_text(yaml.safe_dump({"groups": [{"name": "docs", "rules": rules}]}))
    outcome = subprocess.run(["/usr/bin/promtool", "check", "rules", tmp_path / "queries.yml"], capture_output=True,
                             text=True, timeout=30)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_counts_agree() -> None:
    """README and the README of the alerts name as many alerts as there are, and of those that page."""
    rules = [rule for file in ROOT.glob("alerts/*.rules.yml") for group in yaml.safe_load(file.read_text())["groups"]
             for rule in group["rules"] if "alert" in rule]
    critical = sum(rule["labels"]["severity"] == "critical" for rule in rules)
    assert f"{len(rules)} alerts, of which {critical} page" in (ROOT / "README.md").read_text()
    for page in (ROOT / "README.md", ROOT / "dashboards/README.md"):
        assert "Grafana 10.2 or later" in page.read_text()
    for page in (ROOT / "README.md", ROOT / "alerts/README.md"):
        assert "Prometheus 2.42 or later" in page.read_text()
        assert "two things" in page.read_text()
    assert "five dashboards" in (ROOT / "README.md").read_text()
    assert len(list(ROOT.glob("dashboards/*.json"))) == 5

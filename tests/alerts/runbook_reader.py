"""A runbook, followed to the letter: what it prints is pasted into a shell, what it asks is asked of Prometheus.

    with reader.open("MemberDown", member) as page:
        page.wait_until_raised()                        # the state is the one that the page is for
        assert "refused" in page.paste("x-zk")          # the block that holds these words
        page.says("`refused` | the process has ended")  # its next step follows from what was printed

Nothing of a page may be left out: its end is an AssertionError unless every block was pasted, asked or left by name.
"""

import contextlib
import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import quick_rules
from exporter_process import BINARY, Exporter
from prometheus_server import Prometheus
from rule_files import ALERTS
from zookeeper_ensemble import Ensemble, Member, wait_until

CONFIG = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
scrape_configs:
  - job_name: zookeeper
    static_configs: [{{targets: [{targets}]}}]
  - job_name: node
    static_configs: [{{targets: [{hosts}]}}]
"""
RUNBOOKS = ALERTS / "runbooks"
BLOCK = re.compile(r"^```(sh|promql)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TOOL = re.compile(r"^\| (`[^|]+) \| [^|]+ \| `([^`]+)`", re.MULTILINE)  # the README's table: what to do without a tool
Series = list[dict[str, Any]]  # each of them: `labels` and `value`
PATH = f"{BINARY.parent}:{os.environ['PATH']}"  # zk-health is beside the exporter


def _functions() -> str:
    """What the README has the reader define: ask, zkCli.sh, zkCleanup.sh."""
    texts = [text for language, text in BLOCK.findall((RUNBOOKS / "README.md").read_text()) if language == "sh"]
    return "\n".join(text for text in texts if text.startswith(("ask()", "JARS=")))


def _fill(text: str, placeholders: dict[str, str]) -> str:
    for word, value in placeholders.items():
        assert re.search(rf"\b{word}\b", text), f"no {word} in:\n{text}"
        text = re.sub(rf"\b{word}\b", lambda _, value=value: value, text)
    return text


class Reader:
    """Somebody with a bash and a Prometheus that scrapes `exporters` with the shipped rules in fast motion.

    They, the ensemble, `name` in the exporters, and `hosts`, addresses of what stands for node_exporter, are the
    caller's.
    """

    def __init__(self, directory: Path, ensemble: Ensemble, *exporters: Exporter, name: str = "orders",
                 hosts: Sequence[str] = ()):
        self.ensemble, self.exporter, self.name = ensemble, exporters[0], name
        rules = directory / "quick.rules.yml"
        rules.write_text(quick_rules.quick_rules())
        targets = ", ".join(json.dumps(each.address) for each in exporters)
        config = CONFIG.format(rules=rules, targets=targets, hosts=", ".join(map(json.dumps, hosts)))
        self.prometheus = Prometheus(directory, config, "--web.enable-admin-api")

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self.prometheus.stop()

    def query(self, query: str) -> Series:
        """What Prometheus answers to a query now; nothing as long as it does not listen yet."""
        with contextlib.suppress(OSError):
            return [{"labels": each["metric"], "value": float(each["value"][1])}
                    for each in self.prometheus.api("query", query=query)["result"]]
        return []

    @contextlib.contextmanager
    def open(self, alert: str, member: Member | None = None, whole: bool = True) -> Iterator["Page"]:
        """The page of an alert, for a member. Not `whole`: blocks may remain, for a second state of the same alert."""
        page = Page(self, alert, member or self.ensemble.members[0])
        yield page
        assert not (whole and page.left), f"not followed in {alert}:\n" + "\n".join(page.left)


class Page:
    """One runbook and what has not been followed of it yet (`left`)."""

    def __init__(self, reader: Reader, alert: str, member: Member):
        self.alert, self._reader, self._member = alert, reader, member
        self.text = (RUNBOOKS / f"ZooKeeper{alert}.md").read_text()
        self._blocks = BLOCK.findall(self.text)
        self.left = [text for _, text in self._blocks]

    def wait_until_raised(self, limit: float = 60) -> None:
        """Waits until the alert is pending or fires; if it has such labels, for this ensemble and this member."""
        wait_until(self._raised, f"{self.alert} to be raised", limit, self._alerts)

    def wait_until_over(self, limit: float = 90) -> None:
        """Waits until it neither fires nor is about to."""
        wait_until(lambda: not self._raised(), f"the end of {self.alert}", limit, self._alerts)

    def go_to(self, member: Member) -> None:
        """From here on the member in question, and the server on which the reader is, is this one."""
        self._member = member

    def paste(self, holding: str, limit: float = 60, **placeholders: str) -> str:
        """Runs the block that holds these words as a reader would; what it printed, errors too. `placeholders` are the
        words in capitals that a reader replaces."""
        return self.shell(_fill(self._take("sh", holding), placeholders), limit)

    def run(self, holding: str, limit: float = 60, **placeholders: str) -> str:
        """As `paste`, for a command in the text that begins with these words."""
        text = " ".join(BLOCK.sub("", self.text).split())
        found = [code for code in re.findall(r"`([^`]+)`", text) if code.startswith(holding)]
        assert found, f"no command in the text of {self.alert} begins with {holding!r}"
        return self.shell(_fill(found[0], placeholders) + "\n", limit)

    def run_without(self, tool: str, limit: float = 60, **placeholders: str) -> str:
        """Runs what the README's table says to do where this tool is missing."""
        readme = (RUNBOOKS / "README.md").read_text()
        found = [code for names, code in TOOL.findall(readme) if f"`{tool}`" in names]
        assert len(found) == 1, f"the README does not tell how to do without {tool}"
        return self.shell(_fill(found[0], placeholders) + "\n", limit)

    def shell(self, text: str, limit: float = 60) -> str:
        """Runs lines in a bash in which the variables and functions of the README are set; what they printed."""
        member, exporter = self._member, self._reader.exporter
        # On a server of one's own there is one ZooKeeper. Here, each has a session of its own.
        own = f'pgrep() {{ command pgrep --session {member.process.pid} "$@"; }}' if member.process else ""
        variables = {"EXPORTER": exporter.url, "PROM": self._reader.prometheus.url, "ENSEMBLE": self._reader.name,
                     "SERVERS": self._reader.ensemble.servers, "MEMBER": member.address,
                     "CONF": str(member.directory / "zoo.cfg"), "LOG": str(member.directory / "server.log"),
                     "DATA": str(member.directory / "data")}
        done = subprocess.run(["bash", "-c", f"{_functions()}\n{own}\n{text}"], stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=limit, check=False,
                              errors="replace", cwd=member.directory,
                              env={**os.environ, "PATH": PATH, "LC_ALL": "C", **variables})
        print(f"--- {self.alert}\n{text}{done.stdout}")
        return done.stdout

    def ask(self, holding: str) -> Series:
        """The series that the query which holds these words gives now."""
        return self._reader.query(self._take("promql", holding))

    def wait_for(self, holding: str, until: Callable[[Series], object] = bool, limit: float = 60) -> Series:
        """As `ask`, once the answer is not empty, or is as `until` wants it."""
        query = self._take("promql", holding)
        answer: Series = []

        def met() -> bool:
            nonlocal answer
            answer = self._reader.query(query)
            return bool(until(answer))

        wait_until(met, f"an answer to {query}", limit, lambda: f"{answer}\n{self._alerts()}")
        return answer

    def says(self, *texts: str) -> None:
        """The page has these words, wherever its lines end: the step that follows from what was printed."""
        page = " ".join(self.text.split())
        for text in texts:
            assert " ".join(text.split()) in page, f"{self.alert} does not say: {text}"

    def leave(self, holding: str, why: str) -> None:
        """A block that cannot be followed in this state."""
        assert why
        self._take("", holding)

    def _raised(self) -> Series:
        return self._reader.query(f'ALERTS{{alertname="ZooKeeper{self.alert}",ensemble=~"|{self._reader.name}",'
                                  f'member=~"|{self._member.address}"}}')  # "": it has no such label

    def _take(self, language: str, holding: str) -> str:
        found = [text for each, text in self._blocks if holding in text and each.startswith(language)]
        assert len(found) == 1, f"{len(found)} blocks of {self.alert} hold {holding!r}"
        self.left = [text for text in self.left if text != found[0]]
        return found[0]

    def _alerts(self) -> str:
        alerts = self._reader.prometheus.api("alerts")["alerts"]
        return "\n".join(f"{each['state']} {each['labels']}" for each in alerts)

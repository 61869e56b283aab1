"""Every alert has a runbook whose commands, queries and names are good; its links: tests/e2e/test_docs.py."""

import os
import re
import socket
import subprocess
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from exporter_process import BINARY, Exporter
from rule_files import ALERTS, BY_ALERT, RECORDED, documented_metrics
from zookeeper_ensemble import HOST, JARS, free_ports

RUNBOOKS = ALERTS / "runbooks"
INDEX = RUNBOOKS / "README.md"
PAGES = {file.stem: file.read_text() for file in sorted(RUNBOOKS.glob("*.md")) if file != INDEX}
ALL = {**PAGES, "README": INDEX.read_text()}
HEADINGS = ["Meaning", "Impact", "Diagnosis", "Mitigation", "Threshold"]
OTHER_NAMES = {"zookeeper_limits"}  # a znode
# What every Linux has (bash, coreutils, util-linux, libc, grep, sed, awk, find), or what runs the servers (Java has keytool).
BASIC = set("""awk bash cat command cut df diff dirname dmesg done du echo find for getent grep head keytool ls sed
               sha256sum sleep sort tail time timeout tr uniq wc while journalctl systemctl kubectl""".split())
OURS = {"zookeeper-exporter"}  # is where its alerts come from
CALL = re.compile(r"(?:^|;|\||&&|\()[ \t]*(?:(?:do|then|\w+=\S*|timeout \d+)(?:[ \t]+|$))*+([\w./-]+)", re.MULTILINE)


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def commands(page: str) -> list[str]:
    """The lines of shell code of a page: of its blocks, and of code in its text."""
    prose = re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    return [line for block in blocks(page, "sh") for line in block.splitlines()] + re.findall(r"`([^`\n]+)`", prose)


def lines_with(word: str) -> list[str]:
    """The commands of all pages that hold `word`, each once."""
    return sorted({line for page in ALL.values() for line in commands(page) if word in line})


def test_every_alert_has_a_page_and_every_page_an_alert() -> None:
    assert set(PAGES) == {f"ZooKeeper{alert}" for alert in BY_ALERT}


def test_every_page_is_followed_in_the_state_that_it_is_for() -> None:
    tests = "".join(file.read_text() for file in Path(__file__).parent.glob("test_runbooks_*.py"))
    assert set(PAGES) == {f"ZooKeeper{alert}" for alert in re.findall(r'\breader\.open\("(\w+)"', tests)}


@pytest.mark.parametrize("alert", PAGES)
def test_form(alert: str) -> None:
    page = PAGES[alert]
    assert page.startswith(f"# {alert}\n")
    prose = re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    assert re.findall(r"^#+ (.*)$", prose, re.MULTILINE) == [alert, *HEADINGS]
    texts = re.split(r"^## \w+$", page, flags=re.MULTILINE)[1:]
    assert all(len(text.split()) > 5 for text in texts), "a section is empty"
    assert blocks(page, "promql") and blocks(page, "sh"), "nothing to paste"
    assert "hen not to act" in page
    assert all(len(line) <= 120 for line in prose.splitlines() if not line.startswith("|"))


@pytest.mark.parametrize("alert", PAGES)
def test_threshold_names_the_for_of_the_rule(alert: str) -> None:
    """Rewrite the page when the rule changes."""
    rule = BY_ALERT[alert.removeprefix("ZooKeeper")]
    threshold = PAGES[alert].partition("## Threshold")[2]
    number, unit = re.fullmatch(r"(\d+)([mh])", rule["for"]).groups()
    plural = {"m": "minute", "h": "hour"}[unit]
    expected = "No `for`|no `for`" if number == "0" else rf"\b{number}\s+{plural}"
    if number != "0" or "`for`" in threshold:
        assert re.search(expected, threshold), rule["for"]


def test_index_lists_every_page_by_severity() -> None:
    sections = re.split(r"^## (Critical|Warning|Info)\b", ALL["README"], flags=re.MULTILINE)[1:]
    listed = [(severity.lower(), alert) for severity, text in zip(sections[::2], sections[1::2])
              for alert, target in re.findall(r"^\| \[(\w+)\]\((\w+)\.md\)", text, re.MULTILINE) if alert == target]
    assert sorted(listed) == sorted((rule["labels"]["severity"], rule["alert"]) for rule in BY_ALERT.values())


def test_queries_parse(tmp_path: Path) -> None:
    queries = [(page, block) for page, text in ALL.items() for block in blocks(text, "promql")]
    assert len(queries) > len(PAGES)
    rules = [{"record": f"page:{page}:query{number}", "expr": query} for number, (page, query) in enumerate(queries)]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "runbooks", "rules": rules}]}))
    outcome = subprocess.run(["promtool", "check", "rules", file], capture_output=True, text=True, timeout=30)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize("page", ALL)
def test_metrics_exist(page: str) -> None:
    named = set(re.findall(r"\b(?:\w+:)?zookeeper_\w+(?::\w+)?", ALL[page]))
    assert not named - documented_metrics() - RECORDED - OTHER_NAMES


@pytest.mark.parametrize("page", ALL)
def test_shell_parses(page: str) -> None:
    for block in blocks(ALL[page], "sh"):
        outcome = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, timeout=10)
        assert outcome.returncode == 0 and not outcome.stderr, f"{block}\n{outcome.stderr}"


def calls(page: str) -> set[str]:
    """The programs that the blocks of a page call."""
    code = "\n".join(blocks(page, "sh")).replace("\\\n", " ")
    code = re.sub(r"'[^'\n]*'", "''", code)  # patterns
    return set(CALL.findall(re.sub(r"(^|\s)#.*$", "", code, flags=re.MULTILINE)))


def test_calls_are_found() -> None:
    code = "X=1 one 'no | no'; two \"$(three -a)\" | four && timeout 5 five  # no\nfor x in no; do six; done\n"
    assert calls(f"```sh\n{code}```\n") - {"for", "done"} == {"one", "two", "three", "four", "five", "six"}


def test_the_readme_says_how_to_do_without_each_tool() -> None:
    """It may be missing on the server in question."""
    called = set().union(*map(calls, ALL.values()))
    assert {"iostat", "pgrep", "openssl", "zk-health", "curl"} <= called
    rows = re.findall(r"^\| (`[^|]+) \| [^|]+ \| `([^`]+)`", ALL["README"], re.MULTILINE)
    tools = {tool for names, _ in rows for tool in re.findall(r"`([^`]+)`", names)}
    defined = set(re.findall(r"([\w.]+)\(\) \{", ALL["README"]))
    assert not sorted(called - BASIC - OURS - defined - tools)
    assert not sorted(tools - called), "no page calls it"
    for _, code in rows:
        assert subprocess.run(["bash", "-n"], input=code, text=True, timeout=10).returncode == 0, code


def test_zk_health_knows_the_flags() -> None:
    """Against servers that do not run: every code but that of wrong usage, and none of the shell."""
    found = {f"zk-health{rest}" for line in lines_with("zk-health ")
             for rest in re.findall(r'zk-health((?: --[\w-]+(?:="?[\w$-]+"?)?)+(?: "\$\w+"))', line)}
    assert len(found) >= 4
    assert not [line for line in lines_with("zk-health --") if not any(command in line for command in found)]
    ports = free_ports(2)
    servers = {"SERVERS": ",".join(f"{HOST}:{port}" for port in ports), "MEMBER": f"{HOST}:{ports[0]}",
               "each": f"{HOST}:{ports[1]}"}  # the variable of a loop
    for command in sorted(found):
        outcome = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=20,
                                 env={"PATH": f"{BINARY.parent}:{os.environ['PATH']}", **servers})
        assert outcome.returncode in (2, 4), f"{command}: {outcome.returncode} {outcome.stderr}"


def test_exporter_serves_the_paths(start_exporter: Callable[..., Exporter]) -> None:
    member = f"{HOST}:{free_ports(1)[0]}"
    exporter = start_exporter(member, "--zookeeper.ensemble=orders")
    paths = {path for line in lines_with("$EXPORTER") for path in re.findall(r"\$EXPORTER(/[^\s\"'`]*)", line)}
    assert len(paths) >= 6
    for path in sorted(paths):
        status, _, body = exporter.get(path.replace("$ENSEMBLE", "orders").replace("$MEMBER", member))
        assert status in (200, 503), f"{path}: {status} {body.decode()}"


def test_the_log_lines_are_those_of_zookeeper() -> None:
    if not JARS[0].exists():
        pytest.skip(f"ZooKeeper's messages are not compared: there is no {JARS[0]}")
    with zipfile.ZipFile(JARS[0]) as jar:
        classes = b"\0".join(jar.read(name) for name in jar.namelist() if name.endswith(".class"))
    messages = {part for line in lines_with('"$LOG"')
                for text in re.findall(r"grep (?:-A \d+ )?-E '([^']+)' \"\$LOG\"", line) for part in text.split("|")}
    assert len(messages) > 20
    assert not sorted(text for text in messages if text.encode() not in classes)


def test_the_four_letter_words_are_those_of_zookeeper() -> None:
    words = {word for line in lines_with("ask ") for word in re.findall(r"\bask (\w+) \"", line)}
    assert "srvr" in words
    assert words <= {"srvr", "mntr", "conf", "cons", "dump", "hash", "isro", "wchs"}, "wchp and wchc hold up writes"


def test_ask_sends_exactly_a_word() -> None:
    function = next(block for block in blocks(ALL["README"], "sh") if block.startswith("ask()"))

    def ask(address: str) -> str:
        outcome = subprocess.run(["bash", "-c", f"{function}\nask srvr {address}"], capture_output=True, text=True,
                                 timeout=10)
        assert not outcome.stderr
        return outcome.stdout.strip()

    sent = b""
    with socket.create_server((HOST, 0)) as listener:
        def serve() -> None:
            nonlocal sent
            connection = listener.accept()[0]
            with connection:
                while len(sent) < 4 and (part := connection.recv(64)):
                    sent += part
                connection.sendall(b"Mode: leader\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        assert ask(f"{HOST}:{listener.getsockname()[1]}") == "Mode: leader"
        thread.join()
    assert sent == b"srvr"
    assert ask(f"{HOST}:{free_ports(1)[0]}") == "no answer"

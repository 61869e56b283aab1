"""What would change at a running exporter: `/config`, and `--config.check --against`."""

import http.server
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter_process import Exporter, run_to_end
from zookeeper_ensemble import HOST, free_ports

GOOD = "The configuration is good: 1 ensemble, 1 member.\n"


@pytest.fixture(scope="module")
def exporter() -> Iterator[Exporter]:
    """An exporter whose one member refuses."""
    with Exporter(f"{HOST}:{free_ports(1)[0]}", "--zookeeper.ensemble=caf\N{LATIN SMALL LETTER E WITH ACUTE}: \"a\"") as process:
        yield process


@pytest.fixture(scope="module")
def config(exporter: Exporter, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What it says that it runs with, as a file."""
    status, headers, body = exporter.get("/config")
    assert (status, headers["Content-Type"], headers["Cache-Control"]) == (200, "text/plain; charset=utf-8", "no-store")
    path = tmp_path_factory.mktemp("against") / "running.yml"
    path.write_bytes(body)
    return path


def check(config: Path, url: str, *flags: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a comparison."""
    result = run_to_end(f"--config.file={config}", "--config.check", f"--against={url}", *flags)
    return result.returncode, result.stdout, result.stderr


def test_its_own_settings_would_change_nothing(exporter: Exporter, config: Path) -> None:
    """Flags, defaults and odd names come back from /config."""
    assert check(config, exporter.url) == (0, f"{GOOD}Against {exporter.url}: nothing would change.\n", "")


def test_changes_are_told(exporter: Exporter, config: Path) -> None:
    """One a line; the exporter is found by its name as well."""
    url = f"http://localhost:{exporter.port}"
    code, text, mistake = check(config, f"{url}/", "--poll.interval=7s", "--zookeeper.servers=zk-0:2181,zk-1:2181")

    assert (code, mistake) == (0, "")
    assert text == ("The configuration is good: 1 ensemble, 2 members.\n"
                    f"Against {url} these would change:\n"
                    "  poll.interval 1s -> 7s\n"
                    "  ensemble default added (2 members)\n"
                    "  ensemble caf\N{LATIN SMALL LETTER E WITH ACUTE}: \"a\" removed\n")


def test_a_mistake_in_the_file_comes_first(exporter: Exporter, tmp_path: Path) -> None:
    """Nobody is asked then."""
    bad = tmp_path / "bad.yml"
    bad.write_text("poll: {intervall: 1s}\n")
    code, text, mistake = check(bad, exporter.url)
    assert (code, text) == (2, "")
    assert "poll.intervall is not a known key" in mistake


@pytest.mark.parametrize("url, part", [
    ("https://localhost:9141", "is https, which is not spoken here"),
    ("localhost:9141", 'is "localhost:9141"; write http://HOST:PORT'),
    ("http://me:secret@localhost:9141", "names a user"),
])
def test_a_bad_url_is_a_mistake(config: Path, url: str, part: str) -> None:
    """Exit code 2, one line."""
    code, text, mistake = check(config, url)
    assert (code, text) == (2, "")
    assert mistake.startswith(f"zookeeper-exporter: --against {part}")
    assert mistake.count("\n") == 1
    assert "secret" not in mistake


def test_it_is_for_a_check_only(config: Path) -> None:
    """Else somebody would start a second exporter without wanting to."""
    result = run_to_end(f"--config.file={config}", "--against=http://localhost:9141")
    assert (result.returncode, result.stderr) == (
        2, "zookeeper-exporter: --against is for --config.check only; give both\n")


def complaint(config: Path, url: str) -> str:
    """Why `url` can't be asked: one line, and exit code 1."""
    code, text, mistake = check(config, url)
    assert (code, text, mistake.count("\n")) == (1, GOOD, 1)
    start = f"zookeeper-exporter: {url}/config"
    assert mistake.startswith(start)
    return mistake[len(start):]


def test_who_does_not_answer_is_told(exporter: Exporter, config: Path) -> None:
    """Nobody there; another path; a server that accepts and says nothing, which takes five seconds."""
    assert complaint(config, f"http://{HOST}:{free_ports(1)[0]}") == (
        " can't be asked: Connection refused; check that an exporter runs there\n")
    assert complaint(config, f"{exporter.url}/health") == (
        " can't be asked: the answer has status 404; check that an exporter runs there\n")
    with socket.create_server((HOST, 0)) as silent:
        began = time.monotonic()
        assert complaint(config, f"http://{HOST}:{silent.getsockname()[1]}") == (
            " can't be asked: no whole answer in time; check that an exporter runs there\n")
        assert 4.5 < time.monotonic() - began < 6.5


class Other(http.server.BaseHTTPRequestHandler):
    """Some other server, which says the same of every path."""

    page = ""  # with {path}

    def do_GET(self) -> None:  # noqa: N802
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.page.format(path=self.path).encode())

    def log_message(self, *_: object) -> None:
        pass


def complaint_about(page: str, config: Path) -> str:
    """Why a server that says `page` is none that can be asked. A prefix of the path is kept."""
    with http.server.HTTPServer((HOST, 0), type("Server", (Other,), {"page": page})) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        text = complaint(config, f"http://{HOST}:{server.server_port}/a/b")
        thread.join()
    return text


def test_who_is_no_exporter_is_told(config: Path) -> None:
    """A page of something else is no mistake in the file that is checked."""
    assert complaint_about("path: {path}\n", config) == (
        ":1: path is not a known key; known here: poll, ensembles, http, log; "
        "check that an exporter of this version runs there\n")


@pytest.mark.parametrize("page", ["", "# soon\n", "null\n", "log:\n  level: info\n"])
def test_a_page_that_says_little_is_no_configuration(config: Path, page: str) -> None:
    """A proxy's empty page is not taken for an exporter that runs with the defaults."""
    assert complaint_about(page, config) == (
        " does not name poll.interval; check that an exporter of this version runs there\n")


def test_a_page_that_is_cut_is_no_configuration(exporter: Exporter, config: Path) -> None:
    """The ensembles come last."""
    whole = exporter.get("/config")[2].decode()
    assert complaint_about(whole[:whole.index("ensembles:")], config) == (
        " does not name ensembles; check that an exporter of this version runs there\n")

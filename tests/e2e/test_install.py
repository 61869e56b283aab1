"""`make install`: what is there afterwards works, and is what docs/install.md says."""

import os
import platform
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter_process import BINARY

ROOT = Path(__file__).parents[2]
PREFIX, BUILD = "usr/local", BINARY.parents[1]


@pytest.fixture(name="installed", scope="module")
def fixture_installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The prefix below a DESTDIR, installed twice by a user with a narrow umask."""
    destdir = tmp_path_factory.mktemp("destdir")
    (destdir / "usr/local/bin").mkdir(parents=True)
    (destdir / "usr/local/bin/of-somebody-else").touch()
    for path in (destdir / "usr").rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    for _ in range(2):
        done = subprocess.run([ROOT / "scripts/install", f"/{PREFIX}", destdir, BUILD], umask=0o077, check=True,
                              capture_output=True, text=True)
        assert done.stdout.startswith("Installed ") and done.stdout.count("\n") == 1
    yield destdir / PREFIX
    run(ROOT / "scripts/uninstall", destdir, BUILD)
    assert [path.name for path in destdir.rglob("*") if path.is_file()] == ["of-somebody-else"]
    assert not (destdir / PREFIX / "share/zookeeper-exporter").exists()


def run(*command: object) -> str:
    """What a command prints; it must succeed."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def test_the_programs_run_from_there(installed: Path) -> None:
    """And the example is a configuration that the exporter takes."""
    version = re.search(r"VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text().split("project(")[1])[1]
    assert run(installed / "bin/zookeeper-exporter", "--version") == f"zookeeper-exporter {version}\n"
    assert version in run(installed / "bin/zk-health", "--version")
    example = installed / "share/zookeeper-exporter/examples/zookeeper-exporter.yml"
    run(installed / "bin/zookeeper-exporter", f"--config.file={example}", "--config.check")


def test_prometheus_takes_the_rules(installed: Path) -> None:
    """All of them are there."""
    rules = sorted((installed / "share/zookeeper-exporter/alerts").glob("*.rules.yml"))
    assert [file.name for file in rules] == sorted(file.name for file in (ROOT / "alerts").glob("*.rules.yml"))
    run("promtool", "check", "rules", *rules)


def test_all_may_read_and_only_the_owner_may_write(installed: Path) -> None:
    """Programs and scripts are executable, nothing else is."""
    executable = set()
    for path in installed.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o755 if path.is_dir() or mode & 0o100 else 0o644), f"{path}: {mode:o}"
        if path.is_file() and mode & 0o100:
            executable.add(path.name)
    assert executable == {"zookeeper-exporter", "zk-health", "roll-zookeeper.sh", "build-offline", "make-root"}


def test_the_links_of_the_documents_lead_somewhere(installed: Path) -> None:
    """As in the repository; what they say about its sources is left out."""
    share = installed / "share/zookeeper-exporter"
    links = [(file, link) for file in share.rglob("*.md")
             for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", file.read_text()) if "tests/" not in link]
    assert len(links) > 100
    assert [(str(file.relative_to(share)), link) for file, link in links if not (file.parent / link).exists()] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="not root: only root can give a clone to somebody else")
def test_what_root_writes_into_a_clone_is_its_owners(tmp_path: Path) -> None:
    """After `sudo make install` a user can install elsewhere without sudo."""
    clone, cmake = tmp_path / "clone", tmp_path / "bin/cmake"
    for folder in (clone / "scripts", clone / "build", cmake.parent):
        folder.mkdir(parents=True)
    shutil.copy(ROOT / "scripts/install", clone / "scripts")
    cmake.write_text("#!/bin/sh\necho installing\ntouch build/install_manifest.txt\n")
    cmake.chmod(0o755)
    os.chown(clone, 65534, 65534)
    subprocess.run([clone / "scripts/install", f"/{PREFIX}", tmp_path / "root", "build"], check=True, capture_output=True,
                   env={**os.environ, "PATH": f"{cmake.parent}:{os.environ['PATH']}"})
    assert {(path.name, path.stat().st_uid) for path in (clone / "build").iterdir()} == {
        ("install.log", 65534), ("install_manifest.txt", 65534)}


def tables() -> Iterator[tuple[str, list[str]]]:
    """The packages of each Debian in docs/install.md."""
    rows = [re.findall(r"`(\S+)`", line) for line in (ROOT / "docs/install.md").read_text().splitlines()
            if re.fullmatch(r"\| `\S+` \| `\S+` \|", line)]
    yield from zip(("12", "13"), map(list, zip(*(row for row in rows if not row[0].startswith(("bin", "lib/", "share"))))))


def test_the_packages_at_run_time_are_the_ones_told(installed: Path) -> None:
    """What the loader takes, by Debian's packages."""
    release = platform.freedesktop_os_release()
    told = dict(tables()).get(release.get("VERSION_ID", ""))
    if release["ID"] != "debian" or told is None:
        pytest.skip(f"docs/install.md has no packages for {release['PRETTY_NAME']}")
    packages = set()
    for library in re.findall(r"(/lib\S+)", run("ldd", installed / "bin/zookeeper-exporter")):
        real = str(Path(library).resolve())
        names = [real, real.removeprefix("/usr")]
        owners = [subprocess.run(["dpkg", "-S", name], capture_output=True, text=True, check=False).stdout for name in names]
        packages.add(next(owner for owner in owners if owner).partition(":")[0])
    assert sorted(packages) == sorted(told)


def test_the_unit_is_one_that_systemd_takes(installed: Path, tmp_path: Path) -> None:
    """As far as a machine without systemd running can tell."""
    unit = installed / "lib/systemd/system/zookeeper-exporter.service"
    text = unit.read_text()
    assert "ExecStart=zookeeper-exporter --config.file=/etc/zookeeper-exporter.yml\n" in text
    if not shutil.which("systemd-analyze"):
        pytest.skip("the unit is not verified: no systemd-analyze here")
    copy = tmp_path / unit.name
    copy.write_text(text.replace("ExecStart=zookeeper-exporter", f'ExecStart="{installed}/bin/zookeeper-exporter"'))
    run("systemd-analyze", "verify", copy)

"""Programs that Go builds from its module proxy, for tests that can do without."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

import manifests

BUILD = manifests.ROOT / "build/kubernetes"


def install(package: str) -> Path:
    """A program by `go install`, at the version in its name."""
    _go("install", package)
    return BUILD / "bin" / package.rpartition("@")[0].rpartition("/")[2]


def download(module: str) -> Path:
    """The sources of a module."""
    return Path(json.loads(_go("mod", "download", "-json", module))["Dir"])


def build_from(module: str, package: str) -> Path:
    """A program of a module, "path@version", that `go install` refuses, such as one that replaces other modules."""
    program = BUILD / "bin" / f"{package.rpartition('/')[2]}-{module.rpartition('@')[2]}"
    if not program.exists():
        _go("build", "-mod=readonly", "-o", str(program), f"./{package}", directory=download(module))
    return program


def build(sources: Path) -> Path:
    """A program of our own. Only what it needs from elsewhere may be out of reach: it must compile."""
    directory = BUILD / sources.name
    directory.mkdir(parents=True, exist_ok=True)
    for file in sources.iterdir():
        shutil.copy(file, directory)
    _go("list", "-deps", ".", directory=directory)
    program = BUILD / "bin" / sources.name
    command = ["go", "build", "-o", program, "."]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return program


def _go(*arguments: str, directory: Path = BUILD) -> str:
    """Runs go; skips the test where there is none or it cannot get what it needs."""
    if not shutil.which("go"):
        pytest.skip("no go here")
    directory.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["go", *arguments], cwd=directory, capture_output=True, text=True, check=False,
                          env={**os.environ, "GOBIN": str(BUILD / "bin")})
    if done.returncode != 0:
        pytest.skip(f"go {' '.join(arguments)}: {(done.stderr.strip() or 'failed').splitlines()[-1].strip()}")
    return done.stdout

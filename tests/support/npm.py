"""Packages of npm, for checks that run in Node."""

import shutil
import subprocess
from pathlib import Path

import pytest


def install(source: Path, target: Path, otherwise: str = "types not checked") -> None:
    """Copies the files of `source` to `target` and installs what package.json names there.

    Skips the test, saying `otherwise` and the reason, where there is no npm or its registry is out of reach.
    """
    if not shutil.which("npm") or not shutil.which("node"):
        pytest.skip(f"{otherwise}: no npm here")
    target.mkdir(parents=True, exist_ok=True)
    for file in source.iterdir():
        shutil.copy(file, target)
    npm = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts",
           "--loglevel=error", "--fetch-retries=0", "--fetch-timeout=30000"]
    done = subprocess.run(npm, cwd=target, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"{otherwise}: npm install failed: {(done.stderr.strip() or 'no reason').splitlines()[0]}")

"""The manifests render to what is expected, and fit the rest of the repository."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

import pytest
import yaml

import manifests
from manifests import MANIFESTS, RENDERED, golden, kubectl

EXPORTER = os.environ.get("EXPORTER", str(manifests.ROOT / "build/release/exporter/zookeeper-exporter"))


@pytest.mark.parametrize("name", RENDERED)
def test_renders_to_its_golden_file(name: str) -> None:
    """UPDATE_GOLDEN=1 writes the files anew; read the diff."""
    path, reason = kubectl()
    if path is None:
        pytest.skip(f"not rendered anew, the golden files are taken as they are: {reason}")
    text = manifests.render(RENDERED[name])
    expected = manifests.GOLDEN / f"{name}.yaml"
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(text)
    assert text == expected.read_text()

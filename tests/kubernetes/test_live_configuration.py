"""What is applied to the ConfigMap is taken by the running exporter, with the arguments of the manifests."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from config_map_volume import ConfigMapVolume
from exporter_process import Exporter
from fake_member import REPLIES, fake_member
from manifests import exporters

FILE = "zookeeper-exporter.yml"
TAKEN = "zookeeper_exporter_config_last_reload_successful"


@pytest.fixture(name="members")
def two_members() -> Iterator[tuple[str, str]]:
    """The addresses of two servers."""
    with fake_member(REPLIES) as one, fake_member(REPLIES) as other:
        yield one, other


def settings(**ensembles: str) -> str:
    """A file with these ensembles of one member."""
    entries = "".join(f"  - {{name: {name}, members: ['{member}']}}\n" for name, member in ensembles.items())
    return f"poll: {{interval: 1s, timeout: 500ms}}\nensembles:\n{entries}"


def mounted(volume: ConfigMapVolume) -> list[str]:
    """The arguments of the Deployment, with this volume in the place of its own."""
    ((container, files),) = exporters("base")
    (mount,) = container["volumeMounts"]
    assert "subPath" not in mount and list(files) == [FILE]
    return [argument.replace(mount["mountPath"], str(volume.directory)) for argument in container["args"]]


def test_a_changed_config_map_needs_no_restart(tmp_path: Path, members: tuple[str, str]) -> None:
    """An ensemble is added and taken out again; the other one goes on counting."""
    orders, search = members
    volume = ConfigMapVolume(tmp_path / "config", {FILE: settings(orders=orders)})
    with Exporter("", *mounted(volume)) as exporter:
        before = exporter.fresh(orders, polls=2).of(orders).value("zookeeper_polls_total", result="ok")
        text = settings(orders=orders, search=search)
        volume.apply({FILE: text})
        found = exporter.wait_for(lambda found: found.of(search), "the added ensemble")
        assert found.labels("zookeeper_exporter_config_hash") == {"sha256": hashlib.sha256(text.encode()).hexdigest()}
        assert found.of(orders).value("zookeeper_polls_total", result="ok") >= before
        volume.apply({FILE: settings(orders=orders)})
        exporter.wait_for(lambda found: not found.of(search), "the end of the ensemble that was taken out")


def test_a_mistake_in_a_config_map_changes_nothing(tmp_path: Path, members: tuple[str, str]) -> None:
    """Until it is repaired."""
    orders, search = members
    good = settings(orders=orders, search=search)
    volume = ConfigMapVolume(tmp_path / "config", {FILE: good})
    with Exporter("", *mounted(volume)) as exporter:
        volume.apply({FILE: settings(orders=orders).replace("members", "membrs")})
        exporter.wait_for(lambda found: found.value(TAKEN) == 0, "the mistake to be seen")
        assert f"{volume.directory / FILE}:3: " in exporter.get("/")[2].decode()
        exporter.fresh(orders, search)
        volume.apply({FILE: good})
        exporter.wait_for(lambda found: found.value(TAKEN) == 1, "the repaired file to be taken")

"""What stands in the pictures of the dashboards, as Grafana's components draw them."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pictures
from grafana import dashboards, panels

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs/img"
FIGURE = re.compile(r"-?(\d\d:)*\d+(\.\d+)?\D*")  # with its unit; no address and no version
Drawn = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """All pictures in build/pictures; what stands in each, by name. Skips where they cannot be drawn."""
    pictures.install()
    inputs = pictures.situations(tmp_path_factory.mktemp("pictures"))
    inputs |= {name.replace("healthy", "five"): pictures.with_fifth_member(content)
               for name, content in inputs.items() if "healthy" in name}
    return pictures.draw(inputs, pictures.PICTURES)


def shown(drawn: Drawn, situation: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The panels of all pictures of a situation, each with a name for it."""
    for name, picture in drawn.items():
        if f"-{situation}-" in name:
            for panel in picture["panels"]:
                yield f"{name}: {panel['title']}", panel


def is_green(color: str | None) -> bool:
    """Whether a colour, such as `rgb(115, 191, 105)`, is a green one; None is the colour of no text."""
    if color is None:
        return False
    red, green, blue = map(int, re.findall(r"\d+", color)[:3])
    return green > 1.2 * max(red, blue)


def test_every_panel_is_drawn(drawn: Drawn) -> None:
    """With its title, and without an error of it or of the page."""
    assert len(drawn) == len(dashboards()) * 5 * 2
    for name, picture in drawn.items():
        assert picture["messages"] == [], name
        dashboard = next(each for uid, each in dashboards().items() if name.startswith(uid))
        assert [panel["title"] for panel in picture["panels"]] == [panel["title"] for panel in panels(dashboard)], name
        assert [panel["title"] for panel in picture["panels"] if panel["errors"] or not panel["isDrawn"]] == [], name


@pytest.mark.parametrize("situation", ["healthy", "at-risk", "no-quorum", "dead-exporter", "five"])
def test_legends_are_whole(drawn: Drawn, situation: str) -> None:
    """With four members and with five."""
    assert [f"{panel} {item['text']}" for panel, content in shown(drawn, situation)
            for item in content["legend"] if not item["isWhole"]] == []


@pytest.mark.parametrize("situation", ["healthy", "at-risk", "no-quorum", "dead-exporter", "five"])
def test_titles_tiles_and_tables_are_whole(drawn: Drawn, situation: str) -> None:
    """No word is cut, and no column is out of sight; a long table may scroll down."""
    assert [f"{panel}: {words}" for panel, content in shown(drawn, situation) for words in content["cut"]] == []


def test_a_dead_exporter_shows_nothing_from_before(drawn: Drawn) -> None:
    """No tile and no cell is green, or has a figure of the healthy picture."""
    before = {panel.replace("-healthy-", "-dead-exporter-"): content for panel, content in shown(drawn, "healthy")}
    wrong = []
    for panel, content in shown(drawn, "dead-exporter"):
        figures = {each["text"] for each in before[panel]["values"] if FIGURE.fullmatch(each["text"])}
        wrong += [f"{panel}: {each}" for each in content["values"]
                  if is_green(each["color"]) or each["text"] in figures]
    assert wrong == []


def test_without_a_quorum_nobody_leads(drawn: Drawn) -> None:
    """The former leader is not named."""
    leaders = [each["text"] for _, content in shown(drawn, "no-quorum") if content["title"] == "Leader"
               for each in content["values"]]
    assert leaders and not any(":" in leader for leader in leaders), leaders


def test_the_documents_show_some(drawn: Drawn) -> None:
    """`make pictures` (UPDATE_GOLDEN=1) makes docs/img of them, with 256 colours; the page says which."""
    page = (ROOT / "docs/dashboards.md").read_text()
    wanted = {f"{name}.png" for name in re.findall(r"img/(zookeeper-[\w-]+)\.png", page)}
    assert wanted and wanted <= {f"{name}.png" for name in drawn}
    if os.environ.get("UPDATE_GOLDEN"):
        for old in IMAGES.glob("zookeeper-*"):
            old.unlink()
        for name in sorted(wanted):
            subprocess.run(["pngquant", "--strip", "--output", IMAGES / name, pictures.PICTURES / name], check=True)
            print(f"docs/img/{name}: {(IMAGES / name).stat().st_size / 1000:.0f} kB")
    assert wanted == {file.name for file in IMAGES.glob("zookeeper-*")}

"""The dashboards as Grafana's own components draw them, over a real ensemble in four situations."""

import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

import npm
from grafana import ask, dashboards, monitored_ensemble, panels
from prometheus_server import Prometheus
from zookeeper_ensemble import wait_until

ROOT = Path(__file__).resolve().parents[2]
RENDERER = Path(__file__).parent / "renderer"
BUILD = ROOT / "build/dashboards/renderer"
PICTURES = ROOT / "build/pictures"
CHROMIUM = Path("/usr/bin/chromium")
STEP = 5  # seconds between two points: the scrape interval that the data source is told
FIFTH = "zookeeper-4.zookeeper.svc:2181"


def install() -> None:
    """Has npm install what draws; skips, and says why, where that or Chromium cannot be had."""
    if not CHROMIUM.exists():
        pytest.skip("pictures not drawn: no chromium here (scripts/install-packages pictures)")
    npm.install(RENDERER, BUILD, "pictures not drawn")


def draw(inputs: dict[str, dict[str, Any]], folder: Path) -> dict[str, dict[str, Any]]:
    """Draws each input at each width into `folder`; what stands in the pictures, by their names."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, content in inputs.items():
        (folder / f"{name}.input.json").write_text(json.dumps(content))
    subprocess.run(["node", "draw.mjs", folder], cwd=BUILD, check=True)
    return {file.name.removesuffix(".report.json"): json.loads(file.read_text())
            for file in sorted(folder.glob("*.report.json"))}


def gather(prometheus: Prometheus, uid: str, seconds: float) -> dict[str, Any]:
    """A dashboard and the answers to its queries, as Grafana asks them, over the last `seconds`."""
    now = time.time()
    dashboard = dashboards()[uid]
    variables = {each["name"]: each.get("allValue") or ".+" for each in dashboard["templating"]["list"]}
    filled = {**variables, "__interval": f"{STEP}s", "__rate_interval": f"{4 * STEP}s", "__range": f"{seconds:.0f}s"}
    end = now - now % STEP
    answers = {panel["id"]: {target["refId"]: ask(prometheus, target, end - seconds, now if target["instant"] else end,
                                                  STEP, filled) for target in panel["targets"]}
               for panel in panels(dashboard)}
    return {"dashboard": dashboard, "from": now - seconds, "to": now, "step": STEP, "answers": answers}


def gather_all(prometheus: Prometheus, situation: str, seconds: float) -> dict[str, dict[str, Any]]:
    """Every dashboard in this situation, by the names of the pictures to be."""
    return {f"{uid}-{situation}": gather(prometheus, uid, seconds) for uid in dashboards()}


def with_fifth_member(content: dict[str, Any]) -> dict[str, Any]:
    """The same with one member more: the one with most series once again, under a longer name."""
    names = re.findall(r'"member": "([^"]+)"', json.dumps(content["answers"]))
    copied = max(names, key=names.count, default="")
    answers = {panel: {letter: series + [{**each, "metric": {**each["metric"], "member": FIFTH}} for each in series
                                         if each["metric"].get("member") == copied]
                       for letter, series in targets.items()} for panel, targets in content["answers"].items()}
    return {**content, "answers": answers}


def situations(directory: Path) -> dict[str, dict[str, Any]]:
    """Goes through the four situations; what the dashboards ask in each."""
    inputs: dict[str, dict[str, Any]] = {}
    with monitored_ensemble(directory) as (ensemble, exporter, prometheus):
        watch(150)
        inputs |= gather_all(prometheus, "healthy", 120)
        follower, other = (member for member in ensemble.members if member.state() == "follower")
        follower.kill()
        watch(50)
        inputs |= gather_all(prometheus, "at-risk", 170)
        other.kill()
        watch(50)
        inputs |= gather_all(prometheus, "no-quorum", 220)
        follower.start()
        other.start()
        prometheus.wait_for('zookeeper_ensemble_state{state="healthy"}', [1], 120)
        watch(60)
        exporter.kill()
        watch(130)  # until "Data age" is red
        inputs |= gather_all(prometheus, "dead-exporter", 190)
    return inputs


def watch(seconds: float) -> None:
    """Lets Prometheus collect that much."""
    end = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() > end, "Prometheus to see enough", seconds + 1)

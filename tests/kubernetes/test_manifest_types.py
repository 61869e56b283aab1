"""Types, required keys and misspelt keys of all manifests, by the Kubernetes API's own schemas as npm has them."""

import json
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

import manifests
import npm
from manifests import RENDERED, Document, generated, golden, is_generated

HERE = Path(__file__).parent / "types"
BUILD = manifests.ROOT / "build/kubernetes/types"


@pytest.fixture(scope="module")
def check() -> Callable[[list[Document]], list[tuple[int, str]]]:
    """Checks objects; gives the index of each that is wrong and why. Skips where npm's registry is out of reach."""
    npm.install(HERE, BUILD)

    def run(objects: list[Document]) -> list[tuple[int, str]]:
        (BUILD / "objects.json").write_text(json.dumps(objects))
        answer = subprocess.run(["node", "check.mjs", "objects.json"], cwd=BUILD, capture_output=True, text=True,
                                check=False)
        assert answer.returncode == 0, answer.stderr
        return [(index, what) for index, what in json.loads(answer.stdout)]

    return run


def everything() -> list[Document]:
    """Each different object of all that is rendered; the generated ones whole."""
    rendered = [document for name in RENDERED for document in golden(name) if not is_generated(document)]
    return list({json.dumps(document, sort_keys=True): document for document in rendered + generated()}.values())


def broken(kind: str, change: Callable[[Document], Any]) -> Document:
    """An object of a kind with a mistake in it."""
    document = deepcopy(next(document for document in everything() if document["kind"] == kind))
    change(document)
    return document


def _probe(document: Document) -> Document:
    return document["spec"]["template"]["spec"]["containers"][0]["livenessProbe"]


def mistakes() -> dict[str, Document]:
    """Objects with one mistake each, by its name."""
    return {
        "a misspelt key": broken("Deployment", lambda d: _probe(d).update(periodSecond=1)),
        "a misspelt key of the operator": broken(
            "ServiceMonitor", lambda d: d["spec"]["endpoints"][0].update(intervall="1s")),
        "a text for a number": broken("StatefulSet", lambda d: d["spec"].update(replicas="three")),
        "a missing key": broken("Deployment", lambda d: d["spec"].pop("selector")),
        "no duration": broken("ServiceMonitor", lambda d: d["spec"]["endpoints"][0].update(interval="soon")),
        "a key at the wrong place": broken("Service", lambda d: d["spec"].update(podSelector={})),
        "a number for a text": broken("PodDisruptionBudget", lambda d: d["spec"].update(unhealthyPodEvictionPolicy=1)),
    }


Check = Callable[[list[Document]], list[tuple[int, str]]]


def test_all_objects_fit_their_types_and_mistakes_do_not(check: Check) -> None:
    """One run over all objects and, after them, over objects with one mistake each."""
    objects = everything()
    wrong = mistakes()
    problems = check(objects + list(wrong.values()))
    print(f"{len(objects)} objects checked")
    names = [f"{document['kind']}/{document['metadata']['name']}" for document in objects]
    assert [(names[index], what) for index, what in problems if index < len(objects)] == []
    found = {index for index, _ in problems}
    assert [name for index, name in enumerate(wrong, len(objects)) if index not in found] == []

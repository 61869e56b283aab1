"""Everything under manifests/ as it is applied: rendered by kubectl, and kept as golden files."""

import json
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
MANIFESTS = ROOT / "manifests"
GOLDEN = ROOT / "tests/kubernetes/golden"
COMPOSITIONS = ROOT / "tests/kubernetes/compositions"  # of components that no overlay of ours has

Document = dict[str, Any]

# What can be applied, by the name of its golden file.
RENDERED = {
    "base": MANIFESTS / "base",
    "reference-ensemble": MANIFESTS / "reference-ensemble",
    **{path.parent.name: path.parent for path in sorted(MANIFESTS.glob("overlays/*/kustomization.yaml"))},
    **{path.parent.name: path.parent for path in sorted(COMPOSITIONS.glob("*/kustomization.yaml"))},
}
# Not all of it is ours: the StatefulSets stand for those that somebody has already.
OTHERS = {"own-ensemble", "probes-over"}


@cache
def kubectl() -> tuple[str | None, str]:
    """A kubectl whose kustomize is 5 or newer, or why there is none."""
    path = shutil.which("kubectl")
    if path is None:
        return None, "no kubectl here (Debian 12 has none with kustomize 5)"
    version = json.loads(subprocess.run([path, "version", "--client", "--output=json"], capture_output=True, text=True,
                                        check=True).stdout).get("kustomizeVersion", "unknown")
    if int((re.match(r"v(\d+)", version) or [0, 0])[1]) < 5:
        return None, f"the kustomize of {path} is {version}; 5 is needed"
    return path, version


def render(directory: Path) -> str:
    """What `kubectl apply -k` would apply; generated rules and dashboards without their content."""
    path, reason = kubectl()
    assert path, reason
    done = subprocess.run([path, "kustomize", directory], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{directory}: {done.stderr}"
    return "---\n".join(_shortened(text) for text in re.split(r"^---\n", done.stdout, flags=re.M))


def is_generated(document: Document) -> bool:
    """Whether it is made from alerts/ or dashboards/, whose own tests look into it."""
    return document["kind"] == "PrometheusRule" or "grafana_dashboard" in document["metadata"].get("labels", {})


@cache
def golden_text(name: str) -> str:
    """What a golden file says; with UPDATE_GOLDEN=1 it is written anew first."""
    path = GOLDEN / f"{name}.yaml"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(render(RENDERED[name]))
    return path.read_text()


def golden(name: str) -> list[Document]:
    """The documents of a golden file; the generated ones without content."""
    return load(golden_text(name))


def exporters(name: str) -> list[tuple[Document, dict[str, str]]]:
    """The containers of a golden file that run the exporter, each with the files of its configuration."""
    documents = golden(name)
    maps = {document["metadata"]["name"]: document["data"] for document in documents
            if document["kind"] == "ConfigMap" and "data" in document}
    found = []
    for document in documents:
        pod = document.get("spec", {}).get("template", {}).get("spec", {})
        for container in pod.get("initContainers", []) + pod.get("containers", []):
            if "/zookeeper-exporter" in container["image"] and "command" not in container:
                mounted = {mount["name"] for mount in container.get("volumeMounts", [])}
                files = [maps[volume["configMap"]["name"]] for volume in pod["volumes"]
                         if "configMap" in volume and volume["name"] in mounted]
                found.append((container, files[0] if files else {}))
    return found


def generated() -> list[Document]:
    """The generated documents, whole, as they lie in the components, in the namespace that the overlays give them."""
    files = [*MANIFESTS.glob("components/grafana/dashboard*.yaml"),
             *MANIFESTS.glob("components/prometheus-operator/prometheusrule*.yaml")]
    documents = [document for path in sorted(files) for document in load(path.read_text())]
    for document in documents:
        document["metadata"]["namespace"] = "zookeeper-monitoring"
    return documents


def load(text: str) -> list[Document]:
    """The documents of a YAML text."""
    return [document for document in yaml.load_all(text, Loader=yaml.CSafeLoader) if document]


def _shortened(text: str) -> str:
    """The text of a document; of a generated one without its content, which changes with alerts/ and dashboards/."""
    if "kind: PrometheusRule\n" not in text and "grafana_dashboard:" not in text:
        return text
    (document,) = load(text)
    if not is_generated(document):
        return text
    return yaml.safe_dump({key: value for key, value in document.items() if key not in ("data", "spec")})

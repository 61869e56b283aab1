"""What the Kubernetes API server's own code and other people's linters say of the manifests. Needs Go and its proxy."""

import json
import re
import subprocess
from collections.abc import Callable, Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

import go_tools
import manifests
from manifests import OTHERS, RENDERED, Document, generated, golden, is_generated

pytestmark = pytest.mark.long

KUBERNETES = "k8s.io/kubernetes@v1.34.1"


def everything() -> list[Document]:
    """All objects of all that is ours, each once; the generated ones whole."""
    rendered = [document for name in RENDERED if name not in OTHERS for document in golden(name)
                if not is_generated(document)]
    return list({json.dumps(document, sort_keys=True): document for document in rendered + generated()}.values())


def text(documents: Iterable[Document]) -> str:
    """Documents as YAML."""
    return "\n---\n".join(yaml.safe_dump(document) for document in documents)


def broken(kind: str, change: Callable[[Document], Any]) -> Document:
    """An object of a kind with a mistake in it."""
    document = deepcopy(next(document for document in everything() if document["kind"] == kind))
    change(document["spec"])
    return document


def _pod(spec: Document) -> Document:
    return spec["template"]["spec"]


MISTAKES: list[tuple[str, str, Callable[[Document], Any]]] = [
    ("Deployment", 'unknown field "spec.template.spec.containers[0].livenessProbe.periodSecond"',
     lambda spec: _pod(spec)["containers"][0]["livenessProbe"].update(periodSecond=1)),
    ("Deployment", "`selector` does not match template `labels`",
     lambda spec: spec["template"]["metadata"].update(labels={"app": "other"})),
    ("Deployment", "restricted v1.34: container \"exporter\" uses probe or lifecycle host",
     lambda spec: _pod(spec)["containers"][0]["livenessProbe"]["httpGet"].update(host="10.0.0.1")),
    ("StatefulSet", "restricted v1.25: volume",
     lambda spec: _pod(spec)["volumes"].append({"name": "host", "hostPath": {"path": "/"}})),
    ("StatefulSet", "volumeMounts[0].name: Not found", lambda spec: _pod(spec)["volumes"].clear()),
    ("StatefulSet", "must be greater than or equal to 0", lambda spec: spec.update(replicas=-1)),
    ("NetworkPolicy", "must be between 1 and 65535", lambda spec: spec["egress"][0]["ports"][0].update(port=0)),
    ("PodDisruptionBudget", "minAvailable and maxUnavailable cannot be both set",
     lambda spec: spec.update(minAvailable=1)),
    ("Service", "Unsupported value: \"SCTCP\"", lambda spec: spec["ports"][0].update(protocol="SCTCP")),
    ("ServiceMonitor", 'unknown field "spec.endpoints[0].intervall"',
     lambda spec: spec["endpoints"][0].update(intervall="1s")),
]


def test_the_api_servers_own_code_accepts_all_objects() -> None:
    """Strict decoding, defaults, validation, and Pod Security of all versions since 1.25; and it sees mistakes."""
    program = go_tools.build(Path(__file__).parent / "apiserver")

    def problems(documents: list[Document]) -> str:
        done = subprocess.run([program], input=text(documents), capture_output=True, text=True, check=True)
        return done.stdout

    objects = everything()
    assert problems(objects) == ""
    print(f"{len(objects)} objects accepted by the code of {KUBERNETES}")
    for kind, expected, change in MISTAKES:
        assert expected in problems([broken(kind, change)])


def test_kubeconform_accepts_all_objects(tmp_path: Path) -> None:
    """Strict schemas made from the API's own description. Those of the operator are no part of it."""
    kubeconform = go_tools.install("github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0")
    description = json.loads((go_tools.download(KUBERNETES) / "api/openapi-spec/swagger.json").read_text())
    for name, schema in _schemas(description["definitions"]):
        (tmp_path / name).write_text(json.dumps(schema))

    def run(documents: list[Document]) -> dict[str, Any]:
        done = subprocess.run([kubeconform, "-strict", "-output=json", "-summary", "-schema-location",
                               f"{tmp_path}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"],
                              input=text(documents), capture_output=True, text=True, check=False)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    objects = [document for document in everything() if document["apiVersion"] != "monitoring.coreos.com/v1"]
    answer = run(objects)
    assert (answer["resources"], answer["summary"]["valid"]) == ([], len(objects))
    misspelt = broken("Deployment", lambda spec: _pod(spec)["containers"][0]["livenessProbe"].update(periodSecond=1))
    assert run([misspelt])["summary"]["invalid"] == 1


# What kube-score would have otherwise, and why it is not done.
ACCEPTED = {
    # tags are versions: to pull them anew brings nothing, and fails offline
    "container-image-pull-policy",
    # wants ids of 10000 and more; 1000 is the user of ZooKeeper's image
    "container-security-context-user-group-id",
    # the component ha gives two
    "deployment-replicas",
    # topologySpreadConstraints keep them apart, for each revision by itself
    "deployment-has-host-podantiaffinity",
}


@pytest.mark.parametrize("name", [name for name in RENDERED if name not in OTHERS])
def test_kube_score_has_nothing_to_say(name: str) -> None:
    """Apart from what is told above, and limits of CPU: throttled probes time out."""
    kube_score = go_tools.install("github.com/zegl/kube-score/cmd/kube-score@v1.20.0")
    command = [kube_score, "score", "--output-format=ci", "--kubernetes-version=v1.34", "--ignore-container-cpu-limit",
               *(f"--ignore-test={test}" for test in sorted(ACCEPTED)), "-"]
    done = subprocess.run(command, input=text(d for d in golden(name) if not is_generated(d)), capture_output=True,
                          text=True, check=False)
    assert re.findall(r"^\[(?:WARNING|CRITICAL)\].*", done.stdout, re.M) == []
    assert "[OK]" in done.stdout, done.stderr


def _schemas(definitions: dict[str, Document]) -> Iterable[tuple[str, Document]]:
    """A schema for each kind of the API, under the name that kubeconform looks for."""
    for name, definition in definitions.items():
        if name.endswith("intstr.IntOrString"):
            definition["type"] = ["string", "integer"]
        elif name.endswith("resource.Quantity"):
            definition["type"] = ["string", "number"]
        elif "properties" in definition and "JSONSchemaProps" not in name:
            definition.setdefault("additionalProperties", False)
        definition.pop("format", None)
    for name, definition in definitions.items():
        for kind in definition.get("x-kubernetes-group-version-kind", []):
            group = f"-{kind['group'].split('.')[0]}" if kind["group"] else ""
            yield f"{kind['kind']}{group}-{kind['version']}.json".lower(), {
                "$ref": f"#/definitions/{name}",
                "definitions": {each: definitions[each] for each in _used(definitions, name)}}


def _used(definitions: dict[str, Document], name: str) -> set[str]:
    """The definition and all that it leads to."""
    found, new = set(), {name}
    while new:
        found |= new
        references = {reference for each in new
                      for reference in re.findall(r'"#/definitions/([^"]+)"', json.dumps(definitions[each]))}
        new = references - found
    return found

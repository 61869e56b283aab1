"""The overlays applied to a real API server with its controllers: admission, Pod Security, disruption budgets.

KUBERNETES_CONTROL_PLANE=1 runs it: the first time Go builds for some minutes.
"""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import go_tools
from control_plane import ControlPlane
from manifests import MANIFESTS

pytestmark = pytest.mark.long

# Stand-ins for the operator's: they take anything.
CRDS = [{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
         "metadata": {"name": f"{kind.lower()}s.monitoring.coreos.com"},
         "spec": {"group": "monitoring.coreos.com", "scope": "Namespaced",
                  "names": {"kind": kind, "plural": f"{kind.lower()}s", "singular": kind.lower()},
                  "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
                      "type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]}}
        for kind in ("ServiceMonitor", "PodMonitor", "PrometheusRule")]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane that knows the operator's kinds."""
    if not os.environ.get("KUBERNETES_CONTROL_PLANE"):
        pytest.skip("not applied to a real API server: KUBERNETES_CONTROL_PLANE=1 is not set")
    for program in ("etcd", "kubectl", "openssl"):
        if not shutil.which(program):
            pytest.skip(f"not applied to a real API server: no {program} here")
    program = go_tools.build(Path(__file__).parent / "controlplane")
    with ControlPlane(program, tmp_path_factory.mktemp("control-plane")) as plane:
        crds = {"apiVersion": "v1", "kind": "List", "items": CRDS}
        plane.kubectl("apply", "--server-side", "--filename=-", stdin=json.dumps(crds))
        plane.kubectl("wait", "--for=condition=Established", "--timeout=60s", "crd", "--all")
        yield plane


def apply(cluster: ControlPlane, overlay: str) -> int:
    """Applies an overlay, without a warning; gives the number of its objects."""
    done = cluster.kubectl("apply", "--server-side", "-k", str(MANIFESTS / "overlays" / overlay))
    # The API server says this of every headless Service that it has set the default of: nobody can help it.
    known = "Warning: spec.SessionAffinity is ignored for headless services"
    assert [line for line in done.stderr.splitlines() if line != known] == []
    return len(done.stdout.splitlines())


def pods(cluster: ControlPlane, namespace: str) -> list[str]:
    """The names of all pods that are not going away."""
    return sorted(pod["metadata"]["name"] for pod in cluster.get("pods", f"--namespace={namespace}")["items"]
                  if "deletionTimestamp" not in pod["metadata"])


def set_ready(cluster: ControlPlane, pod: str, ready: bool) -> None:
    """What a kubelet would report."""
    status = {"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": str(ready)}]}}
    cluster.kubectl("patch", "pod", pod, "--namespace=zookeeper", "--subresource=status", "--patch", json.dumps(status))


def evict(cluster: ControlPlane, pod: str) -> bool:
    """Asks what `kubectl drain` asks, and changes nothing."""
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": "zookeeper"},
                "deleteOptions": {"dryRun": ["All"]}}
    done = cluster.kubectl("create", f"--raw=/api/v1/namespaces/zookeeper/pods/{pod}/eviction", "--filename=-",
                           stdin=json.dumps(eviction), check=False)
    assert done.returncode == 0 or "disruption budget" in done.stderr, done.stderr
    return done.returncode == 0


def test_the_demo_is_applied_and_its_pods_are_admitted(cluster: ControlPlane) -> None:
    """One command, no warning, and the controllers get their pods past Pod Security. A second time changes nothing."""
    print(f"{apply(cluster, 'demo')} objects applied")
    cluster.wait_until(lambda: len(pods(cluster, "zookeeper-monitoring")) == 1, "the exporter's pod")
    cluster.wait_until(lambda: pods(cluster, "zookeeper") == ["zookeeper-0", "zookeeper-1", "zookeeper-2"], "members")
    again = cluster.kubectl("diff", "--server-side", "-k", str(MANIFESTS / "overlays/demo"), check=False)
    assert (again.returncode, again.stdout) == (0, "")


def test_pod_security_is_enforced(cluster: ControlPlane) -> None:
    """The namespaces' labels work: a pod that the linter would find is refused here as well."""
    apply(cluster, "demo")
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "any"},
           "spec": {"containers": [{"name": "any", "image": "any:1"}]}}
    for namespace in ("zookeeper", "zookeeper-monitoring"):
        done = cluster.kubectl("create", f"--namespace={namespace}", "--filename=-", stdin=json.dumps(pod), check=False)
        assert 'violates PodSecurity "restricted:latest"' in done.stderr


def test_members_are_evicted_only_while_the_others_are_well(cluster: ControlPlane) -> None:
    """All well: one may go. One broken: that one may, no other. Without quorum: none."""
    apply(cluster, "demo")
    cluster.wait_until(lambda: len(pods(cluster, "zookeeper")) == 3, "members")
    members = pods(cluster, "zookeeper")
    for broken, healthy, may_go in ((0, 3, [True, True, True]), (1, 2, [True, False, False]),
                                    (2, 1, [False, False, False])):
        for number, pod in enumerate(members):
            set_ready(cluster, pod, number >= broken)
        cluster.wait_until(lambda: cluster.get("pdb", "zookeeper", "--namespace=zookeeper")["status"].get(
            "currentHealthy") == healthy, "the disruption controller")
        assert [evict(cluster, pod) for pod in members] == may_go


@pytest.mark.parametrize("overlay", ["ha", "sidecar"])
def test_the_other_overlays_are_applied(cluster: ControlPlane, overlay: str) -> None:
    """Over the demo, as somebody who changes his mind does it."""
    apply(cluster, overlay)
    if overlay == "ha":
        cluster.wait_until(lambda: len(pods(cluster, "zookeeper-monitoring")) >= 2, "two exporters")

"""The overlays applied to a real control plane: admission, Pod Security, scheduling, disruption budgets.

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
DEMO = "zookeeper-demo"
MEMBERS = ["zookeeper-0", "zookeeper-1", "zookeeper-2"]

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


def nodes(cluster: ControlPlane, namespace: str) -> list[str]:
    """The nodes that the pods of a namespace were given, apart from those that wait for one."""
    return sorted(pod["spec"]["nodeName"] for pod in cluster.get("pods", f"--namespace={namespace}")["items"]
                  if "nodeName" in pod["spec"])


def add_node(cluster: ControlPlane, number: int) -> None:
    """A node in a zone of its own, as a kubelet registers it."""
    name, room = f"node-{number}", {"cpu": "4", "memory": "8Gi", "ephemeral-storage": "20Gi", "pods": "20"}
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux",
              "topology.kubernetes.io/zone": f"zone-{number}"}
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels},
            "status": {"capacity": room, "allocatable": room, "conditions": [{"type": "Ready", "status": "True"}]}}
    cluster.kubectl("create", "--filename=-", stdin=json.dumps(node))
    cluster.kubectl("taint", "node", name, "node.kubernetes.io/not-ready-")  # the node controller would take it off


def add_volume(cluster: ControlPlane, number: int) -> None:
    """A volume that any member may claim, on any node."""
    volume = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": f"volume-{number}"},
              "spec": {"capacity": {"storage": "10Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/any"}}}
    cluster.kubectl("create", "--filename=-", stdin=json.dumps(volume))


def unscheduled(cluster: ControlPlane) -> list[str]:
    """Why members have no node."""
    return [condition["message"] for pod in cluster.get("pods", f"--namespace={DEMO}")["items"]
            for condition in pod.get("status", {}).get("conditions", [])
            if (condition["type"], condition["status"]) == ("PodScheduled", "False")]


def set_ready(cluster: ControlPlane, pod: str, ready: bool) -> None:
    """What a kubelet would report."""
    status = {"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": str(ready)}]}}
    cluster.kubectl("patch", "pod", pod, f"--namespace={DEMO}", "--subresource=status", "--patch", json.dumps(status))


def evict(cluster: ControlPlane, pod: str) -> bool:
    """Asks what `kubectl drain` asks, and changes nothing."""
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": DEMO},
                "deleteOptions": {"dryRun": ["All"]}}
    done = cluster.kubectl("create", f"--raw=/api/v1/namespaces/{DEMO}/pods/{pod}/eviction", "--filename=-",
                           stdin=json.dumps(eviction), check=False)
    assert done.returncode == 0 or "disruption budget" in done.stderr, done.stderr
    return done.returncode == 0


def test_the_demo_is_applied_and_its_pods_are_admitted(cluster: ControlPlane) -> None:
    """One command, no warning, and the controllers get their pods past Pod Security. A second time changes nothing."""
    print(f"{apply(cluster, 'demo')} objects applied")
    cluster.wait_until(lambda: len(pods(cluster, DEMO)) == 4, "the pods")
    assert pods(cluster, DEMO)[:3] == MEMBERS
    again = cluster.kubectl("diff", "--server-side", "-k", str(MANIFESTS / "overlays/demo"), check=False)
    assert (again.returncode, again.stdout) == (0, "")


def test_pod_security_is_enforced(cluster: ControlPlane) -> None:
    """The namespaces' labels work: a pod that the linter would find is refused here as well."""
    apply(cluster, "demo")
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "any"},
           "spec": {"containers": [{"name": "any", "image": "any:1"}]}}
    done = cluster.kubectl("create", f"--namespace={DEMO}", "--filename=-", stdin=json.dumps(pod), check=False)
    assert 'violates PodSecurity "restricted:latest"' in done.stderr


def test_members_are_evicted_only_while_the_others_are_well(cluster: ControlPlane) -> None:
    """All well: one may go. One broken: that one may, no other. Without quorum: none."""
    apply(cluster, "demo")
    cluster.wait_until(lambda: set(MEMBERS) <= set(pods(cluster, DEMO)), "members")
    for broken, healthy, may_go in ((0, 3, [True, True, True]), (1, 2, [True, False, False]),
                                    (2, 1, [False, False, False])):
        for number, pod in enumerate(MEMBERS):
            set_ready(cluster, pod, number >= broken)
        cluster.wait_until(lambda: cluster.get("pdb", "zookeeper", f"--namespace={DEMO}")["status"].get(
            "currentHealthy") == healthy, "the disruption controller")
        assert [evict(cluster, pod) for pod in MEMBERS] == may_go


def test_members_and_two_exporters_each_get_a_node_of_their_own(cluster: ControlPlane) -> None:
    """With two nodes the third member waits; with three all have one, and no two exporters share one."""
    apply(cluster, "demo")
    cluster.kubectl("delete", "deployment,replicaset,pod", "--selector=app.kubernetes.io/name=zookeeper-exporter",
                    f"--namespace={DEMO}", "--wait=false")
    cluster.kubectl("create", "namespace", "zookeeper-monitoring")
    apply(cluster, "ha")
    for number in (1, 2, 3):
        add_volume(cluster, number)
    add_node(cluster, 1)
    add_node(cluster, 2)
    cluster.wait_until(lambda: nodes(cluster, DEMO) == ["node-1", "node-2"], "two members")
    cluster.wait_until(lambda: nodes(cluster, "zookeeper-monitoring") == ["node-1", "node-2"], "two exporters")
    cluster.wait_until(lambda: any("anti-affinity" in why for why in unscheduled(cluster)), "the reason of the third")
    add_node(cluster, 3)
    cluster.wait_until(lambda: nodes(cluster, DEMO) == ["node-1", "node-2", "node-3"], "three members")


def test_the_overlay_with_sidecars_is_applied_over_the_demo(cluster: ControlPlane) -> None:
    """As somebody does it who changes his mind."""
    apply(cluster, "demo")
    cluster.kubectl("create", "namespace", "zookeeper")
    apply(cluster, "sidecar")


def test_removing_the_demo_leaves_all_else(cluster: ControlPlane) -> None:
    """Its namespace goes, with its claims; an ensemble that the user has in the namespace `zookeeper` stays."""
    apply(cluster, "demo")
    before = cluster.get("statefulset,pvc", "--namespace=zookeeper")["items"]
    cluster.kubectl("delete", "--wait=false", "-k", str(MANIFESTS / "overlays/demo"))
    assert "deletionTimestamp" in cluster.get("namespace", DEMO)["metadata"]
    after = cluster.get("statefulset,pvc", "--namespace=zookeeper")["items"]
    assert [each["metadata"]["uid"] for each in after] == [each["metadata"]["uid"] for each in before] != []
    assert "deletionTimestamp" not in cluster.get("namespace", "zookeeper")["metadata"]

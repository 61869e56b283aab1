"""Every rule of the linter holds for what we render, and catches at least one manifest that breaks it."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from manifest_lint import RULES, VERSION, lint
from manifests import OTHERS, RENDERED, Document, golden

Documents = list[Document]
Break = Callable[[Documents], Any]


class Found:
    """Shortcuts into the documents of a rendered overlay."""

    def __init__(self, documents: Documents):
        self.documents = documents

    def __call__(self, kind: str, name: str) -> Document:
        (found,) = [document for document in self.documents
                    if document["kind"] == kind and document["metadata"]["name"] == name]
        return found

    @property
    def exporter(self) -> Document:
        """The exporter's Deployment."""
        return self("Deployment", "zookeeper-exporter")["spec"]

    @property
    def zookeeper(self) -> Document:
        """The ensemble's StatefulSet."""
        return self("StatefulSet", "zookeeper")["spec"]

    @property
    def pod(self) -> Document:
        """The exporter's pod."""
        return self.exporter["template"]["spec"]

    @property
    def container(self) -> Document:
        """The exporter's container."""
        return self.pod["containers"][0]

    @property
    def server(self) -> Document:
        """ZooKeeper's container."""
        return self.zookeeper["template"]["spec"]["containers"][0]

    def init(self, name: str) -> Document:
        """An init container of ZooKeeper's pod."""
        (found,) = [c for c in self.zookeeper["template"]["spec"]["initContainers"] if c["name"] == name]
        return found

    def policy(self, name: str) -> Document:
        """A NetworkPolicy."""
        return self("NetworkPolicy", name)["spec"]

    def service(self, name: str) -> Document:
        """A Service."""
        return self("Service", name)["spec"]

    def remove(self, kind: str, name: str) -> None:
        """Takes a document away."""
        self.documents.remove(self(kind, name))


def cut(fields: Document, *path: str) -> None:
    """Takes a key away."""
    *parents, last = path
    for key in parents:
        fields = fields[key]
    del fields[last]


def put(fields: Document, *path_and_value: Any) -> None:
    """Sets a key, and the maps on the way to it."""
    *parents, last, value = path_and_value
    for key in parents:
        fields = fields.setdefault(key, {})
    fields[last] = value


ROLE = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "any"}, "rules": []}
PEER = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}},
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "zookeeper-exporter",
                                        "app.kubernetes.io/component": "exporter"}}}

# For each rule: what breaks it, in the overlay "demo" or in the one named.
MUTANTS: dict[str, list[Callable[[Found], Any]]] = {
    "pss_host_namespaces": [lambda f, k=k: put(f.pod, k, True) for k in ("hostNetwork", "hostPID", "hostIPC")],
    "pss_windows_host_process": [lambda f: put(f.container, "securityContext", "windowsOptions", "hostProcess", True),
                                 lambda f: put(f.pod, "securityContext", "windowsOptions", "hostProcess", True)],
    "pss_privileged": [lambda f: put(f.container, "securityContext", "privileged", True)],
    "pss_host_ports": [lambda f: put(f.container["ports"][0], "hostPort", 9141)],
    "pss_host_in_probes": [
        lambda f: put(f.container, "livenessProbe", "httpGet", "host", "10.0.0.1"),
        lambda f: put(f.server, "readinessProbe", {"tcpSocket": {"port": 2181, "host": "10.0.0.1"}}),
        lambda f: put(f.container, "lifecycle", "preStop", "httpGet", {"path": "/", "port": 1, "host": "10.0.0.1"})],
    "pss_sysctls": [lambda f: put(f.pod, "securityContext", "sysctls", [{"name": "kernel.msgmax", "value": "1"}])],
    "pss_proc_mount": [lambda f: put(f.container, "securityContext", "procMount", "Unmasked")],
    "pss_selinux": [lambda f: put(f.container, "securityContext", "seLinuxOptions", "type", "spc_t"),
                    lambda f: put(f.pod, "securityContext", "seLinuxOptions", "user", "system_u")],
    "pss_apparmor": [
        lambda f: put(f.container, "securityContext", "appArmorProfile", "type", "Unconfined"),
        lambda f: put(f.exporter["template"]["metadata"]["annotations"],
                      "container.apparmor.security.beta.kubernetes.io/exporter", "unconfined")],
    "pss_volume_types": [lambda f: f.pod["volumes"].append({"name": "host", "hostPath": {"path": "/"}})],
    "pss_privilege_escalation": [lambda f: cut(f.container, "securityContext", "allowPrivilegeEscalation"),
                                 lambda f: cut(f.init("write-myid"), "securityContext", "allowPrivilegeEscalation")],
    "pss_run_as_non_root": [lambda f: put(f.server, "securityContext", "runAsNonRoot", False)],
    "pss_run_as_user": [lambda f: put(f.container, "securityContext", "runAsUser", 0),
                        lambda f: put(f.pod, "securityContext", "runAsUser", 0)],
    "pss_seccomp": [lambda f: cut(f.pod, "securityContext", "seccompProfile"),
                    lambda f: put(f.server, "securityContext", "seccompProfile", "type", "Unconfined")],
    "pss_capabilities": [lambda f: put(f.container, "securityContext", "capabilities", "drop", ["NET_RAW"]),
                         lambda f: put(f.container, "securityContext", "capabilities", "add", ["SYS_TIME"])],
    "read_only_root": [lambda f: cut(f.server, "securityContext", "readOnlyRootFilesystem")],
    "no_api_rights": [lambda f: f.documents.append(ROLE), lambda f: cut(f.pod, "automountServiceAccountToken")],
    "own_service_account": [lambda f: cut(f.pod, "serviceAccountName"),
                            lambda f: f.remove("ServiceAccount", "zookeeper"),
                            lambda f: cut(f("ServiceAccount", "zookeeper"), "automountServiceAccountToken")],
    "secrets_are_files": [
        lambda f: put(f.container, "env", [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]),
        lambda f: put(f.container, "envFrom", [{"secretRef": {"name": "s"}}])],
    "no_service_links": [lambda f: cut(f.pod, "enableServiceLinks")],
    "namespace_restricted": [
        lambda f: f("Namespace", "zookeeper-demo")["metadata"]["labels"].update(
            {"pod-security.kubernetes.io/enforce": "baseline"}),
        lambda f: cut(f("Namespace", "zookeeper-demo"), "metadata", "labels",
                      "pod-security.kubernetes.io/warn-version"),
        lambda f: put(f("Namespace", "zookeeper-demo"), "metadata", "name", "zookeeper")],
    "image_pinned": [lambda f, i=i: put(f.server, "image", i) for i in (
        "docker.io/library/zookeeper", "docker.io/library/zookeeper:latest", "zookeeper:3.9.5")] + [
        lambda f: put(f.container, "imagePullPolicy", "Always")],
    "one_version": [
        lambda f: put(f.init("install-zk-health"), "image", "ghcr.io/zookeeper-exporter/zookeeper-exporter:0.0.9"),
        lambda f: put(f.exporter["template"]["metadata"]["labels"], VERSION, "0.0.9")],
    "resources": [lambda f: cut(f.container, "resources", "limits", "memory"),
                  lambda f: cut(f.container, "resources", "requests", "cpu"),
                  lambda f: put(f.container, "resources", "limits", "cpu", "100m"),
                  lambda f: cut(f.init("write-myid"), "resources")],
    "three_probes": [lambda f: cut(f.container, "startupProbe"), lambda f: cut(f.server, "readinessProbe"),
                     lambda f: put(f.init("write-myid"), "restartPolicy", "Always")],
    "probes_differ": [lambda f: put(f.container, "readinessProbe", "httpGet", "path", "/livez"),
                      lambda f: put(f.server, "livenessProbe", "exec", f.server["readinessProbe"]["exec"])],
    "exporter_probes": [lambda f: put(f.container, "readinessProbe", "httpGet", "path", "/health/ensemble"),
                        lambda f: put(f.container, "livenessProbe", "httpGet", "port", "metrics"),
                        lambda f: put(f.container, "livenessProbe", "timeoutSeconds", 11)],
    "zookeeper_probes": [
        lambda f: put(f.server, "livenessProbe", "exec", "command", ["sh", "-c", "echo ruok | nc localhost 2181"]),
        lambda f: put(f.server, "livenessProbe", {"tcpSocket": {"port": "client"}}),
        lambda f: f.server["livenessProbe"]["exec"]["command"].__setitem__(1, "--check=readiness"),
        lambda f: f.server["readinessProbe"]["exec"]["command"].__setitem__(2, "--timeout=5s"),
        lambda f: put(f.server, "livenessProbe", "failureThreshold", 5),
        lambda f: put(f.server, "startupProbe", "failureThreshold", 100),
        lambda f: f.server["volumeMounts"].pop(0)],
    "selector_matches_template": [
        lambda f: cut(f.exporter["template"], "metadata", "labels", "app.kubernetes.io/component"),
        lambda f: put(f.exporter, "selector", "matchLabels", "app.kubernetes.io/part-of", "zookeeper-monitoring")],
    "version_not_fixed": [
        lambda f: put(f.exporter, "selector", "matchLabels", VERSION, "0.1.0"),
        lambda f: put(f.service("zookeeper-client"), "selector", VERSION, "3.9.5"),
        lambda f: put(f.policy("zookeeper"), "podSelector", "matchLabels", VERSION, "3.9.5"),
        lambda f: put(f.zookeeper["volumeClaimTemplates"][0], "metadata", "labels", VERSION, "3.9.5")],
    "configuration_exists": [lambda f: put(f.pod["volumes"][0], "configMap", "name", "elsewhere-5c4485kck7"),
                             lambda f: f.remove("ConfigMap", "zookeeper-exporter-config")],
    "configuration_taken": [
        lambda f: f.container["args"].remove("--config.watch"),
        lambda f: put(f.container["volumeMounts"][0], "subPath", "zookeeper-exporter.yml"),
        lambda f: put(f("ConfigMap", "zookeeper-exporter-config"), "immutable", True),
        lambda f: [put(v, "configMap", "name", "zookeeper-config") for v in f.zookeeper["template"]["spec"]["volumes"]
                   if "configMap" in v]],
    "volumes_fit": [lambda f: f.pod["volumes"].pop(), lambda f: f.container["volumeMounts"].pop(),
                    lambda f: [cut(v, "emptyDir", "sizeLimit") for v in f.zookeeper["template"]["spec"]["volumes"]
                               if v["name"] == "tmp"]],
    "configuration_read_only": [lambda f: cut(f.container["volumeMounts"][0], "readOnly")],
    "service_reaches_pods": [
        lambda f: put(f.service("zookeeper-exporter"), "selector", "app.kubernetes.io/name", "exporter"),
        lambda f: put(f.service("zookeeper-exporter")["ports"][0], "targetPort", "metrics"),
        lambda f: cut(f.service("zookeeper-exporter")["ports"][0], "targetPort")],
    "monitor_reaches_target": [
        lambda f: put(f("ServiceMonitor", "zookeeper-exporter")["spec"]["endpoints"][0], "port", "metrics"),
        lambda f: put(f("ServiceMonitor", "zookeeper-exporter"), "spec", "selector", "matchLabels", "app", "exporter"),
        lambda f: put(f("ServiceMonitor", "zookeeper-exporter")["spec"]["endpoints"][0], "scrapeTimeout", "20s"),
        lambda f: put(f("ServiceMonitor", "zookeeper-exporter")["spec"]["endpoints"][0], "honorLabels", True),
        lambda f: cut(f("ServiceMonitor", "zookeeper-exporter"), "spec", "sampleLimit")],
    "labels_everywhere": [lambda f: cut(f("Service", "zookeeper-client"), "metadata", "labels"),
                          lambda f: cut(f.exporter["template"], "metadata", "labels", "app.kubernetes.io/part-of")],
    "names_unique": [lambda f: f.documents.append(deepcopy(f.documents[0]))],
    "deployment_rolls_without_gap": [
        lambda f: put(f.exporter, "strategy", "rollingUpdate", "maxUnavailable", 1),
        lambda f: put(f.exporter, "strategy", {"type": "Recreate"}), lambda f: cut(f.exporter, "minReadySeconds"),
        lambda f: cut(f.exporter, "revisionHistoryLimit")],
    "deployment_spreads": [
        lambda f: f.pod["topologySpreadConstraints"].pop(),
        lambda f: cut(f.pod["topologySpreadConstraints"][0], "matchLabelKeys"),
        lambda f: put(f.pod["topologySpreadConstraints"][0], "labelSelector", "matchLabels", "app", "exporter"),
        lambda f: put(f.exporter, "replicas", 2)],
    "statefulset_spreads": [
        lambda f: cut(f.zookeeper["template"], "spec", "affinity"),
        lambda f: cut(f.zookeeper["template"], "spec", "topologySpreadConstraints")],
    "statefulset_suits_a_quorum": [
        lambda f: put(f.zookeeper, "podManagementPolicy", "OrderedReady"),
        lambda f: put(f.zookeeper, "updateStrategy", "type", "RollingUpdate"),
        lambda f: put(f.zookeeper, "persistentVolumeClaimRetentionPolicy", "whenScaled", "Delete"),
        lambda f: put(f.zookeeper, "replicas", 4)],
    "members_have_names": [lambda f: cut(f.service("zookeeper-headless"), "publishNotReadyAddresses"),
                           lambda f: put(f.service("zookeeper-headless"), "clusterIP", "10.0.0.1"),
                           lambda f: put(f.zookeeper, "serviceName", "zookeeper")],
    "clients_get_ready_members": [
        lambda f: f.remove("Service", "zookeeper-client"),
        lambda f: put(f.service("zookeeper-client"), "publishNotReadyAddresses", True)],
    "disruption_budget": [
        lambda f: f.remove("PodDisruptionBudget", "zookeeper"),
        lambda f: put(f("PodDisruptionBudget", "zookeeper"), "spec", "maxUnavailable", 2),
        lambda f: put(f("PodDisruptionBudget", "zookeeper-exporter"), "spec", "minAvailable", 1),
        lambda f: put(f("PodDisruptionBudget", "zookeeper"), "spec", "unhealthyPodEvictionPolicy", "AlwaysAllow")],
    "pod_placement": [lambda f: cut(f.pod, "nodeSelector"), lambda f: cut(f.pod, "terminationGracePeriodSeconds")],
    "exporter_leaves_a_lost_node": [
        lambda f: f.pod["tolerations"].pop(), lambda f: put(f.pod["tolerations"][0], "tolerationSeconds", 300),
        lambda f: put(f.zookeeper, "template", "spec", "tolerations", f.pod["tolerations"])],
    "frozen_is_killed_soon": [
        lambda f: cut(f.server, "livenessProbe", "terminationGracePeriodSeconds"),
        lambda f: put(f.container, "livenessProbe", "terminationGracePeriodSeconds", 15)],
    "exporter_resolves_quickly": [lambda f: cut(f.pod, "dnsConfig")],
    "network_isolated": [lambda f: f.remove("NetworkPolicy", "zookeeper"),
                         lambda f: put(f.policy("zookeeper-exporter"), "policyTypes", ["Ingress"]),
                         lambda f: put(f.policy("zookeeper-from-clients"), "egress", [{}])],
    "network_tight": [
        lambda f: f.policy("zookeeper-exporter")["egress"].append({}),
        lambda f: cut(f.policy("zookeeper-exporter-from-prometheus")["ingress"][0], "ports"),
        lambda f: cut(f.policy("zookeeper-exporter-from-prometheus")["ingress"][0], "from"),
        lambda f: put(f.policy("zookeeper-from-clients")["ingress"][0]["from"][1], "namespaceSelector", {}),
        lambda f: f.policy("zookeeper-from-clients")["ingress"][0]["from"].append({"ipBlock": {"cidr": "0.0.0.0/0"}}),
        lambda f: put(f.policy("zookeeper")["egress"][1]["ports"][0], "port", None) or cut(
            f.policy("zookeeper")["egress"][1]["ports"][0], "port"),
        lambda f: put(f.policy("zookeeper"), "podSelector", {})],
    "network_peers_not_rewritten": [lambda f: put(f.policy("zookeeper-exporter-from-prometheus")["ingress"][0], "from",
                                              [PEER])],
    "network_ports_exist": [
        lambda f: put(f.policy("zookeeper-exporter-from-prometheus")["ingress"][0]["ports"][0], "port", "metrics")],
    "network_parameters_have_names": [
        lambda f: put(f.policy("zookeeper"), "ingress", f.policy("zookeeper-from-clients")["ingress"])],
    "network_allows_names": [lambda f: f.policy("zookeeper-exporter")["egress"].pop(0),
                             lambda f: f.policy("zookeeper")["egress"][1]["ports"].pop(0)],
    "exporter_reaches_members": [
        lambda f: f.remove("NetworkPolicy", "zookeeper-exporter-to-zookeeper"),
        lambda f: f.remove("NetworkPolicy", "zookeeper-from-exporter"),
        lambda f: put(f.zookeeper, "replicas", 1),
        lambda f: replace_in_configuration(f, "zookeeper-2.zookeeper-headless", "zookeeper-client")],
    "members_reach_each_other": [lambda f: f.policy("zookeeper")["ingress"].pop(0),
                                 lambda f: f.policy("zookeeper")["egress"][0]["ports"].pop(1)],
    "prometheus_is_let_in": [
        lambda f: f.remove("NetworkPolicy", "zookeeper-exporter-from-prometheus"),
        lambda f: cut(f.policy("zookeeper-exporter-from-prometheus")["ingress"][0]["from"][0], "namespaceSelector")],
}
SIDECAR_MUTANTS: dict[str, Callable[[Found], Any]] = {
    "three_probes": lambda f: put(f.init("exporter"), "readinessProbe", f.init("exporter")["livenessProbe"]),
    "prometheus_is_let_in": lambda f: f.remove("NetworkPolicy", "zookeeper-sidecar-exporter"),
    "monitor_reaches_target": lambda f: cut(f.init("exporter"), "ports"),
    "pss_capabilities": lambda f: cut(f.init("exporter"), "securityContext", "capabilities"),
}


def replace_in_configuration(found: Found, old: str, new: str) -> None:
    """Changes the exporter's configuration."""
    (document,) = [document for document in found.documents if "zookeeper-exporter.yml" in document.get("data", {})]
    document["data"]["zookeeper-exporter.yml"] = document["data"]["zookeeper-exporter.yml"].replace(old, new)


@pytest.mark.parametrize("name", [name for name in RENDERED if name not in OTHERS])
def test_has_no_finding(name: str) -> None:
    """What we render keeps all rules."""
    assert [str(finding) for finding in lint(golden(name))] == []


@pytest.mark.parametrize("name, number", [(name, n) for name, mutants in MUTANTS.items() for n in range(len(mutants))])
def test_catches_a_mutant(name: str, number: int) -> None:
    """A manifest that breaks the rule is found by just that rule, whatever else it breaks."""
    documents = golden("demo")
    MUTANTS[name][number](Found(documents))
    assert name in {finding.rule for finding in lint(documents)}


@pytest.mark.parametrize("name", SIDECAR_MUTANTS)
def test_catches_a_mutant_of_the_sidecar(name: str) -> None:
    """The same where the exporter is in ZooKeeper's pod."""
    documents = golden("sidecar")
    SIDECAR_MUTANTS[name](Found(documents))
    assert name in {finding.rule for finding in lint(documents)}


def test_every_rule_has_a_mutant() -> None:
    """So no rule can go blind unnoticed."""
    assert set(MUTANTS) == set(RULES)


def test_counts_several_replicas_on_one_node() -> None:
    """Two replicas that may share a node are one."""
    documents = golden("ha")
    put(Found(documents).pod["topologySpreadConstraints"][0], "whenUnsatisfiable", "ScheduleAnyway")
    assert {finding.rule for finding in lint(documents)} == {"deployment_spreads"}


def test_finds_what_the_probes_bring_to_a_statefulset_of_others_clean() -> None:
    """The init container of zk-health is restricted by itself, whatever the pod around it is."""
    findings = [finding for finding in lint(golden("own-ensemble")) if "/install-zk-health" in finding.where
                or finding.rule in ("zookeeper_probes", "three_probes", "probes_differ")]
    assert findings == []

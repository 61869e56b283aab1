"""What the manifests promise, as rules over rendered documents.

The rules whose names begin with pss are those of Pod Security "restricted", as of Kubernetes 1.34; the others are ours.
Each rule is a function of a Bundle; its docstring says what must hold, and it yields (where, what is wrong).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

Document = dict[str, Any]
Complaints = Iterator[tuple[str, str]]

NAME, COMPONENT = "app.kubernetes.io/name", "app.kubernetes.io/component"
COMMON_LABELS = (NAME, COMPONENT, "app.kubernetes.io/part-of", "app.kubernetes.io/managed-by")
VERSION = "app.kubernetes.io/version"
EXPORTER_IMAGE = "ghcr.io/zookeeper-exporter/zookeeper-exporter"
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
RULES: dict[str, Callable[["Bundle"], Complaints]] = {}


@dataclass(frozen=True)
class Finding:
    """A rule that does not hold, and where."""

    rule: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.where}: {self.what}"


def lint(documents: Iterable[Document]) -> list[Finding]:
    """All findings of all rules."""
    bundle = Bundle(list(documents))
    return [Finding(name, *complaint) for name, check in RULES.items() for complaint in check(bundle)]


def rule(check: Callable[["Bundle"], Complaints]) -> Callable[["Bundle"], Complaints]:
    """Adds a function to the rules."""
    RULES[check.__name__] = check
    return check


class Container:
    """A container of a pod, with what it takes over from the pod."""

    def __init__(self, pod: "Workload", fields: Document, is_init: bool):
        self.pod, self.fields = pod, fields
        self.where = f"{pod.where}/{fields['name']}"
        self.is_sidecar = is_init and fields.get("restartPolicy") == "Always"
        self.ends = is_init and not self.is_sidecar
        self.security: Document = fields.get("securityContext", {})
        self.ports = {port.get("name"): port["containerPort"] for port in fields.get("ports", [])}

    def setting(self, key: str) -> Any:
        """A setting of the security context: the container's own, or the pod's."""
        return self.security.get(key, self.pod.security.get(key))

    def handlers(self) -> Iterator[tuple[str, Document]]:
        """All probes and lifecycle hooks."""
        yield from ((name, self.fields[name]) for name in PROBES if name in self.fields)
        yield from self.fields.get("lifecycle", {}).items()


class Workload:
    """A Deployment or StatefulSet, and the pods that it makes."""

    def __init__(self, document: Document):
        self.document, self.kind = document, document["kind"]
        self.where = f"{self.kind}/{document['metadata']['name']}"
        self.namespace = document["metadata"].get("namespace")
        self.spec: Document = document["spec"]
        template = self.spec["template"]
        self.labels: Document = template.get("metadata", {}).get("labels", {})
        self.annotations: Document = template.get("metadata", {}).get("annotations", {})
        self.pod: Document = template["spec"]
        self.security: Document = self.pod.get("securityContext", {})
        self.containers = [Container(self, fields, True) for fields in self.pod.get("initContainers", [])]
        self.containers += [Container(self, fields, False) for fields in self.pod["containers"]]

    def ports(self) -> set[Any]:
        """Names and numbers of the ports of all containers that stay."""
        return {port for container in self.containers if not container.ends
                for pair in container.ports.items() for port in pair}


class Bundle:
    """All documents that are applied together."""

    def __init__(self, documents: list[Document]):
        self.documents = documents
        self.workloads = [Workload(document) for document in documents
                          if document["kind"] in ("Deployment", "StatefulSet", "DaemonSet", "Job")]
        self.containers = [container for workload in self.workloads for container in workload.containers]

    def of(self, *kinds: str) -> list[Document]:
        """All documents of some kinds."""
        return [document for document in self.documents if document["kind"] in kinds]

    def get(self, kind: str, namespace: str | None, name: str) -> Document | None:
        """One document."""
        for document in self.of(kind):
            if document["metadata"]["name"] == name and document["metadata"].get("namespace") == namespace:
                return document
        return None

    def selected(self, document: Document, selector: Document) -> list[Workload]:
        """The workloads beside a document whose pods have the labels."""
        return [workload for workload in self.workloads
                if workload.namespace == document["metadata"].get("namespace") and selects(selector, workload.labels)]

    def policies(self, workload: Workload) -> list[Document]:
        """The NetworkPolicies over the pods of a workload."""
        return [document for document in self.of("NetworkPolicy")
                if workload in self.selected(document, match_labels(document["spec"]["podSelector"]))]


def where(document: Document) -> str:
    """How a document is called in a finding."""
    return f"{document['kind']}/{document['metadata']['name']}"


def match_labels(selector: Document | None) -> Document:
    """The labels of a selector."""
    return (selector or {}).get("matchLabels", {})


def selects(wanted: Document, labels: Document) -> bool:
    """Whether the labels meet a selector that is not empty."""
    return bool(wanted) and all(labels.get(key) == value for key, value in wanted.items())


# --- Pod Security: baseline

@rule
def pss_host_namespaces(bundle: Bundle) -> Complaints:
    """No namespace of the host."""
    for workload in bundle.workloads:
        for key in ("hostNetwork", "hostPID", "hostIPC"):
            if workload.pod.get(key):
                yield workload.where, key


@rule
def pss_windows_host_process(bundle: Bundle) -> Complaints:
    """No Windows HostProcess."""
    for container in bundle.containers:
        if (container.setting("windowsOptions") or {}).get("hostProcess"):
            yield container.where, "hostProcess"


@rule
def pss_privileged(bundle: Bundle) -> Complaints:
    """Not privileged."""
    for container in bundle.containers:
        if container.security.get("privileged"):
            yield container.where, "privileged"


@rule
def pss_host_ports(bundle: Bundle) -> Complaints:
    """No port of the host."""
    for container in bundle.containers:
        for port in container.fields.get("ports", []):
            if port.get("hostPort"):
                yield container.where, f"hostPort {port['hostPort']}"


@rule
def pss_host_in_probes(bundle: Bundle) -> Complaints:
    """Since 1.34: probes and lifecycle hooks name no host, so the kubelet asks none but the pod."""
    for container in bundle.containers:
        for name, handler in container.handlers():
            for kind in ("httpGet", "tcpSocket"):
                if handler.get(kind, {}).get("host"):
                    yield container.where, f"{name} names a host"


@rule
def pss_sysctls(bundle: Bundle) -> Complaints:
    """Safe sysctls only."""
    safe = {"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
            "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports",
            "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
            "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"}
    for workload in bundle.workloads:
        for sysctl in workload.security.get("sysctls", []):
            if sysctl["name"] not in safe:
                yield workload.where, f"sysctl {sysctl['name']}"


@rule
def pss_proc_mount(bundle: Bundle) -> Complaints:
    """/proc masked as by default."""
    for container in bundle.containers:
        if container.security.get("procMount", "Default") != "Default":
            yield container.where, "procMount"


@rule
def pss_selinux(bundle: Bundle) -> Complaints:
    """No SELinux user or role, and only the types for containers."""
    types = {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
    for container in bundle.containers:
        for options in (container.security.get("seLinuxOptions", {}), container.pod.security.get("seLinuxOptions", {})):
            if options.get("type", "") not in types or options.get("user") or options.get("role"):
                yield container.where, "seLinuxOptions"


@rule
def pss_apparmor(bundle: Bundle) -> Complaints:
    """AppArmor is not switched off."""
    for container in bundle.containers:
        profile = container.setting("appArmorProfile") or {}
        if profile.get("type", "RuntimeDefault") not in ("RuntimeDefault", "Localhost"):
            yield container.where, "appArmorProfile"
    for workload in bundle.workloads:
        for key, value in workload.annotations.items():
            if key.startswith("container.apparmor.security.beta.kubernetes.io/") and value == "unconfined":
                yield workload.where, key


# --- Pod Security: restricted

@rule
def pss_volume_types(bundle: Bundle) -> Complaints:
    """No volume of the host or of a network server."""
    allowed = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim",
               "projected", "secret"}
    for workload in bundle.workloads:
        for volume in workload.pod.get("volumes", []):
            if not set(volume) - {"name"} <= allowed:
                yield workload.where, f"volume {volume['name']}"


@rule
def pss_privilege_escalation(bundle: Bundle) -> Complaints:
    """allowPrivilegeEscalation: false in every container."""
    for container in bundle.containers:
        if container.security.get("allowPrivilegeEscalation") is not False:
            yield container.where, "allowPrivilegeEscalation is not false"


@rule
def pss_run_as_non_root(bundle: Bundle) -> Complaints:
    """runAsNonRoot: true for every container."""
    for container in bundle.containers:
        if container.setting("runAsNonRoot") is not True:
            yield container.where, "runAsNonRoot is not true"


@rule
def pss_run_as_user(bundle: Bundle) -> Complaints:
    """No uid 0."""
    for container in bundle.containers:
        if 0 in (container.security.get("runAsUser"), container.pod.security.get("runAsUser")):
            yield container.where, "runAsUser 0"


@rule
def pss_seccomp(bundle: Bundle) -> Complaints:
    """A seccomp profile for every container."""
    for container in bundle.containers:
        if (container.setting("seccompProfile") or {}).get("type") not in ("RuntimeDefault", "Localhost"):
            yield container.where, "no seccompProfile"


@rule
def pss_capabilities(bundle: Bundle) -> Complaints:
    """All capabilities dropped; at most NET_BIND_SERVICE added."""
    for container in bundle.containers:
        capabilities = container.security.get("capabilities", {})
        if "ALL" not in capabilities.get("drop", []) or set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}:
            yield container.where, "capabilities"


# --- Rights and secrets

@rule
def read_only_root(bundle: Bundle) -> Complaints:
    """The root file system is read-only."""
    for container in bundle.containers:
        if container.security.get("readOnlyRootFilesystem") is not True:
            yield container.where, "readOnlyRootFilesystem is not true"


@rule
def no_api_rights(bundle: Bundle) -> Complaints:
    """No rights at the Kubernetes API, and no token for it."""
    for document in bundle.of("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"):
        yield where(document), "grants rights"
    for workload in bundle.workloads:
        if workload.pod.get("automountServiceAccountToken") is not False:
            yield workload.where, "automountServiceAccountToken is not false"


@rule
def own_service_account(bundle: Bundle) -> Complaints:
    """A ServiceAccount of its own, which mounts no token either."""
    for workload in bundle.workloads:
        account = bundle.get("ServiceAccount", workload.namespace, workload.pod.get("serviceAccountName", ""))
        if account is None:
            yield workload.where, "no ServiceAccount of its own"
        elif account.get("automountServiceAccountToken") is not False:
            yield where(account), "automountServiceAccountToken is not false"


@rule
def secrets_are_files(bundle: Bundle) -> Complaints:
    """No secret in the environment, where every child and every dump of it shows it."""
    for container in bundle.containers:
        for variable in container.fields.get("env", []):
            if "secretKeyRef" in variable.get("valueFrom", {}):
                yield container.where, f"{variable['name']} is a secret"
        if any("secretRef" in source for source in container.fields.get("envFrom", [])):
            yield container.where, "envFrom a secret"


@rule
def no_service_links(bundle: Bundle) -> Complaints:
    """The environment is not filled with the namespace's Services."""
    for workload in bundle.workloads:
        if workload.pod.get("enableServiceLinks") is not False:
            yield workload.where, "enableServiceLinks is not false"


@rule
def namespace_restricted(bundle: Bundle) -> Complaints:
    """A namespace that is made enforces, audits and warns at restricted:latest, and holds all that is made with it."""
    names = {document["metadata"].get("namespace") for document in bundle.documents if document["kind"] != "Namespace"}
    if bundle.of("Namespace") and names != {document["metadata"]["name"] for document in bundle.of("Namespace")}:
        yield "Namespace", f"made beside objects in {names}"
    for document in bundle.of("Namespace"):
        labels = document["metadata"].get("labels", {})
        for mode in ("enforce", "audit", "warn"):
            key = f"pod-security.kubernetes.io/{mode}"
            if (labels.get(key), labels.get(f"{key}-version")) != ("restricted", "latest"):
                yield where(document), f"does not {mode} restricted:latest"


# --- Images and resources

@rule
def image_pinned(bundle: Bundle) -> Complaints:
    """A registry, a tag that is a version or a digest, pulled only when missing."""
    for container in bundle.containers:
        image = container.fields["image"]
        if not re.fullmatch(r"[\w.-]+\.[\w.-]+/[\w./-]+(:v?\d[\w.-]*|@sha256:[0-9a-f]{64})", image):
            yield container.where, f"image {image}"
        if container.fields.get("imagePullPolicy") != "IfNotPresent":
            yield container.where, "imagePullPolicy is not IfNotPresent"


@rule
def one_version(bundle: Bundle) -> Complaints:
    """The exporter has one version in all places, and the version label is that of the image."""
    tags = {container.fields["image"].rpartition(":")[2] for container in bundle.containers
            if container.fields["image"].startswith(EXPORTER_IMAGE)}
    if len(tags) > 1:
        yield "images", f"the exporter in several versions: {sorted(tags)}"
    for workload in bundle.workloads:
        image, _, tag = workload.containers[-1].fields["image"].rpartition(":")
        if VERSION in workload.labels and workload.labels[VERSION] != tag and not image.endswith("@sha256"):
            yield workload.where, f"version label {workload.labels[VERSION]}, image {tag}"


@rule
def resources(bundle: Bundle) -> Complaints:
    """Requests of cpu, memory and disk; limits of memory and disk; none of cpu, for throttled probes time out."""
    for container in bundle.containers:
        fields = container.fields.get("resources", {})
        requests, limits = set(fields.get("requests", {})), set(fields.get("limits", {}))
        if requests != {"cpu", "memory", "ephemeral-storage"} or limits != {"memory", "ephemeral-storage"}:
            yield container.where, f"requests {sorted(requests)}, limits {sorted(limits)}"


# --- Probes

@rule
def three_probes(bundle: Bundle) -> Complaints:
    """Every container that stays has three probes; a native sidecar liveness only, lest the pod depend on it."""
    for container in bundle.containers:
        wanted = set() if container.ends else {"livenessProbe"} if container.is_sidecar else set(PROBES)
        has = {name for name in PROBES if name in container.fields}
        if has != wanted:
            yield container.where, f"probes {sorted(has)} instead of {sorted(wanted)}"


@rule
def probes_differ(bundle: Bundle) -> Complaints:
    """Liveness and readiness ask different questions."""
    for container in bundle.containers:
        kinds = ("exec", "httpGet", "tcpSocket", "grpc")
        asked = [[container.fields.get(name, {}).get(kind) for kind in kinds] for name in PROBES[1:]]
        if "livenessProbe" in container.fields and asked[0] == asked[1]:
            yield container.where, "liveness and readiness are the same"


@rule
def exporter_probes(bundle: Bundle) -> Complaints:
    """The exporter is asked /livez and /readyz at a named port, and never of ZooKeeper."""
    paths = {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}
    for container in bundle.containers:
        if container.ends or not container.fields["image"].startswith(EXPORTER_IMAGE):
            continue
        for name, handler in container.handlers():
            get = handler.get("httpGet", {})
            if get.get("path") != paths.get(name) or get.get("port") not in container.ports:
                yield container.where, f"{name} asks {get.get('path')} at {get.get('port')}"
            if handler.get("timeoutSeconds", 1) > handler.get("periodSeconds", 10):
                yield container.where, f"{name} may last longer than its period"


@rule
def zookeeper_probes(bundle: Bundle) -> Complaints:
    """ZooKeeper is asked by zk-health, as patiently as told, with time left to say why it fails."""
    patience = {"startupProbe": 600, "livenessProbe": 90, "readinessProbe": 0}
    for container in bundle.containers:
        if container.fields["name"] != "zookeeper" and not any(
                "exec" in handler for _, handler in container.handlers()):
            continue
        for name, probe in container.handlers():
            command = probe.get("exec", {}).get("command", [])
            if name not in PROBES or not command or not command[0].endswith("/zk-health"):
                yield container.where, f"{name} does not ask zk-health"
                continue
            if f"--check={name.removesuffix('Probe')}" not in command:
                yield container.where, f"{name} runs {command}"
            limits = [int(flag[10:-1]) for flag in command if re.fullmatch(r"--timeout=\d+s", flag)]
            if limits != [probe.get("timeoutSeconds", 1) - 1]:
                yield container.where, f"{name}: --timeout is not a second less than timeoutSeconds"
            if probe.get("periodSeconds", 10) * probe.get("failureThreshold", 3) < patience[name]:
                yield container.where, f"{name} gives up in less than {patience[name]} s"
            mounts = [mount["mountPath"] for mount in container.fields.get("volumeMounts", [])]
            if not any(command[0].startswith(f"{path}/") for path in mounts):
                yield container.where, f"{command[0]} is on no volume"


@rule
def frozen_is_killed_soon(bundle: Bundle) -> Complaints:
    """A process that a liveness probe ends for its silence hears no SIGTERM: it need not be waited for."""
    for container in bundle.containers:
        for name, probe in container.handlers():
            if name == "livenessProbe" and not 5 <= probe.get("terminationGracePeriodSeconds", 60) <= 10:
                yield container.where, "livenessProbe without a terminationGracePeriodSeconds of 5 to 10"


# --- Wiring

@rule
def selector_matches_template(bundle: Bundle) -> Complaints:
    """A workload selects its own pods, by name and component."""
    for workload in bundle.workloads:
        wanted = match_labels(workload.spec["selector"])
        if not selects(wanted, workload.labels) or set(wanted) != {NAME, COMPONENT}:
            yield workload.where, f"selects {wanted}"


@rule
def version_not_fixed(bundle: Bundle) -> Complaints:
    """The version is in nothing that cannot be changed later: selectors and claim templates."""
    for document in bundle.documents:
        spec = document.get("spec", {})
        fixed = [match_labels(spec.get("selector")) if document["kind"] != "Service" else spec.get("selector", {}),
                 match_labels(spec.get("podSelector")),
                 *(claim["metadata"].get("labels", {}) for claim in spec.get("volumeClaimTemplates", []))]
        if any(VERSION in labels for labels in fixed):
            yield where(document), "the version label is in a selector or a claim template"


@rule
def configuration_exists(bundle: Bundle) -> Complaints:
    """ConfigMaps that pods mount are there."""
    for workload in bundle.workloads:
        for name in _mounted_config_maps(workload).values():
            if bundle.get("ConfigMap", workload.namespace, name) is None:
                yield workload.where, f"ConfigMap {name} is missing"


@rule
def configuration_taken(bundle: Bundle) -> Complaints:
    """A changed ConfigMap rolls the pods, by a hash in its name, or running containers take it: they watch the file, and
    the kubelet renews it."""
    for workload in bundle.workloads:
        maps = {volume: name for volume, name in _mounted_config_maps(workload).items()
                if not re.search(r"-[a-z0-9]{10}$", name)}
        for container in workload.containers:
            for mount in container.fields.get("volumeMounts", []):
                name = maps.get(mount["name"])
                if name and "--config.watch" not in container.fields.get("args", []):
                    yield container.where, f"does not watch ConfigMap {name}, a change of which rolls nothing"
                if name and "subPath" in mount:
                    yield container.where, f"mounts ConfigMap {name} by a subPath, which is never renewed"
        for name in maps.values():
            if (bundle.get("ConfigMap", workload.namespace, name) or {}).get("immutable"):
                yield workload.where, f"ConfigMap {name} is immutable, and its name has no hash"


def _mounted_config_maps(workload: Workload) -> dict[str, str]:
    """The names of ConfigMaps by those of their volumes."""
    return {volume["name"]: volume["configMap"]["name"] for volume in workload.pod.get("volumes", [])
            if "configMap" in volume}


@rule
def volumes_fit(bundle: Bundle) -> Complaints:
    """Every mount has its volume and every volume its mount; what is written to is bounded."""
    for workload in bundle.workloads:
        volumes = {volume["name"]: volume for volume in workload.pod.get("volumes", [])}
        claims = {claim["metadata"]["name"] for claim in workload.spec.get("volumeClaimTemplates", [])}
        mounted = {mount["name"] for container in workload.containers
                   for mount in container.fields.get("volumeMounts", [])}
        for name in mounted ^ (set(volumes) | claims):
            yield workload.where, f"volume {name} is not there or not mounted"
        for name, volume in volumes.items():
            if "emptyDir" in volume and "sizeLimit" not in volume["emptyDir"]:
                yield workload.where, f"emptyDir {name} has no sizeLimit"


@rule
def configuration_read_only(bundle: Bundle) -> Complaints:
    """Configuration is mounted read-only."""
    for workload in bundle.workloads:
        fixed = {volume["name"] for volume in workload.pod.get("volumes", []) if {"configMap", "secret"} & set(volume)}
        for container in workload.containers:
            for mount in container.fields.get("volumeMounts", []):
                if mount["name"] in fixed and mount.get("readOnly") is not True:
                    yield container.where, f"{mount['mountPath']} is not read-only"


@rule
def service_reaches_pods(bundle: Bundle) -> Complaints:
    """Each Service selects pods, and each of its ports is one of theirs, by name."""
    for document in bundle.of("Service"):
        selected = bundle.selected(document, document["spec"].get("selector", {}))
        if not selected:
            yield where(document), "selects no pod"
        for port in document["spec"]["ports"]:
            target = port.get("targetPort", port["port"])
            if not isinstance(target, str) or any(target not in workload.ports() for workload in selected):
                yield where(document), f"port {port['port']} leads to {target}"


@rule
def monitor_reaches_target(bundle: Bundle) -> Complaints:
    """Each monitor selects a Service or pods that have its port, scrapes in time, and keeps Prometheus' labels."""
    for document in bundle.of("ServiceMonitor", "PodMonitor"):
        wanted, namespace = match_labels(document["spec"]["selector"]), document["metadata"].get("namespace")
        if document["kind"] == "ServiceMonitor":
            endpoints = document["spec"]["endpoints"]
            ports = [{port["name"] for port in service["spec"]["ports"]} for service in bundle.of("Service")
                     if service["metadata"].get("namespace") == namespace
                     and selects(wanted, service["metadata"].get("labels", {}))]
        else:
            endpoints = document["spec"]["podMetricsEndpoints"]
            ports = [workload.ports() for workload in bundle.selected(document, wanted)]
        for endpoint in endpoints:
            if not any(endpoint["port"] in names for names in ports):
                yield where(document), f"finds no port {endpoint['port']}"
            if _seconds(endpoint["scrapeTimeout"]) > _seconds(endpoint["interval"]):
                yield where(document), "scrapeTimeout is longer than interval"
            if endpoint.get("honorLabels"):
                yield where(document), "honorLabels"
        if "sampleLimit" not in document["spec"]:
            yield where(document), "no sampleLimit"


def _seconds(text: str) -> int:
    return int(text.removesuffix("s"))


@rule
def labels_everywhere(bundle: Bundle) -> Complaints:
    """All objects and pods say what they are, what they belong to and who manages them."""
    for document in bundle.documents:
        missing = [key for key in COMMON_LABELS if key not in document["metadata"].get("labels", {})]
        if missing:
            yield where(document), f"no {', '.join(missing)}"
    for workload in bundle.workloads:
        if not set(COMMON_LABELS) <= set(workload.labels):
            yield workload.where, "its pods lack labels"


@rule
def names_unique(bundle: Bundle) -> Complaints:
    """No object is there twice."""
    seen = set()
    for document in bundle.documents:
        key = (document["apiVersion"], document["kind"], document["metadata"].get("namespace"),
               document["metadata"]["name"])
        if key in seen:
            yield where(document), "is there twice"
        seen.add(key)


# --- Availability

@rule
def deployment_rolls_without_gap(bundle: Bundle) -> Complaints:
    """A Deployment starts the new pod before it stops the old one, and keeps few old revisions."""
    for workload in bundle.workloads:
        if workload.kind == "Deployment":
            rolling = workload.spec.get("strategy", {}).get("rollingUpdate", {})
            if rolling.get("maxUnavailable") != 0 or rolling.get("maxSurge") != 1:
                yield workload.where, f"strategy {rolling}"
            if not workload.spec.get("minReadySeconds") or workload.spec.get("revisionHistoryLimit", 10) > 5:
                yield workload.where, "minReadySeconds or revisionHistoryLimit"


@rule
def deployment_spreads(bundle: Bundle) -> Complaints:
    """A Deployment's pods spread over nodes and zones, per revision; with several replicas one node has one."""
    for workload in bundle.workloads:
        if workload.kind != "Deployment":
            continue
        keys = {}
        for constraint in workload.pod.get("topologySpreadConstraints", []):
            keys[constraint["topologyKey"]] = constraint["whenUnsatisfiable"]
            if not selects(match_labels(constraint["labelSelector"]), workload.labels) or constraint.get(
                    "matchLabelKeys") != ["pod-template-hash"]:
                yield workload.where, f"spread over {constraint['topologyKey']} counts the wrong pods"
        node = "DoNotSchedule" if workload.spec.get("replicas", 1) > 1 else "ScheduleAnyway"
        if keys != {"kubernetes.io/hostname": node, "topology.kubernetes.io/zone": "ScheduleAnyway"}:
            yield workload.where, f"spread {keys}"


@rule
def statefulset_spreads(bundle: Bundle) -> Complaints:
    """No two members on one node; over zones as far as possible."""
    for workload in bundle.workloads:
        if workload.kind != "StatefulSet":
            continue
        required = workload.pod.get("affinity", {}).get("podAntiAffinity", {}).get(
            "requiredDuringSchedulingIgnoredDuringExecution", [])
        if not any(term["topologyKey"] == "kubernetes.io/hostname"
                   and selects(match_labels(term["labelSelector"]), workload.labels) for term in required):
            yield workload.where, "two members may share a node"
        if not any(constraint["topologyKey"] == "topology.kubernetes.io/zone"
                   and constraint["whenUnsatisfiable"] == "ScheduleAnyway"
                   and selects(match_labels(constraint["labelSelector"]), workload.labels)
                   for constraint in workload.pod.get("topologySpreadConstraints", [])):
            yield workload.where, "members are not spread over zones"


@rule
def statefulset_suits_a_quorum(bundle: Bundle) -> Complaints:
    """All members start at once, are restarted by us only, and keep their data."""
    for workload in bundle.workloads:
        if workload.kind == "StatefulSet":
            if workload.spec.get("podManagementPolicy") != "Parallel":
                yield workload.where, "not Parallel: the first waits for a quorum that it is to be part of"
            if workload.spec.get("updateStrategy", {}).get("type") != "OnDelete":
                yield workload.where, "not OnDelete: the controller does not know the leader"
            kept = workload.spec.get("persistentVolumeClaimRetentionPolicy", {})
            if (kept.get("whenDeleted"), kept.get("whenScaled")) != ("Retain", "Retain"):
                yield workload.where, "claims are not retained"
            if workload.spec.get("replicas", 1) % 2 == 0:
                yield workload.where, "an even number of members"


@rule
def members_have_names(bundle: Bundle) -> Complaints:
    """The members' names are published also while they are not ready: they need them to become ready."""
    for workload in bundle.workloads:
        if workload.kind == "StatefulSet":
            service = bundle.get("Service", workload.namespace, workload.spec.get("serviceName", ""))
            if service is None or service["spec"].get("clusterIP") != "None":
                yield workload.where, "no headless Service"
            elif service["spec"].get("publishNotReadyAddresses") is not True:
                yield where(service), "publishNotReadyAddresses is not true"


@rule
def clients_get_ready_members(bundle: Bundle) -> Complaints:
    """Beside the headless Service a StatefulSet has one for clients, with ready members only."""
    for workload in bundle.workloads:
        services = [document for document in bundle.of("Service")
                    if workload in bundle.selected(document, document["spec"].get("selector", {}))
                    and document["spec"].get("clusterIP") != "None"]
        if workload.kind == "StatefulSet" and not services:
            yield workload.where, "no Service for clients"
        for service in services:
            if service["spec"].get("publishNotReadyAddresses"):
                yield where(service), "sends clients to members that are not ready"


@rule
def disruption_budget(bundle: Bundle) -> Complaints:
    """One budget each, by maxUnavailable: minAvailable with one replica blocks drains. Members need a well majority."""
    for workload in bundle.workloads:
        budgets = [document for document in bundle.of("PodDisruptionBudget")
                   if workload in bundle.selected(document, match_labels(document["spec"].get("selector")))]
        policy = "IfHealthyBudget" if workload.kind == "StatefulSet" else "AlwaysAllow"
        if len(budgets) != 1:
            yield workload.where, f"{len(budgets)} PodDisruptionBudgets"
        for budget in budgets:
            spec = budget["spec"]
            if spec.get("maxUnavailable") != 1 or "minAvailable" in spec:
                yield where(budget), "not maxUnavailable: 1"
            if spec.get("unhealthyPodEvictionPolicy") != policy:
                yield where(budget), f"unhealthyPodEvictionPolicy is not {policy}"


@rule
def pod_placement(bundle: Bundle) -> Complaints:
    """Linux nodes, and a time to stop that is said."""
    for workload in bundle.workloads:
        if workload.pod.get("nodeSelector", {}).get("kubernetes.io/os") != "linux":
            yield workload.where, "no nodeSelector for Linux"
        if "terminationGracePeriodSeconds" not in workload.pod:
            yield workload.where, "no terminationGracePeriodSeconds"


@rule
def exporter_leaves_a_lost_node(bundle: Bundle) -> Complaints:
    """30 s after a node was found to be lost, the exporter is started on another; members stay with their volumes."""
    wanted = {(f"node.kubernetes.io/{key}", "Exists", "NoExecute", 30) for key in ("not-ready", "unreachable")}
    for workload in bundle.workloads:
        tolerated = {(each.get("key"), each.get("operator"), each.get("effect"), each.get("tolerationSeconds"))
                     for each in workload.pod.get("tolerations", [])}
        if tolerated != (wanted if workload.kind == "Deployment" else set()):
            yield workload.where, f"tolerations {tolerated}"


@rule
def exporter_resolves_quickly(bundle: Bundle) -> Complaints:
    """The exporter asks for full names as they are, and gives a silent name server 2 s."""
    for workload in bundle.workloads:
        options = workload.pod.get("dnsConfig", {}).get("options", [])
        options = {option["name"]: option.get("value") for option in options}
        if workload.kind == "Deployment" and options != {"ndots": "2", "timeout": "2"}:
            yield workload.where, f"dnsConfig {options}"


# --- Network

@rule
def network_isolated(bundle: Bundle) -> Complaints:
    """All pods are isolated both ways."""
    for workload in bundle.workloads:
        if not any(set(policy["spec"].get("policyTypes", [])) == {"Ingress", "Egress"}
                   for policy in bundle.policies(workload)):
            yield workload.where, "no NetworkPolicy isolates it both ways"
    for document in bundle.of("NetworkPolicy"):
        if {"ingress", "egress"} & set(document["spec"]) - {key.lower() for key in document["spec"]["policyTypes"]}:
            yield where(document), "has rules for a direction that is not in its policyTypes"


@rule
def network_parameters_have_names(bundle: Bundle) -> Complaints:
    """Who is in another namespace, DNS aside, stands in a policy of its own: one rule, to be replaced by its name."""
    for document in bundle.of("NetworkPolicy"):
        abroad = [allowed for _, allowed, peers in _network_rules(document)
                  if any("namespaceSelector" in peer for peer in peers) and 53 not in _ports(allowed)
                  and 5353 not in _ports(allowed)]
        if abroad and set(document["spec"]) >= {"ingress", "egress"}:
            yield where(document), "names peers of other namespaces beside other rules"


def _ports(allowed: Document) -> list[Any]:
    """The ports of a rule."""
    return [port.get("port") for port in allowed.get("ports", [])]


def _network_rules(document: Document) -> Iterator[tuple[str, Document, list[Document]]]:
    """All rules of a policy: the direction, the rule, its peers."""
    for side, key in (("ingress", "from"), ("egress", "to")):
        for allowed in document["spec"].get(side, []):
            yield side, allowed, allowed.get(key, [])


@rule
def network_tight(bundle: Bundle) -> Complaints:
    """Each allowance names peers by labels, and ports."""
    for document in bundle.of("NetworkPolicy"):
        if not match_labels(document["spec"]["podSelector"]):
            yield where(document), "is over all pods of the namespace"
        for side, allowed, peers in _network_rules(document):
            if not peers or not allowed.get("ports") or any("port" not in port for port in allowed["ports"]):
                yield where(document), f"an {side} rule without peers or ports"
            for peer in peers:
                if not match_labels(peer.get("podSelector")) or (
                        "namespaceSelector" in peer and not match_labels(peer["namespaceSelector"])):
                    yield where(document), f"an {side} peer that is not named by labels"


@rule
def network_peers_not_rewritten(bundle: Bundle) -> Complaints:
    """No peer of another namespace has the pods' own labels: kustomize's includeSelectors writes them there."""
    for document in bundle.of("NetworkPolicy"):
        own = match_labels(document["spec"]["podSelector"])
        for side, _, peers in _network_rules(document):
            for peer in peers:
                if "namespaceSelector" in peer and selects(own, match_labels(peer.get("podSelector"))):
                    yield where(document), f"an {side} peer has the labels of the pods themselves"


@rule
def network_ports_exist(bundle: Bundle) -> Complaints:
    """Ports that are let in are ports of the pods."""
    for document in bundle.of("NetworkPolicy"):
        for workload in bundle.selected(document, match_labels(document["spec"]["podSelector"])):
            for side, allowed, _ in _network_rules(document):
                for port in allowed.get("ports", []) if side == "ingress" else []:
                    if port.get("port") not in workload.ports():
                        yield where(document), f"{workload.where} has no port {port.get('port')}"


@rule
def network_allows_names(bundle: Bundle) -> Complaints:
    """Pods may ask kube-dns, by UDP and TCP."""
    for workload in bundle.workloads:
        asked = {(port["port"], port["protocol"]) for policy in bundle.policies(workload)
                 for side, allowed, peers in _network_rules(policy) if side == "egress"
                 and any(match_labels(peer.get("podSelector")) == {"k8s-app": "kube-dns"} for peer in peers)
                 for port in allowed["ports"] if {"port", "protocol"} <= set(port)}
        if bundle.policies(workload) and asked != {(53, "UDP"), (53, "TCP")}:
            yield workload.where, "cannot look up names"


@rule
def exporter_reaches_members(bundle: Bundle) -> Complaints:
    """Each configured member is a pod by its full name, and both sides' policies let the exporter ask it."""
    for workload in bundle.workloads:
        for name, port in _configured_members(bundle, workload):
            pod, service, namespace = (*name.split("."), "", "")[:3]
            ensembles = [candidate for candidate in bundle.workloads if candidate.kind == "StatefulSet"
                         and (candidate.namespace, candidate.spec["serviceName"]) == (namespace, service)]
            if not re.fullmatch(r"[^.]+-\d+\.[^.]+\.[^.]+\.svc\.cluster\.local", name):
                yield workload.where, f"{name} is not the full name of a pod"
            for ensemble in ensembles:
                pods = {f"{ensemble.document['metadata']['name']}-{n}" for n in range(ensemble.spec["replicas"])}
                if pod not in pods:
                    yield workload.where, f"{name}: no such pod"
                if not _lets(bundle, workload, "egress", ensemble, port):
                    yield workload.where, f"its NetworkPolicy does not let it ask {name}:{port}"
                if not _lets(bundle, ensemble, "ingress", workload, port):
                    yield ensemble.where, f"its NetworkPolicy does not let {workload.where} ask {name}:{port}"


def _configured_members(bundle: Bundle, workload: Workload) -> Iterator[tuple[str, int]]:
    """Names and ports of the members in an exporter's configuration."""
    for volume in workload.pod.get("volumes", []):
        document = bundle.get("ConfigMap", workload.namespace, volume.get("configMap", {}).get("name", ""))
        text = (document or {}).get("data", {}).get("zookeeper-exporter.yml", "")
        for ensemble in (yaml.safe_load(text) or {}).get("ensembles", []):
            for member in ensemble["members"]:
                name, _, port = member.rpartition(":")
                yield name, int(port)


def _lets(bundle: Bundle, workload: Workload, wanted: str, peer: Workload, port: int) -> bool:
    """Whether the policies of a workload let a peer's pods in, or let it out to them, at a port."""
    namespace = bundle.get("Namespace", None, peer.namespace or "") or {"metadata": {}}
    labels = {**namespace["metadata"].get("labels", {}), "kubernetes.io/metadata.name": peer.namespace}
    return any(side == wanted and port in [entry.get("port") for entry in allowed.get("ports", [])]
               and any(selects(match_labels(one.get("podSelector")), peer.labels)
                       and (selects(match_labels(one["namespaceSelector"]), labels) if "namespaceSelector" in one
                            else peer.namespace == workload.namespace) for one in peers)
               for policy in bundle.policies(workload) for side, allowed, peers in _network_rules(policy))


@rule
def members_reach_each_other(bundle: Bundle) -> Complaints:
    """Members may talk on all ports of theirs: client (zk-health asks all), quorum and election."""
    for workload in bundle.workloads:
        for port in (2181, 2888, 3888) if workload.kind == "StatefulSet" else ():
            for side in ("ingress", "egress"):
                if not _lets(bundle, workload, side, workload, port):
                    yield workload.where, f"{side} between members at {port} is not allowed"


@rule
def prometheus_is_let_in(bundle: Bundle) -> Complaints:
    """Where there is a port for metrics, Prometheus may come to it, and only by its labels."""
    for workload in bundle.workloads:
        if "http-metrics" not in workload.ports():
            continue
        if not any(side == "ingress" and "kubernetes.io/metadata.name" in match_labels(peer.get("namespaceSelector"))
                   and match_labels(peer.get("podSelector")) == {NAME: "prometheus"}
                   and {"http-metrics", 9141} & {port.get("port") for port in allowed.get("ports", [])}
                   for policy in bundle.policies(workload) for side, allowed, peers in _network_rules(policy)
                   for peer in peers):
            yield workload.where, "its NetworkPolicy does not let Prometheus in"

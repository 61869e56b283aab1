"""The manifests render to what is expected, and fit the rest of the repository."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

import manifests
from certificates import Authority
from exporter_process import BINARY
from fake_member import tls_member
from manifests import MANIFESTS, OTHERS, RENDERED, exporters, golden, kubectl
from zk_health import run_health

WITH_EXPORTER = [name for name in RENDERED if not name.startswith("reference-ensemble") and name not in OTHERS]


@pytest.mark.parametrize("name", RENDERED)
def test_renders_to_its_golden_file(name: str) -> None:
    """UPDATE_GOLDEN=1 writes the files anew; read the diff."""
    path, reason = kubectl()
    if path is None:
        pytest.skip(f"not rendered anew, the golden files are taken as they are: {reason}")
    assert manifests.render(RENDERED[name]) == manifests.golden_text(name)


@pytest.mark.parametrize("name", WITH_EXPORTER)
def test_the_exporter_accepts_its_rendered_arguments(name: str, tmp_path: Path) -> None:
    """Flags and configuration file go through the real program's --config.check."""
    ((container, files),) = exporters(name)
    secret = Authority(tmp_path / "secret").issue("exporter")
    for name_of_file, file in (("ca.crt", secret.file.parent / "ca.pem"), ("tls.crt", secret.file),
                               ("tls.key", secret.key)):
        (tmp_path / name_of_file).write_bytes(file.read_bytes())
    for file, text in files.items():
        (tmp_path / file).write_text(text.replace("/etc/zookeeper-exporter-tls", str(tmp_path)))
    arguments = [argument.replace("/etc/zookeeper-exporter", str(tmp_path)) for argument in container["args"]]
    done = subprocess.run([BINARY, *arguments, "--config.check"], capture_output=True, text=True, timeout=10)
    assert done.returncode == 0, done.stderr
    assert "The configuration is good" in done.stdout


def test_a_mistake_in_the_configuration_is_seen(tmp_path: Path) -> None:
    """The check above can fail."""
    ((_, files),) = exporters("base")
    path = tmp_path / "zookeeper-exporter.yml"
    path.write_text(files["zookeeper-exporter.yml"].replace("interval:", "intervall:"))
    done = subprocess.run([BINARY, f"--config.file={path}", "--config.check"], capture_output=True, timeout=10)
    assert done.returncode == 2


@pytest.mark.parametrize("name", ["reference-ensemble", "own-ensemble"])
def test_zk_health_accepts_its_rendered_commands(name: str, tmp_path: Path) -> None:
    """The init container installs it, and each probe finds nobody at a closed port: it is no usage error."""
    (document,) = [document for document in golden(name) if document["kind"] == "StatefulSet"]
    pod = document["spec"]["template"]["spec"]
    (install,) = [init["command"] for init in pod["initContainers"] if init["name"] == "install-zk-health"]
    assert install == ["zk-health", "install", "/probe/zk-health"]
    installed = tmp_path / "zk-health"
    assert run_health("install", installed).returncode == 0
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        program, *arguments = pod["containers"][0][probe]["exec"]["command"]
        assert program == "/probe/zk-health"
        assert arguments.pop() == "127.0.0.1:2181"
        done = subprocess.run([installed, *arguments, "127.0.0.1:1"], capture_output=True, text=True, timeout=10)
        assert done.returncode == 2, done.stdout + done.stderr  # refused; a usage error would be 1


def test_the_probes_over_tls_pass_at_servers_that_demand_a_certificate(tmp_path: Path) -> None:
    """With the Secret as the component mounts it; without it they fail, but none that a restart would follow."""
    authority = Authority(tmp_path / "authority")
    server = authority.issue("member", hosts=("zookeeper-client", "zookeeper-0.zookeeper-headless"))
    secret = tmp_path / "probe-tls"
    secret.mkdir()
    for name, file in (("ca.crt", authority.file), ("tls.crt", server.file), ("tls.key", server.key)):
        (secret / name).write_bytes(file.read_bytes())
    pod = _statefulset("reference-ensemble-tls", "zookeeper")
    assert [volume["secret"] for volume in pod["volumes"] if volume["name"] == "zk-health-tls"] == [
        {"secretName": "zookeeper-probes-tls", "optional": True, "defaultMode": 0o440}]
    with tls_member(server, authority) as address:
        for directory, codes in ((secret, (0, 0, 0)), (tmp_path / "nothing", (0, 0, 1))):
            for probe, code in zip(("startupProbe", "livenessProbe", "readinessProbe"), codes):
                _, *arguments = pod["containers"][0][probe]["exec"]["command"]
                assert arguments.pop() == "127.0.0.1:2281"
                done = run_health(*(argument.replace("/probe-tls", str(directory)) for argument in arguments), address)
                assert done.returncode == code, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["tcp", "chart", "bare"])
def test_any_statefulset_gets_the_whole_probes_and_nothing_of_its_own_stays(name: str) -> None:
    """As if it had had none; its other containers, mounts and volumes are as they were."""
    ours = _statefulset("reference-ensemble", "zookeeper")
    theirs = _statefulset("probes-over", name)
    own_file = (manifests.COMPOSITIONS / "probes-over/statefulsets.yaml").read_text()
    (before,) = [each["spec"]["template"]["spec"] for each in manifests.load(own_file)
                 if each["metadata"]["name"] == name]
    probed = theirs["containers"][0]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert probed.pop(probe) == ours["containers"][0][probe]
    assert _named(theirs["initContainers"], "install-zk-health") == _named(ours["initContainers"], "install-zk-health")
    assert _named(theirs["volumes"], "zk-health") == _named(ours["volumes"], "zk-health")
    assert [each["name"] for each in theirs["containers"]] == [each["name"] for each in before["containers"]]
    assert theirs["containers"][1:] == before["containers"][1:]
    mounts = before["containers"][0].get("volumeMounts", [])
    assert probed["volumeMounts"] == [{"mountPath": "/probe", "name": "zk-health", "readOnly": True}, *mounts]
    for kind, name_of_ours in (("initContainers", "install-zk-health"), ("volumes", "zk-health")):
        assert [each for each in theirs[kind] if each["name"] != name_of_ours] == [
            each for each in before.get(kind, []) if each["name"] != name_of_ours]


def test_the_name_of_an_ensemble_tells_its_namespace() -> None:
    """Two namespaces under one Prometheus are two ensembles: by the members' namespace, in a sidecar by the pod's."""
    for name in ("base", "demo"):
        (text,) = [document["data"]["zookeeper-exporter.yml"] for document in golden(name)
                   if document["kind"] == "ConfigMap" and "zookeeper-exporter.yml" in document.get("data", {})]
        (ensemble,) = yaml.safe_load(text)["ensembles"]
        assert {member.split(".")[2] for member in ensemble["members"]} == {ensemble["name"].split(".")[1]}
    (sidecar,) = _named(_statefulset("sidecar", "zookeeper")["initContainers"], "exporter")
    (argument,) = [each for each in sidecar["args"] if "ensemble" in each]
    assert argument.endswith(".$(POD_NAMESPACE)")
    assert {"name": "POD_NAMESPACE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}} in sidecar["env"]


def test_a_namespace_of_the_user_is_left_alone() -> None:
    """No Namespace is made, changed or removed but the demo's, which holds all of the demo."""
    made = {name: [document["metadata"]["name"] for document in golden(name) if document["kind"] == "Namespace"]
            for name in RENDERED}
    assert {name: names for name, names in made.items() if names} == {
        "demo": ["zookeeper-demo"], "openshift": ["zookeeper-demo"]}
    assert {document["metadata"].get("namespace") for document in golden("demo")} == {"zookeeper-demo", None}
    assert {document["metadata"]["namespace"] for document in golden("own-settings")} == {"observability"}


def test_own_settings_are_exactly_what_is_allowed_and_the_rest_is_the_default() -> None:
    """By the names of the policies; what was not set, DNS among it, stays."""
    def peers(overlay: str, name: str, side: str, key: str) -> set[tuple[str, ...]]:
        (spec,) = [document["spec"] for document in golden(overlay)
                   if document["kind"] == "NetworkPolicy" and document["metadata"]["name"] == name]
        return {(peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"],
                 *peer["podSelector"]["matchLabels"].values(), *(str(port["port"]) for port in allowed["ports"]))
                for allowed in spec.get(side, []) for peer in allowed[key]}

    for overlay, prometheus, zookeeper in (
            ("default", {("monitoring", "prometheus", "http-metrics")}, {("zookeeper", "zookeeper", "2181")}),
            ("own-settings", {("observability", "prometheus", "http-metrics")},
             {("kafka", "kafka-zookeeper", "2181"), ("search", "solr-zookeeper", "2181")})):
        assert peers(overlay, "zookeeper-exporter", "egress", "to") == {("kube-system", "kube-dns", "53", "53")}
        assert peers(overlay, "zookeeper-exporter", "ingress", "from") == set()
        assert peers(overlay, "zookeeper-exporter-from-prometheus", "ingress", "from") == prometheus
        assert peers(overlay, "zookeeper-exporter-to-zookeeper", "egress", "to") == zookeeper


def test_one_entry_of_images_holds_for_the_exporter_and_for_the_probes() -> None:
    """The same name stands in the Deployment, in the sidecar, and in the init container."""
    names = {container["image"].rpartition(":")[0] for name in ("demo", "sidecar") for document in golden(name)
             if document["kind"] in ("Deployment", "StatefulSet")
             for kind in ("containers", "initContainers")
             for container in document["spec"]["template"]["spec"].get(kind, [])}
    assert names == {"ghcr.io/zookeeper-exporter/zookeeper-exporter", "docker.io/library/zookeeper"}
    ((container, _),) = exporters("own-settings")
    assert container["image"].startswith("registry.example/monitoring/zookeeper-exporter@sha256:")


def test_a_volume_of_another_server_is_refused(tmp_path: Path) -> None:
    """The init container numbers an empty volume by the pod's name, and fails over one with another number."""
    (document,) = [document for document in golden("reference-ensemble") if document["kind"] == "StatefulSet"]
    (command,) = [init["command"] for init in document["spec"]["template"]["spec"]["initContainers"]
                  if init["name"] == "write-myid"]
    script = command[-1].replace("/data", str(tmp_path))

    def start(pod: str) -> int:
        return subprocess.run([*command[:-1], script], env={"HOSTNAME": pod, "PATH": os.defpath}, timeout=10,
                              capture_output=True).returncode

    assert start("zookeeper-2") == 0
    assert (tmp_path / "myid").read_text() == "3\n"
    assert start("zookeeper-2") == 0
    assert start("zookeeper-1") == 1
    assert (tmp_path / "myid").read_text() == "3\n"


def test_the_ensemble_knows_its_members_by_the_same_names_everywhere() -> None:
    """zoo.cfg, the client configuration and the exporter's configuration name the pods of the StatefulSet."""
    documents = golden("demo")
    data = {key: text for document in documents for key, text in document.get("data", {}).items()}
    (ensemble,) = [document for document in documents if document["kind"] == "StatefulSet"]
    pods = [f"zookeeper-{number}" for number in range(ensemble["spec"]["replicas"])]
    full = [f"{pod}.zookeeper-headless.zookeeper-demo.svc.cluster.local:2181" for pod in pods]
    assert re.findall(r"^server\.(\d+)=(.+)$", data["zoo.cfg"], re.M) == [
        (str(number), f"{pod}.zookeeper-headless:2888:3888") for number, pod in enumerate(pods, 1)]
    assert data["connect-string"].split(",") == [f"{pod}.zookeeper-headless:2181" for pod in pods]
    assert yaml.safe_load(data["zookeeper-exporter.yml"])["ensembles"][0]["members"] == full


def test_the_ensemble_allows_the_words_that_are_asked_and_no_costly_one() -> None:
    """srvr, mntr, wchs and conf are what the exporter asks (README); ruok and isro are for people."""
    (config,) = [document["data"]["zoo.cfg"] for document in golden("reference-ensemble")
                 if "zoo.cfg" in document.get("data", {})]
    (words,) = re.findall(r"^4lw\.commands\.whitelist=(.*)$", config, re.M)
    assert set(words.split(",")) == {"srvr", "mntr", "wchs", "conf", "ruok", "isro"}


def test_the_sidecar_keeps_quiet_about_the_ensemble() -> None:
    """Prometheus drops exactly what docs/metrics.md lists as judged from all members together."""
    section = (manifests.ROOT / "docs/metrics.md").read_text().split("\n## Ensembles\n")[1].split("\n## ")[0]
    judged = set(re.findall(r"^\| `(\w+)`", section, re.M))
    every = set(re.findall(r"^\| `(\w+)`", (manifests.ROOT / "docs/metrics.md").read_text(), re.M))
    (monitor,) = [document for document in golden("sidecar") if document["kind"] == "PodMonitor"]
    (pattern,) = [relabelling["regex"] for relabelling in monitor["spec"]["podMetricsEndpoints"][0]["metricRelabelings"]
                  if relabelling.get("action") == "drop"]
    assert len(judged) > 5
    assert {metric for metric in every if re.fullmatch(pattern, metric)} == judged


def test_the_image_has_the_version_of_the_program() -> None:
    """A release changes both."""
    version = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    images = {container["image"] for name in WITH_EXPORTER if name != "own-settings"
              for container, _ in exporters(name)}
    assert images == {f"ghcr.io/zookeeper-exporter/zookeeper-exporter:{version}"}


def test_every_component_is_rendered_and_lists_all_its_files() -> None:
    """No component without golden file, and no file that is forgotten in its kustomization."""
    used = {(path.parent / component).resolve() for path in _kustomizations()
            for component in yaml.safe_load(path.read_text()).get("components", [])}
    assert used == {path.parent for path in MANIFESTS.glob("components/*/kustomization.yaml")}
    for path in MANIFESTS.glob("*/**/kustomization.yaml"):
        fields = yaml.safe_load(path.read_text())
        listed = {*fields.get("resources", []),
                  *(patch["path"] for patch in fields.get("patches", []) if "path" in patch),
                  *(file for generator in fields.get("configMapGenerator", []) for file in generator["files"])}
        beside = {file.name for file in path.parent.iterdir() if file.is_file() and file != path}
        assert beside <= listed, path


def test_no_kustomization_rewrites_selectors() -> None:
    """includeSelectors and commonLabels also rewrite the peers of NetworkPolicies."""
    for path in _kustomizations():
        fields = yaml.safe_load(path.read_text())
        assert "commonLabels" not in fields, path
        assert all(entry["includeSelectors"] is False for entry in fields.get("labels", [])), path


@pytest.mark.parametrize("name", ["own-settings", "reference-ensemble-tls"])
def test_the_readme_shows_a_kustomization_that_renders(name: str) -> None:
    """Its example is the composition of which there is a golden file."""
    readme = (MANIFESTS / "README.md").read_text()
    assert (manifests.COMPOSITIONS / name / "kustomization.yaml").read_text() in readme


def test_the_readme_shows_what_tls_needs_in_both_configurations() -> None:
    """Of zoo.cfg and of the exporter's file, whose compositions are rendered."""
    readme = (MANIFESTS / "README.md").read_text()
    ours = (MANIFESTS / "reference-ensemble/zoo.cfg").read_text().splitlines()
    over_tls = (manifests.COMPOSITIONS / "reference-ensemble-tls/zoo.cfg").read_text().splitlines()
    assert set(ours) - set(over_tls) == {"clientPort=2181"}
    for line in set(over_tls) - set(ours):
        assert line.startswith("#") or line in readme, line
    (ensemble,) = yaml.safe_load((manifests.COMPOSITIONS / "exporter-tls/zookeeper-exporter.yml").read_text())["ensembles"]
    for key, value in ensemble["tls"].items():
        assert f"      {key}: {value}\n" in readme


def test_a_changed_configuration_has_the_same_name() -> None:
    """So that no pod is rolled for it, also by who brings a file of their own; and it is the file, byte by byte."""
    for name in WITH_EXPORTER:
        for document in golden(name):
            if "zookeeper-exporter.yml" in document.get("data", {}):
                assert document["metadata"]["name"] == "zookeeper-exporter-config"
    ((_, files),) = exporters("base")
    assert files["zookeeper-exporter.yml"] == (MANIFESTS / "base/zookeeper-exporter.yml").read_text()


def test_the_readme_tells_how_each_change_rolls_the_pods(tmp_path: Path) -> None:
    """What it shows gives the Deployment a ConfigMap whose name changes with the file."""
    path, reason = kubectl()
    if path is None:
        pytest.skip(f"not rendered: {reason}")
    text = (MANIFESTS / "README.md").read_text()
    (shown,) = re.findall(r"^```yaml\n(configMapGenerator:.*?)^```$", text, re.M | re.S)
    base = os.path.relpath(MANIFESTS / "base", tmp_path.resolve())

    def names(file: str) -> set[str]:
        (tmp_path / "zookeeper-exporter.yml").write_text(file)
        (tmp_path / "kustomization.yaml").write_text(f"resources: [{base}]\n{shown}")
        documents = manifests.load(manifests.render(tmp_path))
        (pod,) = [each["spec"]["template"]["spec"] for each in documents if each["kind"] == "Deployment"]
        (mounted,) = [each["configMap"]["name"] for each in pod["volumes"]]
        assert mounted in {each["metadata"]["name"] for each in documents if each["kind"] == "ConfigMap"}
        return {mounted}

    assert len(names("poll: {interval: 1s}\n") | names("poll: {interval: 2s}\n")) == 2


def test_the_readme_names_everything_that_can_be_applied() -> None:
    """Every overlay and component is in one of its tables, and its links lead somewhere."""
    readme = (MANIFESTS / "README.md").read_text()
    for path in MANIFESTS.glob("*/**/kustomization.yaml"):
        name = path.parent.relative_to(MANIFESTS).as_posix().removeprefix("components/")
        assert f"| `{name}` |" in readme, name
    for link in re.findall(r"\]\(([^)#]+)", readme):
        assert (MANIFESTS / link).exists(), link


def _statefulset(rendered: str, name: str) -> manifests.Document:
    """The pod of a StatefulSet."""
    (pod,) = [document["spec"]["template"]["spec"] for document in golden(rendered)
              if (document["kind"], document["metadata"]["name"]) == ("StatefulSet", name)]
    return pod


def _named(entries: list[manifests.Document], name: str) -> list[manifests.Document]:
    """The entries of a name, without what a `labels:` or an order could differ in."""
    return [entry for entry in entries if entry["name"] == name]


def _kustomizations() -> list[Path]:
    """All kustomizations, also those of the tests."""
    return [*MANIFESTS.glob("**/kustomization.yaml"), *manifests.COMPOSITIONS.glob("*/kustomization.yaml")]

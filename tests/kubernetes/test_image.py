"""The image, and the rendered Deployment in a real container over a real ensemble."""

import http.client
import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import figures
from containers import IMAGE, Podman, why_not
from exporter_process import BINARY
from manifests import golden
from zookeeper_ensemble import HOST, Ensemble, free_ports, wait_until

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
CONTENTS = ("image", "figure")
TAG = "ghcr.io/zookeeper-exporter/zookeeper-exporter:0.1.0"


@pytest.fixture(name="podman", scope="module")
def fixture_podman() -> Iterator[Podman]:
    """Podman with our image, by the name that the manifests give it."""
    podman = Podman()
    try:
        podman.build(BINARY.parent, TAG)
        yield podman
    finally:
        podman.close()
        mounts = Path("/proc/self/mounts").read_text()
        assert str(podman.directory) not in mounts and not podman.directory.exists()


@pytest.fixture(name="files", scope="module")
def fixture_files(podman: Podman, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """All that is in the image, with sizes."""
    root = tmp_path_factory.mktemp("contents")
    podman("create", "--name=contents", TAG)
    podman("export", f"--output={root}/image.tar", "contents")
    podman("rm", "contents")
    subprocess.run(["tar", "-C", root, "-xf", root / "image.tar"], check=True)
    (root / "image.tar").unlink()
    return {str(path.relative_to(root)): path.lstat().st_size for path in root.rglob("*")
            if path.is_file() and not path.is_symlink()}


def test_contains_what_runs_and_no_more(files: dict[str, int], podman: Podman) -> None:
    """Two programs, libraries and licences; no shell, no package manager; below 30 MB."""
    programs = sorted(name for name in files if name.startswith("usr/bin/"))
    assert programs == ["usr/bin/zk-health", "usr/bin/zookeeper-exporter"]
    libraries = [name for name in files if name.startswith(("usr/lib/", "usr/lib64/"))]
    assert all(".so." in name or ".so" in Path(name).suffix for name in libraries), libraries
    others = [name for name in files if name not in programs + libraries
              and not name.startswith(("usr/share/doc/", "var/lib/dpkg/status.d/"))]
    allowed = {"etc/passwd", "etc/group", "etc/nsswitch.conf", "etc/ssl/certs/ca-certificates.crt"}
    made_by_podman = {"etc/hosts", "etc/hostname", "etc/resolv.conf", "run/.containerenv"}
    assert allowed <= set(others) <= allowed | made_by_podman
    size = int(podman("image", "inspect", "--format={{.Size}}", TAG))
    assert size < 30e6
    figures.note(CONTENTS, "size", f"{size / 1e6:.1f} MB")
    for name in programs + libraries:
        figures.note(CONTENTS, name, f"{files[name] / 1e3:.0f} kB")


def test_believes_debians_authorities_alone(files: dict[str, int]) -> None:
    """None of those that this machine was given beside them."""
    sizes = [path.stat().st_size for path in Path("/usr/share/ca-certificates").rglob("*.crt")]
    assert 0 < files["etc/ssl/certs/ca-certificates.crt"] <= sum(sizes) + len(sizes)  # an end of line for each


def test_says_what_it_is(podman: Podman) -> None:
    """User, entry point, port and labels."""
    (image,) = json.loads(podman("image", "inspect", TAG))
    config = image["Config"]
    assert config["User"] == "65532:65532" and config["Entrypoint"] == ["/usr/bin/zookeeper-exporter"]
    assert "9141/tcp" in config["ExposedPorts"] and "PATH=/usr/bin" in config["Env"]
    labels = config["Labels"]
    for name in ("title", "description", "version", "revision", "licenses"):
        assert labels[f"org.opencontainers.image.{name}"]


def test_is_the_same_when_built_again(podman: Podman) -> None:
    """Another storage, another directory: the same digest."""
    again = Podman()
    try:
        again.build(BINARY.parent, TAG)
        digests = [each("image", "inspect", "--format={{.Digest}} {{.Id}}", TAG) for each in (podman, again)]
    finally:
        again.close()
    assert digests[0] == digests[1]
    figures.note(CONTENTS, "digest, built twice", digests[0].split()[0])


def test_dockerfile_is_pinned_and_takes_what_the_build_needs() -> None:
    """The base has a tag that does not move, the last stage is empty, and .dockerignore lets the sources through."""
    text = (IMAGE / "Dockerfile").read_text()
    assert text.count("\nFROM ") == 2 and "\nFROM scratch\n" in text and ":latest" not in text
    let_through = [line[1:] for line in (IMAGE / "Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"]
    root = IMAGE.parents[1]
    for name in let_through:
        assert (root / name).exists(), name


def pod_of(deployment: dict, port: int, servers: list[str]) -> str:
    """The pod of the rendered Deployment for `podman play kube`, which needs no more than what is said here."""
    spec = dict(deployment["spec"]["template"]["spec"])
    for key in ("serviceAccountName", "nodeSelector", "topologySpreadConstraints", "dnsConfig"):
        spec.pop(key, None)  # the cluster's
    spec.update(hostNetwork=True, restartPolicy="Never")  # the servers are on loopback; one run is looked at
    (container,) = spec["containers"]
    left_out = ("ports", "startupProbe", "livenessProbe", "readinessProbe")
    spec["containers"] = [{**{key: value for key, value in container.items() if key not in left_out},
                           "imagePullPolicy": "Never"}]
    config = {"ensembles": [{"name": "real", "members": servers}], "poll": {"interval": "1s", "timeout": "500ms"},
              "http": {"listen": [f"{HOST}:{port}"]}}
    name = spec["volumes"][0]["configMap"]["name"]
    return yaml.safe_dump_all([
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name},
         "data": {"zookeeper-exporter.yml": yaml.safe_dump(config)}},
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "proof"}, "spec": spec}])


def get(port: int, path: str) -> tuple[int, str]:
    """Status and body."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


def memory_limit(pid: str) -> int:
    """The limit of the control group of a process, version 1 or 2."""
    groups = dict(line.split(":", 2)[1:] for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines())
    for group, root, name in ((groups.get("memory"), "/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
                              (groups.get(""), "/sys/fs/cgroup", "memory.max")):
        if group and (path := Path(f"{root}{group}/{name}")).exists():
            return int(path.read_text())
    raise AssertionError(groups)


def test_the_rendered_pod_runs_as_it_says(podman: Podman, tmp_path: Path) -> None:
    """No rights, nothing to write to, a limit on memory; /metrics of a real ensemble, and a quick end.

    Podman gives its default seccomp profile whatever the pod asks for: here it shows that the exporter runs under one.
    """
    (deployment,) = [each for each in golden("base") if each["kind"] == "Deployment"]
    (rendered,) = deployment["spec"]["template"]["spec"]["containers"]
    port = free_ports(1)[0]
    with Ensemble(tmp_path / "ensemble") as ensemble:
        servers = ensemble.servers.replace(HOST, "localhost").split(",")  # names: the image can resolve them
        (tmp_path / "pod.yaml").write_text(pod_of(deployment, port, servers))
        podman("play", "kube", str(tmp_path / "pod.yaml"))
        name = "proof-exporter"
        wait_until(lambda: get(port, rendered["readinessProbe"]["httpGet"]["path"])[0] == 200, "the container", 30,
                   lambda: podman("logs", name))
        pid = podman("inspect", "--format={{.State.Pid}}", name)
        status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        assert status["Uid"].split() == ["65532"] * 4 and status["Gid"].split() == ["65532"] * 4
        for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb"):
            assert int(status[f"Cap{kind}"], 16) == 0, kind
        assert status["NoNewPrivs"].strip() == "1" and status["Seccomp"].strip() == "2"
        limit = memory_limit(pid)
        assert limit == int(rendered["resources"]["limits"]["memory"].removesuffix("Mi")) << 20
        for path in ("/probe", "/usr/bin/zk", "/etc/zookeeper-exporter/x"):
            done = podman.run("exec", name, "zk-health", "install", path)
            assert done.returncode != 0 and "ead-only" in done.stderr + done.stdout, (path, done)
        assert podman.run("exec", name, "/bin/sh", "-c", "true").returncode != 0  # there is none
        assert podman.run("exec", name, "zk-health", "--check=ensemble", "--require=full",
                          ensemble.servers).returncode == 0
        page = get(port, "/metrics")[1]
        assert page.count('zookeeper_up{ensemble="real",') == 3 and page.count("} 1\nzookeeper_up") >= 1, page
        ensemble.stop()
        # All members are gone: none of the probes of the exporter itself depends on them.
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert get(port, rendered[probe]["httpGet"]["path"])[0] == 200
        resident = int(status["VmRSS"].split()[0])
        start = time.monotonic()
        podman("kill", "--signal", str(int(signal.SIGTERM)), name)
        code = podman("wait", name, limit=15)
        took = time.monotonic() - start
    assert code == "0"
    figures.note(CONTENTS, "resident", f"{resident / 1024:.1f} MiB of {limit >> 20}")
    figures.note(CONTENTS, "SIGTERM to exit code 0", f"{took:.1f} s")

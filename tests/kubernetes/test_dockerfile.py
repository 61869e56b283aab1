"""The Dockerfile is built, on a Debian made by mmdebstrap in place of the one that a registry has.

Only the compiler does not run: the binaries under test take the place of what it would make.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from containers import IMAGE, Podman, why_not
from exporter_process import BINARY

REASON = why_not() or ("" if shutil.which("mmdebstrap") else "needs mmdebstrap")
pytestmark = [pytest.mark.long, pytest.mark.skipif(bool(REASON), reason=REASON)]
ROOT = IMAGE.parents[1]
COMPILE = "cmake --build --preset release --target zookeeper-exporter --target zk-health"


@pytest.fixture(name="podman")
def fixture_podman() -> Iterator[Podman]:
    """Podman with a Debian 12."""
    podman = Podman()
    try:
        base = podman.directory / "base.tar"
        made = subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", "bookworm", base], capture_output=True,
                              text=True, timeout=300)
        if made.returncode != 0:
            pytest.skip(f"no Debian can be made here: {made.stderr.strip().splitlines()[-1:]}")
        podman("import", str(base), "localhost/debian:12", limit=120)
        base.unlink()
        yield podman
    finally:
        podman.close()


def context(directory: Path) -> Path:
    """The repository as far as it is committed or new, and the binaries as if the compiler had made them."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
                            capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, directory / name)
    for name in ("zookeeper-exporter", "zk-health"):
        (directory / "exporter/made").mkdir(exist_ok=True)
        shutil.copy2(BINARY.with_name(name), directory / "exporter/made" / name)
    dockerfile = directory / "manifests/image/Dockerfile"
    text = dockerfile.read_text()
    assert text.count(COMPILE) == 1
    # What the compiler would make, and a look at what has come along from the repository.
    replacement = "mkdir -p build/release/exporter && cp exporter/made/* build/release/exporter/ && test ! -e tests"
    dockerfile.write_text(text.replace(COMPILE, replacement))
    return directory


def test_the_dockerfile_makes_the_image_that_is_tested(podman: Podman, tmp_path: Path) -> None:
    """Its packages satisfy CMake, and file by file the result is what build-offline makes."""
    sources = context(tmp_path / "sources")
    podman("build", "--isolation=chroot", "--network=host", "--pull=never", "--build-arg=BASE=localhost/debian:12",
           f"--file={sources}/manifests/image/Dockerfile", "--tag=by-dockerfile", str(sources), limit=900)
    podman.build(BINARY.parent, "localhost/offline:1")
    trees, configs = [], []
    for image in ("localhost/by-dockerfile", "localhost/offline:1"):
        tree = tmp_path / image.partition("/")[2]
        tree.mkdir()
        podman("create", "--name=contents", image)
        podman("export", f"--output={tmp_path}/image.tar", "contents")
        podman("rm", "contents")
        subprocess.run(["tar", "-C", tree, "-xf", tmp_path / "image.tar"], check=True)
        trees.append(tree)
        configs.append(podman("image", "inspect", "--format={{.Config.User}} {{.Config.Entrypoint}} {{.Config.Env}} "
                              "{{.Config.ExposedPorts}} {{.Labels}}", image))
        assert podman("run", "--rm", "--network=host", "--cap-drop=all", "--read-only", image, "--version")
    by_docker, here = (_versions(tree) for tree in trees)
    assert by_docker.keys() == here.keys()
    if by_docker != here:
        pytest.skip("packages of this machine are not Debian's newest, so the images differ: "
                    f"{' '.join(name for name in here if here[name] != by_docker[name])}; apt-get upgrade")
    differences = subprocess.run(["diff", "--recursive", "--no-dereference", *trees], capture_output=True, text=True)
    assert differences.returncode == 0, differences.stdout
    assert configs[0].startswith("65532:65532 ") and _but_buildah(configs[0]) == _but_buildah(configs[1])


def _versions(tree: Path) -> dict[str, str]:
    """Of the packages that the image is made of."""
    return {status.name: re.search("^Version: (.+)", status.read_text(), re.MULTILINE)[1]
            for status in (tree / "var/lib/dpkg/status.d").iterdir()}


def _but_buildah(config: str) -> str:
    """Without the label of the tool, which may be given or not."""
    return " ".join(word for word in config.split() if "io.buildah.version" not in word)

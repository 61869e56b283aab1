"""Podman with a storage of its own, of which nothing remains."""

import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from exporter_process import BINARY

IMAGE = Path(__file__).resolve().parents[2] / "manifests/image"
# Without systemd, and where hard limits are below Podman's defaults.
CONTAINERS_CONF = """[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
EPOCH = "1700000000"


class Podman:
    """`podman` with its storage in a temporary directory of a short name: it refuses a longer one."""

    def __init__(self) -> None:
        directory = self.directory = Path(tempfile.mkdtemp(prefix="zke-"))
        self.options = [f"--root={directory}/root", f"--runroot={directory}/run", f"--tmpdir={directory}/tmp",
                        "--storage-driver=overlay"]
        (directory / "containers.conf").write_text(CONTAINERS_CONF)
        self.environment = {**os.environ, "CONTAINERS_CONF": str(directory / "containers.conf"),
                            "TMPDIR": str(directory), "SOURCE_DATE_EPOCH": EPOCH}

    def __call__(self, *arguments: str, limit: float = 60) -> str:
        """Runs podman; AssertionError with its words when it fails."""
        done = self.run(*arguments, limit=limit)
        assert done.returncode == 0, f"podman {arguments}: {done.stderr}{done.stdout}"
        return done.stdout.strip()

    def run(self, *arguments: str, limit: float = 60) -> subprocess.CompletedProcess[str]:
        """Runs podman to its end, whatever comes of it."""
        return subprocess.run(["podman", *self.options, *arguments], capture_output=True, text=True, timeout=limit,
                              env=self.environment, stdin=subprocess.DEVNULL)

    def build(self, binaries: Path, tag: str) -> str:
        """Builds our image; its id."""
        done = subprocess.run([IMAGE / "build-offline", binaries, tag, *self.options], capture_output=True, text=True,
                              timeout=120, env=self.environment, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def close(self) -> None:
        """Removes all containers, pods, images and mounts."""
        self.run("pod", "rm", "--all", "--force", "--time=0")
        self.run("rm", "--all", "--force", "--time=0")
        self.run("rmi", "--all", "--force")
        for line in reversed(Path("/proc/self/mounts").read_text().splitlines()):
            if (mount := line.split()[1]).startswith(f"{self.directory}/"):
                subprocess.run(["umount", "--lazy", mount], check=False)
        shutil.rmtree(self.directory, ignore_errors=True)


@cache
def why_not() -> str:
    """Why containers cannot be run here, or nothing."""
    missing = [name for name in ("podman", "runc", "conmon", "strip") if not shutil.which(name)]
    if not any(Path(part, "catatonit").exists() for part in ("/usr/bin", "/usr/libexec/podman")):
        missing.append("catatonit")
    if missing:
        return f"no containers: not installed: {', '.join(missing)}"
    entered = subprocess.run(["nsenter", "--mount=/proc/self/ns/mnt", "stat", "--format=%d:%i", "/"],
                             capture_output=True, text=True, check=False).stdout.strip()
    if entered and entered != f"{os.stat('/').st_dev}:{os.stat('/').st_ino}":
        return "no containers: this is a chroot, and `podman exec` would leave it"
    podman = Podman()
    try:
        return _refusal(podman)
    finally:
        podman.close()


def _refusal(podman: Podman) -> str:
    """The words of podman if it cannot run a container of one static program, or nothing."""
    root = podman.directory / "tried"
    root.mkdir()
    shutil.copy(BINARY.with_name("zk-health"), root)
    done = podman.run("run", "--rm", "--network=none", "--rootfs", str(root), "/zk-health", "--version")
    words = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
    return "" if done.returncode == 0 else f"no containers: podman run: {words}"

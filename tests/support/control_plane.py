"""A Kubernetes control plane on loopback: etcd, API server, controllers and scheduler, without a kubelet."""

import json
import secrets
import subprocess
from pathlib import Path
from typing import Any

from zookeeper_ensemble import free_ports, wait_until

CONTROLLERS = ("namespace-controller", "serviceaccount-controller", "deployment-controller", "replicaset-controller",
               "statefulset-controller", "disruption-controller", "persistentvolume-binder-controller")


class ControlPlane:
    """Runs as long as the `with` block. `program` is that of tests/kubernetes/controlplane."""

    def __init__(self, program: Path, directory: Path):
        self.program, self.directory = program, directory
        self.processes: list[subprocess.Popen] = []
        etcd, peer, api, self.controllers_port, self.scheduler_port = free_ports(5)
        self.etcd, self.peer = f"http://127.0.0.1:{etcd}", f"http://127.0.0.1:{peer}"
        self.port, self.server = api, f"https://127.0.0.1:{api}"
        self.kubeconfig = directory / "kubeconfig"

    def __enter__(self) -> "ControlPlane":
        token, key = secrets.token_hex(16), self.directory / "service-accounts.key"
        (self.directory / "tokens").write_text(f"{token},admin,admin,system:masters\n")
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
        self.kubeconfig.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "test", "cluster": {"server": self.server, "insecure-skip-tls-verify": True}}],
            "users": [{"name": "test", "user": {"token": token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}]}))
        try:
            self._start("etcd", f"--data-dir={self.directory}/etcd", f"--listen-client-urls={self.etcd}",
                        f"--advertise-client-urls={self.etcd}", f"--listen-peer-urls={self.peer}",
                        f"--initial-advertise-peer-urls={self.peer}", f"--initial-cluster=default={self.peer}")
            self._start(self.program, "kube-apiserver", f"--etcd-servers={self.etcd}", "--bind-address=127.0.0.1",
                        f"--secure-port={self.port}", f"--cert-dir={self.directory}/certificates",
                        f"--token-auth-file={self.directory}/tokens", "--authorization-mode=AlwaysAllow",
                        "--service-cluster-ip-range=10.0.0.0/24", "--service-account-issuer=https://test",
                        f"--service-account-key-file={key}", f"--service-account-signing-key-file={key}")
            self.wait_until(lambda: self.kubectl("get", "--raw=/readyz", check=False).returncode == 0, "the API server")
            self._start(self.program, "kube-controller-manager", f"--kubeconfig={self.kubeconfig}",
                        f"--controllers={','.join(CONTROLLERS)}", "--leader-elect=false", "--bind-address=127.0.0.1",
                        f"--secure-port={self.controllers_port}", f"--cert-dir={self.directory}/certificates",
                        f"--service-account-private-key-file={key}")
            self._start(self.program, "kube-scheduler", f"--kubeconfig={self.kubeconfig}", "--leader-elect=false",
                        "--bind-address=127.0.0.1", f"--secure-port={self.scheduler_port}",
                        f"--cert-dir={self.directory}/certificates")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def kubectl(self, *arguments: str, stdin: str | None = None,
                check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs kubectl, which must succeed unless told otherwise."""
        done = subprocess.run(["kubectl", f"--kubeconfig={self.kubeconfig}", *arguments], input=stdin,
                              capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, done.stderr
        return done

    def get(self, *arguments: str) -> Any:
        """What kubectl get gives."""
        return json.loads(self.kubectl("get", *arguments, "--output=json").stdout)

    def wait_until(self, condition: Any, what: str) -> Any:
        """Waits for a condition; fails with the ends of all logs."""
        return wait_until(condition, what, 60, self._logs)

    def _start(self, program: str | Path, *arguments: str) -> None:
        name = arguments[0] if arguments[0].startswith("kube") else str(program)
        with open(self.directory / f"{name}.log", "wb") as log:
            self.processes.append(subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", program, *arguments], cwd=self.directory, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log))

    def _logs(self) -> str:
        return "\n".join(f"--- {path.name}\n{path.read_text()[-1500:]}" for path in self.directory.glob("*.log"))

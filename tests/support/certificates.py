"""Certificates of an authority that the test makes by itself, with `openssl`.

    authority = Authority(directory / "ca")
    server = authority.issue("server")                       # for the hosts of an Ensemble
    old = authority.issue("old", life=EXPIRED)
    other = authority.issue("other", hosts=("zk-9.example",))

Keys are of P-256, which is made at once; `RSA` is there for whom the kind matters.
"""

import ssl
import subprocess
from datetime import datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path

HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3", "localhost")
EC, RSA = ("ec", "ec_paramgen_curve:P-256"), ("rsa", "rsa_keygen_bits:2048")
LIFE, EXPIRED = timedelta(days=2), timedelta(minutes=-1)


class Certificate:
    """A certificate and its key, as PEM; `store` has both, as ZooKeeper's and Python's stores want them."""

    def __init__(self, directory: Path, name: str):
        self.name = name
        self.file, self.key, self.store = (directory / f"{name}{end}.pem" for end in ("", "-key", "-store"))

    @cached_property
    def not_after(self) -> int:
        """The second after which it is not valid, as a Unix time."""
        said = _openssl("x509", "-noout", "-enddate", "-in", self.file).stdout.decode()
        return int(ssl.cert_time_to_seconds(said.strip().removeprefix("notAfter=")))

    def key_as(self, form: str, password: str = "") -> Path:
        """The key in another file: "pkcs8", "traditional" (of its algorithm's own name), or encrypted by `password`."""
        path = self.key.with_name(f"{self.name}-key-{form}{'-encrypted' if password else ''}.pem")
        flags = ["-traditional"] if form == "traditional" else []
        flags += ["-aes128", "-passout", f"pass:{password}"] if password else []
        _openssl("pkey", *flags, "-in", self.key, "-out", path)
        path.chmod(0o600)
        return path


class Authority:
    """A root certificate in `file`, and what it issues, all in `directory`."""

    def __init__(self, directory: Path, name: str = "Test authority"):
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self._root = Certificate(directory, "ca")
        self.file = self._root.file
        _openssl("req", "-x509", "-newkey", EC[0], "-pkeyopt", EC[1], "-nodes", "-days", "30", "-subj", f"/CN={name}",
                 "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-keyout", self._root.key, "-out", self.file)
        (directory / "index.txt").touch()
        (directory / "ca.cnf").write_text(
            f"[ca]\ndefault_ca=it\n[it]\ndatabase={directory}/index.txt\nnew_certs_dir={directory}\nrand_serial=yes\n"
            "default_md=sha256\npolicy=any\ncopy_extensions=copy\nunique_subject=no\n[any]\ncommonName=supplied\n")

    def issue(self, name: str, hosts: tuple[str, ...] = HOSTS, life: timedelta = LIFE,
              algorithm: tuple[str, str] = EC) -> Certificate:
        """A certificate for these names and addresses, which ends after `life`; for a server or a client."""
        made = Certificate(self.directory, name)
        names = ",".join(f"IP:{host}" if host[0].isdigit() else f"DNS:{host}" for host in hosts)
        request = self.directory / f"{name}.csr"
        _openssl("req", "-newkey", algorithm[0], "-pkeyopt", algorithm[1], "-nodes", "-subj", f"/CN={name}", "-addext",
                 f"subjectAltName={names}", "-addext", "extendedKeyUsage=serverAuth,clientAuth",
                 "-keyout", made.key, "-out", request)
        made.key.chmod(0o600)
        start, end = (datetime.now(timezone.utc) + each for each in (timedelta(hours=-1), life))
        _openssl("ca", "-batch", "-notext", "-config", self.directory / "ca.cnf", "-cert", self.file, "-keyfile",
                 self._root.key, "-startdate", f"{start:%Y%m%d%H%M%SZ}", "-enddate", f"{end:%Y%m%d%H%M%SZ}",
                 "-in", request, "-out", made.file)
        made.store.write_text(made.key.read_text() + made.file.read_text())
        return made


def _openssl(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

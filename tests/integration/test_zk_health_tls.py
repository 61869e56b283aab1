"""zk-health over TLS: real servers with a TLS-only client port, and a small TLS server for what they can't show."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import needs
from certificates import EXPIRED, Authority, Certificate
from exporter_process import Exporter
from fake_member import CLOSES, fake_member, tls_member
from secure_servers import speak_tls
from zk_health import PROBES, ZK_HEALTH, report, run_health
from zookeeper_ensemble import Ensemble

FEW = 300  # ms: a deadline for servers that never answer


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who issues all certificates but those of a stranger."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def own(authority: Authority) -> Certificate:
    """The client certificate of zk-health."""
    return authority.issue("probe")


@pytest.fixture(scope="module")
def strict(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    """Three servers with a TLS-only client port that demand a client certificate."""
    ensemble = Ensemble(tmp_path_factory.mktemp("strict"))
    speak_tls(ensemble, authority.issue("server"), authority, client_auth="need")
    with ensemble:
        yield ensemble


def flags_of(authority: Authority, own: Certificate | None = None) -> list[str]:
    """Those for servers of this authority."""
    mutual = [f"--cert-file={own.file}", f"--key-file={own.key}"] if own else []
    return ["--tls", f"--ca-file={authority.file}", *mutual]


def test_every_check_of_servers_that_demand_a_certificate(strict: Ensemble, authority: Authority,
                                                          own: Certificate) -> None:
    """As over plain TCP."""
    flags = flags_of(authority, own)
    leader = next(member for member in strict.members if member.state() == "leader")
    for member in strict.members:
        for kind, verdict in zip(PROBES, ("started", "live", "ready")):
            said = report(kind, *flags, member.address, timeout="3s")
            assert (said["verdict"], said["reason"], said["warning"]) == (verdict, "serving", False)
    assert report("ensemble", *flags, "--require=full", strict.servers, timeout="3s")["level"] == "healthy"
    for member in strict.members:
        stop = [f"--member={member.address}", "--leader-last", *flags, strict.servers]
        assert report("safe-to-stop", *stop, timeout="3s")["passed"] == (member is not leader)


def test_without_the_certificate_that_is_demanded(strict: Ensemble, authority: Authority) -> None:
    """It lives, is not ready, and the words name the flags to give."""
    address = strict.members[0].address
    expect_doubt(address, *flags_of(authority), timeout="3s")
    assert "set --cert-file and --key-file" in report("readiness", *flags_of(authority), address, timeout="3s")["text"]
    said = report("liveness", "--tls", "--ca-file=/none", address, timeout="3s")
    assert said["passed"] and "set --cert-file and --key-file" in said["text"], said
    said = report("ensemble", *flags_of(authority), strict.servers, timeout="3s")
    assert (said["exit_code"], said["level"]) == (3, "unknown")


def test_a_plain_probe_of_a_port_for_tls(strict: Ensemble) -> None:
    """Not dead, since a restart would not help; told by the end of its time, and what to do."""
    address = strict.members[0].address
    for kind in PROBES:
        began = time.monotonic()
        said = report(kind, address, timeout="1s")
        assert time.monotonic() - began < 1.5
        assert "this port speaks TLS; give --tls" in said["text"]
    expect_doubt(address, timeout="1s")
    assert report("ensemble", strict.servers, timeout="1s")["exit_code"] == 3


def test_a_frozen_server_is_dead_over_tls_too(strict: Ensemble, authority: Authority, own: Certificate) -> None:
    """Its kernel takes connections, nobody answers the greeting; a plain probe does not take it for a port of TLS."""
    frozen = strict.members[2]
    frozen.freeze()
    try:
        for flags in (flags_of(authority, own), ["--tls", "--insecure"], []):
            for kind in PROBES:
                said = report(kind, *flags, frozen.address, timeout=f"{FEW}ms")
                assert (said["exit_code"], said["reason"]) == (2, "timeout"), said
    finally:
        frozen.thaw()


def test_a_tls_probe_of_a_plain_port(ensemble: Ensemble) -> None:
    """Alive, and the words say which flag is wrong."""
    address = ensemble.members[0].address
    expect_doubt(address, "--tls", "--insecure", timeout="1s")
    assert "leave --tls out" in report("readiness", "--tls", "--insecure", address)["text"]


def expect_doubt(address: str, *flags: str, timeout: str) -> None:
    """Startup and liveness pass with a warning, readiness fails as at a wrong port."""
    for kind, verdict, code in zip(PROBES, ("started", "live", "not_ready"), (0, 0, 3)):
        said = report(kind, *flags, address, timeout=timeout)
        assert (said["verdict"], said["reason"], said["exit_code"]) == (verdict, "tls", code), said
        assert said["warning"] == (code == 0)


@pytest.mark.parametrize("fault, words", [("expired", "expired on"), ("stranger", "unknown authority"),
                                          ("name", "wrong name")])
def test_a_certificate_that_can_not_be_trusted(fault: str, words: str, authority: Authority, tmp_path: Path) -> None:
    """Never ready by it, never dead by it; --insecure takes any."""
    issuer = Authority(tmp_path, "A stranger") if fault == "stranger" else authority
    hosts = {"hosts": ("zk-9.example",)} if fault == "name" else {}
    certificate = issuer.issue(f"{fault}-server", **hosts, **({"life": EXPIRED} if fault == "expired" else {}))
    with tls_member(certificate) as address:
        expect_doubt(address, *flags_of(authority), timeout="3s")
        assert words in report("readiness", *flags_of(authority), address)["text"]
        assert report("readiness", "--tls", "--insecure", address)["passed"]
        named = report("readiness", *flags_of(authority), "--server-name=zk-9.example", address)
        assert named["passed"] == (fault == "name")


def test_localhost_is_the_name_of_its_certificate(authority: Authority) -> None:
    """As it was written, not the address that it stands for."""
    with tls_member(authority.issue("localhost-only", hosts=("localhost",))) as address:
        port = address.rpartition(":")[2]
        assert report("readiness", *flags_of(authority), f"localhost:{port}")["passed"]
        assert not report("readiness", *flags_of(authority), address)["passed"]


@pytest.mark.parametrize("flags, words", [
    (["--ca-file={0}/none.pem"], "zk-health: --ca-file {0}/none.pem: cannot be read: No such file or directory"),
    (["--ca-file={0}"], "zk-health: --ca-file {0}: is a directory, not a regular file"),
    (["--ca-file={0}/probe-key.pem"], "zk-health: --ca-file {0}/probe-key.pem: holds no certificate in PEM"),
    (["--insecure", "--cert-file={0}/probe.pem", "--key-file={0}/other-key.pem"],
     "zk-health: --key-file {0}/other-key.pem: is not the key of --cert-file {0}/probe.pem"),
    (["--insecure", "--cert-file={0}/probe.pem", "--key-file={0}/probe.pem"],
     "zk-health: --key-file {0}/probe.pem: holds no private key in PEM"),
])
def test_a_file_that_can_not_be_used(flags: list[str], words: str, authority: Authority, own: Certificate) -> None:
    """A mistake in one line; but a Secret that was renewed badly never restarts a server, and a dead one stays dead."""
    directory = own.file.parent
    authority.issue("other")
    wrong = ["--tls", *(flag.format(directory) for flag in flags)]
    with tls_member(authority.issue("server-of-files")) as address:
        for kind, more in (("readiness", []), ("ensemble", []), ("safe-to-stop", [f"--member={address}"])):
            done = run_health(f"--check={kind}", *more, *wrong, address)
            assert (done.returncode, done.stdout) == (1, "")
            assert done.stderr.startswith(words.format(directory)) and done.stderr.count("\n") == 1
            nagios = run_health(f"--check={kind}", *more, *wrong, "--format=nagios", address)
            assert nagios.returncode == 3
        for kind, verdict in (("startup", "started"), ("liveness", "live")):
            said = report(kind, *wrong, address)
            assert (said["verdict"], said["warning"]) == (verdict, True)
            assert words.format(directory).removeprefix("zk-health: ") in said["text"]
    assert probe_codes(address, wrong) == (2, 2, 1)  # nobody is there any more


def probe_codes(address: str, flags: list[str]) -> tuple[int, ...]:
    """The exit codes of startup, liveness and readiness."""
    return tuple(run_health(f"--check={kind}", *flags, address).returncode for kind in PROBES)


@pytest.mark.parametrize("answer", [None, CLOSES, b"\x16\x03", b"\x16\x03\x03\xff\xff" + b"x" * 70000, b"\x00" * 4096,
                                    b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x03\x00\x02\x02\x28"])
def test_what_is_no_tls_in_time(answer: bytes | None) -> None:
    """Neither longer than its time, nor ready, nor a crash; only silence is dead."""
    with fake_member(answer) as address:
        for kind, code in zip(PROBES, (2, 2, 2) if answer is None else (None, 0, 3)):
            began = time.monotonic()
            done = run_health(f"--check={kind}", "--tls", "--insecure", f"--timeout={FEW}ms", address)
            assert time.monotonic() - began < FEW / 1000 + 0.6
            assert done.returncode in (0, 3) if code is None else done.returncode == code, done.stdout
            assert done.stdout.count("\n") == 1


@pytest.mark.skipif(bool(needs.own_mounts()), reason=needs.own_mounts())
def test_the_authorities_of_the_system(authority: Authority, tmp_path: Path) -> None:
    """Without --ca-file: found among many, beside one of the same name that has another key, which is not believed."""
    system = Path("/etc/ssl/certs/ca-certificates.crt")
    namesake = Authority(tmp_path / "authority").file.read_text()
    lists = {"both": system.read_text() + namesake + authority.file.read_text(),
             "namesake": system.read_text() + namesake,
             "nothing": "", "broken": system.read_text() + authority.file.read_text()[:300] + "\n"}
    enter = ["unshare", "--mount", "sh", "-c", f'mount --bind "$0" {system} && exec "$@"']
    said = {}
    with tls_member(authority.issue("server-of-the-system")) as address:
        for name, text in lists.items():
            (tmp_path / name).write_text(text)
            said[name] = subprocess.run([*enter, tmp_path / name, ZK_HEALTH, "--check=readiness", "--tls", address],
                                        capture_output=True, text=True, timeout=20, check=False)
    assert {name: done.returncode for name, done in said.items()} == {
        "both": 0, "namesake": 3, "nothing": 1, "broken": 1}, said
    assert "holds no certificate in PEM" in said["nothing"].stderr
    assert "is broken after" in said["broken"].stderr


def test_no_configuration_of_openssl_is_read(authority: Authority, tmp_path: Path) -> None:
    """A file that would load an engine, or forbid this TLS, changes nothing in a static program."""
    config = tmp_path / "openssl.cnf"
    config.write_text("openssl_conf=a\n[a]\nengines=b\nproviders=d\nssl_conf=f\n[b]\nx=c\n[c]\ndynamic_path=/none.so\n"
                      "[d]\ny=e\n[e]\nmodule=/none.so\nactivate=1\n[f]\nsystem_default=g\n[g]\nMaxProtocol=TLSv1.1\n")
    with tls_member(authority.issue("server-of-openssl")) as address:
        done = subprocess.run([ZK_HEALTH, "--check=readiness", *flags_of(authority), address], timeout=20,
                              env={**os.environ, "OPENSSL_CONF": str(config)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("tls", [False, True])
def test_the_probe_pages_of_the_exporter_say_the_same(tls: bool, strict: Ensemble, authority: Authority,
                                                      own: Certificate,
                                                      start_exporter: Callable[..., Exporter]) -> None:
    """Of a port for TLS: as long as its ensemble has no `tls:`, started and live with a warning, and not ready."""
    address = strict.members[0].address
    files = {"ca-file": authority.file, "cert-file": own.file, "key-file": own.key} if tls else {}
    exporter = start_exporter(address, "--poll.timeout=1s",
                              *(f"--zookeeper.tls.{name}={file}" for name, file in files.items()))
    for kind, verdict in zip(PROBES, ("started", "live", "ready" if tls else "not_ready")):
        began = time.monotonic()
        status, _, body = exporter.get(f"/probe/{kind}?member={address}&format=json")
        assert time.monotonic() - began < 1.5
        said = json.loads(body)
        assert status == (503 if verdict == "not_ready" else 200)
        assert (said["verdict"], said["reason"]) == (verdict, "serving" if tls else "tls"), said
        assert tls or "this port speaks TLS; configure tls: for it" in said["text"]

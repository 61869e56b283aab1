"""zk-health as a program: its flags, its deadline, how it installs itself, and how often it is wrong."""

import contextlib
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

import figures
from fake_member import fake_member
from needs import own_root
from zk_health import PROBES, ZK_HEALTH, run_health
from zookeeper_ensemble import HOST, Ensemble

RUNS = int(os.environ.get("ZK_HEALTH_RUNS", "1000"))
ADDRESS = "127.0.0.1:2181"
MISTAKES = [
    [],
    ["--check=readiness"],
    [ADDRESS],
    ["--check", ADDRESS],
    ["--check=", ADDRESS],
    ["--check=ready", ADDRESS],
    ["--check=readiness", "localhost:2181,zk-1:2181"],
    ["--check=readiness", "zk-1:2181"],
    ["--check=readiness", "127.0.0.1"],
    ["--check=readiness", "127.0.0.1:0"],
    ["--check=readiness", "127.0.0.1:65536"],
    ["--check=readiness", "127.0.0.1:2181x"],
    ["--check=readiness", ""],
    ["--check=readiness", "--timeout=0s", ADDRESS],
    ["--check=readiness", "--timeout=1", ADDRESS],
    ["--check=readiness", "--timeout=-1s", ADDRESS],
    ["--check=readiness", "--format=xml", ADDRESS],
    ["--check=readiness", "--verbose", ADDRESS],
    ["--check=readiness", "-v", ADDRESS],
    ["--check=readiness", "--leader-last=yes", ADDRESS],
    ["--check=readiness", "--bad\nflag\x1b[31m", ADDRESS],
    ["--check=readiness", ADDRESS, "127.0.0.1:2182"],
    ["--check=ensemble", "--require=most", ADDRESS],
    ["--check=safe-to-stop", ADDRESS],
    ["--check=safe-to-stop", "--member=127.0.0.1:2182", ADDRESS],
    ["--check=readiness", "--timeout=107000d", ADDRESS],
    ["install"],
    ["install", ""],
    ["install", "-x"],
    ["install", "--"],
    ["install", "/nonexistent/zk-health"],
    ["install", "/proc", "/tmp"],
]


@pytest.mark.parametrize("arguments", MISTAKES, ids=" ".join)
def test_mistakes_end_it_with_one_line(arguments: list[str]) -> None:
    """Exit code 1, and what is wrong on stderr."""
    answer = run_health(*arguments)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("zk-health: ") and answer.stderr.endswith("\n")
    assert answer.stderr[:-1].isprintable() and len(answer.stderr) < 1024


def test_help_and_version() -> None:
    """They need nothing else."""
    assert "Exit codes:" in run_health("--help").stdout
    assert run_health("--version").stdout.startswith("zk-health 0.")


def test_localhost_and_ipv6_are_addresses(ensemble: Ensemble) -> None:
    """No resolver is asked for localhost; IPv6 comes in brackets."""
    assert run_health("--check=readiness", f"localhost:{ensemble.members[0].port}").returncode == 0
    refused = run_health("--check=readiness", "--format=json", f"[::1]:{ensemble.members[0].port}")
    assert refused.returncode in (2, 6) and "[::1]" in refused.stdout


@pytest.mark.parametrize("timeout", [0.1, 0.5])
def test_the_timeout_is_honoured(timeout: float) -> None:
    """It waits for a silent server that long, and ends while one that may wait an hour, and began earlier, waits."""
    with fake_member(None) as address, fake_member(None) as other:
        with subprocess.Popen([ZK_HEALTH, "--check=liveness", "--timeout=1h", other]) as patient:
            start = time.monotonic()
            code = run_health("--check=liveness", f"--timeout={round(timeout * 1000)}ms", address).returncode
            took, waits = time.monotonic() - start, patient.poll() is None
            patient.kill()
    assert code == 2
    assert took >= timeout
    assert waits


def test_the_timeout_is_for_all_servers_together() -> None:
    """Silent ones are waited for at the same time: one after the other, 40 would take 20 s."""
    with contextlib.ExitStack() as stack:
        servers = ",".join(stack.enter_context(fake_member(None)) for _ in range(40))
        start = time.monotonic()
        assert run_health("--check=ensemble", "--timeout=500ms", servers, limit=60).returncode == 2
        assert 0.5 <= time.monotonic() - start < 20


def test_it_is_static() -> None:
    """It needs no loader and no library."""
    answer = subprocess.run(["ldd", ZK_HEALTH], capture_output=True, text=True, check=False,
                            env={**os.environ, "LC_ALL": "C"})
    assert "not a dynamic executable" in answer.stdout + answer.stderr


@pytest.mark.skipif(bool(own_root()), reason=own_root())
def test_it_runs_in_an_empty_root(ensemble: Ensemble, tmp_path: Path) -> None:
    """Not even /etc, /proc and /dev are there."""
    run_health("install", tmp_path)
    for kind in PROBES:
        answer = subprocess.run(["chroot", tmp_path, "/zk-health", f"--check={kind}", ensemble.members[0].address],
                                capture_output=True, check=False)
        assert answer.returncode == 0, answer
    answer = subprocess.run(["chroot", tmp_path, "/zk-health", "--check=ensemble", ensemble.servers],
                            capture_output=True, check=False)
    assert answer.returncode == 0, answer


def test_it_is_never_wrong_about_a_healthy_server(ensemble: Ensemble) -> None:
    """ZK_HEALTH_RUNS runs (1000), one after the other, from start to exit."""
    address = ensemble.members[0].address
    command = [str(ZK_HEALTH), "--check=readiness", address]
    null = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    times, failures = [], 0
    for _ in range(RUNS):
        start = time.monotonic()
        child = os.posix_spawn(command[0], command, os.environ, file_actions=null)
        _, status = os.waitpid(child, 0)
        times.append(time.monotonic() - start)
        failures += status != 0
    note("--check=readiness", times, failures)
    assert failures == 0


def test_netcat_for_comparison(ensemble: Ensemble) -> None:
    """What `echo ruok | nc` gives; nothing is asserted."""
    netcat = shutil.which("nc")
    if netcat is None:
        pytest.skip("no `nc` here (netcat-openbsd)")
    times, failures = [], 0
    for _ in range(min(RUNS, 500)):
        start = time.monotonic()
        answer = subprocess.run([netcat, "-w", "3", HOST, str(ensemble.members[0].port)], input=b"ruok\n",
                                capture_output=True, check=False)
        times.append(time.monotonic() - start)
        failures += answer.stdout != b"imok"
    note("echo ruok | nc", times, failures)


def note(what: str, times: list[float], failures: int) -> None:
    """Keeps a row of figures for the end of the run."""
    times = sorted(times)
    at = [times[len(times) // 2], times[len(times) * 99 // 100], times[-1]]
    figures.note(figures.RUNS, f"{len(times)} x {what}", str(failures), *(f"{1000 * each:.1f} ms" for each in at))

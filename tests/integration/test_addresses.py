"""Which members there are, and how they are found: files, names, IPv6."""

import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from exporter_process import BINARY, Exporter
from forwarder import forwarding
from needs import refusal
from zookeeper_ensemble import HOST, Ensemble, free_ports, wait_until

CONFIG = """\
poll: {{interval: 1s, timeout: 500ms}}
ensembles:
  - name: big
    members: [{big}]
  - name: small
    members: ["{small}"]
http: {{listen: ["127.0.0.1:{unused}"]}}
log: {{level: warn}}
"""


def no_ipv6() -> str:
    """Why nothing can listen on ::1, or nothing."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError as error:
        return f"nothing can listen on ::1 here: {error.strerror}"
    return ""


def test_a_file_with_two_ensembles(ensemble: Ensemble, tmp_path: Path, start_exporter: Callable[..., Exporter]) -> None:
    """Each member carries the name of its ensemble; flags override the file."""
    with Ensemble(tmp_path, participants=1) as single:
        config = tmp_path / "exporter.yaml"
        config.write_text(CONFIG.format(big=ensemble.servers.replace(",", ", "), small=single.servers,
                                        unused=free_ports(1)[0]))
        exporter = start_exporter("", f"--config.file={config}", "--log.level=info")
        samples = exporter.metrics()

        assert len(samples.series("zookeeper_up")) == 5
        assert set(samples.series("zookeeper_up", ensemble="big").values()) == {1}
        assert len(samples.series("zookeeper_up", ensemble="big")) == 4
        assert len(samples.series("zookeeper_znodes", ensemble="small", member=single.servers)) == 1
        assert samples.value("zookeeper_member_state", ensemble="small", state="standalone") == 1
        assert samples.value("zookeeper_exporter_members") == 5
        assert any("listening" in line for line in exporter.lines())


def test_the_flag_replaces_the_ensembles_of_the_file(
        ensemble: Ensemble, tmp_path: Path, start_exporter: Callable[..., Exporter]) -> None:
    """One ensemble, called default or as the other flag says."""
    config = tmp_path / "exporter.yaml"
    config.write_text(CONFIG.format(big="one:1", small="two:2", unused=free_ports(1)[0]))
    address = ensemble.members[0].address
    samples = start_exporter(address, f"--config.file={config}", "--zookeeper.ensemble=mine").metrics()

    assert len(samples.series("zookeeper_up")) == 1
    assert samples.value("zookeeper_up", ensemble="mine", member=address) == 1


@pytest.mark.skipif(bool(no_ipv6()), reason=no_ipv6())
def test_a_member_on_ipv6(ensemble: Ensemble, start_exporter: Callable[..., Exporter]) -> None:
    """In brackets, as in every URL, and so in the label."""
    with forwarding(ensemble.members[0].port, "::1") as forwarder:
        address = f"[::1]:{forwarder.port}"
        samples = start_exporter(address).metrics()

        assert samples.of(address).value("zookeeper_up") == 1
        assert samples.state(address) == ensemble.members[0].state()


def test_a_name_with_an_address_where_nobody_listens(
        ensemble: Ensemble, start_exporter: Callable[..., Exporter]) -> None:
    """localhost is often ::1 too: every address of a name is tried."""
    address = f"localhost:{ensemble.members[0].port}"
    samples = start_exporter(address).metrics()

    assert samples.of(address).value("zookeeper_up") == 1
    assert samples.reason(address) == "none"


def test_a_name_without_an_address_disturbs_nobody(
        ensemble: Ensemble, start_exporter: Callable[..., Exporter]) -> None:
    """Its reason is dns, in every poll; the others are polled as ever."""
    nobody = "no-such-server.invalid:2181"
    exporter = start_exporter(f"{nobody},{ensemble.servers}")
    samples = exporter.fresh(nobody, *(member.address for member in ensemble.members), polls=2)

    assert samples.of(nobody).value("zookeeper_up") == 0
    assert samples.state(nobody) == "unreachable"
    assert samples.reason(nobody) == "dns"
    for member in ensemble.members:
        assert samples.of(member.address).value("zookeeper_up") == 1
        assert samples.of(member.address).value("zookeeper_poll_duration_seconds") < 0.4
    assert len(exporter.changes(nobody)) == 1
    assert "no-such-server.invalid" in exporter.changes(nobody)[0]


def test_no_descriptor_is_lost(ensemble: Ensemble, start_exporter: Callable[..., Exporter]) -> None:
    """Polls that succeed, are refused, and find no address close what they opened."""
    exporter = start_exporter(f"{ensemble.servers},{HOST}:{free_ports(1)[0]},no-such-server.invalid:2181")
    members = [member.address for member in ensemble.members]
    exporter.fresh(*members)

    def open_now() -> int:
        return len(os.listdir(f"/proc/{exporter.process.pid}/fd"))

    few = wait_until(open_now, "the descriptors")
    exporter.fresh(*members, polls=4)
    wait_until(lambda: open_now() <= few + 2, "closed descriptors", 5, lambda: f"{open_now()} are open, {few} were")


def test_a_dead_server_is_refused_where_ipv6_is_off(tmp_path: Path) -> None:
    """A name is ::1, which can't be used here, and 127.0.0.1, where nobody listens."""
    hosts = tmp_path / "hosts"
    hosts.write_text("::1 dual\n127.0.0.1 dual\n")
    setup = (f"mount --bind {hosts} /etc/hosts && ip link set lo up && "
             "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6 && "
             "! ip -6 address show dev lo | grep -q ::1")
    alone = ["unshare", "--net", "--mount", "sh", "-c"]
    if reason := refusal(*alone, setup):
        pytest.skip(reason)
    log = tmp_path / "log"
    with log.open("w") as stderr:
        exporter = subprocess.Popen(
            [*alone, f'{setup} && exec "$@"', "sh", str(BINARY), "--zookeeper.servers=dual:2181",
             "--web.listen-address=127.0.0.1:9141", "--poll.interval=1s", "--poll.timeout=500ms"], stderr=stderr)
    try:
        wait_until(lambda: "to=unreachable" in log.read_text(), "the first poll has ended")
        assert "to=unreachable reason=refused" in log.read_text()
    finally:
        exporter.terminate()
        exporter.wait()

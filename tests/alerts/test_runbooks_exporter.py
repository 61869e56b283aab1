"""The runbooks of the exporter and of what it sees, followed in the states that they are for."""

import contextlib
import hashlib
import re
import resource
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from runbook_reader import Page, Reader

from clients import session
from exporter_process import Exporter, run_to_end
from fake_member import fake_member
from network import Network, in_namespaces, why_not
from zookeeper_ensemble import Ensemble, Member, wait_until

NAME = "--zookeeper.ensemble=orders"
REPLIES = Path(__file__).parents[1] / "data/3.8.0/standalone"
WORDS = {word: (REPLIES / f"{word}.txt").read_bytes() for word in ("srvr", "mntr", "wchs", "conf")}
CUT = WORDS["mntr"][:len(WORDS["mntr"]) // 2].rstrip(b"\n")


def test_the_only_exporter_has_ended(tmp_path: Path) -> None:
    with Ensemble(tmp_path, participants=1) as ensemble, Exporter(ensemble.servers, NAME) as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader:
        gone = {"job": "zookeeper", "instance": exporter.address}
        reader.prometheus.wait_for("exporter:zookeeper_ensemble:watched", [1])
        exporter.kill()
        with reader.open("MetricsAbsent") as absent:
            absent.wait_until_raised()
            *failures, count, health = absent.paste("livez").split("\n", 4)
            assert ["Failed to connect" in line for line in failures] == [True] * 3 and count == "0"
            absent.says("- It does not answer: [ZooKeeperExporterDown](ZooKeeperExporterDown.md).")
            assert health.startswith("healthy: ")
            absent.says("do nothing to ZooKeeper because of this alert")
            assert [each["labels"] for each in absent.ask("up == 0")] == [{"__name__": "up", **gone}]
        with reader.open("ExporterDown") as down:
            down.wait_until_raised()
            assert "exit 7\n" in down.paste("livez")
            down.says("| exit 7 | refused: it does not run, or listens elsewhere (`--web.listen-address`) |")
            assert [each["labels"]["instance"] for each in down.ask("up == 0")] == [exporter.address]
        with reader.open("EnsembleUnwatched", whole=False) as unwatched:
            unwatched.wait_until_raised()
            failure, health = unwatched.paste("livez").split("\n", 1)
            assert "Failed to connect" in failure and health.startswith("healthy: ")
            unwatched.says("The ensemble may be well, but no alert about it can fire.")
            assert [each["labels"] for each in unwatched.ask("unless on")] == [
                {"__name__": "exporter:zookeeper_ensemble:watched", "ensemble": "orders", **gone}]
            unwatched.says("The labels `job` and `instance` name the exporter that is gone.",
                           "Start that exporter again")
            assert unwatched.ask("not_asked") == []

        with Exporter(ensemble.servers, NAME, f"--web.listen-address={exporter.address}") as again:
            for page in (absent, down, unwatched):
                page.wait_until_over()
            again.kill()
            unwatched.wait_until_raised()
            unwatched.says("The exporter is gone already: silence the alert, and delete what the rule remembers")
            assert unwatched.paste("delete_series") == ""
            unwatched.wait_until_over()


def test_the_exporter_refuses_its_new_configuration(tmp_path: Path) -> None:
    """It goes on with the one before, would not start with the new one, and takes it when it is repaired."""
    config = tmp_path / "exporter.yml"
    with Ensemble(tmp_path, participants=1) as ensemble:
        good = f"ensembles: [{{name: orders, members: ['{ensemble.servers}']}}]\n"
        config.write_text(good)
        with Exporter("", f"--config.file={config}") as exporter, Reader(tmp_path, ensemble, exporter) as reader, \
                reader.open("ExporterConfigReloadFailed") as page:
            config.write_text(good.replace("members", "membrs"))
            page.wait_until_raised()
            (without,) = page.wait_for("time() -")
            assert without["labels"]["instance"] == exporter.address and 0 < without["value"] < 300
            mistake = page.paste("configuration was refused")
            assert mistake.startswith(f"{config}:1: ") and "membrs" in mistake
            page.says("| begins with `FILE:LINE:` | of the file; it says what to write instead |")
            printed = page.paste("sha256sum", FILE=str(config))
            in_use = hashlib.sha256(good.encode()).hexdigest()
            assert f'{{sha256="{in_use}"}} 1\n' in printed and "reload_successful 0\n" in printed
            assert f"\n{hashlib.sha256(config.read_bytes()).hexdigest()}  {config}\n" in printed
            assert [each["labels"]["sha256"] for each in page.ask("count by")] == [in_use]
            page.says("it would end with exit code 2", "What was watched is still watched.")
            assert run_to_end(f"--config.file={config}").returncode == 2
            exporter.fresh(ensemble.servers)
            assert f"{config}:1: " in page.paste("--config.check", FILE=str(config))
            config.write_text(f"{good}# repaired\n")
            page.says("Nothing else is to be done: it is taken within seconds")
            page.wait_until_over()


@pytest.mark.long
def test_the_exporter_hangs_then_has_another_path(tmp_path: Path) -> None:
    with Ensemble(tmp_path, participants=1) as ensemble, Exporter(ensemble.servers, NAME) as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader:
        reader.prometheus.wait_for("exporter:zookeeper_ensemble:watched", [1])
        exporter.process.send_signal(signal.SIGSTOP)
        with reader.open("ExporterDown") as page:
            page.wait_until_raised()
            assert "exit 28\n" in page.paste("livez")
            page.says("| exit 28 | no answer: the network, or a machine that is overloaded |")
            assert [each["labels"]["instance"] for each in page.ask("up == 0")] == [exporter.address]
        exporter.kill()

        config = tmp_path / "exporter.yml"
        config.write_text(f"ensembles:\n  - {{name: orders, members: ['{ensemble.servers}']}}\n"
                          f"http: {{listen: ['{exporter.address}'], telemetry_pth: /zookeeper}}\n")
        check = "`zookeeper-exporter --config.file=FILE --config.check`"
        page.says(f"If it ends at once, it says why; a configuration is checked with {check}.")
        assert f"{config}:3:" in page.shell(check.strip("`").replace("FILE", str(config)))
        config.write_text(config.read_text().replace("pth", "path"))
        assert "The configuration is good" in page.shell(check.strip("`").replace("FILE", str(config)))
        with Exporter("", f"--config.file={config}", f"--web.listen-address={exporter.address}"):
            with reader.open("ExporterDown") as page:
                page.wait_until_raised()
                assert page.paste("livez").startswith("HTTP/1.1 200 OK")
                page.says("| `200 OK` | it lives: Prometheus cannot reach it, or asks for another path |")
                assert page.ask("up == 0")
            with reader.open("MetricsAbsent") as page:
                page.wait_until_raised()
                answers = page.paste("livez")
                assert "[+]" in answers and "\n0\nhealthy: " in answers
                page.says("- It answers, but there are 0 lines: its path is another one (`--web.telemetry-path`).")
                assert page.ask("up == 0")


OPTIONAL = {"hash", "dirs"}  # nobody need allow them


def test_words_are_refused(tmp_path: Path) -> None:
    """By one member; the restart with the page's whitelist ends it."""
    with Ensemble(tmp_path, whitelist="srvr", participants=1) as ensemble, \
            Exporter(ensemble.servers, NAME) as exporter, Reader(tmp_path, ensemble, exporter) as reader:
        with reader.open("CommandNotAllowed") as page:
            page.wait_until_raised()
            assert refused_words(page, ensemble.members[0]) - OPTIONAL == {"mntr", "conf", "wchs"}
            *answers, setting, gate, code = page.paste("for word in").splitlines()
            assert answers == [f"{word} is not executed because it is not in the whitelist."
                               for word in ("mntr", "wchs", "conf")]
            assert setting == "4lw.commands.whitelist=srvr"
            assert gate.startswith("not_safe: ") and code == "exit 5"
            page.says("`exit 5`: no member can be called safe to stop, since the leader refuses `mntr`.")
            assert page.paste("--require=full").startswith("healthy: ")
            allow_words(page, ensemble.members[0], exporter)
            page.says("The exporter tries a refused command again at once when it saw the member down")
            page.wait_until_over()
            assert not refused_words(page, ensemble.members[0]) - OPTIONAL


def refused_words(page: Page, member: Member) -> set[str]:
    """Of a member, as Prometheus knows them."""
    refused = [each["labels"] for each in page.ask("allowed == 0")]
    return {labels["command"] for labels in refused if labels["member"] == member.address}


def allow_words(page: Page, member: Member, exporter: Exporter) -> None:
    """Restarts a member with the whitelist of the page, so slowly that the exporter sees it down."""
    line = re.search("^(4lw.commands.whitelist=).*$", page.text, re.MULTILINE)
    config = member.directory / "zoo.cfg"
    config.write_text(re.sub(f"^{line[1]}.*$", line[0], config.read_text(), flags=re.MULTILINE))
    member.stop()
    exporter.wait_for_state(member.address, "unreachable")
    member.start()


@pytest.mark.long
def test_one_member_refuses_fewer_words(tmp_path: Path) -> None:
    """All are restarted as the page says; the service stays."""
    ensemble = Ensemble(tmp_path, whitelist="srvr")
    ensemble.members[0].config["4lw.commands.whitelist"] = "srvr,mntr"
    with ensemble, Exporter(ensemble.servers, NAME) as exporter, Reader(tmp_path, ensemble, exporter) as reader:
        with reader.open("CommandNotAllowed") as page:
            page.wait_until_raised()
            assert refused_words(page, ensemble.members[0]) == {"conf", "wchs"}
            version, *answers, setting, _, _ = page.paste("for word in").splitlines()
            assert version.startswith("zk_version\t") and setting == "4lw.commands.whitelist=srvr,mntr"
            assert answers == [f"{word} is not executed because it is not in the whitelist."
                               for word in ("wchs", "conf")]
            page.says("without `conf` the voters are guessed; without `wchs` watches are not told apart")

            page.says("restart one by one, the leader last", "see before each restart that this prints `healthy`")
            leader = ensemble.leader()
            for member in sorted(ensemble.members, key=lambda member: member is leader):
                wait_until(lambda: page.paste("--require=full").endswith("exit 0\n"), "the ensemble to be well")
                allow_words(page, member, exporter)
            page.wait_until_over()
            wait_until(lambda: page.paste("for word in").splitlines()[-1] == "exit 0", "the gate to allow a stop")


@pytest.mark.long
@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_the_exporter_has_no_ports_left(tmp_path: Path) -> None:
    """In a network of its own, whose few ports are in use; first for one member, then for all."""
    with Network(0) as network, ThreadPoolExecutor(1, initializer=network.enter, initargs=["hub"]) as thread:
        thread.submit(follow_without_ports, tmp_path).result()


def follow_without_ports(tmp_path: Path) -> None:
    with Ensemble(tmp_path, extra_config={"maxClientCnxns": 0}) as ensemble, \
            Exporter(ensemble.servers, NAME) as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader, contextlib.ExitStack() as used:
        reader.prometheus.wait_for("zookeeper_ensemble_voters", [3])
        Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("40000 40027")
        member = ensemble.members[0]
        use_up_ports(used, member, exporter)
        with reader.open("ExporterLocalErrors", member) as page:
            page.wait_until_raised()
            assert [each["labels"]["member"] for each in page.ask("local_error")] == [member.address]
            assert page.ask("process_open_fds")[0]["value"] < 0.5
            answers = page.paste("probe/liveness")
            assert answers.startswith(f"live: {member.address} srvr {member.address}: Cannot assign requested address")
            page.says("| `Cannot assign requested address` | the ports of the exporter's host.")
            limits, *most = page.paste("port_range").splitlines()
            assert limits.split() == ["40000", "40027"]
            assert ["28", member.address] in [line.split() for line in most]
            page.says("one that has as many connections as there are ports in the range uses them up",
                      "- No ports: find the process that uses them up")

        for each in ensemble.members[1:]:
            use_up_ports(used, each, exporter)
        with reader.open("EnsembleUnwatched", whole=False) as page:
            page.wait_until_raised()
            assert page.paste("livez").startswith("[+]")
            assert page.ask("unless on") == []
            assert {each["labels"]["instance"] for each in page.ask("not_asked")} == {exporter.address}
            page.says("lacks file descriptors, ports or permissions: [ZooKeeperExporterLocalErrors]")
        used.close()
        page.wait_until_over()


def use_up_ports(stack: contextlib.ExitStack, member: Member, exporter: Exporter) -> None:
    """Connects to a member from each port, until the exporter gets none."""
    def are_used_up() -> bool:
        with contextlib.suppress(OSError):
            while True:
                stack.enter_context(socket.create_connection((member.host, member.port), 5))
        return exporter.metrics().reason(member.address) == "local_error"

    wait_until(are_used_up, "the last port to be used")


@pytest.mark.long
def test_the_exporter_has_no_descriptors_left(tmp_path: Path) -> None:
    with Ensemble(tmp_path, participants=1) as ensemble, \
            Exporter(ensemble.servers, NAME) as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader:
        reader.prometheus.wait_for("zookeeper_ensemble_voters", [1])
        limits = resource.prlimit(exporter.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(exporter.process.pid, resource.RLIMIT_NOFILE, (3, limits[1]))  # what is open stays so
        with reader.open("ExporterLocalErrors") as page:
            page.wait_until_raised()
            assert page.ask("local_error")
            assert page.ask("process_open_fds") == []
            page.says("Nothing: not one is left to count the others.")
            answers = page.paste("probe/liveness")
            assert f"live: {ensemble.servers} serves as standalone" in answers and "Too many" not in answers
            assert f"{ensemble.servers}: Too many open files" in exporter.log()
            page.says("| `Too many open files` | the descriptors, above; `curl` and Prometheus may get no answer",
                      "- No descriptors: raise the limit")
            page.leave("port_range", "it is not for descriptors")
        resource.prlimit(exporter.process.pid, resource.RLIMIT_NOFILE, limits)
        page.wait_until_over()


@pytest.mark.long
@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_packets_to_a_member_are_dropped(tmp_path: Path) -> None:
    """Between the exporter and a follower, which its leader still counts on."""
    with Network(3) as network, ThreadPoolExecutor(1, initializer=network.enter, initargs=["hub"]) as thread:
        thread.submit(follow_partial_view, tmp_path, network).result()


def follow_partial_view(tmp_path: Path, network: Network) -> None:
    """In the hub of this network."""
    with in_namespaces(network, tmp_path, False) as ensemble, Exporter(ensemble.servers, NAME) as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader:
        leader = ensemble.leader()
        member = next(each for each in ensemble.members if each is not leader)
        network.cut_front(member.number)
        with reader.open("PartialView", member) as page:
            page.wait_until_raised()
            answers = page.paste("x-zk")
            assert answers.startswith("Ensemble orders: degraded\n")
            assert f"- partial_view: {member.address}" in answers
            assert "X-ZK-Reason: timeout" in answers and "\ndead: " in answers
            page.says("The reason tells what to look at: `timeout` a firewall", "It works.")
            assert [each["labels"]["reason"] for each in page.ask("failure")] == ["timeout"]
            page.says("open the client port (2181) between exporter and member")
        network.cut_front(member.number, False)
        page.wait_until_over()


@pytest.mark.long
@pytest.mark.parametrize("reason, mntr, end, says", [
    ("truncated", CUT, CUT.decode().splitlines()[-1], "| the last line is cut in the middle: a proxy"),
    ("timeout", None, "no answer", "| the word prints `no answer`: the server is slow"),
    ("malformed", b"<html>", "<html>", "| the first line is not ZooKeeper's: a proxy answers instead |")],
    ids=["truncated", "timeout", "malformed"])
def test_one_word_is_not_answered_well(tmp_path: Path, reason: str, mntr: bytes | None, end: str, says: str) -> None:
    with fake_member({**WORDS, "mntr": mntr}) as address, Exporter(address, NAME) as exporter:
        member = SimpleNamespace(address=address, directory=tmp_path, process=None)
        with Reader(tmp_path, SimpleNamespace(servers=address, members=[member]), exporter) as reader, \
                reader.open("MetricsIncomplete") as page:
            page.wait_until_raised()
            assert [each["labels"]["reason"] for each in page.ask("failure")] == [reason]
            assert page.ask("unparsed") == []
            answers = page.paste("ask mntr")
            assert answers.startswith(f"mntr {address}: ")
            assert end in answers.splitlines()
            assert "\nTotal watches:48\n" in answers and "\nclientPort=" in answers
            page.says(f"| `{reason}` {says}")
            page.leave("deleteall", "it is for malformed quotas")


@pytest.mark.long
def test_a_quota_is_malformed(tmp_path: Path) -> None:
    """No alert tells of it after three polls; what the page says of it is so."""
    with Ensemble(tmp_path, participants=1) as ensemble, Exporter(ensemble.servers, NAME) as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader, session(ensemble.members[0].address) as client:
        client.create("/app")
        client.create("/zookeeper/quota/app/zookeeper_limits", b"none", makepath=True)
        client.create("/zookeeper/quota/app/zookeeper_stats", b"count=1,bytes=0")
        member = ensemble.servers
        exporter.wait_for(lambda samples: samples.reason(member) == "truncated", "the reason")
        exporter.wait_for(lambda samples: samples.reason(member) == "none", "its end")
        with reader.open("MetricsIncomplete") as page:
            lines, _ = re.search(r"^ +(\d+) +(\d+)$", page.paste("ask mntr"), re.MULTILINE).groups()
            assert 20 < int(lines) < 32
            page.says("About 26 lines of `mntr`, from 3.8 on: there is a malformed `/zookeeper/quota/…")
            assert page.ask("failure") == page.ask("unparsed") == []
            for command in ("listquota", "delquota"):
                assert "Exception" in page.shell(f'zkCli.sh -server "$MEMBER" {command} /app')
            page.says("`listquota` and `delquota` fail with it")
            page.paste("deleteall", NAMESPACE="app")
            lines, _ = re.search(r"^ +(\d+) +(\d+)$", page.paste("ask mntr"), re.MULTILINE).groups()
            assert int(lines) > 400
            page.shell('zkCli.sh -server "$MEMBER" setquota -N 5 /app')
            assert "countHardLimit=5" in page.shell('zkCli.sh -server "$MEMBER" listquota /app')

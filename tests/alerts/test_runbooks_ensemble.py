"""The runbooks of ensembles and their membership, followed in the states that they are for."""

import contextlib
import copy
import functools
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rule_files import ALERTS
from runbook_reader import Reader, Series
from states import is_full, reading

from clients import reconfigure
from exporter_process import Exporter
from proxy import proxy
from zookeeper_ensemble import HOST, ClientLoad, Ensemble, Member, free_ports, wait_until

pytestmark = pytest.mark.long
LEADERS = 'zookeeper_member_state{state="leader"} == 1'


def values(series: Series, label: str = "member") -> dict[str, float]:
    """An answer of Prometheus by one label."""
    return {each["labels"].get(label, ""): each["value"] for each in series}


def test_a_standalone_server_among_the_members(tmp_path: Path) -> None:
    """MultipleLeaders: started without its server lines. With them and without data it joins the others."""
    with reading(tmp_path, Ensemble(tmp_path)) as reader:
        ensemble, member = reader.ensemble, reader.ensemble.followers()[0]
        config, data = member.directory / "zoo.cfg", member.directory / "data"
        good = config.read_text()
        member.stop()
        config.write_text(re.sub(r"^(server\.|standaloneEnabled).*\n", "", good, flags=re.MULTILINE))
        member.start()
        with reader.open("MultipleLeaders", member) as page:
            page.wait_until_raised()
            printed = page.paste("Mode|Zxid")
            assert "Ensemble orders: split_view" in printed and f"- standalone_member: {member.address}" in printed
            assert re.search(rf"^{member.address}: .*Mode: standalone", printed, re.MULTILINE)
            servers = [part.count("\nserver.") for part in re.split(r"^[\d.]+:\d+:$", printed, flags=re.MULTILINE)[1:]]
            assert servers == [0 if each is member else 3 for each in ensemble.members]
            page.says("- `Mode: standalone`: this server was started without `server.N` lines, or with one alone.")
            assert "running in standalone mode" in page.paste("running in standalone")
            assert [each["labels"]["finding"] for each in page.ask("standalone_member")] == ["standalone_member"]
            page.says("2. A standalone server: take it away from the clients first (load balancer, service, port).",
                      "start it with an empty data directory, so that it copies that of the quorum.")
            member.stop()
            shutil.move(data / "version-2", data / "version-2.saved")
            config.write_text(good)
            member.start()
            ensemble.wait_until(lambda: is_full(ensemble), "all to serve in sync")
            page.wait_until_over()


def test_the_leader_is_lost_again_and_again(tmp_path: Path) -> None:
    """LeaderFlapping: three elections, because the process of the leader is killed."""
    with reading(tmp_path, Ensemble(tmp_path)) as reader:
        ensemble = reader.ensemble
        wait_until(lambda: reader.query("zookeeper_ensemble_epoch"), "the first epoch")
        leaders = [ensemble.leader()]
        wait_until(lambda: reader.query(LEADERS), "the leader to be seen")
        for _ in range(3):
            leaders[-1].kill()
            reader.exporter.wait_for_state(leaders[-1].address, "unreachable")
            leaders.append(ensemble.wait_until(ensemble.leader, "another leader"))
            leaders[-2].start()
            ensemble.wait_until(lambda: is_full(ensemble), "all to serve in sync")
            reader.exporter.wait_for_state(leaders[-2].address, "follower")
            wait_until(lambda: set(values(reader.query(LEADERS))) == {leaders[-1].address}, "the leader to be seen")
        lost, now = leaders[2], leaders[3]
        with reader.open("LeaderFlapping", lost) as page:
            page.wait_until_raised()
            turns = {each.address: 0 for each in leaders}
            for before, after in zip(leaders, leaders[1:]):
                turns[before.address] += 1
                turns[after.address] += 1
            page.wait_for("changes(", lambda found: values(found) == turns)
            page.says("Each gain and each loss of the leadership counts 1.")
            printed = page.paste("LEADER ELECTION")
            assert f"3 voters serve, {now.address} leads" in printed
            assert "LEADING - LEADER ELECTION TOOK" in printed and "FOLLOWING - LEADER ELECTION TOOK" in printed
            assert printed.count("Starting quorum peer") == 1 + leaders[:3].count(lost)
            page.says("- Starts in between (`Starting quorum peer`, or its port refused): "
                      "[ZooKeeperMemberRestarting](ZooKeeperMemberRestarting.md)")
            assert set(values(page.ask("refused"))) == {each.address for each in leaders[:3]}
            wait_until(lambda: f"{lost.address} may be stopped" in page.paste("disruption"), "the gate to allow it")
            page.says("stop that one member when it is safe to stop, so that another leads.")


def test_the_leader_is_frozen_again_and_again(tmp_path: Path) -> None:
    """LeaderFlapping: its log tells of the pauses, and nobody started in between."""
    with reading(tmp_path, Ensemble(tmp_path, extra_config={"jvm.pause.monitor": "true"})) as reader:
        ensemble = reader.ensemble
        wait_until(lambda: reader.query("zookeeper_ensemble_epoch"), "the first epoch")
        for _ in range(3):
            frozen = ensemble.leader()
            frozen.freeze()
            ensemble.wait_until(lambda: ensemble.leader() not in (None, frozen), "another leader")
            frozen.thaw()
            ensemble.wait_until(lambda: is_full(ensemble), "all to serve in sync")
        with reader.open("LeaderFlapping", frozen, whole=False) as page:
            page.wait_until_raised()
            printed = page.paste("LEADER ELECTION")
            assert "Detected pause in JVM or host machine" in printed
            assert printed.count("Starting quorum peer") == 1
            page.says("- `Detected pause`, or a gap in the log's times: garbage collection, swap, a frozen")
            assert page.ask("refused") == []


def test_a_member_with_another_list(tmp_path: Path) -> None:
    """MembershipDisagreement: one member alone knows of an observer."""
    with reading(tmp_path, Ensemble(tmp_path)) as reader:
        ensemble, member = reader.ensemble, reader.ensemble.followers()[0]
        config = member.directory / "zoo.cfg"
        good = config.read_text()
        ports = free_ports(3)
        config.write_text(good + f"server.4={HOST}:{ports[0]}:{ports[1]}:observer;{HOST}:{ports[2]}\n")
        member.restart()
        with reader.open("MembershipDisagreement", member) as page:
            page.wait_until_raised(360)
            printed = page.paste("ask conf")
            assert "Ensemble orders: split_view" in printed
            lists = re.split(r"^[\d.]+:\d+:$|^Connecting to .*$", printed, flags=re.MULTILINE)[1:]
            assert [part.count("\nserver.") for part in lists] == [
                *(4 if each is member else 3 for each in ensemble.members), 4]  # the last one is zkCli.sh's
            printed = page.paste("dynamicConfigFile")
            assert printed.count("server.") == 4 and ".dynamic" not in printed
            page.says("- Static lists (`reconfigEnabled=false`, the default): make the lines equal on all members and "
                      "restart one by one")
            assert len(page.ask("membership_disagreement")) == 1
            for each in ensemble.members:
                gate = page.shell(f'curl -s "$EXPORTER/health/ensemble/disruption?member={each.address}"')
                assert gate.startswith(f"{each.address} must not be stopped now")
            page.says("the exporter's gate says no of every member",
                      "so before each restart all of these must be `ready`:")
            assert re.findall(r"^(\w+):", page.paste("--check=readiness"), re.MULTILINE) == ["ready"] * 3
            config.write_text(good)
            member.restart()
            page.wait_until_over()


def test_the_membership_has_changed(tmp_path: Path) -> None:
    """VoterNotMonitored: a member was added by reconfig. MemberNotInEnsemble: another one was removed."""
    ensemble = Ensemble(tmp_path, participants=4, extra_config={"reconfigEnabled": "true"},
                        jvm_flags=["-Dzookeeper.skipACL=yes"])
    fourth, polled = ensemble.members[3], ensemble.members[:3]
    joining = f"server.4={fourth.config['server.4']}"
    for member in polled:
        del member.config["server.4"]
    fourth.config["server.4"] = fourth.config["server.4"].replace(":participant;", ":observer;")
    with reading(tmp_path, ensemble, ",".join(member.address for member in polled)) as reader:
        leader = ensemble.leader()
        removed = next(member for member in polled if member is not leader)
        reconfigure(leader.address, joining=joining)
        with reader.open("VoterNotMonitored") as page:
            page.wait_until_raised()
            printed = page.paste("ask conf")
            assert "- unmonitored_voters: one voter of the ensemble is not among the members polled" in printed
            assert printed.count(f"\nserver.4=127.0.0.1:{fourth.quorum_port}:") == 2  # of conf and of zkCli.sh
            assert list(values(page.wait_for("zookeeper_ensemble_voters"), "ensemble").items()) == [("orders", 1)]
            page.says("Usual: a member was added by `reconfig`",
                      "Add the member to the exporter's configuration, and check it.")
            file, other = tmp_path / "exporter.yml", tmp_path / "other.yml"
            for path, members in ((file, polled), (other, ensemble.members)):
                servers = ", ".join(member.address for member in members)
                path.write_text(f"ensembles: [{{name: orders, members: [{servers}]}}]\n")
            assert "The configuration is good: 1 ensemble, 4 members." in page.paste("--config.check", FILE=str(other))
            page.says("The exporter takes its file by itself")
            with Exporter("", f"--config.file={file}") as exporter:
                assert b"unmonitored_voters" in exporter.get("/health/ensemble")[2]
                other.rename(file)
                wait_until(lambda: b"Ensemble orders: healthy" in exporter.get("/health/ensemble")[2],
                           "the file to be taken", 30, exporter.log)
        reconfigure(leader.address, leaving=str(removed.number))
        with reader.open("MemberNotInEnsemble", removed) as page:
            page.wait_until_raised()
            printed = page.paste("ask conf")
            assert f"- not_in_membership: {removed.address}" in printed
            for part in re.split(r"^[\d.]+:\d+:$", printed, flags=re.MULTILINE)[1:]:
                assert part.count("\nserver.") == 3 and f"\nserver.{removed.number}=" not in part
            assert values(page.wait_for("not_in_membership")) == {removed.address: 1}
            page.says("- Removed by `reconfig`, still running or already stopped: forgotten in the exporter's list.",
                      "Take it out of the exporter's file")


def test_two_ensembles_of_one_name(tmp_path: Path) -> None:
    """EnsembleNameCollision, told by two exporters. MultipleLeaders, if one exporter polls both."""
    one, other = Ensemble(tmp_path / "one", participants=2), Ensemble(tmp_path / "other", participants=2)
    with one, other, Exporter(one.servers, "--zookeeper.ensemble=orders") as first, \
            Exporter(other.servers, "--zookeeper.ensemble=orders") as second, \
            Reader(tmp_path, one, first, second) as reader:
        with reader.open("EnsembleNameCollision") as page:
            page.wait_until_raised()
            polls = {(each["labels"]["instance"], each["labels"]["member"]) for each in page.ask("count by")}
            assert polls == {*((first.address, member.address) for member in one.members),
                             *((second.address, member.address) for member in other.members)}
            assert page.ask("max by") == []
            printed = page.paste("curl")
            assert "Ensemble orders:" in printed and all(f"  {each.address} " in printed for each in one.members)
            page.says("- In the exporter: `name:` in its file, or `--zookeeper.ensemble=NAME`.")
            for file in ALERTS.glob("zookeeper-*.rules.yml"):
                shutil.copy(file, one.members[0].directory)
            page.paste("sed -i")
            assert "(cluster, namespace, ensemble)" in (
                one.members[0].directory / "zookeeper-availability.rules.yml").read_text()
            for file in one.members[0].directory.glob("zookeeper-*.rules.yml"):
                before, after = (ALERTS / file.name).read_text(), file.read_text()
                assert after == before.replace("(cluster, ", "(cluster, namespace, ")
                subprocess.run(["promtool", "check", "rules", file], check=True, capture_output=True)
        second.stop()
        with Exporter(other.servers, "--zookeeper.ensemble=search"):
            page.wait_until_over()
    with one, other, Exporter(f"{one.servers},{other.servers}", "--zookeeper.ensemble=orders") as both, \
            Reader(tmp_path, one, both) as reader:
        one.members += other.members
        with reader.open("MultipleLeaders") as page:
            page.wait_until_raised()
            printed = page.paste("Mode|Zxid")
            assert "- two_ensembles: " in printed and printed.count("Mode: leader") == 2
            page.says("- Leaders without a common server: two ensembles under one name",
                      "1. Two ensembles under one name: give them two names in the exporter's configuration.")
            page.paste("running in standalone")
            assert [each["labels"]["finding"] for each in page.ask("standalone_member")] == ["two_ensembles"]


def test_an_address_of_two_servers(tmp_path: Path) -> None:
    """SeveralServersAtOneAddress: a load balancer before two followers, one of which started later."""
    ensemble = Ensemble(tmp_path)
    with contextlib.ExitStack() as stack:
        stack.enter_context(ensemble)
        leader, behind = ensemble.leader(), ensemble.followers()
        ensemble.wait_until(lambda: int(re.search(rb"zk_uptime\t(\d+)", behind[1].ask("mntr"))[1]) > 5000, "uptime")
        behind[0].restart()
        ensemble.wait_serving()
        address = stack.enter_context(proxy(*behind))
        exporter = stack.enter_context(Exporter(f"{address},{leader.address}", "--zookeeper.ensemble=orders"))
        reader = stack.enter_context(Reader(tmp_path, ensemble, exporter))
        balanced = copy.copy(behind[0])
        balanced.address = address
        with reader.open("SeveralServersAtOneAddress", balanced) as page:
            page.wait_until_raised()
            printed = page.paste("getent")
            assert f"- several_servers: {address} leads to one server now and to another then" in printed
            assert "\n127.0.0.1 " in printed and printed.count("Mode: follower") == 6
            ids = re.findall(r"^serverId=(\d)$", printed, re.MULTILINE)
            assert len(ids) == 6 and set(ids) == {str(each.number) for each in behind}
            page.says("`serverId` is the surest sign")
            assert values(page.wait_for("several_servers")) == {address: 1}
            page.says("Give each server an address of its own in the exporter's configuration")


@contextlib.contextmanager
def reading_changed(directory: Path, change: Callable[[Member, str, str], str]) -> Iterator[Reader]:
    """A reader of three servers behind proxies: `change` gives what a member answers instead, by word and answer."""
    with contextlib.ExitStack() as stack:
        ensemble = stack.enter_context(Ensemble(directory))
        addresses: dict[str, str] = {}

        def changed(member: Member, word: str, answer: str) -> str:
            for real, shown in addresses.items():
                answer = answer.replace(real, shown)
            return change(member, word, answer)

        for member in ensemble.members:
            shown = stack.enter_context(proxy(member, change=functools.partial(changed, member)))
            addresses[member.address] = shown
        for member in ensemble.members:
            member.address = addresses[member.address]
        exporter = stack.enter_context(Exporter(ensemble.servers, "--zookeeper.ensemble=orders"))
        yield stack.enter_context(Reader(directory, ensemble, exporter))


def move_zxid(answer: str, by: int) -> str:
    """An answer with another zxid."""
    return re.sub("Zxid: 0x([0-9a-f]+)", lambda found: f"Zxid: {int(found[1], 16) + by:#x}", answer)


def test_a_follower_is_not_counted_as_synced(tmp_path: Path) -> None:
    """FollowersNotSynced: the leader says that one follower less is in sync than serve."""
    def change(_: Member, word: str, answer: str) -> str:
        return re.sub(r"zk_synced_followers\t2", "zk_synced_followers\t1", answer) if word == "mntr" else answer

    with reading_changed(tmp_path, change) as reader:
        ensemble = reader.ensemble
        with reader.open("FollowersNotSynced", ensemble.leader()) as page:
            page.wait_until_raised()
            printed = page.paste("ask mntr")
            assert "- not_synced: " in printed and "zk_synced_followers\t1" in printed
            assert page.ask("snap_syncs") == []
            page.says("A counter that rises every few seconds is a loop.")
            printed = page.paste("Synchronizing with Learner")
            assert printed.count("Synchronizing with Learner sid") == 2
            page.says("3. Otherwise restart the follower that is behind, that one alone")
            gate = page.shell('zk-health --check=safe-to-stop --member="$MEMBER" "$SERVERS"')
            assert "a follower has not caught up" in gate
            page.says("every gate says no of each member (`a follower has not caught up`).")


def test_a_follower_is_behind(tmp_path: Path) -> None:
    """MemberLagging: the others tell of a zxid that is far ahead."""
    behind: list[Member] = []

    def change(member: Member, word: str, answer: str) -> str:
        return answer if word != "srvr" or member in behind else move_zxid(answer, 5000)

    with reading_changed(tmp_path, change) as reader, ClientLoad(real_servers(reader.ensemble)):
        wait_until(lambda: reader.query("zookeeper_lag_transactions"), "the lags")
        member = reader.ensemble.followers()[0]
        behind.append(member)
        with reader.open("MemberLagging", member) as page:
            page.wait_until_raised()
            printed = page.paste("Outstanding")
            zxids = {address: int(zxid, 16)
                     for address, zxid in re.findall(r"^(\S+): .*Zxid: 0x(\w+)", printed, re.MULTILINE)}
            assert min(zxids, key=zxids.get) == member.address and max(zxids.values()) - zxids[member.address] > 4000
            assert int(re.search(rf"  {member.address} .* (\d+) behind", printed)[1]) > 4000
            lags = values(page.wait_for("zookeeper_lag_transactions"))
            assert lags[member.address] > 4000 > 10 * (sum(lags.values()) - lags[member.address])
            assert values(page.wait_for("fsync_time"))[member.address] < 0.5
            assert values(page.ask("jvm_pause"))[member.address] == 0
            assert page.paste("fsync-ing").strip() == ""
            page.says("Does the disk hold it up, or pauses?",
                      "If all is well there, restart it: it takes a snapshot from the leader.")
            printed = page.shell('curl -s "$EXPORTER/health/ensemble/disruption?member=$MEMBER"')
            page.says('ask `curl -s "$EXPORTER/health/ensemble/disruption?member=$MEMBER"`')


def real_servers(ensemble: Ensemble) -> str:
    """The addresses behind the proxies."""
    return ",".join(f"{member.host}:{member.port}" for member in ensemble.members)


def test_a_leader_that_does_not_notice(tmp_path: Path) -> None:
    """MultipleLeaders: a member says that it leads, in an older epoch than the others."""
    stale: list[Member] = []

    def change(member: Member, word: str, answer: str) -> str:
        if member in stale:
            return re.sub(r"(Mode: |zk_server_state\t)follower", r"\1leader", answer)
        return move_zxid(answer, 1 << 32)

    with reading_changed(tmp_path, change) as reader, ClientLoad(real_servers(reader.ensemble)):
        wait_until(lambda: reader.query("zookeeper_lag_transactions"), "a common epoch")
        member, leader = reader.ensemble.followers()[0], reader.ensemble.leader()
        stale.append(member)
        with reader.open("MultipleLeaders", member, whole=False) as page:
            page.wait_until_raised()
            printed = page.paste("Mode|Zxid")
            assert f"- stale_leader: {member.address}" in printed
            epochs = dict(re.findall(r"^(\S+): .*Zxid: 0x(\d)[0-9a-f]{8} Mode: leader", printed, re.MULTILINE))
            assert epochs == {member.address: "1", leader.address: "2"}
            lists = re.split(r"^[\d.]+:\d+:\nserverId=\d$", printed, flags=re.MULTILINE)[1:]
            assert len(lists) == 3 and len({each.strip() for each in lists}) == 1
            page.says("- Leaders with the same `server.N` lines in their `conf`, but other epochs",
                      "3. A stale leader that does not notice: it is frozen or cut off.")
            assert [each["labels"]["finding"] for each in page.ask("standalone_member")] == ["stale_leader"]


def test_a_member_has_another_setting(tmp_path: Path) -> None:
    """ConfigDrift: it is mended in its file, and restarted."""
    ensemble = Ensemble(tmp_path)
    odd, *others = ensemble.members
    odd.config["syncLimit"] = 7
    with reading(tmp_path, ensemble) as reader, reader.open("ConfigDrift", odd) as page:
        page.wait_until_raised(300)
        assert [each["labels"]["key"] for each in page.ask("config_drift == 1")] == ["syncLimit"]
        found, *answers = page.paste("grep config_drift", KEY="syncLimit").splitlines()
        assert found.startswith("- config_drift: ") and f"7 on {odd.address}" in found
        assert answers == [f"{each.address}: syncLimit={7 if each is odd else 4}" for each in ensemble.members]
        assert sorted(values(page.ask("zookeeper_config_info"), "hash").values()) == [1, len(others)]
        page.says("One that stands alone has missed a change, or is the only one that has it:")
        assert page.paste("ls -l", KEY="syncLimit").startswith("syncLimit=7\n")
        page.says("make the files equal on all members, and restart those that have another one, the leader last.")
        assert f"safe: {odd.address} may be stopped" in page.paste("safe-to-stop")
        config = odd.directory / "zoo.cfg"
        config.write_text(config.read_text().replace("syncLimit=7", "syncLimit=4"))
        odd.restart()
        page.wait_until_over(200)


def test_a_member_of_another_version(tmp_path: Path) -> None:
    """VersionMismatch: one member is of 3.7.2."""
    def change(member: Member, word: str, answer: str) -> str:
        is_other = word == "srvr" and member.number == 1
        return re.sub(r"version: 3\.8\.\d+", "version: 3.7.2", answer) if is_other else answer

    with reading_changed(tmp_path, change) as reader:
        first = reader.ensemble.members[0]
        with reader.open("VersionMismatch", first) as page:
            page.wait_until_raised()
            assert values(page.ask("count by"), "version") == {"3.7.2": 1, "3.8.0": 2}
            printed = page.paste("version|no answer")
            assert re.findall(r"^(\S+): Zookeeper version: 3\.7\.2-", printed, re.MULTILINE) == [first.address]
            assert "Ensemble orders: healthy" in printed
            page.says("Finish the upgrade, or roll it back: for each remaining member, the leader last:")
            leader = reader.ensemble.leader()
            for member in reader.ensemble.members:
                page.go_to(member)
                assert page.paste("--leader-last").startswith("not_safe" if member is leader else "safe")


def test_the_zxids_of_an_epoch_end_soon(tmp_path: Path) -> None:
    """ZxidRolloverSoon: the first epoch has 4096 left. A restart of the leader begins another one."""
    def change(_: Member, word: str, answer: str) -> str:
        return move_zxid(answer, 0xfffff000) if word == "srvr" and "Zxid: 0x1" in answer else answer

    with reading_changed(tmp_path, change) as reader:
        ensemble, leader = reader.ensemble, reader.ensemble.leader()
        with ClientLoad(real_servers(ensemble)), reader.open("ZxidRolloverSoon", leader) as page:
            page.wait_until_raised()
            assert 0.9999 < values(page.ask("/ 4294967295"))[leader.address] < 1
            page.wait_for("86400", lambda found: values(found).get(leader.address, 99) < 3)
            writers = values(page.wait_for("topk"), "namespace")
            assert max(writers, key=writers.get) == "load"
            assert int(re.search(r"Zxid: 0x1([0-9a-f]{8})$", page.paste("grep Zxid"), re.MULTILINE)[1], 16) > 0xfffff000
            page.says("the last eight hex digits are the counter")
            printed = page.paste("disruption")
            assert f"{leader.address} may be stopped" in printed and "\nhealthy: " in printed
            leader.restart()
            ensemble.wait_until(lambda: is_full(ensemble), "all to serve in sync")
            page.says("In a quiet hour, restart the leader: the new epoch begins at 0.")
            wait_until(lambda: re.search(r"Zxid: 0x20000[0-9a-f]{4}$", page.paste("grep Zxid"), re.MULTILINE),
                       "the first write of the new epoch")
            page.wait_until_over()

"""The example for Alertmanager: its routes by amtool, its inhibitions by a live server."""

import itertools
import re
import subprocess
from collections.abc import Iterator

import pytest
import yaml
from rule_files import ALERTS, BY_ALERT

from alertmanager_server import Alertmanager
from zookeeper_ensemble import wait_until

EXAMPLE = ALERTS / "alertmanager.example.yml"
RECEIVERS = {"critical": "pager", "warning": "tickets", "info": "nobody"}


def amtool(*arguments: str) -> str:
    """The output of amtool, which must succeed."""
    result = subprocess.run(["amtool", *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout.strip()


def labels(alert: str, **more: str) -> dict[str, str]:
    """The labels of an alert of the ensemble `orders` in the cluster `east`."""
    name = alert.split()[0]
    return {"alertname": f"ZooKeeper{name}", "severity": BY_ALERT[name]["labels"]["severity"], "cluster": "east",
            "ensemble": "orders"} | more


def test_amtool_accepts_the_example() -> None:
    """Its syntax and its names."""
    assert "SUCCESS" in amtool("check-config", str(EXAMPLE))


@pytest.mark.parametrize("severity", RECEIVERS)
def test_routes(severity: str) -> None:
    """A severity goes to its receiver."""
    alert = next(alert for alert, rule in BY_ALERT.items() if rule["labels"]["severity"] == severity)
    given = [f"{name}={value}" for name, value in labels(alert).items()]
    assert amtool("config", "routes", "test", f"--config.file={EXAMPLE}", *given) == RECEIVERS[severity]


def test_alerts_of_others_are_no_pages() -> None:
    """What is not ours goes where it went."""
    given = ["alertname=NodeDown", "severity=critical"]
    assert amtool("config", "routes", "test", f"--config.file={EXAMPLE}", *given) == "tickets"


def test_inhibitions_name_alerts_that_exist() -> None:
    """Every name in a matcher is a rule's."""
    for rule in yaml.safe_load(EXAMPLE.read_text())["inhibit_rules"]:
        for matcher in rule["source_matchers"] + rule["target_matchers"]:
            pattern = re.fullmatch(r'alertname(?:=|=~|!~)"(.+)"', matcher).group(1)
            prefix, names = re.fullmatch(r"(ZooKeeper\w*)(?:\((.+)\)|\.\+)?", pattern).groups()
            for name in (names or "").split("|") if names else []:
                assert f"{prefix}{name}".removeprefix("ZooKeeper") in BY_ALERT, matcher
            if not names and not pattern.endswith(".+"):
                assert prefix.removeprefix("ZooKeeper") in BY_ALERT, matcher
        assert "cluster" in rule["equal"]


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alertmanager]:
    """A live server with the example; it tells nobody."""
    config = re.sub(r"    webhook_configs:\n      - url: .*\n", "", EXAMPLE.read_text())
    server = Alertmanager(tmp_path_factory.mktemp("alertmanager"), config)
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


DISK = {"ensemble": "", "instance": "zk-2:9100", "mountpoint": "/data"}
# What fires, and which of it is inhibited. Each case has an ensemble of its own.
CASES = {
    "a lost ensemble silences what follows from it":
        (["EnsembleUnavailable", "QuorumAtRisk", "MemberDown zk-1", "WritesStalled", "VersionMismatch"],
         ["QuorumAtRisk", "MemberDown zk-1", "WritesStalled", "VersionMismatch"]),
    "a lost ensemble does not silence that data may be wrong":
        (["EnsembleUnavailable", "DigestMismatch zk-1", "UnrecoverableError zk-1", "MultipleLeaders", "DataDiffers"], []),
    "a lost ensemble does not silence that its certificates may be the reason":
        (["EnsembleUnavailable", "CertificateExpiresVerySoon zk-1", "CertificateExpiresVerySoon"], []),
    "a certificate of a member, and another one of the exporter":
        (["CertificateExpiresVerySoon zk-1", "CertificateExpiresSoon zk-1", "CertificateExpiresSoon"],
         ["CertificateExpiresSoon zk-1"]),
    "a lost ensemble does not silence that another one has its name":
        (["EnsembleUnavailable", "EnsembleNameCollision", "WatchStorm"], ["WatchStorm"]),
    "two ensembles of one name": (["EnsembleNameCollision", "WatchStorm", "DataSizeGrowth"], ["WatchStorm"]),
    "a member that is unreliable because it restarts":
        (["MemberRestarting zk-1", "MemberUnreliable zk-1", "MemberUnreliable zk-2"], ["MemberUnreliable zk-1"]),
    "a member that is unreliable because it is several":
        (["SeveralServersAtOneAddress zk-1", "MemberUnreliable zk-1", "MemberUnreliable zk-2"],
         ["MemberUnreliable zk-1"]),
    "a member that is down now": (["MemberDown zk-1", "MemberUnreliable zk-1"], ["MemberUnreliable zk-1"]),
    "a member that is down": (["MemberDown zk-1", "MemberLagging zk-1", "MemberLagging zk-2"], ["MemberLagging zk-1"]),
    "an ensemble at risk still names the member": (["QuorumAtRisk", "MemberDown zk-1", "FollowersNotSynced"],
                                                   ["FollowersNotSynced"]),
    "two leaders": (["MultipleLeaders", "MembershipDisagreement"], ["MembershipDisagreement"]),
    "a storm": (["SessionExpiryStorm", "EphemeralsDropped"], ["EphemeralsDropped"]),
    "writes fail through a member": (["WritesFail zk-1", "ReadsFail zk-1", "WatchesLate zk-1", "WritesSlow zk-2",
                                      "WriteErrorBudgetBurn", "CanaryBlind zk-2"],
                                     ["ReadsFail zk-1", "WatchesLate zk-1", "WriteErrorBudgetBurn"]),
    "a budget that is used up fast and slowly": (
        ["WriteErrorBudgetBurn", "WriteErrorBudgetSlowBurn", "WriteLatencyBudgetBurn"], ["WriteErrorBudgetSlowBurn"]),
    "a lost ensemble explains what its clients see":
        (["EnsembleUnavailable", "WritesFail zk-1", "ReadsFail zk-2", "CanaryBlind zk-1"],
         ["WritesFail zk-1", "ReadsFail zk-2", "CanaryBlind zk-1"]),
    "a lost ensemble explains that its budget burns":
        (["EnsembleUnavailable", "WriteErrorBudgetBurn", "WriteLatencyBudgetBurn"],
         ["WriteErrorBudgetBurn", "WriteLatencyBudgetBurn"]),
    "degrees": (["FsyncStalled zk-1", "FsyncSlow zk-1", "FsyncSlow zk-2", "RequestsThrottled zk-1",
                 "OutstandingRequestsHigh zk-1", "FileDescriptorsExhausted zk-1", "FileDescriptorsHigh zk-1"],
                ["FsyncSlow zk-1", "OutstandingRequestsHigh zk-1", "FileDescriptorsHigh zk-1"]),
    "the weaker alone": (["FsyncSlow zk-1", "FileDescriptorsHigh zk-1", "MemberDown zk-1"], []),
}


MARKS = itertools.count()


def inhibited(server: Alertmanager, fired: list[dict[str, str]]) -> list[dict[str, str]]:
    """Fires alerts, and gives those that the server holds back once it has taken note of all."""
    mark = f"mark {next(MARKS)}"  # a pair that comes last: when its weaker one is inhibited, all before has been noted
    last = [labels(each, ensemble=mark, member="zk-0") for each in ("FsyncSlow", "FsyncStalled")]
    server.send(fired + last)

    def held_back() -> list[dict[str, str]]:
        return [each["labels"] for each in server.alerts() if each["status"]["inhibitedBy"]]

    wait_until(lambda: last[0] in held_back(), "the last alert to be inhibited", 30)
    return [each for each in held_back() if each in fired]


def member_of(alert: str) -> dict[str, str]:
    """The label of a member, if the alert names one."""
    return {"member": alert.split()[1]} if " " in alert else {}


def by_label(alerts: list[dict[str, str]]) -> list[list[tuple[str, str]]]:
    """For comparison."""
    return sorted(sorted(each.items()) for each in alerts)


@pytest.mark.parametrize("case", CASES)
def test_inhibition(alertmanager: Alertmanager, case: str) -> None:
    """The worse alert silences what follows from it, for its ensemble and its cluster only."""
    fired, expected = CASES[case]

    def written(alerts: list[str], **more: str) -> list[dict[str, str]]:
        return [labels(each, **{"ensemble": case} | member_of(each) | more) for each in alerts]

    sources = {each.split()[0] for each in fired} - {each.split()[0] for each in expected}
    elsewhere = [each for each in fired if each.split()[0] not in sources]
    others = written(elsewhere, cluster="west") + written(elsewhere, ensemble=f"{case}, elsewhere")
    assert by_label(inhibited(alertmanager, written(fired) + others)) == by_label(written(expected))


def test_inhibition_without_an_ensemble(alertmanager: Alertmanager) -> None:
    """Disks are told apart by where they are; a lost ensemble does not hide the disk that may be the reason."""
    full, soon = labels("DiskAlmostFull", **DISK), labels("DiskFillsSoon", **DISK)
    other = soon | {"mountpoint": "/logs"}
    lost = labels("EnsembleUnavailable")
    fired = [{name: value for name, value in each.items() if value} for each in (full, soon, other, lost)]
    assert inhibited(alertmanager, fired) == [fired[1]]


def test_no_metrics_at_all_is_one_page(alertmanager: Alertmanager) -> None:
    """And not one for each ensemble."""
    absent = {name: value for name, value in labels("MetricsAbsent").items() if name != "ensemble"}
    unwatched = labels("EnsembleUnwatched", ensemble="one"), labels("EnsembleUnwatched", ensemble="two")
    west = labels("EnsembleUnwatched", ensemble="one", cluster="west")
    assert by_label(inhibited(alertmanager, [absent, *unwatched, west])) == by_label(list(unwatched))

"""The runbooks of lost and failing members, followed in the states that they are for."""

from pathlib import Path

from runbook_reader import Reader

from exporter_process import Exporter
from zookeeper_ensemble import Ensemble, Member


def followers(ensemble: Ensemble) -> list[Member]:
    """All members but the leader."""
    leader = ensemble.wait_until(ensemble.leader, "a leader")
    return [member for member in ensemble.members if member is not leader]


def test_a_member_has_ended(tmp_path: Path) -> None:
    with Ensemble(tmp_path) as ensemble, Exporter(ensemble.servers, "--zookeeper.ensemble=orders") as exporter, \
            Reader(tmp_path, ensemble, exporter) as reader:
        member = followers(ensemble)[0]
        member.kill()
        with reader.open("MemberDown", member) as page:
            page.wait_until_raised()
            assert "refused" in page.paste("x-zk")
            page.says("| `refused` | the process has ended: its log, the exit code, the out-of-memory killer |")
            assert f"{member.directory}/zoo.cfg" not in page.paste("pgrep")
            assert page.ask("zookeeper_member_failure")[0]["labels"]["reason"] == "refused"
            assert page.paste("openssl").strip() == "no answer"
            page.says("- Ended: read the last lines of the log, then `zkServer.sh start`")

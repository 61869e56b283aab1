"""Members that are added and removed while all runs: the exporter follows without a restart."""

from collections.abc import Callable, Iterator

import pytest

from clients import reconfigure
from drill import Drill, together
from exporter_process import Exporter
from zk_health import check, report
from zookeeper_ensemble import Ensemble

FLAGS = ["-Dzookeeper.skipACL=yes"]
CONFIG = {"reconfigEnabled": "true"}


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    """Four servers of which three are the ensemble; the exporter is told of all four."""
    ensemble = Ensemble(tmp_path_factory.mktemp("reconfig"), participants=4, extra_config=CONFIG, jvm_flags=FLAGS)
    fourth = ensemble.members[3]
    for member in ensemble.members[:3]:
        del member.config["server.4"]
    fourth.config["server.4"] = fourth.config["server.4"].replace(":participant;", ":observer;")
    made = Drill("3 + 1 spare", ensemble)
    try:
        made.begin("degraded").result()  # the spare server follows, and has no vote
        yield made
    finally:
        made.end()


def voters(count: int) -> Callable[[dict], bool]:
    """Whether a verdict counts so many voters, all serving."""
    return lambda verdict: verdict["voters"] == verdict["voters_serving"] == count and verdict["leaders"] == 1


def test_added_and_removed(drill: Drill, start_exporter: Callable[..., Exporter]) -> None:
    """Three voters become four, three others, and the first three again."""
    fourth, first = drill.ensemble.members[3], drill.ensemble.members[0]
    server = f"server.4={fourth.host}:{fourth.quorum_port}:{fourth.election_port}:participant;{fourth.address}"
    narrow = start_exporter(",".join(member.address for member in drill.ensemble.members[:3]))

    def findings(exporter: Exporter) -> str:
        return exporter.get("/health/ensemble")[2].decode()

    def scenario(drill: Drill) -> None:
        with drill.fault("add a voter", "healthy", voters(4), ("degraded", "at_risk", "no_quorum")):
            reconfigure(first.address, joining=server)
        assert drill.row(fourth)["voter"] is True
        drill.ensemble.wait_until(lambda: "unmonitored_voters" in findings(narrow), "the voter that is not polled")
        assert check("ensemble", "--require=full", drill.ensemble.servers) == 0

        drill.calm()
        with drill.fault("kill the new voter", "at_risk", lambda verdict: not drill.row(fourth)["serves"],
                         ("degraded",)):
            fourth.kill()
        assert report("ensemble", drill.ensemble.servers)["voters"] == 4
        assert drill.may_stop(first) == (False, False)

        with drill.fault("remove it", "degraded", voters(3), ("healthy",)):
            reconfigure(first.address, leaving="4")
        assert drill.row(fourth)["voter"] is False
        assert report("ensemble", drill.ensemble.servers)["voters"] == 3
        drill.ensemble.wait_until(lambda: "unmonitored_voters" not in findings(narrow), "three voters again")
    together([drill], scenario)

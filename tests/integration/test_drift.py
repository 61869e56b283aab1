"""What each server runs: settings that differ, and data that is compared by digests."""

import json
from collections.abc import Callable, Iterator

import pytest
from kazoo.client import KazooClient

from exporter_process import Exporter
from zookeeper_ensemble import Ensemble

LASTS = 150  # seconds until a difference is believed: two rounds of conf and an election time


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    """Three servers, of which the third allows more connections; 300 transactions, so that there are digests."""
    ensemble = Ensemble(tmp_path_factory.mktemp("drift"), participants=3)
    ensemble.members[2].config["maxClientCnxns"] = "77"
    with ensemble:
        client = KazooClient(ensemble.servers)
        client.start()
        for number in range(300):
            client.create(f"/drift-{number}")
        client.stop()
        client.close()
        yield ensemble


def hashes(exporter: Exporter, ensemble: Ensemble) -> list[str]:
    """Each member's; empty where it has none now."""
    page = exporter.page()
    lines = [line for line in page.splitlines() if line.startswith("zookeeper_config_info{")]
    return [next((line.split('hash="')[1].split('"')[0] for line in lines if f'"{member.address}"' in line), "")
            for member in ensemble.members]


def test_digests_of_all_members_are_compared(uneven: Ensemble, start_exporter: Callable[..., Exporter]) -> None:
    """They agree; who is told so is asked one word more, once a minute."""
    exporter = start_exporter(uneven.servers)
    addresses = [member.address for member in uneven.members]
    exporter.wait_for(lambda now: all(now.of(address).value("zookeeper_command_allowed", command="hash") == 1
                                      for address in addresses), "all digests")

    assert 'zookeeper_ensemble_data_differs{ensemble="default"} 0' in exporter.page()
    samples = exporter.fresh(*addresses, polls=3)
    assert [samples.of(address).value("zookeeper_commands_total", command="hash") for address in addresses] == [1, 1, 1]
    first, second, third = hashes(exporter, uneven)
    assert "" != first == second != third


@pytest.mark.long
def test_a_setting_that_differs(uneven: Ensemble, start_exporter: Callable[..., Exporter]) -> None:
    """Is told in metrics, JSON and the log once; after a restart with the right one it is equal again."""
    exporter = start_exporter(uneven.servers)
    odd = uneven.members[2]
    exporter.wait_for(lambda now: 'zookeeper_ensemble_config_drift{ensemble="default",key="maxClientCnxns"} 1'
                      in exporter.page(), "the setting that differs", LASTS + 30)

    report = json.loads(exporter.get("/health/ensemble?format=json")[2])
    assert report["level"] == "healthy"
    (finding,) = report["findings"]
    assert (finding["code"], finding["member"]) == ("config_drift", odd.address)
    (setting,) = report["config_drift"]
    assert [side["members"] for side in setting["values"]] == [
        [member.address for member in uneven.members[:2]], [odd.address]]
    exporter.wait_for_line("settings differ", "maxClientCnxns", count=1)

    odd.config["maxClientCnxns"] = uneven.members[0].config.get("maxClientCnxns", "60")
    odd.restart()
    exporter.wait_for(lambda now: len(set(hashes(exporter, uneven))) == 1 and "" not in hashes(exporter, uneven),
                      "equal settings")
    assert "config_drift" not in exporter.get("/health/ensemble")[2].decode()
    exporter.wait_for_line("settings differ no more", "maxClientCnxns", count=1)

"""A member whose data directory was replaced by that of another ensemble, with the same epoch and zxids."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from clients import session
from exporter_process import Exporter
from exposition import Samples
from zookeeper_ensemble import HOST, Ensemble, Member, wait_until

FEW, MANY = 140, 300  # transactions: more than one, and more than two times the 128 of a digest
A_ROUND = 90  # seconds: `hash` is asked once a minute
DIFFERS, ALLOWED, ASKED = "zookeeper_ensemble_data_differs", "zookeeper_command_allowed", "zookeeper_commands_total"


class Site(NamedTuple):
    """Three servers that serve, and the data of one of another ensemble, which has stopped."""

    ensemble: Ensemble
    foreign: Path


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Both wrote other znodes; the three wrote more, so that they send a member with foreign data what it lacks."""
    other = Ensemble(tmp_path / "other", participants=1)
    (server,) = other.members
    server.config |= {"server.1": f"{HOST}:{server.quorum_port}:{server.election_port}:participant;{server.address}",
                      "standaloneEnabled": "false"}  # a quorum, which counts epochs
    with other:
        write(other, "foreign", MANY)
        last = zxid(server)
    with Ensemble(tmp_path / "ours") as ensemble:
        write(ensemble, "ours", MANY + 20)
        assert last[0] == zxid(ensemble.members[0])[0] and last < zxid(ensemble.members[0])
        yield Site(ensemble, server.directory / "data/version-2")


def zxid(member: Member) -> tuple[int, int]:
    """The epoch and the number of the member's last transaction."""
    number = int(re.search("Zxid: (.+)", member.ask("srvr").decode())[1], 16)
    return number >> 32, number & 0xFFFFFFFF


def write(ensemble: Ensemble, name: str, count: int) -> None:
    """So many znodes of this name, through the leader; every server has them."""
    leader = ensemble.wait_until(ensemble.leader, "a leader")
    with session(leader.address) as client:
        for number in range(count):
            client.create(f"/{name}-{number}")
    ensemble.wait_until(lambda: len({zxid(member) for member in ensemble.members}) == 1, "all to have the same zxid")


def replace_data(ensemble: Ensemble, member: Member, data: Path | None) -> None:
    """Starts the member with other data, or with none."""
    member.stop()
    shutil.rmtree(member.directory / "data/version-2")
    if data:
        shutil.copytree(data, member.directory / "data/version-2")
    member.start()
    ensemble.wait_serving()


def asked(samples: Samples, ensemble: Ensemble) -> list[float]:
    """How often each member was asked for its digests."""
    return [samples.of(member.address).value(ASKED, command="hash") for member in ensemble.members]


def wait_round(exporter: Exporter, ensemble: Ensemble, is_as_before: Callable[[Samples], bool] = bool) -> Samples:
    """Waits until each member has been asked for its digests anew; all the time it is as before."""
    before = asked(exporter.metrics(), ensemble)

    def is_done(samples: Samples) -> bool:
        assert is_as_before(samples)
        return all(now > then for now, then in zip(asked(samples, ensemble), before))

    return exporter.wait_for(is_done, "new digests of all members", A_ROUND)


def wait_compared(exporter: Exporter, ensemble: Ensemble) -> None:
    """Waits until the digests of all members were compared, and found equal."""
    exporter.wait_for(lambda samples: [samples.of(member.address).value(ALLOWED, command="hash")
                                       for member in ensemble.members] == [1, 1, 1] and is_equal(samples),
                      "equal digests of all members")


def is_equal(samples: Samples) -> bool:
    """Whether no member's data differs, as far as known."""
    return samples.value(DIFFERS) == 0


def is_split(samples: Samples) -> bool:
    """Whether data is known to differ, while all are polled; without a quorum there may be nothing to compare."""
    return 1 in samples.series(DIFFERS).values() and set(samples.series("zookeeper_serving").values()) == {1}


def check_named(exporter: Exporter, odd: Member, ensemble: Ensemble) -> None:
    """The member is called the wrong one in the verdict and in the log; nobody is safe to stop."""
    def read() -> dict[str, Any]:
        return json.loads(exporter.get("/health/ensemble?format=json")[2])

    def is_named() -> bool:
        return [(each["code"], each["member"]) for each in read()["findings"]] == [("data_differs", odd.address)]

    wait_until(is_named, f"{odd.address} to be named", explain=lambda: json.dumps(read(), indent=1))
    report = read()
    others = [member.address for member in ensemble.members if member is not odd]
    assert (report["level"], report["data_differs"], report["safe_to_stop"]) == ("split_view", True, [])
    text = report["findings"][0]["text"]
    said = re.fullmatch(r"(\S+) holds other data than (\S+) and (\S+): their digests differ at zxid 0x[0-9a-f]+", text)
    assert said and said.groups() == (odd.address, *others), text
    exporter.wait_for_line("level=error", 'msg="data differs"', text)


def test_foreign_data_is_found_by_a_rolling_restart(site: Site, start_exporter: Callable[..., Exporter]) -> None:
    """Restarted members are asked at once; one difference may be a replay's mistake, the second at a newer zxid not."""
    ensemble = site.ensemble
    exporter = start_exporter(ensemble.servers)
    wait_compared(exporter, ensemble)
    odd = ensemble.followers()[0]
    before = asked(exporter.metrics(), ensemble)
    replace_data(ensemble, odd, site.foreign)
    exporter.wait_for(lambda samples: sum(asked(samples, ensemble)) > sum(before), "the digests of foreign data")

    write(ensemble, "both", FEW)
    for member in [*ensemble.followers(), ensemble.leader()]:
        member.restart()
        ensemble.wait_serving()
    exporter.wait_for(is_split, "the difference")
    check_named(exporter, odd, ensemble)


@pytest.mark.long
def test_data_that_is_restarted_rebuilt_replaced_and_rebuilt(site: Site,
                                                             start_exporter: Callable[..., Exporter]) -> None:
    """Each seen by the questions of once a minute: only foreign data differs, until the member copies the leader's."""
    ensemble = site.ensemble
    exporter = start_exporter(ensemble.servers)
    wait_compared(exporter, ensemble)
    restarted, odd = ensemble.followers()
    restarted.restart()
    ensemble.wait_serving()
    replace_data(ensemble, odd, None)
    assert "Getting a snapshot from leader" in odd.log_tail(1000)
    write(ensemble, "first", MANY)
    wait_round(exporter, ensemble, is_equal)
    assert not [line for line in exporter.lines() if "data differs" in line]

    replace_data(ensemble, odd, site.foreign)
    write(ensemble, "second", MANY)
    exporter.wait_for(is_split, "the difference", 2 * A_ROUND)
    check_named(exporter, odd, ensemble)
    exporter.wait_for_line('msg="ensemble changed"', "to=split_view", odd.address)
    assert len([line for line in exporter.lines() if 'msg="data differs"' in line]) == 1

    replace_data(ensemble, odd, None)
    write(ensemble, "third", MANY)
    exporter.wait_for(is_equal, "equal digests", 2 * A_ROUND)
    exporter.wait_for(lambda samples: samples.value("zookeeper_ensemble_state", state="healthy") == 1, "healthy again")
    exporter.wait_for_line('msg="data differs no more"')

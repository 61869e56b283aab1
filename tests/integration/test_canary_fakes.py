"""A canary over servers whose polls look well, while sessions meet all that can go wrong."""

import itertools
from collections.abc import Callable, Iterator

import pytest

from canary import (ALL_READ, ALL_WRITE, A_ROUND, ELECTION, OPERATIONS, READING, RESULTS, WRITING, count, findings,
                    rounds, session_state, verdict)
from exporter_process import Exporter
from fake_tree import AUTH_FAILED, NO_AUTH, SASL_NEEDED
from fake_zookeeper import NEVER, FakeEnsemble
from zookeeper_ensemble import wait_until


@pytest.fixture(scope="module")
def servers() -> Iterator[FakeEnsemble]:
    """Three of them."""
    with FakeEnsemble(3) as ensemble:
        yield ensemble


@pytest.fixture
def fakes(servers: FakeEnsemble) -> Iterator[FakeEnsemble]:
    """The same, well again after each test."""
    yield servers
    servers.behave()


@pytest.fixture
def exporter(fakes: FakeEnsemble, start_exporter: Callable[..., Exporter]) -> Exporter:
    """One that has written through every member and read it back."""
    process = start_exporter(fakes.servers, *WRITING)
    process.wait_for(lambda samples: all(count(samples, member.address, "get", "ok") for member in fakes.members),
                     "a round with every member")
    return process


def wait_codes(exporter: Exporter, wanted: set[tuple[str, str]], limit: float) -> None:
    """Waits until there are exactly these findings."""
    wait_until(lambda: findings(exporter) == wanted, f"the findings {wanted}", limit,
               lambda: f"{verdict(exporter)}\n{exporter.log()}")


def everywhere(fakes: FakeEnsemble, code: str) -> set[tuple[str, str]]:
    """The finding, of every member."""
    return {(code, member.address) for member in fakes.members}


def wait_counted(exporter: Exporter, fakes: FakeEnsemble, operation: str, result: str) -> None:
    """Waits until each member has one more of these results."""
    def counts() -> list[float]:
        samples = exporter.metrics()
        return [count(samples, member.address, operation, result) for member in fakes.members]
    before = counts()
    wait_until(lambda: all(now > then for now, then in zip(counts(), before)), f"{operation} to end as {result}", 20,
               exporter.log)


def wait_counted_of(exporter: Exporter, member: str, operation: str, result: str, more: int) -> None:
    """Waits until a member has so many more of these results."""
    before = count(exporter.metrics(), member, operation, result)
    exporter.wait_for(lambda samples: count(samples, member, operation, result) >= before + more,
                      f"{more} times {operation} {result}")


def test_every_result_is_counted_from_nothing(fakes: FakeEnsemble, start_exporter: Callable[..., Exporter]) -> None:
    """Before the first session stands; of those operations that the level has."""
    fakes.misbehave(delay={"connect": NEVER})
    for flags, operations in ((READING, ALL_READ), (WRITING, ALL_WRITE)):
        samples = start_exporter(fakes.servers, *flags).metrics()
        for member in fakes.members:
            series = samples.of(member.address).series(OPERATIONS)
            assert {tuple(sorted(dict(labels).items())) for labels in series} == {
                (("operation", operation), ("result", result))
                for operation, result in itertools.product(operations, RESULTS)}
            assert count(samples, member.address, "sync", "ok") == 0
            assert session_state(samples, member.address) == "connecting"


def test_one_operation_at_a_time_goes_to_a_member(fakes: FakeEnsemble, exporter: Exporter) -> None:
    """And in two rounds with each of three, every watch of a member at another one has told."""
    for member in fakes.members:
        member.most_in_flight = 0
        member.watched.clear()
    before = exporter.metrics()
    exporter.wait_for(lambda now: all(count(now, member.address, "set", "ok") >= 3 +
                                      count(before, member.address, "set", "ok") for member in fakes.members),
                      "three more rounds")
    after = exporter.metrics()
    for member in fakes.members:
        others = {f"/zookeeper-exporter/members/{other.address}" for other in fakes.members if other is not member}
        assert others <= set(member.watched), member.watched
        assert count(after, member.address, "watch", "ok") > count(before, member.address, "watch", "ok")
        assert member.most_in_flight == 1


def test_stuck_writes_are_found_while_polls_look_well(fakes: FakeEnsemble, exporter: Exporter) -> None:
    """After an election time; all at once that is no ensemble that can be written to. It heals with the next round."""
    assert verdict(exporter)["level"] == "healthy"
    fakes.misbehave(delay=dict.fromkeys(("set", "create", "delete", "multi"), NEVER))
    wait_codes(exporter, everywhere(fakes, "writes_fail"), ELECTION + 3 * A_ROUND)
    found = verdict(exporter)
    assert found["level"] not in ("healthy", "unknown"), found
    assert [row["serves"] for row in found["members"]] == [True, True, True]
    assert exporter.get("/health/ensemble?require=writable")[0] == 503
    assert exporter.get("/health/ensemble?require=quorum")[0] == 200
    assert found["safe_to_stop"] == []
    samples = exporter.metrics()
    assert [samples.state(member.address) for member in fakes.members] == ["leader", "follower", "follower"]
    assert [session_state(samples, member.address) for member in fakes.members] == ["connected"] * 3
    assert all(count(samples, member.address, "set", "timeout") >= 2 for member in fakes.members)

    fakes.behave()
    wait_codes(exporter, set(), 3 * A_ROUND)
    assert verdict(exporter)["level"] == "healthy"
    assert exporter.get("/health/ensemble?require=writable")[0] == 200


@pytest.mark.long
def test_a_stuck_session_is_begun_anew_and_still_found(fakes: FakeEnsemble, exporter: Exporter) -> None:
    """As a real server that answers no ping of a session behind its write: connections end, the finding stays."""
    fakes.misbehave(delay={"set": NEVER}, pings_wait=True)
    wait_codes(exporter, everywhere(fakes, "writes_fail"), ELECTION + 4 * A_ROUND)
    asked = [member.asked["connect"] for member in fakes.members]
    wait_until(lambda: all(member.asked["connect"] > then for member, then in zip(fakes.members, asked)),
               "new connections", 30)
    assert findings(exporter) == everywhere(fakes, "writes_fail")
    fakes.behave()
    wait_codes(exporter, set(), 15)


@pytest.mark.long
def test_a_member_alone_that_answers_no_reads(fakes: FakeEnsemble, exporter: Exporter) -> None:
    """The ensemble can still be written to, through the others."""
    odd = fakes.members[1]
    odd.misbehave(delay={"sync": NEVER})
    wait_until(lambda: ("reads_fail", odd.address) in findings(exporter), "the finding", ELECTION + 3 * A_ROUND)
    assert {member for _, member in findings(exporter)} == {odd.address}
    assert verdict(exporter)["level"] == "degraded"
    assert exporter.get("/health/ensemble?require=writable")[0] == 200


@pytest.mark.long
def test_slow_writes_and_late_watches(fakes: FakeEnsemble, start_exporter: Callable[..., Exporter]) -> None:
    """After three in a row; what is a little late is nothing."""
    exporter = start_exporter(fakes.servers, *WRITING[:1], "--zookeeper.canary.interval=4s",
                              "--zookeeper.canary.timeout=2s")
    odd = fakes.members[2]
    odd.misbehave(delay={"set": 0.7}, watch_delay=0.3)
    wait_codes(exporter, {("writes_slow", odd.address)}, 30)
    odd.misbehave(watch_delay=1.3)
    wait_codes(exporter, {("watches_late", odd.address)}, 30)
    assert verdict(exporter)["level"] == "degraded"
    odd.misbehave(watch_delay=NEVER)
    wait_counted_of(exporter, odd.address, "watch", "timeout", 3)
    assert findings(exporter) == {("watches_late", odd.address)}
    odd.behave()
    wait_codes(exporter, set(), 20)


def test_no_permission_is_blindness_and_no_failure(fakes: FakeEnsemble, exporter: Exporter) -> None:
    """The level stays, and so does what else is known of the member."""
    fakes.misbehave(errors={"set": NO_AUTH})
    wait_codes(exporter, everywhere(fakes, "canary_blind"), 3 * A_ROUND)
    assert verdict(exporter)["level"] == "healthy"
    assert exporter.get("/health/ensemble?require=writable")[0] == 200
    wait_counted(exporter, fakes, "set", "no_auth")


@pytest.mark.parametrize("code", [AUTH_FAILED, SASL_NEEDED])
def test_a_login_that_is_refused(fakes: FakeEnsemble, start_exporter: Callable[..., Exporter],
                                 tmp_path_factory: pytest.TempPathFactory, code: int) -> None:
    """Said once per member, as blindness; the servers are not stormed."""
    secret = tmp_path_factory.mktemp("auth") / "auth"
    secret.write_text("somebody:wrong\n")
    fakes.misbehave(errors={"auth": code})
    asked = [member.asked["connect"] for member in fakes.members]
    exporter = start_exporter(fakes.servers, *WRITING, f"--zookeeper.canary.auth-file={secret}")
    wait_codes(exporter, everywhere(fakes, "canary_blind"), 3 * A_ROUND)
    samples = exporter.wait_for(lambda found: all(rounds(found, member.address) > 3 for member in fakes.members),
                                "some rounds")
    assert [session_state(samples, member.address) for member in fakes.members] == ["auth_failed"] * 3
    assert verdict(exporter)["level"] == "healthy"
    assert sum(member.asked["connect"] for member in fakes.members) - sum(asked) <= 6


def test_sessions_that_expire(fakes: FakeEnsemble, exporter: Exporter) -> None:
    """Counted, told by the state for a moment, and followed by new ones; one exporter writes as before."""
    fakes.misbehave(expires=True)
    for member in fakes.members:
        member.drop_connections()
    exporter.wait_for(lambda samples: all(count(samples, member.address, "connect", "session_expired") == 1
                                          for member in fakes.members), "the end of each session", 15)
    fakes.behave()
    before = exporter.metrics()
    exporter.wait_for(lambda samples: all(count(samples, member.address, "set", "ok") > count(
        before, member.address, "set", "ok") for member in fakes.members), "writes in new sessions", 20)
    assert findings(exporter) == set()


def test_a_dropped_connection_makes_its_member_polled_at_once(fakes: FakeEnsemble,
                                                              start_exporter: Callable[..., Exporter]) -> None:
    """Not at the next place of the grid."""
    exporter = start_exporter(fakes.servers, *WRITING, "--poll.interval=1m", "--poll.timeout=1s")
    exporter.wait_for(lambda samples: all(session_state(samples, member.address) == "connected"
                                          for member in fakes.members), "the sessions")
    odd = fakes.members[2]
    before = exporter.metrics().polls(odd.address)
    odd.drop_connections()
    exporter.wait_for(lambda samples: samples.polls(odd.address) > before, "a poll", 1)

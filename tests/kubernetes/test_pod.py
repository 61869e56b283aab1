"""The probes of the manifests, as a kubelet runs them, against real servers and real faults.

Short: our probes with all times at a tenth. Long: every fault, beside what is usual. The same figures for all, so that
only the question differs.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import figures
from network import Network, why_not
from pods import NOBODY_SERVED, Pods

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
COLUMNS = ("fault", "probes", "restarted by probes", "Ready though it served nobody", "Ready after the watch")
TENTH = 0.1


@pytest.fixture(name="make_pods")
def fixture_make_pods(tmp_path: Path) -> Iterator[Callable[..., Pods]]:
    """Makes an ensemble of pods with a set of probes."""
    with Network(3) as network:
        def make(probes: str, scale: float) -> Pods:
            return Pods(tmp_path / probes, network, probes, scale)
        yield make


class Judgement:
    """What the probes made of a fault to some members."""

    def __init__(self, pods: Pods, fault: str, watched: list[int], silent: bool, since: float, before: list[int]):
        kubelets = [pods.kubelets[n - 1] for n in watched]
        self.restarts = [sum(cause != "exited" for cause in kubelet.restarts[count:])
                         for kubelet, count in zip(kubelets, before)]
        self.wrongly_ready = [silent and any(result.passed for result in kubelet.of("readiness", since))
                              for kubelet in kubelets]
        self.ready = [kubelet.ready for kubelet in kubelets]
        figures.note(COLUMNS, fault, pods.name, f"{sum(map(bool, self.restarts))} of {len(watched)}",
                     f"{sum(self.wrongly_ready)} of {len(watched)}" if silent else "-",
                     f"{sum(self.ready)} of {len(watched)}")


def judge(pods: Pods, fault: str, watched: list[int], states: tuple[str | None, ...] = ()) -> Judgement:
    """Waits until the members are in one of `states`, then watches what their probes do."""
    before = [len(pods.kubelets[n - 1].restarts) for n in watched]
    if states:
        pods.wait(lambda: all(pods.state(n) in states for n in watched), f"{watched} to be {states}")
    since = time.monotonic()
    pods.watch(watched, since)
    return Judgement(pods, fault, watched, set(states) <= set(NOBODY_SERVED) and bool(states), since, before)


def lose_quorum(pods: Pods) -> Judgement:
    """The members do not see each other; the first turns read-only, the others look for a leader."""
    for number in (1, 2, 3):
        pods.network.cut_peers(number)
    found = judge(pods, "no member sees another", [1, 2, 3], NOBODY_SERVED)
    for number in (1, 2, 3):
        pods.network.cut_peers(number, False)
    pods.wait_ready()
    return found


def cut_off_a_read_only_member(pods: Pods) -> Judgement:
    """One member loses its peers and answers reads of old data."""
    pods.network.cut_peers(1)
    found = judge(pods, "one member is cut off, read-only mode", [1], ("read-only",))
    pods.network.cut_peers(1, False)
    pods.wait_ready()
    return found


def freeze(pods: Pods) -> Judgement:
    """The leader's process stands still: connections are accepted and nothing answers."""
    number = pods.leader()
    member = pods.members[number - 1]
    frozen = member.process
    member.freeze()
    found = judge(pods, "the leader is frozen", [number])
    if member.process is frozen:
        member.thaw()
    pods.wait_ready()
    return found


def kill(pods: Pods) -> Judgement:
    """The leader's process ends; any kubelet restarts it."""
    number = pods.leader()
    pods.members[number - 1].kill()
    found = judge(pods, "the leader is killed", [number])
    pods.wait_ready()
    return found


def reach_the_connection_limit(pods: Pods) -> Judgement:
    """As many sessions from one address as maxClientCnxns allows."""
    number = 2
    with pods.sessions(number, int(pods.zoo_cfg["maxClientCnxns"])):
        found = judge(pods, "the connection limit is reached", [number])
    pods.wait_ready()
    return found


def take_words_off_the_whitelist(pods: Pods) -> Judgement:
    """A new configuration allows isro only, and the member starts with it."""
    number = 3
    config = pods.members[number - 1].directory / "zoo.cfg"
    text = config.read_text()
    config.write_text("".join(line for line in text.splitlines(True) if not line.startswith("4lw"))
                      + "4lw.commands.whitelist=isro\n")
    member, kubelet = pods.members[number - 1], pods.kubelets[number - 1]
    count = len(kubelet.restarts)
    member.kill()
    pods.wait(lambda: len(kubelet.restarts) > count and member.running, "a restart with the new configuration")
    pods.wait(lambda: pods.state(number) not in (None, "not_serving"), "the member to serve")
    since = time.monotonic()
    count, asked = len(kubelet.restarts), kubelet.probes["liveness"].failures
    # Without a pass of the startup probe the others never run: that is judged, too.
    pods.wait(lambda: len(kubelet.restarts) > count or len(kubelet.of("liveness", since)) > asked + 1
              or len(kubelet.of("startup", since)) > 130, "a judgement")
    found = Judgement(pods, "ruok, srvr and mntr are not in the whitelist", [number], False, since, [count])
    config.write_text(text)
    member.kill()
    pods.wait_ready()
    return found


def lose_two_nodes(pods: Pods) -> Judgement:
    """Two nodes with their kubelets are gone; the last thing that is done to an ensemble."""
    for number in (1, 2):
        pods.kubelets[number - 1].stop()
        pods.members[number - 1].kill()
    return judge(pods, "two of three nodes are lost", [3], NOBODY_SERVED)


def test_headline(make_pods: Callable[..., Pods]) -> None:
    """A lost quorum restarts nobody, a frozen member is restarted, and who serves nobody is never Ready."""
    with make_pods("ours", TENTH) as pods:
        lost = lose_quorum(pods)
        assert lost.restarts == [0, 0, 0]
        assert not any(lost.wrongly_ready) and not any(lost.ready)
        frozen = freeze(pods)
        assert frozen.restarts == [1]
        last = lose_two_nodes(pods)
        assert last.restarts == [0] and not any(last.wrongly_ready) and not any(last.ready)


@pytest.mark.long
@pytest.mark.parametrize("probes", ["ours", "ruok", "srvr"])
def test_every_fault(make_pods: Callable[..., Pods], probes: str) -> None:
    """The table of manifests/proof.md, with times at a tenth."""
    if probes != "ours" and shutil.which("nc") is None:
        pytest.skip("no `nc` here (netcat-openbsd)")
    with make_pods(probes, TENTH) as pods:
        lost, cut = lose_quorum(pods), cut_off_a_read_only_member(pods)
        frozen, killed = freeze(pods), kill(pods)
        crowded, listed = reach_the_connection_limit(pods), take_words_off_the_whitelist(pods)
        last = lose_two_nodes(pods)
    assert frozen.restarts == [1] and killed.restarts == [0]
    if probes == "ours":
        for each in (lost, cut, crowded, listed, last):
            assert not any(each.restarts) and not any(each.wrongly_ready)
        assert not any(lost.ready + cut.ready + last.ready)
        assert crowded.ready == [False] and listed.ready == [True]
    elif probes == "ruok":
        assert lost.restarts == [0, 0, 0] and all(lost.wrongly_ready) and all(cut.wrongly_ready)
        assert crowded.restarts == [1]
    else:
        assert lost.restarts[1:] == [1, 1] and last.restarts == [1]
        assert lost.wrongly_ready[0] and cut.wrongly_ready == [True]


@pytest.mark.long
def test_headline_with_true_times(make_pods: Callable[..., Pods]) -> None:
    """The headline with the figures of the manifests as they are; ten minutes."""
    with make_pods("ours", 1) as pods:
        lost = lose_quorum(pods)
        assert lost.restarts == [0, 0, 0] and not any(lost.wrongly_ready) and not any(lost.ready)
        assert freeze(pods).restarts == [1]

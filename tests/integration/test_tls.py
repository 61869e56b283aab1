"""Servers whose client port speaks TLS: polled as they want it, and by somebody who is mistaken."""

import json
import ssl
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from certificates import EXPIRED, Authority, Certificate
from config_file import ConfigFile
from exporter_process import Exporter
from exposition import Samples
from secure_servers import speak_tls
from zookeeper_ensemble import Ensemble, Member, wait_until

TLS_1_3 = {"ssl.protocol": "TLSv1.3", "ssl.ciphersuites": "TLS_AES_128_GCM_SHA256"}
ELSEWHERE = "zk-9.example"
CERTIFICATE_END = "zookeeper_tls_certificate_not_after_timestamp_seconds"
Settings = dict[str, Any]


class Site(NamedTuple):
    """Standalone servers by what is special of them, with their certificates, and who issued these."""

    members: dict[str, Member]
    certificates: dict[str, Certificate]
    ours: Authority
    foreign: Authority


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """All servers, each of which serves."""
    directory = tmp_path_factory.mktemp("tls")
    ours, foreign = Authority(directory / "ours", "Ours"), Authority(directory / "foreign", "Foreign")
    ensembles = {}
    certificates = {name: ours.issue(name) for name in ("only", "need", "need_1_3", "unified")}
    certificates |= {"elsewhere": ours.issue("elsewhere", hosts=(ELSEWHERE,)),
                     "expired": ours.issue("expired", life=EXPIRED), "foreign": foreign.issue("foreign")}

    def add(name: str, extra_config: Settings | None = None, **port: Any) -> None:
        ensembles[name] = Ensemble(directory / name, participants=1, extra_config=extra_config)
        if name in certificates:
            speak_tls(ensembles[name], certificates[name], ours, **port)

    add("plain")
    add("only", {"ssl.protocol": "TLSv1.2"})
    add("need", {"ssl.protocol": "TLSv1.2"}, client_auth="need")
    add("need_1_3", TLS_1_3, client_auth="need")
    add("unified", plain_too=True)
    for name in ("elsewhere", "expired", "foreign"):
        add(name)
    try:
        for ensemble in ensembles.values():
            ensemble.start()
        for ensemble in ensembles.values():
            ensemble.wait_serving()
        yield Site({name: ensemble.members[0] for name, ensemble in ensembles.items()}, certificates, ours, foreign)
    finally:
        for ensemble in ensembles.values():
            ensemble.stop()


def start(site: Site, path: Path, settings: dict[str, Settings | None]) -> Exporter:
    """An exporter over these servers, with the `tls` of each."""
    config = ConfigFile(path)
    config.settings["ensembles"] = [
        {"name": name, "members": [site.members[name].address], **({} if tls is None else {"tls": tls})}
        for name, tls in settings.items()]
    config.write()
    return Exporter(config=config)


def with_certificate(certificate: Certificate) -> Settings:
    """Settings that show a certificate of our own."""
    return {"cert_file": str(certificate.file), "key_file": str(certificate.key)}


RIGHT = ("plain", "only", "need", "need_1_3", "unified", "elsewhere", "expired", "foreign")


@pytest.fixture(scope="module")
def right(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exporter]:
    """An exporter that asks each server as it wants to be asked."""
    ca = {"ca_file": str(site.ours.file)}
    mutual = ca | with_certificate(site.ours.issue("exporter"))
    with start(site, tmp_path_factory.mktemp("right") / "exporter.yml", {
            "plain": None, "only": ca, "need": mutual, "need_1_3": mutual | {"min_version": "1.3"}, "unified": ca,
            "elsewhere": ca | {"server_name": ELSEWHERE}, "expired": {"verify": "none"},
            "foreign": {"ca_file": str(site.foreign.file)}}) as exporter:
        yield exporter


@pytest.mark.parametrize("name", RIGHT)
def test_a_server_that_is_asked_as_it_wants(site: Site, right: Exporter, name: str) -> None:
    """It serves, with all values, and its certificate's end is told."""
    member = site.members[name]
    samples = right.wait_for(lambda found: found.reason(member.address) == "none", f"{name} to answer")
    mine = samples.of(member.address)
    assert mine.value("zookeeper_up") == mine.value("zookeeper_serving") == 1
    assert samples.state(member.address) == "standalone"
    assert mine.value("zookeeper_watches") == 0 and mine.value("zookeeper_ephemeral_znodes") == 0
    if name == "plain":
        assert not {CERTIFICATE_END, "zookeeper_tls_version_info"} & mine.names()
        return
    assert mine.value(CERTIFICATE_END) == site.certificates[name].not_after
    shown = mine.labels("zookeeper_tls_version_info")
    offered = ssl.create_default_context().get_ciphers()
    assert shown["cipher"] in {cipher["name"] for cipher in offered}
    if name in ("only", "need", "need_1_3"):
        assert shown["version"] == ("TLSv1.3" if name == "need_1_3" else "TLSv1.2")


def test_who_is_not_verified_is_told(site: Site, right: Exporter) -> None:
    """By a metric, and by a line of the log at the start."""
    samples = right.metrics()
    verified = {dict(labels)["ensemble"]: value
                for labels, value in samples.series("zookeeper_tls_verification_enabled").items()}
    assert verified == {name: float(name != "expired") for name in RIGHT if name != "plain"}
    assert [line for line in right.lines() if "level=warn" in line and "verify" in line and "expired" in line]


def test_our_own_certificate_is_told(site: Site, right: Exporter) -> None:
    """Of the ensembles that have one, with its end; all files are as they were read."""
    samples = right.metrics()
    own = {dict(labels)["ensemble"]
           for labels in samples.series("zookeeper_tls_client_certificate_not_after_timestamp_seconds")}
    assert own == {"need", "need_1_3"}
    assert set(samples.series("zookeeper_tls_files_last_reload_successful").values()) == {1}


@pytest.fixture(scope="module")
def wrong(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exporter]:
    """An exporter that asks nobody as it should, but the one that accepts both."""
    ca = {"ca_file": str(site.ours.file)}
    with start(site, tmp_path_factory.mktemp("wrong") / "exporter.yml", {
            "plain": ca, "only": None, "need": ca, "need_1_3": ca, "unified": None, "elsewhere": ca, "expired": ca,
            "foreign": ca}) as exporter:
        yield exporter


@pytest.fixture(scope="module")
def mistaken(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exporter]:
    """An exporter with other mistakes."""
    ca = {"ca_file": str(site.ours.file)}
    stranger = ca | with_certificate(site.foreign.issue("stranger"))
    with start(site, tmp_path_factory.mktemp("mistaken") / "exporter.yml", {
            "only": ca | {"min_version": "1.3"}, "need": stranger, "need_1_3": stranger,
            "unified": ca | {"server_name": ELSEWHERE}}) as exporter:
        yield exporter


def row(exporter: Exporter, name: str) -> dict[str, Any]:
    """What the verdict says of the ensemble's member."""
    return json.loads(exporter.get(f"/health/ensemble?ensemble={name}&format=json")[2])["members"][0]


def check_refusal(site: Site, exporter: Exporter, name: str, words: tuple[str, ...]) -> Samples:
    """The member is not reached for the reason tls, with these words in the verdict and, once, in the log."""
    address = site.members[name].address
    samples = exporter.wait_for(lambda found: found.reason(address) == "tls", f"{name} to fail")
    mine = samples.of(address)
    assert samples.state(address) == "unreachable"
    assert mine.value("zookeeper_up") == mine.value("zookeeper_serving") == 0
    said = row(exporter, name)
    assert said["reason"] == "tls"
    assert all(word in said["detail"] for word in words), said["detail"]
    assert "\n" not in said["detail"]
    lines = [line for line in exporter.changes(address) if all(word in line for word in words)]
    assert len(lines) == 1, exporter.changes(address)
    return samples


@pytest.mark.parametrize("name, words", [
    ("plain", ("ZooKeeper without TLS", "tls:")),
    ("only", ("speaks TLS", "tls:")),
    ("need", ("client certificate", "cert_file")),
    ("need_1_3", ("client certificate", "cert_file")),
    ("elsewhere", ("wrong name", ELSEWHERE, "127.0.0.1", "server_name")),
    ("expired", ("expired on",)),
    ("foreign", ("unknown authority", "Foreign", "ca_file")),
])
def test_what_is_wrong_is_said(site: Site, wrong: Exporter, name: str, words: tuple[str, ...]) -> None:
    """In words, in the verdict and in the log; of a certificate that was seen the end is told all the same."""
    samples = check_refusal(site, wrong, name, words)
    if name in ("elsewhere", "expired", "foreign"):
        mine = samples.of(site.members[name].address)
        assert mine.value(CERTIFICATE_END) == site.certificates[name].not_after


@pytest.mark.parametrize("name, words", [
    ("only", ("no common version",)),
    ("need", ("certificate", "cert_file")),
    ("need_1_3", ("certificate", "cert_file")),
    ("unified", ("wrong name", "127.0.0.1", ELSEWHERE)),
])
def test_other_mistakes_are_said(site: Site, mistaken: Exporter, name: str, words: tuple[str, ...]) -> None:
    """A version, a certificate and a name that the other side does not accept."""
    check_refusal(site, mistaken, name, words)


def test_one_port_for_both(site: Site, right: Exporter, wrong: Exporter) -> None:
    """Over TLS it gives the families that it gives in plain text."""
    address = site.members["unified"].address
    names = [exporter.wait_for(lambda found: found.reason(address) == "none", "an answer").of(address).names()
             for exporter in (right, wrong)]
    assert names[0] - names[1] == {CERTIFICATE_END, "zookeeper_tls_version_info"} and names[0] > names[1]


def test_tls_that_comes_and_goes_loses_no_poll(site: Site, tmp_path: Path) -> None:
    """At a port for both, while the exporter runs: each second has its poll, and each is answered."""
    address, ca = site.members["unified"].address, {"ca_file": str(site.ours.file)}
    config = ConfigFile(tmp_path / "exporter.yml", one=[address])
    ensemble = config.settings["ensembles"][0]
    with Exporter(config=config) as exporter:
        first = exporter.metrics()
        for tls in (ca, {"verify": "none"}, None, ca | {"min_version": "1.2", "server_name": "localhost"}, None):
            ensemble.pop("tls", None)
            ensemble.update({} if tls is None else {"tls": tls})
            config.replace()
            verified = {None: set(), "full": {1.0}, "none": {0.0}}[tls and tls.get("verify", "full")]
            exporter.wait_for(lambda found, verified=verified, tls=tls:
                              set(found.series("zookeeper_tls_verification_enabled").values()) == verified
                              and bool(found.series("zookeeper_tls_version_info")) == (tls is not None), f"tls: {tls}")
        last = exporter.metrics()
        took = last.value("zookeeper_last_poll_timestamp_seconds") - first.value("zookeeper_last_poll_timestamp_seconds")
        polls = {result: last.value("zookeeper_polls_total", result=result)
                 - first.value("zookeeper_polls_total", result=result) for result in ("ok", "partial", "failed")}
        assert polls["partial"] == polls["failed"] == 0
        assert took - 1.5 <= polls["ok"] <= took + 1.5  # whoever counts the polls of a second may miss one at each end
        assert len(exporter.changes(address)) == 1  # that it is there


@pytest.mark.parametrize("name", ["only", "need", "need_1_3"])
def test_a_probe_that_can_not_ask_is_no_reason_to_restart(site: Site, wrong: Exporter, name: str) -> None:
    """Live, but not ready."""
    address = site.members[name].address
    status, headers, _ = wrong.get(f"/probe/liveness?member={address}")
    assert (status, headers["X-ZK-Reason"]) == (200, "tls")
    status, headers, _ = wrong.get(f"/probe/readiness?member={address}")
    assert (status, headers["X-ZK-Reason"]) == (503, "tls")


def test_a_frozen_server_is_silent_and_not_one_that_speaks_tls(site: Site, right: Exporter, wrong: Exporter) -> None:
    """Neither to a plain poll nor over TLS: a timeout, as of any server."""
    member = site.members["unified"]
    member.freeze()
    try:
        for exporter in (right, wrong):
            exporter.wait_for(lambda found: found.reason(member.address) == "timeout", "a timeout")
            samples = exporter.fresh(member.address, polls=2)
            assert samples.reason(member.address) == "timeout"
            assert samples.of(member.address).value("zookeeper_poll_duration_seconds") < 0.8
    finally:
        member.thaw()
    for exporter in (right, wrong):
        exporter.wait_for(lambda found: found.reason(member.address) == "none", "an answer")


def test_a_killed_server_is_refused(site: Site, right: Exporter, wrong: Exporter) -> None:
    """Over TLS as in plain text; and a poll in plain text is refused, too."""
    member = site.members["foreign"]
    member.kill()
    for exporter in (right, wrong):
        exporter.wait_for(lambda found: found.reason(member.address) == "refused", "the refusal")
    member.start()
    right.wait_for(lambda found: found.reason(member.address) == "none", "an answer")


@pytest.fixture(scope="module")
def trio(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    """Three servers over TLS alone, which demand a certificate."""
    ensemble = Ensemble(tmp_path_factory.mktemp("trio"))
    speak_tls(ensemble, site.ours.issue("trio"), site.ours, client_auth="need")
    with ensemble:
        yield ensemble


def test_a_lost_quorum_over_tls(site: Site, trio: Ensemble, tmp_path: Path) -> None:
    """By flags; the same verdicts as in plain text, and back."""
    own = site.ours.issue("watcher")
    with Exporter(trio.servers, f"--zookeeper.tls.ca-file={site.ours.file}", f"--zookeeper.tls.cert-file={own.file}",
                  f"--zookeeper.tls.key-file={own.key}") as exporter:
        def verdict() -> dict[str, Any]:
            return json.loads(exporter.get("/health/ensemble?format=json")[2])

        def wait(level: str, **states: str) -> None:
            def met() -> bool:
                found = verdict()
                seen = Counter(f"{member['state']}_{member['reason']}" for member in found["members"])
                return found["level"] == level and seen == states
            wait_until(met, f"{level}, {states}", explain=lambda: json.dumps(verdict(), indent=1))

        wait("healthy", leader_none=1, follower_none=2)
        assert (verdict()["voters"], verdict()["leader"], verdict()["findings"]) == (3, trio.leader().address, [])
        followers = trio.followers()
        followers[0].kill()
        wait("at_risk", leader_none=1, follower_none=1, unreachable_refused=1)
        followers[1].kill()
        wait("no_quorum", not_serving_none=1, unreachable_refused=2)
        for member in followers:
            member.start()
        wait("healthy", leader_none=1, follower_none=2)

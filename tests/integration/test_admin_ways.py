"""Standalone servers whose AdminServer helps where four-letter words do not, by HTTP and by HTTPS."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from certificates import Authority
from config_file import ConfigFile
from exporter_process import Exporter
from secure_servers import serve_admin, speak_tls, wait_admin
from zookeeper_ensemble import Ensemble, Member

WORDS, ADMIN = "four_letter_words", "admin_server"


class Site(NamedTuple):
    """Servers by what is special of them."""

    members: dict[str, Member]
    authority: Authority


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Each serves."""
    directory = tmp_path_factory.mktemp("admin-ways")
    authority = Authority(directory / "ca")
    certificate = authority.issue("server")
    ensembles = {name: Ensemble(directory / name, participants=1, whitelist="srvr")
                 for name in ("refused", "hidden", "https")}
    speak_tls(ensembles["hidden"], certificate, authority, client_auth="need")
    speak_tls(ensembles["https"], certificate, authority)
    serve_admin(ensembles["refused"])
    serve_admin(ensembles["hidden"])
    serve_admin(ensembles["https"], certificate, authority)
    try:
        for ensemble in ensembles.values():
            ensemble.start()
        for ensemble in ensembles.values():
            ensemble.wait_serving()
            wait_admin(ensemble)
        yield Site({name: ensemble.members[0] for name, ensemble in ensembles.items()}, authority)
    finally:
        for ensemble in ensembles.values():
            ensemble.stop()


def start(site: Site, path: Path, settings: dict[str, dict[str, Any]]) -> Exporter:
    """An exporter over these servers, with the settings of each beside its admin.port."""
    config = ConfigFile(path)
    config.settings["ensembles"] = []
    for name, given in settings.items():
        member = site.members[name]
        config.settings["ensembles"].append({"name": name, "members": [member.address], **given,
                                             "admin": {"port": member.admin_port, **given.get("admin", {})}})
    config.write()
    return Exporter(config=config)


def detail(exporter: Exporter, name: str) -> str:
    """What the verdict says of a failure."""
    return json.loads(exporter.get(f"/health/ensemble?ensemble={name}&format=json")[2])["members"][0]["detail"]


@pytest.mark.parametrize("name, sources, reason", [
    ("refused", {WORDS: 1, ADMIN: 1}, "none"),
    ("hidden", {WORDS: 0, ADMIN: 1}, "tls"),
    ("https", {WORDS: 1, ADMIN: 1}, "none"),
])
def test_what_the_words_lack(site: Site, auto: Exporter, name: str, sources: dict[str, float], reason: str) -> None:
    """Refused words, a port for TLS that nobody told us of, and words over TLS beside an AdminServer by HTTPS."""
    member = site.members[name]
    samples = auto.fresh(member.address, polls=2)
    mine = samples.of(member.address)
    assert samples.state(member.address) == "standalone"
    assert samples.reason(member.address) == reason
    assert mine.value("zookeeper_serving") == 1
    assert mine.value("zookeeper_watches") == mine.value("zookeeper_ephemeral_znodes") == 0
    assert mine.value("zookeeper_max_connections_per_client") > 0
    told = {dict(labels)["source"]: value for labels, value in mine.series("zookeeper_poll_source").items()}
    assert {source: told.get(source, 0) for source in (WORDS, ADMIN)} == sources


@pytest.fixture(scope="module")
def auto(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exporter]:
    """An exporter that finds out by itself."""
    with start(site, tmp_path_factory.mktemp("auto") / "exporter.yml", {
            "refused": {}, "hidden": {},
            "https": {"tls": {"ca_file": str(site.authority.file)}, "admin": {"scheme": "https"}}}) as exporter:
        yield exporter


def test_the_admin_server_by_the_wrong_scheme(site: Site, tmp_path: Path) -> None:
    """Said in words, each way, and nobody is called healthy."""
    tls = {"tls": {"ca_file": str(site.authority.file)}, "source": ADMIN}
    with start(site, tmp_path / "exporter.yml", {
            "refused": {**tls, "admin": {"scheme": "https"}}, "https": {"source": ADMIN}}) as exporter:
        for name, word in (("refused", "does not speak TLS"), ("https", "admin.scheme to https")):
            member = site.members[name]
            samples = exporter.fresh(member.address)
            assert samples.state(member.address) == "unreachable"
            assert samples.reason(member.address) == "tls", detail(exporter, name)
            assert word in detail(exporter, name)

"""The exporter's own TLS files change while it runs: in place, by a rename, and as a kubelet renews a Secret."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from certificates import Authority, Certificate
from config_file import ConfigFile
from config_map_volume import ConfigMapVolume
from exporter_process import Exporter
from exposition import Samples
from secure_servers import speak_tls
from zookeeper_ensemble import Ensemble, Member

RELOADED = "zookeeper_tls_files_last_reload_successful"
OWN_END = "zookeeper_tls_client_certificate_not_after_timestamp_seconds"
GARBAGE = "-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n"
Files = dict[str, str]


class Site(NamedTuple):
    """A server that demands a certificate of `ours`, and who issues certificates."""

    member: Member
    ours: Authority
    foreign: Authority
    own: Certificate  # the server's


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server serves."""
    directory = tmp_path_factory.mktemp("tls-files")
    ours, foreign = Authority(directory / "ours", "Ours"), Authority(directory / "foreign", "Foreign")
    ensemble, own = Ensemble(directory / "server", participants=1), ours.issue("server")
    speak_tls(ensemble, own, ours, client_auth="need")
    with ensemble:
        yield Site(ensemble.members[0], ours, foreign, own)


def files_of(authority: Authority, certificate: Certificate) -> Files:
    """Texts by the names that a Secret of Kubernetes gives them."""
    return {"ca.crt": authority.file.read_text(), "tls.crt": certificate.file.read_text(),
            "tls.key": certificate.key.read_text()}


class InPlace:
    """Files that are written one after the other."""

    def __init__(self, directory: Path, files: Files):
        self.directory = directory
        directory.mkdir()
        self.apply(files)

    def apply(self, files: Files) -> None:
        """Other texts."""
        for name, text in files.items():
            path = self.directory / name
            path.touch(0o600)
            path.write_text(text)


class ByRename(InPlace):
    """Files that are renamed to their names."""

    def apply(self, files: Files) -> None:
        for name, text in files.items():
            new = self.directory / f".{name}.new"
            new.touch(0o600)
            new.write_text(text)
            new.rename(self.directory / name)


def start(site: Site, directory: Path, start_exporter: Callable[..., Exporter]) -> Exporter:
    """An exporter over the server, with the files of a directory."""
    config = ConfigFile(directory.with_suffix(".yml"))
    tls = {f"{key}_file": str(directory / name)
           for key, name in (("ca", "ca.crt"), ("cert", "tls.crt"), ("key", "tls.key"))}
    config.settings["ensembles"] = [{"name": "one", "members": [site.member.address], "tls": tls}]
    config.write()
    return start_exporter(config=config)


class Step(NamedTuple):
    """Texts of files, and what is seen of them soon: the end of our certificate, whether all was read, and why not."""

    files: Files
    own: Certificate
    reloaded: bool = True
    reason: str = "none"

    def is_seen(self, samples: Samples, address: str) -> bool:
        """Whether it is."""
        return (samples.value(OWN_END), samples.value(RELOADED), samples.reason(address)) == (
            self.own.not_after, float(self.reloaded), self.reason)


def test_files_that_change(site: Site, tmp_path: Path, start_exporter: Callable[..., Exporter]) -> None:
    """Old, new, broken, new, in each way: what is broken is told, once, and the last good files stay in use.

    A certificate without its key is broken, too. Who is no longer believed is refused at once, whatever was agreed.
    """
    old, new, newer = (site.ours.issue(f"days-{days}", life=timedelta(days=days)) for days in (3, 4, 5))
    foreign, both = site.foreign.file.read_text(), site.foreign.file.read_text() + site.ours.file.read_text()
    first, second, third = (files_of(site.ours, each) for each in (old, new, newer))
    garbage = [Step(first, old), Step(second, new), Step(second | {"tls.crt": GARBAGE}, new, reloaded=False),
               Step(third, newer)]
    half_a_pair = [Step(first, old), Step(second, new), Step({"tls.crt": third["tls.crt"]}, new, reloaded=False),
                   Step({"tls.key": third["tls.key"]}, newer)]
    authorities = [Step(first, old), Step(first | {"ca.crt": foreign}, old, reason="tls"),
                   Step(first | {"ca.crt": "?"}, old, reloaded=False, reason="tls"),
                   Step(first | {"ca.crt": both}, old)]
    ways = {"in-place": (InPlace, garbage), "secret": (ConfigMapVolume, garbage), "pair": (ByRename, half_a_pair),
            "authorities": (ConfigMapVolume, authorities)}
    folders = {name: way(tmp_path / name, steps[0].files) for name, (way, steps) in ways.items()}
    exporters = {name: start(site, tmp_path / name, start_exporter) for name in ways}
    address = site.member.address
    for number in range(4):
        for name, (_, steps) in ways.items():
            if number > 0:
                folders[name].apply(steps[number].files)
        for name, (_, steps) in ways.items():
            exporters[name].wait_for(lambda found, step=steps[number]: step.is_seen(found, address),
                                     f"step {number} of {name}")
            if not steps[number].reloaded:  # it is not in use even by a new poll
                assert steps[number].is_seen(exporters[name].fresh(address), address)
    words = {"pair": "tls.key: is not the key of", "authorities": "ca.crt: holds no certificate"}
    for name, exporter in exporters.items():
        mistake = words.get(name, "tls.crt: its certificate 1 is broken")
        assert len([line for line in exporter.lines() if "level=warn" in line and mistake in line]) == 1
        if name != "authorities":
            assert not [line for line in exporter.changes(address) if "to=unreachable" in line]


def test_another_certificate_of_the_server(site: Site, tmp_path: Path, start_exporter: Callable[..., Exporter]) -> None:
    """After its restart with the new one, that one is told; one of an unknown authority is refused."""
    InPlace(tmp_path / "tls", files_of(site.ours, site.ours.issue("reader")))
    exporter = start(site, tmp_path / "tls", start_exporter)
    address, end = site.member.address, "zookeeper_tls_certificate_not_after_timestamp_seconds"

    def serve_with(certificate: Certificate) -> None:
        site.own.store.write_text(certificate.store.read_text())
        site.member.restart()

    old = site.own.store.read_text()
    exporter.wait_for(lambda found: found.of(address).value(end) == site.own.not_after, "the first certificate")
    try:
        renewed = site.ours.issue("renewed", life=timedelta(days=9))
        serve_with(renewed)
        exporter.wait_for(lambda found: found.reason(address) == "none"
                          and found.of(address).value(end) == renewed.not_after, "the second certificate")
        serve_with(site.foreign.issue("stolen"))
        exporter.wait_for(lambda found: found.reason(address) == "tls", "the refusal")
        assert "unknown authority" in exporter.changes(address)[-1]
    finally:
        site.own.store.write_text(old)


def test_a_key_that_everybody_may_read(site: Site, tmp_path: Path, start_exporter: Callable[..., Exporter]) -> None:
    """Works, and is told in a warning."""
    InPlace(tmp_path / "tls", files_of(site.ours, site.ours.issue("open")))
    (tmp_path / "tls" / "tls.key").chmod(0o644)
    exporter = start(site, tmp_path / "tls", start_exporter)
    line = exporter.wait_for_line("level=warn", "tls.key", limit=5)
    assert "read" in line and "chmod" in line

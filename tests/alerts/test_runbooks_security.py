"""The runbooks of certificates, followed in the states that they are for."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from certificates import Authority, Certificate
from runbook_reader import BLOCK, RUNBOOKS, Page, Reader
from secure_servers import speak_tls

from exporter_process import Exporter
from zookeeper_ensemble import Ensemble, wait_until

pytestmark = pytest.mark.long
DAYS, LONG = timedelta(days=2), timedelta(days=90)


@contextmanager
def reading_tls(directory: Path, authority: Authority, server: Certificate,
                own: Certificate | None = None) -> Iterator[Reader]:
    """A server that speaks TLS, and a reader with an exporter that verifies it; with `own` it demands a certificate."""
    ensemble = Ensemble(directory, participants=1)
    speak_tls(ensemble, server, authority, "need" if own else "none")
    files = {"ca_file": authority.file} | ({"cert_file": own.file, "key_file": own.key} if own else {})
    config = directory / "exporter.yml"
    config.write_text(f"ensembles: [{{name: orders, members: ['{ensemble.servers}'], "
                      f"tls: {{{', '.join(f'{key}: {path}' for key, path in files.items())}}}}}]\n")
    with ensemble, Exporter("", f"--config.file={config}") as exporter, \
            Reader(directory, ensemble, exporter) as reader:
        yield reader


def replace(old: Certificate, new: Certificate, *parts: str) -> None:
    """Puts these files of a certificate in the place of those of another one, each at once."""
    for part in parts:
        getattr(new, part).rename(getattr(old, part))


def days_left(page: Page) -> dict[str, float]:
    """By member; that of the exporter has none."""
    return {each["labels"].get("member", ""): each["value"] for each in page.ask("not_after_timestamp_seconds or")}


def asking_by_tls(own: Certificate, authority: Authority) -> str:
    """What the README has the reader define for a server that speaks TLS."""
    readme = (RUNBOOKS / "README.md").read_text()
    block = next(text for _, text in BLOCK.findall(readme) if text.startswith("# over TLS"))
    for word, path in (("CA_FILE", authority.file), ("CERT_FILE", own.file), ("KEY_FILE", own.key)):
        block = block.replace(word, str(path))
    return block


def test_the_certificate_of_a_member_expires_in_two_days(tmp_path: Path) -> None:
    """Its file is renewed; the server shows the old one until it is restarted."""
    authority = Authority(tmp_path / "ca")
    server = authority.issue("server", life=DAYS)
    with reading_tls(tmp_path, authority, server) as reader:
        member = reader.ensemble.members[0]
        store = tmp_path / "store.p12"
        subprocess.run(["openssl", "pkcs12", "-export", "-in", server.store, "-out", store, "-passout", "pass:secret"],
                       check=True)
        with reader.open("CertificateExpiresSoon") as soon, reader.open("CertificateExpiresVerySoon") as page:
            for each in (soon, page):
                each.wait_until_raised()
                assert 1.9 < days_left(each)[member.address] < 2
            printed = soon.paste("keytool", KEYSTORE=str(store), PASSWORD="secret")
            assert printed.startswith("subject=CN = server\nissuer=CN = Test authority\nnotAfter=")
            assert f"ssl.keyStore.location={server.store}\n" in printed and "until: " in printed
            printed = page.paste("for each in")
            assert f"{member.address}:\nsubject=CN = server\n" in printed
            old = printed.splitlines()[-1]
            replace(server, authority.issue("renewed", life=LONG), "store", "file")
            printed = page.paste("keytool", KEYSTORE=str(store), PASSWORD="secret", CERTIFICATE=str(server.file))
            assert "until: " in printed and printed.splitlines()[-1].startswith("notAfter=") and old not in printed
            page.says("| the file has the new date, the member shows the old one | the server has not read it: restart it")
            assert page.run("curl -s").startswith(f"{member.address} must not be stopped now:")
            member.restart()
            page.says("The alert ends when the exporter has seen the new certificate: with the next poll after a restart")
            for each in (soon, page):
                each.wait_until_over()


def test_the_certificate_of_a_member_has_expired(tmp_path: Path) -> None:
    """The exporter, which verifies it, calls the member unreachable, and goes on telling of the certificate."""
    authority = Authority(tmp_path / "ca")
    with reading_tls(tmp_path, authority, authority.issue("server", life=timedelta(minutes=-1))) as reader:
        address = reader.ensemble.members[0].address
        with reader.open("CertificateExpiresVerySoon", whole=False) as page:
            page.wait_until_raised()
            assert -1 < days_left(page)[address] < 0
            page.says("Below 0: expired.", "it calls the member unreachable, with the reason `tls`")
            assert reader.exporter.metrics().reason(address) == "tls"
        with reader.open("MemberDown", whole=False) as page:
            page.wait_until_raised()
            assert "expired on" in page.paste("x-zk")
            page.says("| `expired on`, `is not valid before` | renew the certificate of the server")


def test_the_own_certificate_expires_in_two_days(tmp_path: Path) -> None:
    """The alert has no label `member`. A new key that belongs to another certificate is not taken; then it is."""
    authority = Authority(tmp_path / "ca")
    own = authority.issue("exporter", life=DAYS)
    with reading_tls(tmp_path, authority, authority.issue("server", life=LONG), own) as reader:
        with reader.open("CertificateExpiresVerySoon", whole=False) as page, \
                reader.open("TlsFilesNotReloaded") as files:
            page.wait_until_raised()
            assert [member for member, days in days_left(page).items() if days < 3] == [""]
            page.says("| no label `member` | the file that `cert_file` names for this ensemble")
            asking = asking_by_tls(own, authority)
            assert "\nMode: standalone\n" in page.shell(f'{asking}\nask srvr "$MEMBER"\n')
            new = authority.issue("renewed", life=LONG)
            replace(own, authority.issue("other"), "key")
            files.wait_until_raised()
            assert [each["labels"]["ensemble"] for each in files.ask("files_last_reload")] == ["orders"]
            reader.exporter.wait_for_line("is not the key of")
            printed = files.paste("pubkey", CERT_FILE=str(own.file), KEY_FILE=str(own.key), CA_FILE=str(authority.file))
            assert "belong together" not in printed and f"{own.file}: OK" in printed
            files.says("| `is not the key of` | the certificate or the key is still the old one: write both |")
            replace(own, new, "key", "file")
            page.says("It takes them by itself within seconds, without a restart")
            for each in (files, page):
                each.wait_until_over()
            wait_until(lambda: reader.exporter.metrics().reason(reader.ensemble.servers) == "none", "a poll")

"""The status page over real and over missing servers: every link of it leads somewhere."""

import html
import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from exporter_process import Exporter
from zookeeper_ensemble import HOST, Ensemble, free_ports

BELOW = "http://proxy.example/monitoring/zookeeper/"  # where a reverse proxy may serve the page


def follow_links(exporter: Exporter) -> dict[str, int]:
    """The status of every link of the status page, by its target; a proxy serves it below `BELOW`."""
    status, _, body = exporter.get("/")
    assert status == 200
    found = {}
    for link in re.findall(r'<a href="([^"]*)"', body.decode()):
        url = urljoin(BELOW, html.unescape(link))
        assert url.startswith(BELOW), url
        parts = urlsplit("/" + url.removeprefix(BELOW))
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        found[target], headers, page = exporter.get(target)
        assert found[target] in (200, 503), (target, page)
        assert exporter.head(target) == (found[target], headers["Content-Type"]), target
    return found


def test_all_is_linked_and_well(ensemble: Ensemble, exporter: Exporter) -> None:
    """Over a healthy ensemble every link answers 200, the details of the exporter's own checks among them."""
    found = follow_links(exporter)
    assert set(found.values()) == {200}
    assert {"/metrics", "/livez?verbose", "/readyz?verbose", "/health/ensemble",
            "/health/ensemble?ensemble=default"} <= set(found)
    for member in ensemble.members:
        assert f"/health/ensemble/disruption?member={member.address}&ensemble=default" in found
        assert f"/probe/readiness?member={member.address}&verbose" in found
    _, _, unknown = exporter.get("/status")
    for path in {target.partition("?")[0] for target in found}:
        assert f"\n  {path}" in unknown.decode()


@pytest.mark.parametrize("telemetry", ["/metrics", "/zk/metrics~1/"])
def test_odd_names_are_escaped(tmp_path: Path, telemetry: str) -> None:
    """Names with letters that mean something in links, addresses of IPv6, servers that nobody reaches."""
    ports = free_ports(3)
    names = ['a b&c=d?e#f%2Fg+h"i<j>', "café 日本", ".."]
    members = [f'"[::1]:{ports[0]}"', f'"LocalHost:{ports[1]}"', f'"{HOST}:{ports[2]}"']
    text = "ensembles:\n" + "".join(f"  - name: '{name}'\n    members: [{member}]\n"
                                    for name, member in zip(names, members, strict=True))
    file = tmp_path / "exporter.yml"
    file.write_text(text, encoding="utf-8")
    with Exporter("", f"--config.file={file}", f"--web.telemetry-path={telemetry}") as exporter:
        found = follow_links(exporter)
        assert found[telemetry] == 200
        assert sum(target.startswith("/health/ensemble?") for target in found) == 3
        assert sum(target.startswith("/probe/readiness?") for target in found) == 3
        page = exporter.get("/")[2].decode()
        assert "Ensemble a b&amp;c=d?e#f%2Fg+h&quot;i&lt;j&gt;" in page


def test_a_single_member_has_links_too() -> None:
    """One member that nobody reaches."""
    with Exporter(f"{HOST}:{free_ports(1)[0]}") as exporter:
        assert len(follow_links(exporter)) == 8 + 4

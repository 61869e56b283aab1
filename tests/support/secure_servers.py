"""Servers that are reached otherwise than by plain four-letter words: said of an ensemble before its first start.

    ensemble = Ensemble(directory)
    speak_tls(ensemble, authority.issue("server"), authority)
    serve_admin(ensemble)
    with ensemble:
        ...
"""

import ssl
import urllib.request

from certificates import Authority, Certificate
from zookeeper_ensemble import Ensemble, free_ports, wait_until


def speak_tls(ensemble: Ensemble, server: Certificate, authority: Authority, client_auth: str = "none",
              plain_too: bool = False) -> None:
    """The client port speaks TLS as `server`, alone or beside plain text.

    `client_auth` is "none", "want" or "need": a certificate of `authority`, which `Member.ask` has.
    """
    helper = authority.issue(f"helper-of-{server.name}")
    for member in ensemble.members:
        member.tls = ssl.create_default_context(cafile=str(authority.file))
        member.tls.check_hostname, member.tls.verify_mode = False, ssl.CERT_NONE  # `server` may be a wrong one
        member.tls.load_cert_chain(helper.store)
        config = member.config
        config |= {"serverCnxnFactory": "org.apache.zookeeper.server.NettyServerCnxnFactory",
                   "ssl.keyStore.location": server.store, "ssl.trustStore.location": authority.file,
                   "ssl.clientAuth": client_auth}
        if plain_too:
            config["client.portUnification"] = "true"
            continue
        config |= {"secureClientPort": config.pop("clientPort"),
                   "secureClientPortAddress": config.pop("clientPortAddress")}
        for key in [key for key in config if key.startswith("server.")]:
            config[key] = config[key].partition(";")[0]  # what follows is a plain client port


def serve_admin(ensemble: Ensemble, https: Certificate | None = None, authority: Authority | None = None,
                plain_too: bool = False) -> None:
    """An AdminServer beside each client port: by HTTP, by HTTPS alone, or by both at one port.

    All are at one port, `Member.admin_port`: several members must have hosts of their own.
    """
    port = free_ports(1)[0]
    for member in ensemble.members:
        member.admin_port = port
        member.config |= {"admin.enableServer": "true", "admin.serverPort": port, "admin.serverAddress": member.host}
        if https:
            member.config |= {"admin.portUnification" if plain_too else "admin.forceHttps": "true",
                              "ssl.quorum.keyStore.location": https.store,
                              "ssl.quorum.trustStore.location": authority.file}


def wait_admin(ensemble: Ensemble) -> None:
    """Waits until every AdminServer of a started ensemble answers; the first answer takes long."""
    for member in ensemble.members:
        scheme = "https" if "admin.forceHttps" in member.config else "http"
        url = f"{scheme}://{member.host}:{member.admin_port}/commands/monitor"
        wait_until(lambda url=url, tls=member.tls: _answers(url, tls), f"{url} to answer", explain=member.log_tail)


def _answers(url: str, tls: ssl.SSLContext | None) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5, context=tls if url.startswith("https") else None) as answer:
            return answer.status == 200
    except OSError:
        return False

"""Addresses that an exporter listens on change while it runs."""

import contextlib
import http.client
import signal
import socket
import time
from collections.abc import Callable

from config_file import NOWHERE, REFUSED, TAKEN, ConfigFile
from exporter_process import Exporter
from exposition import parse
from fake_member import REPLIES, fake_member
from zookeeper_ensemble import HOST, free_ports, wait_until


def refused(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as client:
        return client.connect_ex((HOST, port)) != 0


def move(config: ConfigFile, exporter: Exporter, address: str) -> None:
    """Lets the exporter listen at `address` alone."""
    config.settings["http"]["listen"] = [address]
    config.write()
    exporter.process.send_signal(signal.SIGHUP)
    exporter.port = int(address.rpartition(":")[2])


def test_it_moves_while_a_slow_scrape_runs(config: ConfigFile, start_exporter: Callable[..., Exporter]) -> None:
    """The whole body arrives, also after the address is gone; a client that waits for nothing is let go."""
    with contextlib.ExitStack() as stack:
        members = [stack.enter_context(fake_member(REPLIES)) for _ in range(20)]
        config.write(many=members)
        exporter = start_exporter(config=config)
        exporter.fresh(*members)
        idle = stack.enter_context(socket.create_connection((HOST, config.port), 5))
        slow = stack.enter_context(socket.socket())
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(5)
        slow.connect((HOST, config.port))
        slow.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
        head, _, page = slow.recv(1000).partition(b"\r\n\r\n")

        move(config, exporter, f"{HOST}:{free_ports(1)[0]}")
        exporter.wait_for_line(TAKEN, "http.listen")
        assert exporter.get("/livez")[0] == 200
        wait_until(lambda: refused(config.port), "the old address to be gone", 3)
        assert idle.recv(1) == b""

        while part := slow.recv(20_000):
            page += part
            time.sleep(0.005)
        assert f"Content-Length: {len(page)}\r\n" in head.decode() + "\r\n"
        assert len(page) > 1_000_000
        assert len(parse(page.decode()).series("zookeeper_up")) == 20
        assert exporter.metrics().value("zookeeper_exporter_http_connections_dropped_total") == 0


def test_who_asks_there_gets_the_answer(config: ConfigFile, start_exporter: Callable[..., Exporter]) -> None:
    """To the reload that closes the address at which it was asked for."""
    exporter = start_exporter("", "--web.enable-lifecycle", "--no-config.watch", config=config)
    for _ in range(5):
        old, new = exporter.port, free_ports(1)[0]
        config.settings["http"]["listen"] = [f"{HOST}:{new}"]
        config.write()
        assert exporter.reload() == (200, "The configuration was taken:\n"
                                          f"- http.listen {HOST}:{old} -> {HOST}:{new}\n")
        exporter.port = new
        assert exporter.get("/livez")[0] == 200


def test_all_addresses_and_one(config: ConfigFile, start_exporter: Callable[..., Exporter]) -> None:
    """From 127.0.0.1:PORT to :PORT and back; no connection is refused on the way."""
    exporter = start_exporter(config=config)
    for count, address in enumerate((f":{config.port}", f"{HOST}:{config.port}", f"localhost:{config.port}"), 1):
        move(config, exporter, address)

        def serves() -> bool:
            assert exporter.get("/livez")[0] == 200
            return sum(TAKEN in line for line in exporter.lines()) == count

        wait_until(serves, f"{address} to be taken", 5, exporter.log)
        with socket.socket() as other:
            assert (other.connect_ex(("127.0.0.2", config.port)) == 0) == address.startswith(":")
    assert REFUSED not in exporter.log()


def test_a_connection_stays_on_an_address_that_stays(
        config: ConfigFile, start_exporter: Callable[..., Exporter]) -> None:
    """A keep-alive client does not see that another address has come and gone."""
    exporter = start_exporter(config=config)
    first, second = f"{HOST}:{config.port}", f"{HOST}:{free_ports(1)[0]}"
    with contextlib.closing(http.client.HTTPConnection(HOST, config.port, timeout=5)) as client:
        client.connect()
        same = client.sock
        for count, addresses in enumerate(([second, first], [first]), 1):
            config.settings["http"]["listen"] = addresses
            config.write()
            exporter.wait_for_line(TAKEN, count=count, limit=5)
            client.request("GET", "/livez")
            response = client.getresponse()
            assert (response.read(), response.status, client.sock is same) == (b"ok\n", 200, True)


def test_a_port_that_is_taken_changes_nothing(config: ConfigFile, start_exporter: Callable[..., Exporter]) -> None:
    """Not even what else the file says; once the port is free the next reload takes all of it."""
    exporter = start_exporter(config=config)
    with socket.create_server((HOST, 0)) as other:
        address = f"{HOST}:{other.getsockname()[1]}"
        config.settings["http"]["listen"] = [address]
        config.write(two=[NOWHERE])
        line = exporter.wait_for_line(REFUSED)
        assert f"http.listen: cannot listen on {address}: Address already in use" in line
        samples = exporter.metrics()
        assert samples.members() == {"one": {NOWHERE}}
        assert samples.value("zookeeper_exporter_config_last_reload_successful") == 0

    exporter.process.send_signal(signal.SIGHUP)
    exporter.wait_for_line(TAKEN, "http.listen", "renamed to two", limit=5)
    exporter.port = int(address.rpartition(":")[2])
    assert exporter.metrics().value("zookeeper_exporter_config_last_reload_successful") == 1

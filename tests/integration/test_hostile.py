"""What hostile servers say, scraped by a real Prometheus."""

import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from socket import SHUT_RDWR, create_server

from exporter_process import Exporter
from prometheus_server import Prometheus
from zookeeper_ensemble import HOST

REPLIES = Path(__file__).parents[1] / "data/3.5.10/leader"
WORDS = ("srvr", "mntr", "wchs", "conf")
Reply = dict[str, bytes]

# Lines that a member's mntr ends with; each member is an ensemble of its own.
MNTR = {
    "huge_key": b"zk_" + b"k" * (7 << 20) + b"\t1\n",
    "huge_label": b'zk_new{a="' + b"x" * 100_000 + b'"}\t1\n',
    "many_keys": b"".join(b"zk_u%d\t1\n" % number for number in range(100_000)),
    "many_labels": b"zk_new{" + b",".join(b'l%d="x"' % number for number in range(50)) + b"}\t1\n",
    "order": b'zk_jvm_info{vendor="a",version="1"}\t1\nzk_jvm_info{version="1",vendor="a"}\t1\n',
    "empty_label": b'zk_new{a="",b="1"}\t1\nzk_new{b="1"}\t2\nzk_jvm_threads_state{state=""}\t1\n',
    "reserved": b'zk_new{__name__="up",member="x",ensemble="y",job="z",instance="i",le="1"}\t1\n',
    "spelling": b'zk_readlatency{quantile="0.5"}\t1\nzk_readlatency{quantile="0.50"}\t2\n'
                b'zk_new{quantile="5e-1"}\t3\nzk_new{quantile="5e-1"}\t3\n',
    "cut": b"".join(b"zk_cnt_" + b"N" * 300 + b"%d_read_per_namespace\t1\n" % number for number in range(3)),
    "controls": b'zk_cnt_a\x1b[31m_read_per_namespace\t1\nzk_cnt_a\xc2\x9b_read_per_namespace\t1\n'
                b'zk_cnt_\xe2\x80\xae_read_per_namespace\t1\nzk_cnt_\xff_read_per_namespace\t1\nzk_\x00\x7f{a="\r"}\t1\n',
    "ours": b"zk_up\t7\nzk_read_latency_seconds_sum\t7\nzk_read_latency_seconds_bucket\t7\nzk_exporter_members\t7\n",
    "collide": b"zk_a-b\t1\nzk_a+b\t2\nzk_9\t1\nzk_\t1\nzk_a:b\t1\n",
    "numbers": b"zk_quorum_size\t100000000\nzk_synced_followers\t1e400\nzk_uptime\t-1\nzk_new\tNaN\n"
               b"zk_max_readlatency\tInfinity\nzk_cnt_readlatency\t" + b"9" * 30 + b"\n",
    "braces": b'zk_new{\t1\nzk_new}\t1\nzk_{}\t1\nzk_new{a=}\t1\nzk_new{a="b\t1\nzk_new{="b"}\t1\n',
}
CONF = {
    "servers": b"".join(b"server.%d=h:1:2;3\n" % number for number in range(45_000)) + b"version=1",
    "group": b"server.1=h:1:2;3\ngroup.1=" + b":".join(b"%d" % number for number in range(35_000)) + b"\nversion=1",
    "weights": b"server.1=h:1:2;3\nserver.2=h:1:2;3\ngroup.1=1:2\nweight.1=9223372036854775807\n"
               b"weight.2=9223372036854775807\nversion=1",
    "twice": b"server.1=h:1:2;3\n" * 20 + b"version=1",
}


def replies() -> dict[str, Reply]:
    """What each hostile member says, by a name that tells what is wrong with it."""
    honest = {word: (REPLIES / f"{word}.txt").read_bytes() for word in WORDS}
    head = honest["conf"].partition(b"membership: \n")
    hostile = {f"mntr_{name}": honest | {"mntr": honest["mntr"] + lines} for name, lines in MNTR.items()}
    hostile |= {f"conf_{name}": honest | {"conf": head[0] + head[1] + lines} for name, lines in CONF.items()}
    hostile["latency"] = honest | {"srvr": honest["srvr"].replace(b"0/2/45", b"NaN/NaN/Infinity")}
    hostile["refused"] = hostile["mntr_numbers"] | {"conf": b"conf is not executed because it is not in the whitelist.\n"}
    return hostile


@contextmanager
def member(answers: Reply) -> Iterator[str]:
    """A server that gives these answers; its address."""
    def serve() -> None:
        with suppress(OSError):
            while True:
                connection = listener.accept()[0]
                with connection, suppress(OSError):
                    word = connection.recv(4).decode()
                    refusal = f"{word} is not executed because it is not in the whitelist.\n".encode()
                    connection.sendall(answers.get(word, refusal))

    with create_server((HOST, 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"{HOST}:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(SHUT_RDWR)
            thread.join()


def test_no_hostile_reply_spoils_the_page(tmp_path: Path) -> None:
    """One exporter polls every hostile server; its page stays small and valid, and a real Prometheus takes all of it."""
    with ExitStack() as stack:
        members = {name: stack.enter_context(member(answers)) for name, answers in replies().items()}
        config = tmp_path / "exporter.yml"
        config.write_text("ensembles:\n" + "".join(
            f"  - {{name: {name}, members: ['{address}']}}\n" for name, address in members.items()))
        exporter = stack.enter_context(Exporter("", f"--config.file={config}", "--poll.interval=2s", "--poll.timeout=1s"))
        samples = exporter.fresh(*members.values())  # fails when a series comes twice
        for name, address in members.items():
            assert samples.of(address).value("zookeeper_up") == 1, name
            assert samples.value("zookeeper_ensemble_voters", ensemble=name) <= 1000, name
        page = exporter.page()
        assert len(page) < 2_000_000
        assert max(map(len, page.splitlines())) < 2500
        check = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, text=True, check=False)
        assert "error" not in check.stderr.lower(), check.stderr
        prometheus = Prometheus(tmp_path, f"""
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - {{job_name: exporter, static_configs: [{{targets: ['{exporter.address}']}}]}}
""")
        stack.callback(prometheus.stop)
        prometheus.wait_for("up", [1])
        prometheus.wait_for("scrape_samples_post_metric_relabeling > bool 1000", [1])
        with urllib.request.urlopen(f"{prometheus.url}/metrics", timeout=5) as response:
            own = response.read().decode()
        assert "\nprometheus_target_scrapes_sample_duplicate_timestamp_total 0\n" in own

"""What a real Prometheus makes of an exporter that takes another configuration."""

import contextlib
from pathlib import Path

from config_file import ConfigFile
from exporter_process import Exporter
from fake_member import CountingMember
from prometheus_server import Prometheus
from test_prometheus import CONFIG, assert_good_metrics
from threads import serving

EVER = "[10m]"


def test_series_end_and_begin_with_the_next_scrape(tmp_path: Path) -> None:
    """Those of an ensemble that is gone are stale, those of a new one are there; the others have no gap."""
    with contextlib.ExitStack() as stack:
        kept, gone, new = (stack.enter_context(serving(CountingMember())) for _ in range(3))
        config = ConfigFile(tmp_path / "exporter.yml", kept=[kept], gone=[gone])
        exporter = stack.enter_context(Exporter(config=config))
        prometheus = Prometheus(tmp_path, CONFIG.format(target=exporter.address))
        stack.callback(prometheus.stop)
        prometheus.wait_for('count_over_time(zookeeper_up{ensemble="gone"}[10m]) >= bool 3', [1])

        config.replace(kept=[kept], added=[new])
        exporter.wait_for(lambda now: now.members() == {"kept": {kept}, "added": {new}}, "the change", 2)
        scrapes, = prometheus.query(f"count_over_time(up{EVER})")
        # one may have begun before the change
        prometheus.wait_for(f"count_over_time(up{EVER}) >= bool {scrapes + 2}", [1], limit=5)
        assert prometheus.query('count({ensemble="gone"})') == []
        assert prometheus.query('zookeeper_up{ensemble="added"}') == [1]
        assert prometheus.query("zookeeper_exporter_config_last_reload_successful") == [1]

        prometheus.wait_for(f"count_over_time(up{EVER}) >= bool {scrapes + 4}", [1], limit=5)
        assert prometheus.query(f'count_over_time(zookeeper_up{{ensemble="kept"}}{EVER}) - on() '
                                f"count_over_time(up{EVER})") == [0]
        for counter in ("zookeeper_polls_total", "zookeeper_packets_received_total"):
            assert set(prometheus.query(f'resets({counter}{{ensemble="kept"}}{EVER})')) == {0}, counter
        assert set(prometheus.query(f"resets(zookeeper_exporter_http_requests_total{EVER})")) == {0}
        assert prometheus.query(f'increase(zookeeper_polls_total{{ensemble="kept",result="ok"}}{EVER}) > bool 3') == [1]
        assert_good_metrics(exporter.page())

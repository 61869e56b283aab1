"""Scenarios of zookeeper-security.rules.yml."""

from scenario import counter, jump, scenario

SCENARIOS = [
    scenario("TlsHandshakeFailures", "two a minute",
             lambda w: w.put("zookeeper_unsuccessful_handshakes_total", counter(0, 5, 1 / 30), member="zk-2:2181"),
             {15: [], 19: ["TlsHandshakeFailures zk-2"]}),
    scenario("TlsHandshakeFailures", "four in five minutes",
             lambda w: w.put("zookeeper_unsuccessful_handshakes_total", counter(0, 5, 0.8 / 60), member="zk-2:2181"),
             {30: []}),
    scenario("TlsHandshakeFailures", "a port scan",
             lambda w: w.put("zookeeper_unsuccessful_handshakes_total", jump(5, 40), member="zk-2:2181"), {30: []}),

    scenario("AuthFailures", "10 a minute",
             lambda w: w.put("zookeeper_auth_failed_total", counter(0, 5, 1 / 6), member="zk-2:2181"),
             {10: [], 12: ["AuthFailures zk-2"]}),
    scenario("AuthFailures", "8 in ten minutes",
             lambda w: w.put("zookeeper_auth_failed_total", jump(5, 8), member="zk-2:2181"), {12: [], 30: []}),
]

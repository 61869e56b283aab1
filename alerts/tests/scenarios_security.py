"""Scenarios of zookeeper-security.rules.yml."""

from scenario import FIRST, SECOND, Change, counter, jump, scenario
from scenarios_availability import two_exporters
from world import World

DAY = 86400  # seconds
MEMBERS = ("zk-0:2181", "zk-1:2181", "zk-2:2181")


def serves(days: float, first: float = 0, last: float = 1e9, **labels: str) -> Change:
    """Of three members that speak TLS zk-2 has a certificate that is valid for so many days from the beginning on;
    before and after that one of 90 days."""
    def change(world: World) -> None:
        for member in MEMBERS:
            world.put("zookeeper_tls_certificate_not_after_timestamp_seconds", 90 * DAY, member=member,
                      **FIRST | labels)
        world.put("zookeeper_tls_certificate_not_after_timestamp_seconds", days * DAY, first, last, member=MEMBERS[2],
                  **FIRST | labels)
    return change


def shows(days: float, **labels: str) -> Change:
    """The exporter's own certificate is valid for so many days."""
    def change(world: World) -> None:
        serves(90, **labels)(world)
        world.put("zookeeper_tls_client_certificate_not_after_timestamp_seconds", days * DAY, **FIRST | labels)
    return change


def one_sees_the_old_one(days: float) -> Change:
    """Of two exporters one has seen a renewed certificate already."""
    def change(world: World) -> None:
        two_exporters(world)
        serves(days)(world)
        serves(90, **SECOND)(world)
    return change


def one_shows_the_old_one(days: float) -> Change:
    """Of two exporters one has a renewed certificate."""
    def change(world: World) -> None:
        two_exporters(world)
        shows(days)(world)
        shows(90, **SECOND)(world)
    return change


def refuses_its_files(first: float = 10, last: float = 1e9) -> Change:
    """Of two exporters one goes on with its old files for `orders`; those for `search` are good."""
    def change(world: World) -> None:
        two_exporters(world)
        for labels in (FIRST, SECOND):
            for ensemble in ("orders", "search"):
                world.put("zookeeper_tls_files_last_reload_successful", 1, ensemble=ensemble, **labels)
        world.put("zookeeper_tls_files_last_reload_successful", 0, first, last, **FIRST)
    return change


def alerts(member: str, *names: str) -> list[str]:
    """These alerts on a certificate."""
    return [f"CertificateExpires{name}{member}" for name in names]


THEIRS, OWN = " zk-2", ""
BROKEN = ["TlsFilesNotReloaded"]
SCENARIOS = [
    *(each for member, valid, one_old, whose in ((THEIRS, serves, one_sees_the_old_one, "a member's"),
                                                 (OWN, shows, one_shows_the_old_one, "the exporter's")) for each in (
        scenario("CertificateExpiresVerySoon", f"{whose} is valid for two days", valid(2),
                 {14: [], 15: alerts(member, "VerySoon"), 59: alerts(member, "VerySoon"),
                  60: alerts(member, "VerySoon", "Soon")}),
        scenario("CertificateExpiresVerySoon", f"{whose} expired yesterday", valid(-1),
                 {14: [], 15: alerts(member, "VerySoon"), 120: alerts(member, "VerySoon", "Soon")}),
        scenario("CertificateExpiresVerySoon", f"{whose} is valid for two days, as one of two exporters sees", one_old(2),
                 {14: [], 15: alerts(member, "VerySoon"), 60: alerts(member, "VerySoon", "Soon")}),
        scenario("CertificateExpiresVerySoon", f"{whose} is valid for five days", valid(5),
                 {15: [], 59: [], 60: alerts(member, "Soon")}),

        scenario("CertificateExpiresSoon", f"{whose} is valid for ten days", valid(10),
                 {59: [], 60: alerts(member, "Soon"), 120: alerts(member, "Soon")}),
        scenario("CertificateExpiresSoon", f"{whose} is valid for ten days, as one of two exporters sees", one_old(10),
                 {59: [], 60: alerts(member, "Soon")}),
        scenario("CertificateExpiresSoon", f"{whose} is valid for twenty days", valid(20), {60: [], 120: []}),
    )),
    scenario("CertificateExpiresVerySoon", "three days are left at minute 10", serves(3 + 10 / 1440),
             {25: [], 26: alerts(THEIRS, "VerySoon")}),
    scenario("CertificateExpiresSoon", "fourteen days are left at minute 10", serves(14 + 10 / 1440),
             {70: [], 71: alerts(THEIRS, "Soon")}),
    scenario("CertificateExpiresVerySoon", "it is renewed", serves(2, 0, 70),
             {69: alerts(THEIRS, "VerySoon", "Soon"), 70: [], 120: []}),
    scenario("CertificateExpiresVerySoon", "no member speaks TLS", lambda w: None, {15: [], 60: []}),

    scenario("TlsFilesNotReloaded", "a new key does not belong to the certificate", refuses_its_files(),
             {14: [], 15: BROKEN, 90: BROKEN}),
    scenario("TlsFilesNotReloaded", "until it is repaired", refuses_its_files(10, 40), {39: BROKEN, 40: [], 60: []}),
    scenario("TlsFilesNotReloaded", "for four minutes, while files are renewed", refuses_its_files(10, 14),
             {13: [], 16: [], 30: []}),

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

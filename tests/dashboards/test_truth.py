"""What each tile says when all is well, when the quorum is lost, and when the exporter is dead."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Story

from grafana import GREY, dashboards, panels, selectors, shown, top_row

OLD = 150  # seconds after the exporter's death, when everybody should have noticed
NOTHING = f"No data ({GREY})"
UNTOLD = f"orders | No data ({GREY}) | ZooKeeperEnsembleUnwatched"
EXPORTERS = "<exporter> | yes (green) | <new> (green) | 4 | yes (green) | <hash> | <n> <unit> | <version>"
PAGE = "ZooKeeperEnsembleUnavailable (red) | <time> | critical | orders"
SHAPES = {"new": "00:00:0.", "ms": r"\d+ ms", "old": "00:02:3.", "time": r"\d\d:\d\d:\d\d", "n": r"[\d.]+",
          "version": r"[\d.]+\S*", "hash": "[0-9a-f]{8}", "unit": "(s|min)",
          "exporter": r"127\.0\.0\.1:\d+", "more": ".*", "percent": r"-?[\d.]+ %"}
ROLES = ("leader", "one", "two", "observer")
WELL = "none (green) | README"

# Tile: what it says when all is well; when the quorum is lost, an observer is down too and the page has come. Members
# are by their roles at first. Texts in <> are shapes; colours of the theme's own text are not named.
OVERVIEW = {
    "Worst level": ("healthy (green)", "no_quorum (red)"),
    "Level for": ("no change seen", "<time>"),
    "Failures left": ("1 (green)", "-2 (red)"),
    "Odd ones": (WELL, ["orders | <leader> | not_serving (orange) | ZooKeeperMemberNotServing",
                        "orders | <one> | refused (orange) | ZooKeeperMemberDown",
                        "orders | <two> | refused (orange) | ZooKeeperMemberDown",
                        "orders | <observer> | refused (orange) | ZooKeeperMemberDown"]),
    "Data age": ("<new> (green)", "<new> (green)"),
    "No quorum": ("0 (green)", "1 (red)"),
    "At risk": ("0 (green)", "0 (green)"),
    "Unreachable": ("0 (green)", "3 (red)"),
    "Not serving": ("0 (green)", "1 (red)"),
    "Firing alerts": ("none (green) | –", PAGE),
    "Ensembles": ("orders | healthy (green) | no change seen | 1 (green) | 3 | 3 | 1 | <n> | <n> | <ms> | "
                  "<new> (green)",
                  "orders | no_quorum (red) | <time> | -2 (red) | 3 | 0 | 0 | <more><new> (green)"),
}
ENSEMBLE = {
    **{title: OVERVIEW[title] for title in ("Level for", "Failures left", "Odd ones", "Data age",
                                            "Firing alerts")},
    "Level": ("healthy (green)", "no_quorum (red)"),
    "Missing": ("0 (green)", "3 (red)"),
    "Leader": ("<leader>", "none (red)"),
    "zxid used": ("0.0 % (green)", NOTHING),
    "zxid lasts": ("over a year (green)", NOTHING),
    "Data differs": (NOTHING, NOTHING),
    "Settings that differ": ("none (green)", NOTHING),
    "Servers": ([f"orders | <{who}> | <version> | <hash> | four-letter words" for who in ROLES],
                ["orders | <leader> | four-letter words",
                 *(f"orders | <{who}> | nothing (orange)" for who in ("one", "two", "observer"))]),
    "Certificates": (NOTHING, NOTHING),
    "Canary writer": ("<exporter>", "none (orange)"),
}
MEMBER = {
    **{title: OVERVIEW[title] for title in ("Failures left", "Data age", "Firing alerts")},
    "Members": ([f"orders | <{who}> | {state} | no change seen | none | yes (green) | <time> | <version>"
                 for who, state in (("leader", "leader (dark-green)"), ("one", "follower (green)"),
                                    ("two", "follower (green)"), ("observer", "observer (blue)"))],
                [f"orders | <{who}> | {state} | <time> | {reason} | no (orange)<more>"
                 for who, state, reason in (("leader", "not_serving (orange)", "none"),
                                            ("one", "unreachable (red)", "refused (orange)"),
                                            ("two", "unreachable (red)", "refused (orange)"),
                                            ("observer", "unreachable (red)", "refused (orange)"))]),
    "Damage": ([f"orders | <{who}> | 0 (green) | 0 (green)" for who in ROLES],) * 2,
}
EXPORTER = {
    **{title: OVERVIEW[title] for title in ("Data age", "Firing alerts")},
    "Down": ("0 (green)", "0 (green)"),
    "Spare": ("0", "0"),
    "Exporters": (EXPORTERS, EXPORTERS),
    "Failing members": (WELL, [f"orders | <{who}> | refused (orange) | ZooKeeperMemberDown"
                               for who in ("one", "two", "observer")]),
    "Refused words": ("none (green)", "none (green)"),
}
SLO = {
    "Error budget left": ("100.0 % (green)", "<percent> (red)"),
    "Latency budget left": ("100.0 % (green)", "100.0 % (green)"),
    "Reads that succeed": ("100.0 % (green)", "<percent> (red)"),
    "Firing alerts": OVERVIEW["Firing alerts"],
    "Error budget burn by window": ("orders | 0 (green) | 0 (green) | 0 (green)", "orders | <more>"),
    "Latency budget burn by window": ("orders | 0 (green) | 0 (green) | 0 (green)",) * 2,
}
TOLD = {"zookeeper-overview": OVERVIEW, "zookeeper-ensemble": ENSEMBLE, "zookeeper-member": MEMBER,
        "zookeeper-slo": SLO, "zookeeper-exporter": EXPORTER}

# The tiles that say more than "No data" when the exporter is dead. It died long ago; its page came before.
DEAD = {"Data age": "<old> (red)", "Odd ones": UNTOLD, "Firing alerts": PAGE, "Down": "1 (red)",
        "Ensembles": f"orders | {NOTHING} | <old> (red)", "Exporters": "<exporter> | no (red) | <old> (red)"}
# The same one second after, with a healthy ensemble.
FROZEN = {**DEAD, "Data age": "<new> (green)", "Firing alerts": NOTHING,
          "Ensembles": f"orders | {NOTHING} | <new> (green)", "Exporters": "<exporter> | no (red) | <new> (green)"}


def tiles() -> Iterator[Any]:
    """All stats and tables of all dashboards."""
    return (pytest.param(uid, panel, id=f"{uid}-{panel['title']}".replace(" ", "_"))
            for uid, dashboard in dashboards().items() for panel in panels(dashboard)
            if panel["type"] in ("stat", "table"))


def agree(story: Story, texts: list[str], expected: str | list[str]) -> bool:
    """Whether the texts, in any order, have the expected shapes."""
    shapes = SHAPES | dict(zip(ROLES, map(re.escape, story.members)))
    patterns = [re.sub(r"<(\w+)>", lambda found: shapes[found[1]], re.escape(each))
                for each in ([expected] if isinstance(expected, str) else expected)]
    return len(texts) == len(patterns) and all(any(re.fullmatch(pattern, text) for text in texts)
                                               for pattern in patterns)


@pytest.mark.parametrize("moment", ["healthy", "no_quorum"])
@pytest.mark.parametrize("uid, panel", tiles())
def test_a_tile_tells_what_is_so(story: Story, uid: str, panel: dict[str, Any], moment: str) -> None:
    """Word for word, with the colour."""
    texts = shown(story.prometheus, panel, getattr(story, moment))
    assert agree(story, texts, TOLD[uid][panel["title"]][moment == "no_quorum"]), texts


@pytest.mark.parametrize("uid, panel", tiles())
def test_a_tile_says_nothing_good_of_a_dead_exporter(story: Story, uid: str, panel: dict[str, Any]) -> None:
    """Neither after a second, when only the data is still new, nor later, when its age is red."""
    for moment, exceptions in ((story.exporter_frozen, FROZEN), (story.exporter_dead + OLD, DEAD)):
        texts = shown(story.prometheus, panel, moment)
        assert agree(story, texts, exceptions.get(panel["title"], NOTHING)), texts
    assert not any(word in text for text in texts for word in ("green", "none", "healthy", "yes"))


def test_the_top_row_tells_the_state_of_the_ensemble(story: Story) -> None:
    """With one voter missing: it is served, no failure is left, and who is missing since when."""
    said = top_row(story.prometheus, "zookeeper-ensemble", story.at_risk)
    expected = {
        "Level": "at_risk (orange)", "Level for": "<time>", "Failures left": "0 (orange)",
        "Data age": "<new> (green)"}
    odd = said.pop("Odd ones").split("; ")
    assert agree(story, odd, [f"orders | <{who}> | refused (orange) | ZooKeeperMemberDown"
                              for who in ("one", "observer")])
    assert said.keys() == expected.keys()
    assert all(agree(story, [said[title]], text) for title, text in expected.items()), said


def test_without_our_rules_no_tile_says_that_nothing_fires(story: Story) -> None:
    """ALERTS alone cannot tell whether there are rules."""
    panel = next(each for each in panels(dashboards()["zookeeper-overview"]) if each["title"] == "Firing alerts")
    assert shown(story.prometheus, panel, story.healthy) == ["none (green) | –"]
    target, = panel["targets"]
    recorded = next(each for each in selectors(target["expr"]) if ":" in each).partition("{")[0]
    without = {**panel, "targets": [{**target, "expr": target["expr"].replace(recorded, "not:recorded")}]}
    assert shown(story.prometheus, without, story.healthy) == [NOTHING]

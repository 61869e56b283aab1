"""What members of a healthy ensemble answer to four-letter words: real replies, with other addresses and zxid."""

import re
from pathlib import Path

from zookeeper_ensemble import HOST

REPLIES = Path(__file__).parents[1] / "data/3.8.0"
WORDS = ("srvr", "mntr", "wchs", "conf")


def answer_word(word: str, number: int, addresses: list[str], zxid: int) -> bytes:
    """The reply of the member of that number, counted from 1. The first one leads, and all vote."""
    text = (REPLIES / ("leader" if number == 1 else "follower") / f"{word}.txt").read_text()
    if word == "conf":
        servers = "".join(f"server.{other}={HOST}:{other}:{1000 + other}:participant;{address}\n"
                          for other, address in enumerate(addresses, 1))
        return _put(text.partition("server.1=")[0], clientPort=addresses[number - 1].rpartition(":")[2],
                    serverId=number).encode() + servers.encode() + b"version=0"
    count = len(addresses)
    return _put(text, Zxid=f" {zxid:#x}", zk_synced_followers=count - 1, zk_learners=count - 1,
                zk_synced_observers=0, zk_quorum_size=count).encode()


def _put(text: str, **values: object) -> str:
    for key, value in values.items():
        text = re.sub(rf"(?m)^({key}[=:\t]).*", rf"\g<1>{value}", text)
    return text

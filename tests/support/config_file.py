"""The configuration file of an exporter that runs by it alone."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from zookeeper_ensemble import HOST, free_ports

NOWHERE = f"{HOST}:1"  # a member that is refused at once
TAKEN, REFUSED = 'msg="configuration taken"', 'msg="configuration refused'  # in the log


class ConfigFile:
    """Settings in a file, which is written at once: polls once a second, listens on a free port of loopback."""

    def __init__(self, path: Path, **ensembles: Iterable[str]):
        self.path = path
        self.port = free_ports(1)[0]
        self.settings: dict[str, Any] = {"poll": {"interval": "1s", "timeout": "500ms"},
                                         "http": {"listen": [f"{HOST}:{self.port}"]}}
        self.write(**ensembles)

    def text(self, **ensembles: Iterable[str]) -> str:
        """The settings, with these ensembles from now on if there are some. What is JSON is YAML too."""
        if ensembles:
            self.settings["ensembles"] = [{"name": name, "members": list(members)}
                                          for name, members in ensembles.items()]
        return json.dumps(self.settings, indent=1) + "\n"

    def write(self, **ensembles: Iterable[str]) -> None:
        """Writes the settings in place."""
        self.path.write_text(self.text(**ensembles))

    def replace(self, **ensembles: Iterable[str]) -> None:
        """Writes another file, and renames it to this one."""
        other = self.path.with_name(f".{self.path.name}.new")
        other.write_text(self.text(**ensembles))
        os.replace(other, self.path)

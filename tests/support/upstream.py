"""ZooKeeper's servers as its project releases them, by Maven."""

import functools
import re
import subprocess
from pathlib import Path

POM = Path(__file__).parents[1] / "versions" / "pom.xml"
DIRECTORY = Path(__file__).parents[2] / "build" / "versions"


class NotServed(RuntimeError):
    """Maven is missing, can't be reached, or does not have it."""


@functools.cache
def jars(version: str, prometheus: bool = False) -> list[Path]:
    """The class path of a server, with the Prometheus metrics provider if that is wanted; NotServed without it."""
    profiles = (["since-3.6"] if version >= "3.6" else []) + (["prometheus"] if prometheus else [])
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    found = DIRECTORY / f"{version}{'-prometheus' if prometheus else ''}.classpath"
    command = ["mvn", "--batch-mode", "--quiet", "--update-snapshots", f"--file={POM}",
               f"--activate-profiles={','.join(profiles)}", f"-Dzookeeper.version={version}",
               "dependency:build-classpath", f"-Dmdep.outputFile={found}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False,
                              stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise NotServed("mvn is not installed; `scripts/install-packages versions` installs it") from None
    except subprocess.TimeoutExpired:
        raise NotServed("Maven gave no answer in five minutes") from None
    if done.returncode != 0:
        artifact = re.search(r"Could not (find|transfer) artifact (\S+)", done.stdout)
        if artifact is None:
            raise NotServed(f"Maven failed: {done.stdout[:500]}")
        raise NotServed(f"Maven does not have {artifact[2]}" if artifact[1] == "find" else
                        f"Maven can't be reached, for {artifact[2]}; is there a network, or a mirror to set?")
    return [Path(jar) for jar in found.read_text().split(":")]

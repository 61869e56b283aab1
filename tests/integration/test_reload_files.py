"""How the file of a running exporter changes: every way that editors, kubelets and mounts have."""

import copy
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config_file import NOWHERE, REFUSED, TAKEN, ConfigFile
from config_map_volume import ConfigMapVolume
from exporter_process import Exporter
from needs import own_mounts, refusal
from zookeeper_ensemble import HOST

NOTICED = 2  # seconds within which a change that sends events is in use
LOOK = 5  # seconds between two looks at a file
ALONE, LIMIT = ("unshare", "--user", "--map-root-user", "sh", "-c"), "echo 0 >/proc/sys/user/max_inotify_{}"
UNABLE = own_mounts() or refusal(*ALONE, LIMIT.format("instances"))
Way = tuple[ConfigFile, Callable[..., None]]  # the file as the exporter finds it, and what changes it


def in_place(directory: Path) -> Way:
    """As `echo >` does."""
    config = ConfigFile(directory / "exporter.yml", zero=[NOWHERE])
    return config, config.write


def by_rename(directory: Path) -> Way:
    """As most programs that write safely do."""
    config = ConfigFile(directory / "exporter.yml", zero=[NOWHERE])
    return config, config.replace


def as_vim_does(directory: Path) -> Way:
    """It keeps the old file as a backup until the new one is written."""
    config = ConfigFile(directory / "exporter.yml", zero=[NOWHERE])

    def change(**ensembles: list[str]) -> None:
        backup = directory / "exporter.yml~"
        config.path.rename(backup)
        config.write(**ensembles)
        backup.unlink()

    return config, change


def as_a_kubelet_does(directory: Path) -> Way:
    """A folder that is another one by one rename of a link: `..data`."""
    config = ConfigFile(directory / "first", zero=[NOWHERE])
    volume = ConfigMapVolume(directory / "volume", {"exporter.yml": config.text()})
    config.path = volume.directory / "exporter.yml"
    return config, lambda **ensembles: volume.apply({"exporter.yml": config.text(**ensembles)})


def as_another_link(directory: Path) -> Way:
    """A link in a folder that is a link itself, and points elsewhere with each change."""
    config = ConfigFile(directory / "first.yml", zero=[NOWHERE])
    (directory / "real").mkdir()
    (directory / "folder").symlink_to(directory / "real")
    link = directory / "folder" / "exporter.yml"
    link.symlink_to("../first.yml")

    def change(**ensembles: list[str]) -> None:
        target = directory / f"{time.monotonic_ns()}.yml"
        target.write_text(config.text(**ensembles))
        (directory / "link").symlink_to(target)
        os.replace(directory / "link", link)

    config.path = link
    return config, change


def by_a_relative_path(directory: Path) -> Way:
    """That goes up and down."""
    (directory / "sub").mkdir()
    config = ConfigFile(directory / "exporter.yml", zero=[NOWHERE])
    write = copy.copy(config)
    config.path = Path(os.path.relpath(directory / "sub")) / ".." / "exporter.yml"
    return config, write.replace


@pytest.mark.parametrize("way", [in_place, by_rename, as_vim_does, as_a_kubelet_does, as_another_link,
                                 by_a_relative_path])
def test_a_change_is_in_use_at_once(tmp_path: Path, start_exporter: Callable[..., Exporter],
                                    way: Callable[[Path], Way]) -> None:
    """Each time, and never a half of it."""
    config, change = way(tmp_path)
    exporter = start_exporter(config=config)
    for count, name in enumerate(("one", "two", "three"), 1):
        change(**{name: [NOWHERE]})
        line = exporter.wait_for_line(TAKEN, count=count, limit=NOTICED)
        assert 'cause="the file changed"' in line and f"renamed to {name} " in line
    assert REFUSED not in exporter.log()


def in_own_mounts(outer: Path, inner: Path) -> str:
    """What starts an exporter that sees `outer` at `inner`."""
    return f'exec unshare --mount sh -c "mount --bind {outer} {inner} && exec \\"\\$@\\"" sh "$@"'


@pytest.mark.skipif(bool(own_mounts()), reason=own_mounts())
def test_a_mounted_folder(tmp_path: Path, start_exporter: Callable[..., Exporter]) -> None:
    """As Docker mounts it: what happens outside is seen inside."""
    outer, inner = tmp_path / "outer", tmp_path / "inner"
    outer.mkdir()
    inner.mkdir()
    outside = ConfigFile(outer / "exporter.yml", zero=[NOWHERE])
    inside = copy.copy(outside)
    inside.path = inner / "exporter.yml"
    exporter = start_exporter(config=inside, shell=in_own_mounts(outer, inner))
    for count, change in enumerate((outside.replace, outside.write, outside.replace), 1):
        change(**{f"change-{count}": [NOWHERE]})
        exporter.wait_for_line(TAKEN, count=count, limit=NOTICED)


@pytest.mark.skipif(bool(own_mounts()), reason=own_mounts())
def test_a_mounted_file(tmp_path: Path, start_exporter: Callable[..., Exporter]) -> None:
    """Written in place it is seen; what replaces it outside is another file, which the mount does not show."""
    outside = ConfigFile(tmp_path / "outer.yml", zero=[NOWHERE])
    inside = copy.copy(outside)
    inside.path = tmp_path / "inner.yml"
    inside.path.touch()
    exporter = start_exporter("", "--web.enable-lifecycle", config=inside,
                              shell=in_own_mounts(outside.path, inside.path))
    outside.write(one=[NOWHERE])
    exporter.wait_for_line(TAKEN, limit=NOTICED)
    outside.replace(two=[NOWHERE])
    assert exporter.reload() == (200, "Nothing has changed.\n")


def test_half_a_file_is_not_taken(tmp_path: Path, start_exporter: Callable[..., Exporter]) -> None:
    """While its writer keeps it open; though the half would be good by itself."""
    config = ConfigFile(tmp_path / "exporter.yml", zero=[NOWHERE])
    exporter = start_exporter(config=config)
    half = f"http: {{listen: ['{HOST}:{config.port}']}}\nensembles:\n  - {{name: one, members: ['{NOWHERE}']}}\n"
    with config.path.open("w", encoding="utf-8") as file:
        file.write(half)
        file.flush()
        time.sleep(1)  # longer than the quiet that it waits for
        assert "configuration" not in exporter.log()
        file.write("  - {name: two, members: ['127.0.0.2:1']}\n")
    line = exporter.wait_for_line("configuration", limit=NOTICED)
    assert TAKEN in line and "two added" in line


def test_an_empty_file_is_waited_for(tmp_path: Path, start_exporter: Callable[..., Exporter]) -> None:
    """A writer that empties it, closes it, and takes its time; one that removes it first."""
    config = ConfigFile(tmp_path / "exporter.yml", zero=[NOWHERE])
    exporter = start_exporter(config=config)
    for count, name in enumerate(("one", "two"), 1):
        if name == "one":
            config.path.write_text("")
        else:
            config.path.unlink()
        time.sleep(1)
        config.write(**{name: [NOWHERE]})
        exporter.wait_for_line(TAKEN, count=count, limit=NOTICED)
    assert REFUSED not in exporter.log()


def remove(path: Path) -> None:
    """Whatever it is."""
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


def put(text: bytes) -> Callable[[Path], None]:
    """What writes this in place."""
    return lambda path: void(path.write_bytes(text))


def instead(make: Callable[[Path], object]) -> Callable[[Path], None]:
    """What puts something else in its place."""
    return lambda path: void(remove(path), make(path))


def void(*_: object) -> None:
    """Nothing, after all that."""


FAULTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "gone": (remove, "No such file or directory"),
    "empty": (put(b""), "has no setting in it"),
    "locked": (lambda path: path.chmod(0), "Permission denied"),
    "folder": (instead(Path.mkdir), "a directory, not a regular file"),
    "pipe": (instead(os.mkfifo), "a pipe, not a regular file"),
    "device": (instead(lambda path: path.symlink_to("/dev/zero")), "a device, not a regular file"),
    "loop": (instead(lambda path: path.symlink_to(path)), "Too many levels of symbolic links"),
    "large": (put(b"# much\n" * 300_000), "1 MiB"),
    "garbage": (put(bytes(range(256)) * 16), "the file must be a map"),
    "half": (put(b"poll: {interval: 5s\n"), "not valid YAML"),
}


def test_what_is_no_configuration_changes_nothing(tmp_path: Path, start_exporter: Callable[..., Exporter]) -> None:
    """Each mistake is told once, however often it is looked at; the file that comes back is taken."""
    as_owner_only = 'exec setpriv --bounding-set -dac_override,-dac_read_search "$@"'
    running: dict[str, tuple[ConfigFile, Exporter]] = {}
    for name in FAULTS:
        (tmp_path / name).mkdir()
        config = ConfigFile(tmp_path / name / "exporter.yml", zero=[NOWHERE])
        running[name] = config, start_exporter(config=config, shell=as_owner_only)
    for name, (spoil, _) in FAULTS.items():
        spoil(running[name][0].path)
    began = time.monotonic()

    for name, (_, words) in FAULTS.items():
        config, exporter = running[name]
        line = exporter.wait_for_line(REFUSED, limit=2 * LOOK)
        assert "level=error" in line and 'cause="the file changed"' in line
        assert str(config.path) in line and words in line, line
        samples = exporter.metrics()
        assert samples.value("zookeeper_exporter_config_last_reload_successful") == 0
        assert samples.members() == {"zero": {NOWHERE}}
    time.sleep(max(0.0, began + 2 * LOOK + 1 - time.monotonic()))  # two more looks
    for name, (config, exporter) in running.items():
        assert sum("configuration" in line for line in exporter.lines()) == 1, exporter.log()
        remove(config.path)
        config.write(**{"one" if name < "g" else "zero": [NOWHERE]})
    for name, (_, exporter) in running.items():
        words = "renamed to one" if name < "g" else "configuration read again"
        exporter.wait_for_line("level=info", words, limit=NOTICED)
        assert exporter.metrics().value("zookeeper_exporter_config_last_reload_successful") == 1
    with ThreadPoolExecutor() as threads:
        list(threads.map(lambda each: each[1].stop(), running.values()))


def test_what_sends_no_event_is_found_by_a_look(tmp_path: Path, start_exporter: Callable[..., Exporter]) -> None:
    """A folder that is made anew; one over which another is mounted; a change when no instance of inotify is left, or
    no watch."""
    shells = {"anew": 'exec "$@"', "mount": 'exec unshare --mount "$@"'}
    for what in ("instances", "watches"):
        shells[what] = " ".join(["exec", *ALONE, f"'{LIMIT.format(what)} && exec \"$@\"'", "sh", '"$@"'])
    running = {}
    for name, shell in shells.items():
        if name == "anew" or not UNABLE:
            (tmp_path / name / "folder").mkdir(parents=True)
            config = ConfigFile(tmp_path / name / "folder" / "exporter.yml", zero=[NOWHERE])
            running[name] = config, start_exporter(config=config, shell=shell)

    shutil.rmtree(tmp_path / "anew")
    time.sleep(1)  # the events of its end have been followed by a look
    (tmp_path / "anew" / "folder").mkdir(parents=True)
    for name, (config, exporter) in running.items():
        writer = ["tee", str(config.path)]
        if name == "mount":
            inside = ["nsenter", "--mount", f"--target={exporter.process.pid}"]
            subprocess.run([*inside, "mount", "-t", "tmpfs", "none", str(config.path.parent)], check=True)
            writer = inside + writer
        subprocess.run(writer, check=True, text=True, input=config.text(one=[NOWHERE]), stdout=subprocess.DEVNULL)
    for _, exporter in running.values():
        exporter.wait_for_line(TAKEN, "renamed to one", limit=LOOK + NOTICED)
        assert REFUSED not in exporter.log()

    config, exporter = running["anew"]
    config.write(two=[NOWHERE])  # it is watched again
    exporter.wait_for_line(TAKEN, "renamed to two", limit=NOTICED)
    if UNABLE:
        pytest.skip(f"only a folder that is made anew: {UNABLE}")
    warning = 'msg="a change of the configuration file is noticed after 5 s only"'
    assert sum(warning in line for line in running["instances"][1].lines()) == 1
